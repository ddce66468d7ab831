// What convolution.h computes with one kind of vectors: it defines which, and includes this for each.
namespace ESPALIER_LANES {

constexpr int64_t VECTOR = sizeof(ESPALIER_VECTOR) / sizeof(float);

template <int CHANNELS, int VECTORS>
ESPALIER_TARGET void sum_taps(const std::vector<Source>& sources, int64_t channels, int64_t width, float* to, bool adds) {
  ESPALIER_VECTOR sum[CHANNELS][VECTORS];
#pragma GCC unroll 10
  for (int c = 0; c < CHANNELS; c++) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) sum[c][v] = ESPALIER_OF(setzero)();
  }
  for (const Source& source : sources) {
    const float *image = source.images, *weight = source.weights;
    for (int64_t k = 0; k < channels; k++, image += width, weight += CHANNELS) {
      ESPALIER_VECTOR x[VECTORS];
#pragma GCC unroll 2
      for (int v = 0; v < VECTORS; v++) x[v] = ESPALIER_OF(loadu)(image + v * VECTOR);
#pragma GCC unroll 10
      for (int c = 0; c < CHANNELS; c++) {
        const ESPALIER_VECTOR w = ESPALIER_OF(set1)(weight[c]);
#pragma GCC unroll 2
        for (int v = 0; v < VECTORS; v++) sum[c][v] = ESPALIER_OF(fmadd)(x[v], w, sum[c][v]);
      }
    }
  }
#pragma GCC unroll 10
  for (int c = 0; c < CHANNELS; c++) {
#pragma GCC unroll 2
    for (int v = 0; v < VECTORS; v++) {
      float* own = to + c * width + v * VECTOR;
      ESPALIER_OF(storeu)(own, adds ? ESPALIER_OF(add)(ESPALIER_OF(loadu)(own), sum[c][v]) : sum[c][v]);
    }
  }
}

#define ESPALIER_SUMS(v)                                                                                                             \
  {sum_taps<1, v>, sum_taps<2, v>, sum_taps<3, v>, sum_taps<4, v>, sum_taps<5, v>, sum_taps<6, v>, sum_taps<7, v>, sum_taps<8, v>, \
   sum_taps<9, v>, sum_taps<10, v>}
constexpr SumTaps SUMS[2][MOST_CHANNELS] = {ESPALIER_SUMS(1), ESPALIER_SUMS(2)};
#undef ESPALIER_SUMS

}  // namespace ESPALIER_LANES

#undef ESPALIER_LANES
#undef ESPALIER_TARGET
#undef ESPALIER_VECTOR
#undef ESPALIER_OF
