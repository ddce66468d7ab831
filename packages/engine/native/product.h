// The product of two matrices with AVX-512, to the bits of oneDNN's: every element is a sum of its terms in order. It starts at zero, each
// term is added by a fused multiply-add, and after every `block` of them what has come together is added to the result and it starts anew.
#ifndef ESPALIER_PRODUCT_H
#define ESPALIER_PRODUCT_H

#include "instructions.h"

#if defined(ESPALIER_HAS_VECTORS)

#include <algorithm>
#include <cstdint>

#include "team.h"

namespace espalier {

// c = a · b, of a [rows, terms] with steps of a_row and a_term between its elements, b [terms, columns] and c [rows, columns], row by row.
struct Product {
  const float* a;
  int64_t a_row;
  int64_t a_term;
  const float* b;
  float* c;
  int64_t rows;
  int64_t terms;
  int64_t columns;
  int64_t block;
};

constexpr int64_t VECTOR = 16;
// 8 rows and 3 vectors of sums: they, 3 vectors of b and one of a are most of the 32 registers.
constexpr int64_t TILE_ROWS = 8;
constexpr int64_t PANEL_VECTORS = 3;
// The rows of a part: its piece of `a` stays in the second-level cache while the panels of b pass by.
constexpr int64_t BAND_ROWS = 64;
// Rows of b that are fetched ahead. They lie too far apart for the processor to do so by itself.
constexpr int64_t AHEAD = 16;
// Multiply-adds from which on it pays to wake who sleeps.
constexpr int64_t WORTH_WAKING = 1 << 24;

// `terms` terms of ROWS rows and VECTORS vectors of columns; of the last vector those in the mask.
template <int ROWS, int VECTORS>
ESPALIER_AVX512 inline void tile(const Product& p, const float* a, const float* b, float* c, int64_t terms, bool adds, __mmask16 last) {
  const int64_t a_row = p.a_row, a_term = p.a_term, columns = p.columns;
  const auto mask = [&](int v) { return v + 1 < VECTORS ? static_cast<__mmask16>(0xffff) : last; };
  __m512 sum[ROWS][VECTORS];
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 3
    for (int v = 0; v < VECTORS; v++) sum[r][v] = _mm512_setzero_ps();
  }
  for (int64_t t = 0; t < terms; t++) {
    __m512 right[VECTORS];
#pragma GCC unroll 3
    for (int v = 0; v < VECTORS; v++) {
      right[v] = _mm512_maskz_loadu_ps(mask(v), b + t * columns + VECTOR * v);
      _mm_prefetch(b + (t + AHEAD) * columns + VECTOR * v, _MM_HINT_T0);
    }
#pragma GCC unroll 8
    for (int r = 0; r < ROWS; r++) {
      const __m512 left = _mm512_set1_ps(a[r * a_row + t * a_term]);
#pragma GCC unroll 3
      for (int v = 0; v < VECTORS; v++) sum[r][v] = _mm512_fmadd_ps(left, right[v], sum[r][v]);
    }
  }
#pragma GCC unroll 8
  for (int r = 0; r < ROWS; r++) {
#pragma GCC unroll 3
    for (int v = 0; v < VECTORS; v++) {
      float* to = c + r * columns + VECTOR * v;
      const __m512 whole = adds ? _mm512_add_ps(_mm512_maskz_loadu_ps(mask(v), to), sum[r][v]) : sum[r][v];
      _mm512_mask_storeu_ps(to, mask(v), whole);
    }
  }
}

// The rows and columns from the first up to the second number.
struct Part {
  int64_t row, to_row, column, to_column;
};

template <int VECTORS>
ESPALIER_AVX512 void multiply_part(const Product& p, const Part& part) {
  const auto last = static_cast<__mmask16>(0xffff >> (VECTOR * VECTORS - (part.to_column - part.column)));
  for (int64_t term = 0; term < p.terms; term += p.block) {
    const int64_t terms = std::min(p.block, p.terms - term);
    const float* a = p.a + part.row * p.a_row + term * p.a_term;
    const float* b = p.b + term * p.columns + part.column;
    float* c = p.c + part.row * p.columns + part.column;
    int64_t rows = part.to_row - part.row;
    for (; rows >= TILE_ROWS; rows -= TILE_ROWS, a += TILE_ROWS * p.a_row, c += TILE_ROWS * p.columns) {
      tile<TILE_ROWS, VECTORS>(p, a, b, c, terms, term > 0, last);
    }
    for (; rows > 0; rows--, a += p.a_row, c += p.columns) tile<1, VECTORS>(p, a, b, c, terms, term > 0, last);
  }
}

inline void multiply_part(const Product& p, const Part& part) {
  switch ((part.to_column - part.column + VECTOR - 1) / VECTOR) {
    case 1:
      return multiply_part<1>(p, part);
    case 2:
      return multiply_part<2>(p, part);
    default:
      return multiply_part<3>(p, part);
  }
}

inline void multiply(const Product& p) {
  const int64_t vectors = (p.columns + VECTOR - 1) / VECTOR;
  const int64_t panels = (vectors + PANEL_VECTORS - 1) / PANEL_VECTORS, bands = std::max<int64_t>(1, p.rows / BAND_ROWS);
  const auto row = [&](int64_t band) { return band == bands ? p.rows : band * BAND_ROWS; };
  const auto column = [&](int64_t panel) { return std::min(p.columns, VECTOR * (vectors * panel / panels)); };
  // The smaller factor is the one that every thread reads.
  const bool by_rows = p.rows >= p.columns;
  const auto sleepers = p.rows * p.terms * p.columns >= WORTH_WAKING ? Sleepers::WAKE : Sleepers::STAY;
  Team::shared().share(static_cast<int>(panels * bands), sleepers, [&](int i) {
    const int64_t band = by_rows ? i / panels : i % bands, panel = by_rows ? i % panels : i / bands;
    multiply_part(p, {row(band), row(band + 1), column(panel), column(panel + 1)});
  });
}

}  // namespace espalier

#endif
#endif
