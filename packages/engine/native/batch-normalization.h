// Batch normalization in training and its gradient with AVX2, to the bits of oneDNN's, and with them the activation that follows it.
//
// oneDNN gives every thread a part of the images. Over a part each channel is summed in order; the sums of the parts are added in order.
// Its threads are woken three times for each pass forward, and what it writes goes past the caches.
#ifndef ESPALIER_BATCH_NORMALIZATION_H
#define ESPALIER_BATCH_NORMALIZATION_H

#include "instructions.h"

#if defined(ESPALIER_HAS_VECTORS)

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "team.h"

namespace espalier {

enum class Activation { NONE, RELU, RELU6 };

// Numbers of one vector.
constexpr int64_t LANES = 8;

// Tensors of [images, places, channels], and what there is of each channel.
struct Normalization {
  const float* x;
  const float* scale;
  const float* offset;
  float epsilon;
  int64_t images;
  int64_t places;
  int64_t channels;

  int64_t image() const { return places * channels; }
  int64_t count() const { return images * places; }
  // How many parts oneDNN makes of the images, and where those of a part begin.
  int parts() const { return static_cast<int>(std::min<int64_t>(images, Team::shared().threads())); }
  int64_t border(int part) const { return images / parts() * part + std::min<int64_t>(part, images % parts()); }
  // Numbers from which on it pays to wake who sleeps.
  Sleepers sleepers() const { return images * image() >= int64_t{1} << 18 ? Sleepers::WAKE : Sleepers::STAY; }
};

// What normalizes a vector of channels, and the activation after it.
template <Activation ACTIVATION>
struct Channels {
  __m256 mean, reciprocal, scale, offset;

  ESPALIER_AVX2 Channels(const Normalization& n, const float* means, const float* reciprocals, int64_t c)
      : mean(_mm256_loadu_ps(means + c)),
        reciprocal(_mm256_loadu_ps(reciprocals + c)),
        scale(_mm256_loadu_ps(n.scale + c)),
        offset(_mm256_loadu_ps(n.offset + c)) {}

  ESPALIER_AVX2 __m256 normalize(__m256 x) const {
    return _mm256_fmadd_ps(_mm256_mul_ps(_mm256_sub_ps(x, mean), reciprocal), scale, offset);
  }

  // Both pass on what is not a number: the second operand of the instructions is what they give then.
  ESPALIER_AVX2 static __m256 activate(__m256 y) {
    if (ACTIVATION != Activation::NONE) y = _mm256_max_ps(_mm256_setzero_ps(), y);
    if (ACTIVATION == Activation::RELU6) y = _mm256_min_ps(_mm256_set1_ps(6), y);
    return y;
  }

  // The gradient by y from that by the activation of it: times 1 or 0.
  ESPALIER_AVX2 __m256 pass_back(__m256 gradient, __m256 x) const {
    if (ACTIVATION == Activation::NONE) return gradient;
    const __m256 y = normalize(x);
    __m256 passes = _mm256_cmp_ps(y, _mm256_setzero_ps(), _CMP_GT_OQ);
    if (ACTIVATION == Activation::RELU6) passes = _mm256_and_ps(passes, _mm256_cmp_ps(y, _mm256_set1_ps(6), _CMP_LT_OQ));
    return _mm256_mul_ps(gradient, _mm256_and_ps(passes, _mm256_set1_ps(1)));
  }
};

// Calls `work(vectors, c)` for all channels, so many vectors from channel c on at a time: VECTORS, or half of it where fewer are left.
template <int VECTORS, typename Work>
inline void each_channels(int64_t channels, const Work& work, int64_t c = 0) {
  for (; c + VECTORS * LANES <= channels; c += VECTORS * LANES) work(std::integral_constant<int, VECTORS>(), c);
  if constexpr (VECTORS > 1) each_channels<VECTORS / 2>(channels, work, c);
}

// Adds x, or (x − mean)², of `rows` rows to the sums.
template <bool SQUARES, int VECTORS>
ESPALIER_AVX2 void add_rows(const float* x, int64_t rows, int64_t channels, const float* mean, float* sums) {
  __m256 sum[VECTORS], middle[VECTORS];
#pragma GCC unroll 4
  for (int v = 0; v < VECTORS; v++) {
    sum[v] = _mm256_loadu_ps(sums + v * LANES);
    if (SQUARES) middle[v] = _mm256_loadu_ps(mean + v * LANES);
  }
  for (int64_t row = 0; row < rows; row++, x += channels) {
#pragma GCC unroll 4
    for (int v = 0; v < VECTORS; v++) {
      const __m256 value = _mm256_loadu_ps(x + v * LANES);
      if (SQUARES) {
        const __m256 difference = _mm256_sub_ps(value, middle[v]);
        sum[v] = _mm256_fmadd_ps(difference, difference, sum[v]);
      } else {
        sum[v] = _mm256_add_ps(sum[v], value);
      }
    }
  }
#pragma GCC unroll 4
  for (int v = 0; v < VECTORS; v++) _mm256_storeu_ps(sums + v * LANES, sum[v]);
}

// Adds up what `parts` threads have, each `width` numbers, in the place of the first.
inline void add_parts(std::vector<float>& sums, int parts, int64_t width) {
  for (int part = 1; part < parts; part++) {
    for (int64_t c = 0; c < width; c++) sums[c] += sums[part * width + c];
  }
}

// The mean of x, or of (x − mean)², of each channel.
template <bool SQUARES>
void average(const Normalization& n, const float* mean, float* averages) {
  const int parts = n.parts();
  std::vector<float> sums(parts * n.channels);
  Team::shared().share(parts, n.sleepers(), [&](int part) {
    const int64_t from = n.border(part), rows = (n.border(part + 1) - from) * n.places;
    each_channels<4>(n.channels, [&](auto vectors, int64_t c) {
      add_rows<SQUARES, decltype(vectors)::value>(n.x + from * n.image() + c, rows, n.channels, mean + c, &sums[part * n.channels + c]);
    });
  });
  add_parts(sums, parts, n.channels);
  for (int64_t c = 0; c < n.channels; c++) averages[c] = sums[c] / static_cast<float>(n.count());
}

inline std::vector<float> reciprocals(const Normalization& n, const float* variance) {
  std::vector<float> values(n.channels);
  for (int64_t c = 0; c < n.channels; c++) values[c] = 1.0f / std::sqrt(variance[c] + n.epsilon);
  return values;
}

template <Activation ACTIVATION, int VECTORS>
ESPALIER_AVX2 void normalize_rows(const Normalization& n, const float* x, const float* means, const float* reciprocals, int64_t c, float* y) {
  const Channels<ACTIVATION> own[2] = {{n, means, reciprocals, c}, {n, means, reciprocals, c + (VECTORS - 1) * LANES}};
  for (int64_t row = 0; row < n.places; row++, x += n.channels, y += n.channels) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      _mm256_storeu_ps(y + v * LANES, own[v].activate(own[v].normalize(_mm256_loadu_ps(x + v * LANES))));
    }
  }
}

// y = activation(scale · (x − mean) / √(variance + ε) + offset)
template <Activation ACTIVATION>
void normalize(const Normalization& n, float* mean, float* variance, float* y) {
  average<false>(n, nullptr, mean);
  average<true>(n, mean, variance);
  const std::vector<float> inverse = reciprocals(n, variance);
  Team::shared().share(static_cast<int>(n.images), n.sleepers(), [&](int image) {
    const int64_t at = image * n.image();
    each_channels<2>(n.channels, [&](auto vectors, int64_t c) {
      normalize_rows<ACTIVATION, decltype(vectors)::value>(n, n.x + at + c, mean, inverse.data(), c, y + at + c);
    });
  });
}

// Adds the gradients of one image by scale and by offset to the sums.
template <Activation ACTIVATION, int VECTORS>
ESPALIER_AVX2 void add_gradients(const Normalization& n, const float* x, const float* gradient, const float* means,
                                 const float* reciprocals, int64_t c, float* by_scale, float* by_offset) {
  const Channels<ACTIVATION> own[2] = {{n, means, reciprocals, c}, {n, means, reciprocals, c + (VECTORS - 1) * LANES}};
  __m256 scale[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()}, offset[2] = {_mm256_setzero_ps(), _mm256_setzero_ps()};
  for (int64_t row = 0; row < n.places; row++, x += n.channels, gradient += n.channels) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      const __m256 value = _mm256_loadu_ps(x + v * LANES);
      const __m256 passed = own[v].pass_back(_mm256_loadu_ps(gradient + v * LANES), value);
      offset[v] = _mm256_add_ps(offset[v], passed);
      scale[v] = _mm256_fmadd_ps(_mm256_sub_ps(value, own[v].mean), passed, scale[v]);
    }
  }
#pragma GCC unroll 2
  for (int v = 0; v < VECTORS; v++) {
    float *scales = by_scale + c + v * LANES, *offsets = by_offset + c + v * LANES;
    _mm256_storeu_ps(scales, _mm256_add_ps(_mm256_mul_ps(scale[v], own[v].reciprocal), _mm256_loadu_ps(scales)));
    _mm256_storeu_ps(offsets, _mm256_add_ps(offset[v], _mm256_loadu_ps(offsets)));
  }
}

// The gradient of one image by x.
template <Activation ACTIVATION, int VECTORS>
ESPALIER_AVX2 void pass_rows_back(const Normalization& n, const float* x, const float* gradient, const float* means,
                                  const float* reciprocals, const float* by_scale, const float* by_offset, int64_t c, float* by_x) {
  const Channels<ACTIVATION> own[2] = {{n, means, reciprocals, c}, {n, means, reciprocals, c + (VECTORS - 1) * LANES}};
  const __m256 count = _mm256_set1_ps(static_cast<float>(n.count()));
  __m256 slope[2], shift[2];
#pragma GCC unroll 2
  for (int v = 0; v < VECTORS; v++) {
    slope[v] = _mm256_div_ps(_mm256_mul_ps(_mm256_loadu_ps(by_scale + c + v * LANES), own[v].reciprocal), count);
    shift[v] = _mm256_div_ps(_mm256_loadu_ps(by_offset + c + v * LANES), count);
  }
  for (int64_t row = 0; row < n.places; row++, x += n.channels, gradient += n.channels, by_x += n.channels) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      const __m256 value = _mm256_loadu_ps(x + v * LANES);
      const __m256 passed = _mm256_sub_ps(own[v].pass_back(_mm256_loadu_ps(gradient + v * LANES), value), shift[v]);
      const __m256 rest = _mm256_sub_ps(passed, _mm256_mul_ps(_mm256_sub_ps(value, own[v].mean), slope[v]));
      _mm256_storeu_ps(by_x + v * LANES, _mm256_mul_ps(_mm256_mul_ps(rest, own[v].scale), own[v].reciprocal));
    }
  }
}

// From the gradient by the activation of y, with x̂ = (x − mean) / √(variance + ε) and g the gradient by y:
//
//   by offset Σ g,   by scale Σ g · x̂,   by x (g − mean of g − x̂ · mean of g · x̂) · scale / √(variance + ε)
template <Activation ACTIVATION>
void normalize_gradient(const Normalization& n, const float* gradient, const float* mean, const float* variance, float* by_x,
                        float* by_scale, float* by_offset) {
  const std::vector<float> inverse = reciprocals(n, variance);
  const int parts = n.parts();
  std::vector<float> scales(parts * n.channels), offsets(parts * n.channels);
  Team::shared().share(parts, n.sleepers(), [&](int part) {
    for (int64_t image = n.border(part); image < n.border(part + 1); image++) {
      const int64_t at = image * n.image();
      each_channels<2>(n.channels, [&](auto vectors, int64_t c) {
        add_gradients<ACTIVATION, decltype(vectors)::value>(n, n.x + at + c, gradient + at + c, mean, inverse.data(), c,
                                                            &scales[part * n.channels], &offsets[part * n.channels]);
      });
    }
  });
  add_parts(scales, parts, n.channels);
  add_parts(offsets, parts, n.channels);
  std::copy_n(scales.begin(), n.channels, by_scale);
  std::copy_n(offsets.begin(), n.channels, by_offset);
  Team::shared().share(static_cast<int>(n.images), n.sleepers(), [&](int image) {
    const int64_t at = image * n.image();
    each_channels<2>(n.channels, [&](auto vectors, int64_t c) {
      pass_rows_back<ACTIVATION, decltype(vectors)::value>(n, n.x + at + c, gradient + at + c, mean, inverse.data(), by_scale, by_offset,
                                                           c, by_x + at + c);
    });
  });
}

}  // namespace espalier

#endif
#endif
