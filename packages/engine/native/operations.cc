// TensorFlow operations of our own, registered through TensorFlow's C interface when Node.js loads this addon.
//
// Each gives the same bits as the operations of TensorFlow.js that it stands for: every element goes through the same float32 operations
// in the same order, however many threads share the elements. The compiler must not fuse a product into a sum (-ffp-contract=off). The only
// sums over a tensor are those of products, which oneDNN forms by fused operations in an order that is known (product.h).

#include <node_api.h>

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <limits>
#include <memory>
#include <mutex>
#include <string>
#include <type_traits>
#include <vector>

#include "tensorflow/c/kernels.h"
#include "tensorflow/c/ops.h"
#include "tensorflow/c/tf_status.h"
#include "tensorflow/c/tf_tensor.h"

#include "batch-normalization.h"
#include "convolution.h"
#include "instructions.h"
#include "product.h"
#include "team.h"

namespace {

using espalier::Team;

struct StatusDeleter {
  void operator()(TF_Status* status) const { TF_DeleteStatus(status); }
};
struct TensorDeleter {
  void operator()(TF_Tensor* tensor) const { TF_DeleteTensor(tensor); }
};
using Status = std::unique_ptr<TF_Status, StatusDeleter>;
using Tensor = std::unique_ptr<TF_Tensor, TensorDeleter>;

Status new_status() { return Status(TF_NewStatus()); }
bool ok(const Status& status) { return TF_GetCode(status.get()) == TF_OK; }

// What a kernel works on: inputs and outputs of one call, and the first thing that went wrong.
class Call {
 public:
  explicit Call(TF_OpKernelContext* context) : context_(context), status_(new_status()) {}
  ~Call() {
    if (!ok(status_)) TF_OpKernelContext_Failure(context_, status_.get());
  }

  int inputs() const { return TF_NumInputs(context_); }
  bool good() const { return ok(status_); }
  void refuse(const char* reason) {
    if (good()) TF_SetStatus(status_.get(), TF_INVALID_ARGUMENT, reason);
  }

  Tensor input(int i) {
    TF_Tensor* tensor = nullptr;
    if (good()) TF_GetInput(context_, i, &tensor, status_.get());
    return Tensor(tensor);
  }

  // A new output with the shape of `like`.
  Tensor output(int i, const Tensor& like) {
    if (!good()) return nullptr;
    std::vector<int64_t> shape(TF_NumDims(like.get()));
    for (size_t d = 0; d < shape.size(); d++) shape[d] = TF_Dim(like.get(), static_cast<int>(d));
    return output(i, shape);
  }

  Tensor output(int i, const std::vector<int64_t>& shape) {
    if (!good()) return nullptr;
    size_t bytes = sizeof(float);
    for (const int64_t n : shape) bytes *= static_cast<size_t>(n);
    return Tensor(TF_AllocateOutput(context_, i, TF_FLOAT, shape.data(), static_cast<int>(shape.size()), bytes, status_.get()));
  }

 private:
  TF_OpKernelContext* context_;
  Status status_;
};

template <typename T = float>
T* data(const Tensor& tensor) {
  return static_cast<T*>(TF_TensorData(tensor.get()));
}
int64_t size(const Tensor& tensor) { return TF_TensorElementCount(tensor.get()); }

// Reads the attributes of an operation that is about to be made, up to the first that can't be read.
class Reader {
 public:
  explicit Reader(TF_OpKernelConstruction* construction) : construction_(construction), status_(new_status()) {}
  ~Reader() {
    if (!ok(status_)) TF_OpKernelConstruction_Failure(construction_, status_.get());
  }

  void read(const char* name, float* value) {
    if (ok(status_)) TF_OpKernelConstruction_GetAttrFloat(construction_, name, value, status_.get());
  }
  void read(const char* name, int64_t* value) {
    if (ok(status_)) TF_OpKernelConstruction_GetAttrInt64(construction_, name, value, status_.get());
  }
  void read(const char* name, TF_Bool* value) {
    if (ok(status_)) TF_OpKernelConstruction_GetAttrBool(construction_, name, value, status_.get());
  }

 private:
  TF_OpKernelConstruction* construction_;
  Status status_;
};

// What TensorFlow makes and destroys a kernel with: its attributes.
template <typename Attributes>
void* create(TF_OpKernelConstruction* construction) {
  Reader reader(construction);
  return new Attributes(reader);
}
template <typename Attributes>
void destroy(void* attributes) {
  delete static_cast<Attributes*>(attributes);
}

// --- one step of gradient descent ---

struct SgdAttributes {
  explicit SgdAttributes(Reader& reader) {
    reader.read("decay", &decay);
    reader.read("momentum", &momentum);
    reader.read("nesterov", &nesterov);
  }

  float decay = 0;
  float momentum = 0;
  TF_Bool nesterov = 0;
};

template <bool DECAYS, bool NESTEROV>
void sgd(const float* __restrict variable, const float* __restrict slot, const float* __restrict gradient, float rate,
         const SgdAttributes& attributes, float* __restrict new_variable, float* __restrict new_slot, int64_t n) {
  const float decay = attributes.decay, momentum = attributes.momentum;
  for (int64_t i = 0; i < n; i++) {
    const float direction = DECAYS ? gradient[i] + variable[i] * decay : gradient[i];
    const float moved = slot[i] * momentum + direction;
    const float move = NESTEROV ? direction + moved * momentum : moved;
    new_variable[i] = variable[i] - move * rate;
    new_slot[i] = moved;
  }
}

void sgd_compute(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<SgdAttributes*>(kernel);
  Call call(context);
  const Tensor variable = call.input(0), slot = call.input(1), gradient = call.input(2), rate = call.input(3);
  if (!call.good()) return;
  const int64_t n = size(variable);
  if (size(slot) != n || size(gradient) != n || size(rate) != 1) return call.refuse("the variable, its slot and its gradient differ in size");
  const Tensor new_variable = call.output(0, variable), new_slot = call.output(1, variable);
  if (!call.good()) return;
  const bool decays = attributes.decay > 0;
  const auto move = decays ? (attributes.nesterov ? sgd<true, true> : sgd<true, false>)
                           : (attributes.nesterov ? sgd<false, true> : sgd<false, false>);
  Team::shared().share_range(n, [&](int64_t from, int64_t to) {
    move(data(variable) + from, data(slot) + from, data(gradient) + from, *data(rate), attributes, data(new_variable) + from,
         data(new_slot) + from, to - from);
  });
}

// --- the product of two tensors, element by element ---

void multiply_compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Tensor a = call.input(0), b = call.input(1);
  if (!call.good()) return;
  if (size(a) != size(b)) return call.refuse("the factors differ in size");
  const Tensor product = call.output(0, a);
  if (!call.good()) return;
  Team::shared().share_range(size(a), [&](int64_t begin, int64_t end) {
    const float* __restrict left = data(a);
    const float* __restrict right = data(b);
    float* __restrict to = data(product);
    for (int64_t i = begin; i < end; i++) to[i] = left[i] * right[i];
  });
}

#ifdef ESPALIER_HAS_VECTORS
// --- the product of two matrices ---

struct ProductAttributes {
  explicit ProductAttributes(Reader& reader) {
    reader.read("transpose_a", &transpose_a);
    reader.read("block", &block);
  }

  TF_Bool transpose_a = 0;
  int64_t block = 0;
};

void product_compute(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<ProductAttributes*>(kernel);
  Call call(context);
  const Tensor a = call.input(0), b = call.input(1);
  if (!call.good()) return;
  if (TF_NumDims(a.get()) != 2 || TF_NumDims(b.get()) != 2) return call.refuse("the factors are not matrices");
  const bool transposed = attributes.transpose_a;
  const int64_t rows = TF_Dim(a.get(), transposed ? 1 : 0), terms = TF_Dim(a.get(), transposed ? 0 : 1), columns = TF_Dim(b.get(), 1);
  if (TF_Dim(b.get(), 0) != terms) return call.refuse("the rows of the first factor are not as long as the columns of the second");
  if (terms < 1 || attributes.block < 1) return call.refuse("there must be a term, and a block of at least one");
  const Tensor c = call.output(0, std::vector<int64_t>{rows, columns});
  if (!call.good()) return;
  const int64_t a_row = transposed ? 1 : terms, a_term = transposed ? rows : 1;
  espalier::multiply({data(a), a_row, a_term, data(b), data(c), rows, terms, columns, attributes.block});
}

// --- batch normalization ---

using espalier::Activation;
using espalier::Normalization;

struct NormalizationAttributes {
  explicit NormalizationAttributes(Reader& reader) {
    reader.read("epsilon", &epsilon);
    reader.read("activation", &activation);
  }

  // Calls `work` with the activation as a constant.
  template <typename Work>
  void activated(const Work& work) const {
    switch (activation) {
      case 1:
        return work(std::integral_constant<Activation, Activation::RELU>());
      case 2:
        return work(std::integral_constant<Activation, Activation::RELU6>());
      default:
        return work(std::integral_constant<Activation, Activation::NONE>());
    }
  }

  float epsilon = 0;
  int64_t activation = 0;
};

// What is normalized, once it is known to be in order.
bool normalization(Call& call, const Tensor& x, const Tensor& scale, const Tensor& offset, float epsilon, Normalization* n) {
  if (!call.good()) return false;
  const bool fits = TF_NumDims(x.get()) == 4 && size(scale) == TF_Dim(x.get(), 3) && size(offset) == size(scale) && size(x) > 0;
  if (!fits || size(scale) % espalier::LANES != 0) {
    call.refuse("x has four dimensions, scale and offset are as many as channels, which are a multiple of eight");
    return false;
  }
  const int64_t images = TF_Dim(x.get(), 0), channels = size(scale);
  *n = {data(x), data(scale), data(offset), epsilon, images, size(x) / images / channels, channels};
  return true;
}

void normalization_compute(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormalizationAttributes*>(kernel);
  Call call(context);
  const Tensor x = call.input(0), scale = call.input(1), offset = call.input(2);
  Normalization n;
  if (!normalization(call, x, scale, offset, attributes.epsilon, &n)) return;
  const Tensor y = call.output(0, x), mean = call.output(1, scale), corrected = call.output(2, scale);
  const Tensor saved_mean = call.output(3, scale), variance = call.output(4, scale);
  if (!call.good()) return;
  attributes.activated([&](auto activation) { espalier::normalize<decltype(activation)::value>(n, data(mean), data(variance), data(y)); });
  std::copy_n(data(mean), n.channels, data(saved_mean));
  const float correction = static_cast<float>(n.count()) / static_cast<float>(std::max<int64_t>(1, n.count() - 1));
  for (int64_t c = 0; c < n.channels; c++) data(corrected)[c] = data(variance)[c] * correction;
}

void normalization_gradient_compute(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<NormalizationAttributes*>(kernel);
  Call call(context);
  const Tensor gradient = call.input(0), x = call.input(1), scale = call.input(2), mean = call.input(3), variance = call.input(4);
  const Tensor offset = call.input(5);
  Normalization n;
  if (!normalization(call, x, scale, offset, attributes.epsilon, &n)) return;
  if (size(gradient) != size(x) || size(mean) != n.channels || size(variance) != n.channels) {
    return call.refuse("the gradient is as large as x, and mean and variance are as many as channels");
  }
  const Tensor by_x = call.output(0, x), by_scale = call.output(1, scale), by_offset = call.output(2, scale);
  if (!call.good()) return;
  attributes.activated([&](auto activation) {
    espalier::normalize_gradient<decltype(activation)::value>(n, data(gradient), data(mean), data(variance), data(by_x), data(by_scale),
                                                              data(by_offset));
  });
}

// --- convolutions ---

using espalier::Plane;
using espalier::Window;

struct ConvolutionAttributes {
  explicit ConvolutionAttributes(Reader& reader) {
    reader.read("row_stride", &row_stride);
    reader.read("column_stride", &column_stride);
    reader.read("top", &top);
    reader.read("left", &left);
    reader.read("rows", &rows);
    reader.read("columns", &columns);
  }

  int64_t row_stride = 1, column_stride = 1, top = 0, left = 0;
  // Of what comes out.
  int64_t rows = 0, columns = 0;
};

Plane plane(const Tensor& images) {
  return {TF_Dim(images.get(), 1), TF_Dim(images.get(), 2), TF_Dim(images.get(), 3)};
}

// Whether the inputs have numbers and four dimensions, and the attributes make sense.
bool in_order(Call& call, const Tensor& first, const Tensor& second, const ConvolutionAttributes& a) {
  if (!call.good()) return false;
  const bool fits = TF_NumDims(first.get()) == 4 && TF_NumDims(second.get()) == 4 && size(first) > 0 && size(second) > 0;
  if (fits && a.row_stride > 0 && a.column_stride > 0 && a.top >= 0 && a.left >= 0 && a.rows > 0 && a.columns > 0) return true;
  call.refuse("inputs have four dimensions and numbers, strides and the result are positive, and padding is not negative");
  return false;
}

Window window(const Tensor& kernel, const ConvolutionAttributes& a) {
  return {TF_Dim(kernel.get(), 0), TF_Dim(kernel.get(), 1), a.row_stride, a.column_stride, a.top, a.left};
}

// How far apart in the kernel the channels lie that are read, and those that are computed.
struct Channels {
  int64_t from_step, to_step;
};

// Convolves images to a new output of such planes.
void convolve(Call& call, const Tensor& images, const Tensor& kernel, const Plane& to, const Channels& channels, const float* bias,
              const espalier::Taps& taps) {
  const int64_t count = TF_Dim(images.get(), 0), weights = TF_Dim(kernel.get(), 0) * TF_Dim(kernel.get(), 1);
  const Tensor result = call.output(0, std::vector<int64_t>{count, to.rows, to.columns, to.channels});
  if (!call.good()) return;
  espalier::convolve({data(images), plane(images), data(kernel), channels.from_step, channels.to_step, weights, bias, data(result), to, count},
                     taps);
}

void convolution_compute(void* attributes, TF_OpKernelContext* context) {
  const auto& own = *static_cast<ConvolutionAttributes*>(attributes);
  Call call(context);
  const Tensor x = call.input(0), kernel = call.input(1), bias = call.input(2);
  if (!in_order(call, x, kernel, own)) return;
  const Plane from = plane(x), to{own.rows, own.columns, TF_Dim(kernel.get(), 3)};
  const bool has_bias = size(bias) > 0;
  if (TF_Dim(kernel.get(), 2) != from.channels) return call.refuse("the filter is for another number of channels");
  if (has_bias && size(bias) != to.channels) return call.refuse("there are not as many biases as filters");
  const Channels channels{to.channels, 1};
  convolve(call, x, kernel, to, channels, has_bias ? data(bias) : nullptr, espalier::forward_taps(from, to, window(kernel, own)));
}

struct InputGradientAttributes : ConvolutionAttributes {
  explicit InputGradientAttributes(Reader& reader) : ConvolutionAttributes(reader) {
    reader.read("reversed", &reversed);
    reader.read("by_columns", &by_columns);
  }

  TF_Bool reversed = 0, by_columns = 0;
};

void input_gradient_compute(void* attributes, TF_OpKernelContext* context) {
  const auto& own = *static_cast<InputGradientAttributes*>(attributes);
  Call call(context);
  const Tensor kernel = call.input(0), gradient = call.input(1);
  if (!in_order(call, gradient, kernel, own)) return;
  const Plane from = plane(gradient), to{own.rows, own.columns, TF_Dim(kernel.get(), 2)};
  if (TF_Dim(kernel.get(), 3) != from.channels) return call.refuse("the gradient is for another number of filters");
  const Channels channels{1, from.channels};
  const espalier::GradientOrder order{own.reversed != 0, own.by_columns != 0};
  convolve(call, gradient, kernel, to, channels, nullptr, espalier::gradient_taps(to, from, window(kernel, own), order));
}
#endif

// --- soft threshold ---

void soft_compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Tensor weight = call.input(0), threshold = call.input(1);
  if (!call.good()) return;
  if (size(threshold) != 1) return call.refuse("the threshold is not a single number");
  const Tensor effective = call.output(0, weight);
  if (!call.good()) return;
  const float high = *data(threshold), low = -high;
  Team::shared().share_range(size(weight), [&](int64_t begin, int64_t end) {
    const float* __restrict from = data(weight);
    float* __restrict to = data(effective);
    for (int64_t i = begin; i < end; i++) {
      const float above = from[i] >= low ? from[i] : low;  // so written that what is not a number comes through
      to[i] = from[i] - (above <= high ? above : high);
    }
  });
}

void soft_gradient_compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Tensor upstream = call.input(0), effective = call.input(1);
  if (!call.good()) return;
  if (size(upstream) != size(effective)) return call.refuse("the gradient and the weight differ in size");
  const Tensor for_weight = call.output(0, effective), for_threshold = call.output(1, effective);
  if (!call.good()) return;
  Team::shared().share_range(size(effective), [&](int64_t begin, int64_t end) {
    const float* __restrict gradient = data(upstream);
    const float* __restrict value = data(effective);
    float* __restrict weight = data(for_weight);
    float* __restrict threshold = data(for_threshold);
    for (int64_t i = begin; i < end; i++) {
      const float kept = value[i] != 0 ? 1.0f : 0.0f;
      const float sign = (value[i] > 0 ? 1.0f : 0.0f) - (value[i] < 0 ? 1.0f : 0.0f);
      weight[i] = gradient[i] * kept;
      threshold[i] = gradient[i] * -sign;
    }
  });
}

// --- moving averages ---

struct AverageAttributes {
  explicit AverageAttributes(Reader& reader) {
    reader.read("correction", &correction);
    reader.read("rate", &rate);
  }

  float correction = 0;
  float rate = 0;
};

void average_compute(void* kernel, TF_OpKernelContext* context) {
  const auto& attributes = *static_cast<AverageAttributes*>(kernel);
  Call call(context);
  const Tensor average = call.input(0), value = call.input(1);
  if (!call.good()) return;
  if (size(average) != size(value)) return call.refuse("the average and the value differ in size");
  const Tensor moved = call.output(0, average);
  if (!call.good()) return;
  const float* __restrict old = data(average);
  const float* __restrict present = data(value);
  float* __restrict to = data(moved);
  const int64_t n = size(average);
  for (int64_t i = 0; i < n; i++) to[i] = old[i] - (old[i] - present[i] * attributes.correction) * attributes.rate;
}

// --- exact selection ---

// Read as a signed integer b, the bits of positive floats are in order; those of negative ones are reversed, which this mends. −0 ranks
// just below 0.
inline int32_t order(int32_t bits) { return bits ^ ((bits >> 31) & 0x7fffffff); }

struct Scores {
  const int32_t* bits;
  int64_t size;
};

// The key is the order of the k-th largest; `above` is how many are strictly larger.
struct Kth {
  int32_t key;
  int64_t above;
};

constexpr int64_t BLOCK = 64;
constexpr int64_t SAMPLE = 4096;

// One pass over the data: every so-manieth value gives a bracket that holds the k-th with near certainty (five standard deviations of the
// sample's rank on either side); the pass counts what lies above it and collects what lies inside. False if the bracket missed, or if too
// much lies inside (many equal values).
bool kth_by_sample(const std::vector<Scores>& all, int64_t total, int64_t k, Kth* result) {
  const int64_t stride = std::max<int64_t>(1, total / std::max(SAMPLE, total / 512));
  std::vector<int32_t> sample;
  for (const Scores& own : all) {
    for (int64_t i = 0; i < own.size; i += stride) sample.push_back(order(own.bits[i]));
  }
  const auto count = static_cast<int64_t>(sample.size());
  const double share = static_cast<double>(k) / static_cast<double>(total);
  const int64_t at = count - std::llround(share * static_cast<double>(count));
  const auto reach = static_cast<int64_t>(std::ceil(5 * std::sqrt(static_cast<double>(count) * share * (1 - share)))) + 2;
  const auto ranked = [&](int64_t place) {
    std::nth_element(sample.begin(), sample.begin() + place, sample.end());
    return sample[place];
  };
  const int32_t lowest = at - reach < 0 ? std::numeric_limits<int32_t>::min() : ranked(at - reach);
  const int32_t highest = at + reach >= count ? std::numeric_limits<int32_t>::max() : ranked(at + reach);

  const auto most = static_cast<size_t>(std::max<int64_t>(SAMPLE, total / 4));
  std::vector<int32_t> inside(most + BLOCK);
  size_t collected = 0;
  int64_t above = 0;
  for (const Scores& own : all) {
    for (int64_t from = 0; from < own.size; from += BLOCK) {
      const int64_t to = std::min(from + BLOCK, own.size);
      int32_t larger = 0, reached = 0;
      for (int64_t i = from; i < to; i++) {
        const int32_t rank = order(own.bits[i]);
        larger += rank > highest;
        reached += rank >= lowest;
      }
      above += larger;
      if (reached == larger) continue;
      for (int64_t i = from; i < to; i++) {  // writes always and moves on if it counts: a branch would be guessed wrong too often
        const int32_t rank = order(own.bits[i]);
        inside[collected] = rank;
        collected += static_cast<size_t>(rank >= lowest) & static_cast<size_t>(rank <= highest);
      }
      if (collected > most) return false;
    }
  }
  inside.resize(collected);
  const auto found = static_cast<int64_t>(inside.size());
  if (k <= above || k > above + found) return false;
  const auto place = inside.begin() + (found - (k - above));
  std::nth_element(inside.begin(), place, inside.end());
  const int32_t key = *place;
  *result = {key, above + std::count_if(place, inside.end(), [key](int32_t rank) { return rank > key; })};
  return true;
}

// From the highest bucket down to the one that holds the k-th; adds to `above` what lies in those above it.
int32_t descend(const std::vector<int64_t>& counts, int64_t k, int64_t* above) {
  auto bucket = static_cast<int32_t>(counts.size()) - 1;
  while (bucket > 0 && *above + counts[bucket] < k) *above += counts[bucket--];
  return bucket;
}

// Two counting passes of 65,536 buckets: the upper half of the bits, then the lower half of those in the right bucket.
Kth kth_by_counting(const std::vector<Scores>& all, int64_t k) {
  std::vector<int64_t> counts(65536);
  for (const Scores& own : all) {
    for (int64_t i = 0; i < own.size; i++) counts[(order(own.bits[i]) >> 16) + 32768]++;
  }
  int64_t above = 0;
  const int32_t upper = descend(counts, k, &above) - 32768;
  std::fill(counts.begin(), counts.end(), 0);
  for (const Scores& own : all) {
    for (int64_t i = 0; i < own.size; i++) {
      const int32_t rank = order(own.bits[i]);
      if (rank >> 16 == upper) counts[rank & 0xffff]++;
    }
  }
  const int32_t lower = descend(counts, k, &above);
  return {static_cast<int32_t>((static_cast<uint32_t>(upper) << 16) | static_cast<uint32_t>(lower)), above};
}

Kth kth_largest(const std::vector<Scores>& all, int64_t total, int64_t k) {
  Kth kth;
  return kth_by_sample(all, total, k, &kth) ? kth : kth_by_counting(all, k);
}

// The inputs of both operations: lists of scores, then k.
class Selection {
 public:
  explicit Selection(Call& call) {
    for (int i = 0; i + 1 < call.inputs(); i++) {
      tensors.push_back(call.input(i));
      if (!call.good()) return;
      scores.push_back({data<int32_t>(tensors.back()), size(tensors.back())});
      total += scores.back().size;
    }
    const Tensor count = call.input(call.inputs() - 1);
    if (!call.good()) return;
    k = *data<int32_t>(count);
    if (k < 0 || k > total) call.refuse("k must be from 0 to the number of scores");
  }

  std::vector<Tensor> tensors;
  std::vector<Scores> scores;
  int64_t total = 0;
  int64_t k = 0;
};

void kth_largest_compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Selection selection(call);
  if (call.good() && selection.k == 0) call.refuse("k must be at least 1");
  const Tensor result = call.output(0, std::vector<int64_t>{});
  if (!call.good()) return;
  const int32_t bits = order(kth_largest(selection.scores, selection.total, selection.k).key);
  std::memcpy(data(result), &bits, sizeof bits);
}

// Writes 1 where the rank is above the key, and for the first `ties` that equal it.
void write_mask(const Scores& own, int32_t key, int64_t* ties, float* mask) {
  for (int64_t from = 0; from < own.size; from += BLOCK) {
    const int64_t to = std::min(from + BLOCK, own.size);
    int32_t equal = 0;
    for (int64_t i = from; i < to; i++) {
      const int32_t rank = order(own.bits[i]);
      mask[i] = rank > key ? 1.0f : 0.0f;
      equal += rank == key;
    }
    if (equal == 0 || *ties == 0) continue;
    for (int64_t i = from; i < to && *ties > 0; i++) {
      if (order(own.bits[i]) != key) continue;
      mask[i] = 1;
      --*ties;
    }
  }
}

void top_k_compute(void*, TF_OpKernelContext* context) {
  Call call(context);
  const Selection selection(call);
  if (!call.good()) return;
  const Kth kth = selection.k == 0 ? Kth{std::numeric_limits<int32_t>::max(), 0} : kth_largest(selection.scores, selection.total, selection.k);
  int64_t ties = selection.k - kth.above;
  for (size_t i = 0; i < selection.scores.size(); i++) {
    const Tensor mask = call.output(static_cast<int>(i), selection.tensors[i]);
    if (!call.good()) return;
    write_mask(selection.scores[i], kth.key, &ties, data(mask));
  }
}

// --- registration ---

// Output i has the shape of input `from + i`.
void copy_shapes(TF_ShapeInferenceContext* context, TF_Status* status, int from, int outputs) {
  TF_ShapeHandle* shape = TF_NewShapeHandle();
  for (int i = 0; i < outputs && TF_GetCode(status) == TF_OK; i++) {
    TF_ShapeInferenceContextGetInput(context, from + i, shape, status);
    if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextSetOutput(context, i, shape, status);
  }
  TF_DeleteShapeHandle(shape);
}

void two_like_first_two(TF_ShapeInferenceContext* context, TF_Status* status) { copy_shapes(context, status, 0, 2); }
void like_first(TF_ShapeInferenceContext* context, TF_Status* status) { copy_shapes(context, status, 0, 1); }
void all_but_last(TF_ShapeInferenceContext* context, TF_Status* status) {
  copy_shapes(context, status, 0, static_cast<int>(TF_ShapeInferenceContextNumInputs(context)) - 1);
}
void scalar(TF_ShapeInferenceContext* context, TF_Status* status) {
  TF_ShapeHandle* shape = TF_ShapeInferenceContextScalar(context);
  TF_ShapeInferenceContextSetOutput(context, 0, shape, status);
  TF_DeleteShapeHandle(shape);
}

// The first output has the shape of the first input, the others that of input `from`.
void copy_first_then(TF_ShapeInferenceContext* context, TF_Status* status, int from, int outputs) {
  copy_shapes(context, status, 0, 1);
  TF_ShapeHandle* shape = TF_NewShapeHandle();
  if (TF_GetCode(status) == TF_OK) TF_ShapeInferenceContextGetInput(context, from, shape, status);
  for (int i = 1; i < outputs && TF_GetCode(status) == TF_OK; i++) TF_ShapeInferenceContextSetOutput(context, i, shape, status);
  TF_DeleteShapeHandle(shape);
}
void normalization_shapes(TF_ShapeInferenceContext* context, TF_Status* status) { copy_first_then(context, status, 1, 5); }
void normalization_gradient_shapes(TF_ShapeInferenceContext* context, TF_Status* status) { copy_first_then(context, status, 2, 3); }

void any_shape(TF_ShapeInferenceContext* context, TF_Status* status) { TF_ShapeInferenceContextSetUnknownShape(context, status); }

struct Operation {
  const char* name;
  std::vector<const char*> inputs;
  std::vector<const char*> outputs;
  std::vector<const char*> attributes;
  void (*shapes)(TF_ShapeInferenceContext*, TF_Status*);
  void (*compute)(void*, TF_OpKernelContext*);
  void* (*create)(TF_OpKernelConstruction*) = nullptr;
  void (*destroy)(void*) = nullptr;
};

std::string add(const Operation& operation) {
  Status status = new_status();
  TF_OpDefinitionBuilder* definition = TF_NewOpDefinitionBuilder(operation.name);
  for (const char* attribute : operation.attributes) TF_OpDefinitionBuilderAddAttr(definition, attribute);
  for (const char* input : operation.inputs) TF_OpDefinitionBuilderAddInput(definition, input);
  for (const char* output : operation.outputs) TF_OpDefinitionBuilderAddOutput(definition, output);
  TF_OpDefinitionBuilderSetShapeInferenceFunction(definition, operation.shapes);
  TF_RegisterOpDefinition(definition, status.get());
  if (!ok(status)) return TF_Message(status.get());
  TF_KernelBuilder* kernel =
      TF_NewKernelBuilder(operation.name, "CPU", operation.create, operation.compute, operation.destroy);
  TF_RegisterKernelBuilder(operation.name, kernel, status.get());
  return ok(status) ? "" : TF_Message(status.get());
}

std::string add_all() {
  std::vector<Operation> operations = {
      {"EspalierSgd",
       {"variable: float", "slot: float", "gradient: float", "learning_rate: float"},
       {"new_variable: float", "new_slot: float"},
       {"decay: float", "momentum: float", "nesterov: bool"},
       two_like_first_two,
       sgd_compute,
       create<SgdAttributes>,
       destroy<SgdAttributes>},
      {"EspalierSoftThreshold", {"weight: float", "threshold: float"}, {"effective: float"}, {}, like_first, soft_compute},
      {"EspalierSoftThresholdGrad",
       {"upstream: float", "effective: float"},
       {"weight: float", "threshold: float"},
       {},
       two_like_first_two,
       soft_gradient_compute},
      {"EspalierMultiply", {"a: float", "b: float"}, {"product: float"}, {}, like_first, multiply_compute},
      {"EspalierMovingAverage",
       {"average: float", "value: float"},
       {"moved: float"},
       {"correction: float", "rate: float"},
       like_first,
       average_compute,
       create<AverageAttributes>,
       destroy<AverageAttributes>},
      {"EspalierKthLargest", {"scores: N * float", "k: int32"}, {"kth: float"}, {"N: int >= 1"}, scalar, kth_largest_compute},
      {"EspalierTopK", {"scores: N * float", "k: int32"}, {"masks: N * float"}, {"N: int >= 1"}, all_but_last, top_k_compute},
  };
#ifdef ESPALIER_HAS_VECTORS
  if (espalier::has_avx512()) {
    operations.push_back({"EspalierProduct",
                          {"a: float", "b: float"},
                          {"product: float"},
                          {"transpose_a: bool", "block: int"},
                          any_shape,
                          product_compute,
                          create<ProductAttributes>,
                          destroy<ProductAttributes>});
  }
  if (espalier::has_avx2()) {
    operations.push_back({"EspalierBatchNormalization",
                          {"x: float", "scale: float", "offset: float"},
                          {"y: float", "mean: float", "corrected: float", "saved_mean: float", "variance: float"},
                          {"epsilon: float", "activation: int = 0"},
                          normalization_shapes,
                          normalization_compute,
                          create<NormalizationAttributes>,
                          destroy<NormalizationAttributes>});
    operations.push_back({"EspalierBatchNormalizationGrad",
                          {"gradient: float", "x: float", "scale: float", "mean: float", "variance: float", "offset: float"},
                          {"by_x: float", "by_scale: float", "by_offset: float"},
                          {"epsilon: float", "activation: int = 0"},
                          normalization_gradient_shapes,
                          normalization_gradient_compute,
                          create<NormalizationAttributes>,
                          destroy<NormalizationAttributes>});
    const auto with_sizes = [](std::vector<const char*> others) {
      others.insert(others.end(), {"row_stride: int", "column_stride: int", "top: int", "left: int", "rows: int", "columns: int"});
      return others;
    };
    operations.push_back({"EspalierConvolution",
                          {"x: float", "filter: float", "bias: float"},
                          {"y: float"},
                          with_sizes({}),
                          any_shape,
                          convolution_compute,
                          create<ConvolutionAttributes>,
                          destroy<ConvolutionAttributes>});
    operations.push_back({"EspalierConvolutionInputGradient",
                          {"filter: float", "gradient: float"},
                          {"by_x: float"},
                          with_sizes({"reversed: bool", "by_columns: bool"}),
                          any_shape,
                          input_gradient_compute,
                          create<InputGradientAttributes>,
                          destroy<InputGradientAttributes>});
  }
#endif
  for (const Operation& operation : operations) {
    const std::string failure = add(operation);
    if (!failure.empty()) return std::string(operation.name) + ": " + failure;
  }
  return "";
}

// Sets how many threads share an operation.
napi_value set_threads(napi_env env, napi_callback_info info) {
  size_t count = 1;
  napi_value argument;
  int32_t threads = 1;
  if (napi_get_cb_info(env, info, &count, &argument, nullptr, nullptr) == napi_ok) napi_get_value_int32(env, argument, &threads);
  Team::shared().set_threads(threads);
  return nullptr;
}

}  // namespace

// TensorFlow keeps one list of operations for the process, however often Node.js loads this.
NAPI_MODULE_INIT() {
  static std::once_flag once;
  static std::string failure;
  std::call_once(once, [] { failure = add_all(); });
  if (!failure.empty()) napi_throw_error(env, nullptr, failure.c_str());
  napi_value function, flag;
  napi_create_function(env, "setThreads", NAPI_AUTO_LENGTH, set_threads, nullptr, &function);
  napi_set_named_property(env, exports, "setThreads", function);
  napi_get_boolean(env, espalier::has_avx512(), &flag);
  napi_set_named_property(env, exports, "hasAvx512", flag);
  napi_get_boolean(env, espalier::has_avx2(), &flag);
  napi_set_named_property(env, exports, "hasAvx2", flag);
  return exports;
}
