// Convolutions and their gradients by the input, with AVX2 or AVX-512, to the bits of oneDNN's.
//
// Every element is a sum of products, by fused multiply-adds in order from zero on: over the places of the kernel, and for each of them over
// the channels. What oneDNN leaves idle are the lanes of its vectors that channels don't fill: it gives 20 channels the vectors of 32. Here
// the lanes are images, so that any number of channels takes the time of its products. The images are transposed for that, and the results
// back: 16 or 32 of them lie side by side.
#ifndef ESPALIER_CONVOLUTION_H
#define ESPALIER_CONVOLUTION_H

#include "instructions.h"

#if defined(ESPALIER_HAS_VECTORS)

#include <algorithm>
#include <cstdint>
#include <new>
#include <vector>

#include "team.h"

namespace espalier {

// An image: its places, row by row, and the channels of each.
struct Plane {
  int64_t rows;
  int64_t columns;
  int64_t channels;

  int64_t places() const { return rows * columns; }
  int64_t size() const { return places() * channels; }
};

// A kernel and how it moves: its first place lies `top` and `left` outside of the image at first.
struct Window {
  int64_t rows;
  int64_t columns;
  int64_t row_stride;
  int64_t column_stride;
  int64_t top;
  int64_t left;
};

// In which order the gradient by the input adds: along the kernel or against it, all in one sum or a sum for each of the kernel's columns.
struct GradientOrder {
  bool reversed;
  bool by_columns;
};

// A place of the image that is read and the place of the kernel that it meets.
struct Tap {
  int64_t place;
  int64_t weight;
};

// What every place of the result is made of: sums s from sums[i] up to sums[i + 1] for place i, each of the taps from starts[s] up to
// starts[s + 1].
struct Taps {
  std::vector<Tap> taps;
  std::vector<int> starts{0};
  std::vector<int> sums{0};

  void end_sum() {
    if (starts.back() < static_cast<int>(taps.size())) starts.push_back(static_cast<int>(taps.size()));
  }
  void end_place() {
    end_sum();
    sums.push_back(static_cast<int>(starts.size()) - 1);
  }
};

// Of a convolution from `image` to `result`.
inline Taps forward_taps(const Plane& image, const Plane& result, const Window& window) {
  Taps all;
  for (int64_t row = 0; row < result.rows; row++) {
    for (int64_t column = 0; column < result.columns; column++) {
      for (int64_t i = 0; i < window.rows; i++) {
        for (int64_t j = 0; j < window.columns; j++) {
          const int64_t from_row = row * window.row_stride + i - window.top, from_column = column * window.column_stride + j - window.left;
          if (from_row < 0 || from_row >= image.rows || from_column < 0 || from_column >= image.columns) continue;
          all.taps.push_back({from_row * image.columns + from_column, i * window.columns + j});
        }
      }
      all.end_place();
    }
  }
  return all;
}

// Of the gradient by `image` from that by `result`.
inline Taps gradient_taps(const Plane& image, const Plane& result, const Window& window, const GradientOrder& order) {
  Taps all;
  const auto add = [&](int64_t row, int64_t column, int64_t i, int64_t j) {
    const int64_t down = row + window.top - i, right = column + window.left - j;
    if (down < 0 || right < 0 || down % window.row_stride != 0 || right % window.column_stride != 0) return;
    const int64_t to_row = down / window.row_stride, to_column = right / window.column_stride;
    if (to_row >= result.rows || to_column >= result.columns) return;
    all.taps.push_back({to_row * result.columns + to_column, i * window.columns + j});
  };
  const auto turn = [&](int64_t i, int64_t n) { return order.reversed ? n - 1 - i : i; };
  for (int64_t row = 0; row < image.rows; row++) {
    for (int64_t column = 0; column < image.columns; column++) {
      if (order.by_columns) {
        for (int64_t j = 0; j < window.columns; j++, all.end_sum()) {
          for (int64_t i = 0; i < window.rows; i++) add(row, column, turn(i, window.rows), turn(j, window.columns));
        }
      } else {
        for (int64_t i = 0; i < window.rows; i++) {
          for (int64_t j = 0; j < window.columns; j++) add(row, column, turn(i, window.rows), turn(j, window.columns));
        }
      }
      all.end_place();
    }
  }
  return all;
}

// Images of `from`, a kernel and images of `to`, which become, at place p and channel c, the bias of c and the sums over the taps t of p and
// the channels k of `from`, of from[t.place, k] · kernel[t.weight, k · from_step + c · to_step].
struct Convolution {
  const float* images;
  Plane from;
  const float* kernel;
  int64_t from_step;
  int64_t to_step;
  int64_t weights;     // places of the kernel
  const float* bias;  // or null
  float* results;
  Plane to;
  int64_t count;  // of images

  // Of one place of the kernel.
  int64_t step() const { return from.channels * to.channels; }
};

// Floats that are not set to anything, at the start of a line of the cache.
class Floats {
 public:
  explicit Floats(int64_t n) : data_(static_cast<float*>(::operator new(sizeof(float) * static_cast<size_t>(n), LINE))) {}
  Floats(const Floats&) = delete;
  Floats& operator=(const Floats&) = delete;
  ~Floats() { ::operator delete(data_, LINE); }
  float* get() const { return data_; }

 private:
  static constexpr std::align_val_t LINE{64};
  float* data_;
};

// Where the numbers of a tap begin, of images side by side, and its weights.
struct Source {
  const float* images;
  const float* weights;
};

// One sum for some channels of one place, over so many channels that are read. `adds` to what is there.
using SumTaps = void (*)(const std::vector<Source>& sources, int64_t channels, int64_t width, float* to, bool adds);

constexpr int64_t MOST_CHANNELS = 10;

// How a processor computes: by vectors of so many images, and at most so many channels at once. sums[v][c] is for v + 1 vectors of images
// and c + 1 channels.
struct Lanes {
  int64_t vector;
  int64_t channels;
  const SumTaps (*sums)[MOST_CHANNELS];
};

#define ESPALIER_LANES avx512_lanes
#define ESPALIER_TARGET ESPALIER_AVX512
#define ESPALIER_VECTOR __m512
#define ESPALIER_OF(operation) _mm512_##operation##_ps
#include "convolution-lanes.h"
#define ESPALIER_LANES avx2_lanes
#define ESPALIER_TARGET ESPALIER_AVX2
#define ESPALIER_VECTOR __m256
#define ESPALIER_OF(operation) _mm256_##operation##_ps
#include "convolution-lanes.h"

inline Lanes lanes() { return has_avx512() ? Lanes{16, MOST_CHANNELS, avx512_lanes::SUMS} : Lanes{8, 6, avx2_lanes::SUMS}; }

// 8 rows of 8 numbers each become columns.
ESPALIER_AVX2 inline void transpose(const float* from, int64_t from_row, float* to, int64_t to_row) {
  __m256 a[8], b[8];
#pragma GCC unroll 8
  for (int i = 0; i < 8; i++) a[i] = _mm256_loadu_ps(from + i * from_row);
#pragma GCC unroll 4
  for (int i = 0; i < 8; i += 2) {
    b[i] = _mm256_unpacklo_ps(a[i], a[i + 1]);
    b[i + 1] = _mm256_unpackhi_ps(a[i], a[i + 1]);
  }
#pragma GCC unroll 2
  for (int i = 0; i < 8; i += 4) {
#pragma GCC unroll 2
    for (int j = 0; j < 2; j++) {
      a[i + 2 * j] = _mm256_shuffle_ps(b[i + j], b[i + j + 2], 0x44);
      a[i + 2 * j + 1] = _mm256_shuffle_ps(b[i + j], b[i + j + 2], 0xee);
    }
  }
#pragma GCC unroll 4
  for (int i = 0; i < 4; i++) {
    _mm256_storeu_ps(to + i * to_row, _mm256_permute2f128_ps(a[i], a[i + 4], 0x20));
    _mm256_storeu_ps(to + (i + 4) * to_row, _mm256_permute2f128_ps(a[i], a[i + 4], 0x31));
  }
}

// Numbers of `count` images, which lie `image` apart, side by side: `width` of them, those that aren't there as zeros.
inline void lay_out(const float* images, int64_t image, int64_t count, int64_t numbers, float* to, int64_t width) {
  const int64_t whole = count - count % 8, blocks = numbers - numbers % 8;
  for (int64_t n = 0; n < blocks; n += 8) {
    for (int64_t i = 0; i < whole; i += 8) transpose(images + i * image + n, image, to + n * width + i, width);
  }
  for (int64_t n = 0; n < numbers; n++) {
    for (int64_t i = n < blocks ? whole : 0; i < width; i++) to[n * width + i] = i < count ? images[i * image + n] : 0;
  }
}

// The other way, of `width` images those that are there.
inline void put_back(const float* from, int64_t width, int64_t count, int64_t numbers, float* images, int64_t image) {
  const int64_t whole = count - count % 8, blocks = numbers - numbers % 8;
  for (int64_t n = 0; n < blocks; n += 8) {
    for (int64_t i = 0; i < whole; i += 8) transpose(from + n * width + i, width, images + i * image + n, image);
  }
  for (int64_t n = 0; n < numbers; n++) {
    for (int64_t i = n < blocks ? whole : 0; i < count; i++) images[i * image + n] = from[n * width + i];
  }
}

// One convolution while it is computed: in groups of images that lie side by side, row by row of the results.
class Convolving {
 public:
  Convolving(const Convolution& c, const Taps& taps)
      : c_(c), taps_(taps), weights_(c.weights * c.step()), laid_out_(groups() * widest() * c.from.size()) {}

  int groups() const { return static_cast<int>((c_.count + widest() - 1) / widest()); }
  int rows() const { return static_cast<int>(c_.to.rows); }

  // The weights of each tile of channels, in the order in which they are used.
  void arrange_weights() {
    float* next = weights_.get();
    for (int64_t tile = 0; tile < tiles(); tile++) {
      for (int64_t w = 0; w < c_.weights; w++) {
        for (int64_t k = 0; k < c_.from.channels; k++) {
          for (int64_t to = border(tile); to < border(tile + 1); to++) *next++ = c_.kernel[w * c_.step() + k * c_.from_step + to * c_.to_step];
        }
      }
    }
  }

  void lay_out_group(int64_t group) {
    const float* images = c_.images + group * widest() * c_.from.size();
    lay_out(images, c_.from.size(), images_of(group), c_.from.size(), group_at(group), width_of(group));
  }

  // Computes a row of the results of a group.
  void compute(int64_t group, int64_t row) {
    const int64_t width = width_of(group), numbers = c_.to.columns * c_.to.channels;
    const Floats sums(numbers * width);
    for (int64_t tile = 0; tile < tiles(); tile++) {
      for (int64_t column = 0; column < c_.to.columns; column++) {
        float* to = sums.get() + (column * c_.to.channels + border(tile)) * width;
        compute(group, tile, row * c_.to.columns + column, to);
        for (int64_t k = border(tile); c_.bias != nullptr && k < border(tile + 1); k++, to += width) {
          for (int64_t i = 0; i < width; i++) to[i] += c_.bias[k];
        }
      }
    }
    float* results = c_.results + group * widest() * c_.to.size() + row * numbers;
    put_back(sums.get(), width, images_of(group), numbers, results, c_.to.size());
  }

 private:
  int64_t widest() const { return 2 * lanes_.vector; }
  int64_t images_of(int64_t group) const { return std::min(widest(), c_.count - group * widest()); }
  int64_t width_of(int64_t group) const { return images_of(group) > lanes_.vector ? widest() : lanes_.vector; }
  float* group_at(int64_t group) const { return laid_out_.get() + group * widest() * c_.from.size(); }
  int64_t tiles() const { return (c_.to.channels + lanes_.channels - 1) / lanes_.channels; }
  int64_t border(int64_t tile) const { return c_.to.channels * tile / tiles(); }

  // Computes a tile of the channels of one place.
  void compute(int64_t group, int64_t tile, int64_t place, float* to) {
    const int64_t width = width_of(group), channels = border(tile + 1) - border(tile), first = taps_.sums[place], end = taps_.sums[place + 1];
    if (first == end) std::fill_n(to, channels * width, 0.0f);
    const SumTaps sum_taps = lanes_.sums[width / lanes_.vector - 1][channels - 1];
    const float* weights = weights_.get() + c_.weights * border(tile) * c_.from.channels;
    std::vector<Source> sources;
    sources.reserve(c_.weights);
    for (int64_t sum = first; sum < end; sum++) {
      sources.clear();
      for (int t = taps_.starts[sum]; t < taps_.starts[sum + 1]; t++) {
        const Tap& tap = taps_.taps[t];
        sources.push_back({group_at(group) + tap.place * c_.from.channels * width, weights + tap.weight * channels * c_.from.channels});
      }
      sum_taps(sources, c_.from.channels, width, to, sum > first);
    }
  }

  const Lanes lanes_ = lanes();
  const Convolution& c_;
  const Taps& taps_;
  const Floats weights_;
  const Floats laid_out_;
};

inline void convolve(const Convolution& c, const Taps& taps) {
  Convolving convolving(c, taps);
  convolving.arrange_weights();
  const int rows = convolving.rows();
  Team::shared().share(convolving.groups(), Sleepers::WAKE, [&](int group) { convolving.lay_out_group(group); });
  Team::shared().share(convolving.groups() * rows, Sleepers::WAKE, [&](int part) { convolving.compute(part / rows, part % rows); });
}

}  // namespace espalier

#endif
#endif
