// Matrices of arenas against a plain multiplication in C.
#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

enum { kMaxTokens = 300 };

static float F16ToF32(uint16_t bits) {
  const int exponent = bits >> 10 & 31;
  const int fraction = bits & 1023;
  const double value = exponent == 0 ? ldexp(fraction, -24)
                                     : ldexp(1024 + fraction, exponent - 25);
  return (float)(bits & 0x8000 ? -value : value);
}

// Row `row` of a row-major tensor of type F32 or Q8_0 (blocks of a float16
// scale and 32 int8).
static void ReadRow(const tessera_tensor* tensor, uint64_t row, float* out) {
  const unsigned char* bytes = tensor->data;
  bytes += row * tensor->row_tile_stride;
  if (strcmp(tensor->type, "F32") == 0) {
    memcpy(out, bytes, tensor->columns * sizeof(float));
    return;
  }
  for (uint64_t k = 0; k < tensor->columns; ++k) {
    const unsigned char* block = bytes + k / 32 * 34;
    uint16_t scale;
    memcpy(&scale, block, sizeof(scale));
    out[k] = F16ToF32(scale) * (signed char)block[2 + k % 32];
  }
}

// y = W x in double, for a row-major tensor.
static void Reference(const tessera_tensor* tensor, const float* x,
                      size_t tokens, float* y) {
  float* row = malloc(tensor->columns * sizeof(float));
  for (uint64_t r = 0; r < tensor->rows; ++r) {
    ReadRow(tensor, r, row);
    for (size_t t = 0; t < tokens; ++t) {
      double sum = 0;
      for (uint64_t k = 0; k < tensor->columns; ++k) {
        sum += (double)row[k] * x[t * tensor->columns + k];
      }
      y[t * tensor->rows + r] = (float)sum;
    }
  }
  free(row);
}

// |y - expected| / |expected|, Euclidean.
static double RelativeError(const float* y, const float* expected, size_t n) {
  double difference = 0;
  double length = 0;
  for (size_t i = 0; i < n; ++i) {
    const double d = (double)y[i] - expected[i];
    difference += d * d;
    length += (double)expected[i] * expected[i];
  }
  return sqrt(difference / length);
}

// Numbers between -1 and 1.
static float* MakeVectors(size_t count) {
  float* values = malloc(count * sizeof(float));
  uint32_t state = 1;
  for (size_t i = 0; i < count; ++i) {
    state = state * 1664525u + 1013904223u;
    values[i] = (float)(state >> 8) / (float)(1 << 23) - 1.0f;
  }
  return values;
}

static tessera_compute* NewCompute(const char* threads) {
  tessera_options* options = NULL;
  tessera_compute* compute = NULL;
  EXPECT(tessera_options_new(&options, NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, "threads", threads, NULL) == TESSERA_OK);
  EXPECT(tessera_compute_new(options, &compute, NULL) == TESSERA_OK);
  tessera_options_free(options);
  return compute;
}

// Multiplies `name` of the arena `file` by 1, 5, 40 and 300 vectors and
// compares with the row-major tensor of the arena `reference`.
static void ExpectProducts(const char* file, const char* reference,
                           const char* name, double tolerance) {
  static const size_t kTokens[] = {1, 5, 40, kMaxTokens, 1};
  tessera_arena* arena = NULL;
  tessera_arena* plain = NULL;
  REQUIRE(tessera_arena_open(TestFile(file), NULL, &arena, NULL) == TESSERA_OK);
  REQUIRE(tessera_arena_open(TestFile(reference), NULL, &plain, NULL) ==
          TESSERA_OK);
  const tessera_tensor* tensor = tessera_arena_find(arena, name);
  const tessera_tensor* weights = tessera_arena_find(plain, name);
  REQUIRE(tensor != NULL && weights != NULL);
  REQUIRE(strcmp(weights->layout, "rowmajor") == 0);
  float* x = MakeVectors(kMaxTokens * tensor->columns);
  float* y = malloc(kMaxTokens * tensor->rows * sizeof(float));
  float* expected = malloc(kMaxTokens * tensor->rows * sizeof(float));
  Reference(weights, x, kMaxTokens, expected);
  tessera_compute* compute = NewCompute("2");
  for (size_t i = 0; i < sizeof(kTokens) / sizeof(kTokens[0]); ++i) {
    const size_t n = kTokens[i] * tensor->rows;
    memset(y, 0, n * sizeof(float));
    EXPECT(tessera_matmul(compute, tensor, x, kTokens[i], y, NULL) ==
           TESSERA_OK);
    EXPECT(RelativeError(y, expected, n) <= tolerance);
  }
  tessera_compute_free(compute);
  free(x);
  free(y);
  free(expected);
  tessera_arena_close(arena);
  tessera_arena_close(plain);
}

static void FloatsInEveryLayout(void) {
  static const char* const kFiles[] = {
      "f32_rowmajor.arena", "f32_interleaved.arena", "f32_transposed.arena",
      "f32_swizzled.arena"};
  for (size_t i = 0; i < 4; ++i) {
    ExpectProducts(kFiles[i], "f32_rowmajor.arena", "blk.0.ffn_down.weight",
                   1e-4);
  }
}

static void BlocksInEveryLayout(void) {
  static const char* const kFiles[] = {"q8_rowmajor.arena", "q8.arena",
                                       "q8_transposed.arena",
                                       "q8_swizzled.arena"};
  for (size_t i = 0; i < 4; ++i) {
    // Activations are rounded to 8 bits.
    ExpectProducts(kFiles[i], "q8_rowmajor.arena", "blk.1.ffn_up.weight", 0.01);
  }
}

static void AVectorIsOneRow(void) {
  ExpectProducts("q8.arena", "f32_rowmajor.arena", "output_norm.weight", 1e-4);
}

static void ThreadsChangeNoBit(void) {
  enum { kTokens = 70 };
  tessera_arena* arena = NULL;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  const tessera_tensor* tensor =
      tessera_arena_find(arena, "blk.0.attn_output.weight");
  REQUIRE(tensor != NULL);
  const size_t bytes = kTokens * tensor->rows * sizeof(float);
  float* x = MakeVectors(kTokens * tensor->columns);
  float* alone = malloc(bytes);
  float* together = malloc(bytes);
  tessera_compute* one = NewCompute("1");
  tessera_compute* three = NewCompute("3");
  EXPECT(tessera_matmul(one, tensor, x, kTokens, alone, NULL) == TESSERA_OK);
  EXPECT(tessera_matmul(three, tensor, x, kTokens, together, NULL) ==
         TESSERA_OK);
  EXPECT(memcmp(alone, together, bytes) == 0);
  tessera_compute_free(one);
  tessera_compute_free(three);
  free(x);
  free(alone);
  free(together);
  tessera_arena_close(arena);
}

static void WrongArgumentsAreRefused(void) {
  tessera_error error;
  tessera_arena* arena = NULL;
  tessera_compute* compute = NewCompute("1");
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  const tessera_tensor* tensor = tessera_arena_tensor(arena, 0);
  float value = 5;
  EXPECT(tessera_matmul(compute, NULL, &value, 1, &value, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strcmp(error.message, "tensor is NULL") == 0);
  EXPECT(tessera_matmul(compute, tensor, NULL, 1, &value, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_matmul(NULL, tensor, &value, 1, &value, &error) ==
         TESSERA_INVALID_ARGUMENT);
  const tessera_tensor forged = {0};
  EXPECT(tessera_matmul(compute, &forged, &value, 1, &value, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_matmul(compute, tensor, &value, 0, &value, &error) ==
         TESSERA_OK);
  EXPECT(tessera_matmul(compute, tensor, &value, SIZE_MAX, &value, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(value == 5);
  EXPECT(tessera_compute_new(NULL, NULL, &error) == TESSERA_INVALID_ARGUMENT);
  tessera_compute_free(NULL);
  tessera_compute_free(compute);
  tessera_arena_close(arena);
}

const CCase kMatmulCases[] = {
    {"FloatsInEveryLayout", FloatsInEveryLayout},
    {"BlocksInEveryLayout", BlocksInEveryLayout},
    {"AVectorIsOneRow", AVectorIsOneRow},
    {"ThreadsChangeNoBit", ThreadsChangeNoBit},
    {"WrongArgumentsAreRefused", WrongArgumentsAreRefused},
    {NULL, NULL},
};
