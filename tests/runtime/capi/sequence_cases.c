// Sequences: beside each other, together, trimmed, saved.
#include <math.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

enum { kVocabulary = 1024, kIds = 70 };

static tessera_context* NewContext(const char* name, const char* sequences,
                                   const char* ctx_size) {
  tessera_arena* arena = NULL;
  tessera_options* options = NULL;
  tessera_context* context = NULL;
  EXPECT(tessera_arena_open(TestFile(name), NULL, &arena, NULL) == TESSERA_OK);
  EXPECT(tessera_options_new(&options, NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, "threads", "2", NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, "sequences", sequences, NULL) ==
         TESSERA_OK);
  EXPECT(tessera_options_set(options, "ctx_size", ctx_size, NULL) ==
         TESSERA_OK);
  tessera_error error;
  if (tessera_context_new(arena, options, &context, &error) != TESSERA_OK) {
    RecordFailure(__FILE__, __LINE__, error.message);
  }
  tessera_options_free(options);
  tessera_arena_close(arena);
  return context;
}

static const int32_t* SomeIds(void) {
  static int32_t ids[kIds];
  for (int i = 0; i < kIds; ++i) ids[i] = (i * 37 + 5) % kVocabulary;
  return ids;
}

static bool Near(const float* a, const float* b, size_t count, float most) {
  for (size_t i = 0; i < count; ++i) {
    if (!(fabsf(a[i] - b[i]) <= most)) return false;
  }
  return true;
}

static void TogetherAsAlone(void) {
  tessera_context* context = NewContext("f32_rowmajor.arena", "3", "128");
  REQUIRE(context != NULL);
  tessera_sequence* own = tessera_context_sequence(context);
  tessera_sequence* other = NULL;
  EXPECT(tessera_sequence_new(context, &other, NULL) == TESSERA_OK);
  float alone[2][kVocabulary];
  const float* logits = NULL;
  EXPECT(tessera_forward(context, SomeIds(), 10, &logits, NULL) == TESSERA_OK);
  memcpy(alone[0], logits, sizeof(alone[0]));
  tessera_reset(context);
  EXPECT(tessera_forward(context, SomeIds() + 3, 7, &logits, NULL) ==
         TESSERA_OK);
  memcpy(alone[1], logits, sizeof(alone[1]));
  tessera_reset(context);
  const tessera_slice slices[] = {{own, SomeIds(), 10, 1},
                                  {other, SomeIds() + 3, 7, 1}};
  EXPECT(tessera_forward_batch(context, slices, 2, &logits, NULL) ==
         TESSERA_OK);
  EXPECT(Near(logits, alone[0], 2 * kVocabulary, 2e-3f));
  EXPECT(tessera_sequence_position(own) == 10);
  EXPECT(tessera_sequence_position(other) == 7);
  EXPECT(tessera_context_describe(context)->position == 10);
  // The context lives on in its sequence.
  tessera_context_free(context);
  EXPECT(tessera_sequence_position(other) == 7);
  tessera_sequence_free(other);
}

static void MistakesInABatch(void) {
  tessera_context* context = NewContext("q8.arena", "2", "64");
  tessera_context* stranger = NewContext("q8.arena", "1", "64");
  REQUIRE(context != NULL && stranger != NULL);
  tessera_sequence* own = tessera_context_sequence(context);
  const int32_t ids[] = {1, 2, 3};
  const int32_t bad[] = {1, 5000};
  const tessera_slice wrong[][2] = {
      {{own, ids, 3, 1}, {own, ids, 3, 1}},
      {{own, ids, 3, 1}, {tessera_context_sequence(stranger), ids, 3, 1}},
      {{own, ids, 3, 1}, {NULL, ids, 3, 1}},
      {{own, NULL, 3, 1}, {own, ids, 3, 1}},
      {{own, ids, 3, 4}, {own, ids, 3, 1}},
      {{own, ids, 3, SIZE_MAX}, {own, ids, 3, 1}},
      {{own, bad, 2, 1}, {own, ids, 3, 1}},
      {{own, ids, 0, 0}, {own, ids, 3, 1}},
  };
  const float* logits = NULL;
  tessera_error error;
  for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); ++i) {
    EXPECT(tessera_forward_batch(context, wrong[i], 2, &logits, &error) ==
           TESSERA_INVALID_ARGUMENT);
    EXPECT(strlen(error.message) > 10);
    EXPECT(logits == NULL);
    EXPECT(tessera_sequence_position(own) == 0);
  }
  EXPECT(tessera_forward_batch(context, wrong[0], 0, &logits, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_context_sequence(NULL) == NULL);
  EXPECT(tessera_sequence_position(NULL) == 0);
  tessera_sequence_free(NULL);
  tessera_sequence_free(own);  // does nothing
  EXPECT(tessera_sequence_position(own) == 0);
  tessera_context_free(context);
  tessera_context_free(stranger);
}

static void LogitsOfAllPositions(void) {
  tessera_context* context = NewContext("f32_rowmajor.arena", "1", "128");
  REQUIRE(context != NULL);
  tessera_sequence* own = tessera_context_sequence(context);
  float* all = malloc(sizeof(float) * kIds * kVocabulary);
  EXPECT(tessera_sequence_logits(own, SomeIds(), kIds, all, NULL) ==
         TESSERA_OK);
  EXPECT(tessera_sequence_position(own) == kIds);
  tessera_reset(context);
  for (int i = 0; i < kIds; i += 23) {
    const float* logits = NULL;
    tessera_reset(context);
    EXPECT(tessera_forward(context, SomeIds(), (size_t)i + 1, &logits, NULL) ==
           TESSERA_OK);
    EXPECT(Near(logits, all + (size_t)i * kVocabulary, kVocabulary, 2e-3f));
  }
  // A mistake after the first step takes it back.
  tessera_reset(context);
  int32_t ids[kIds];
  memcpy(ids, SomeIds(), sizeof(ids));
  ids[kIds - 1] = -1;
  EXPECT(tessera_sequence_logits(own, ids, kIds, all, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_sequence_position(own) == 0);
  free(all);
  tessera_context_free(context);
}

static void HiddenStatesHaveTheirSize(void) {
  tessera_context* context = NewContext("f32_rowmajor.arena", "1", "128");
  REQUIRE(context != NULL);
  const int64_t size = tessera_context_describe(context)->hidden_size;
  EXPECT(size == 256);
  float* states = calloc((size_t)size * kIds, sizeof(float));
  EXPECT(tessera_sequence_embed(tessera_context_sequence(context), SomeIds(),
                                kIds, states, NULL) == TESSERA_OK);
  double squares = 0;
  for (int64_t i = 0; i < size; ++i) {
    const float value = states[(kIds - 1) * size + i];
    squares += value * value;
  }
  EXPECT(squares > 1);
  EXPECT(tessera_sequence_embed(NULL, SomeIds(), 1, states, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  free(states);
  tessera_context_free(context);
}

static void TrimmingTakesBack(void) {
  tessera_context* context = NewContext("f32_rowmajor.arena", "1", "128");
  REQUIRE(context != NULL);
  tessera_sequence* own = tessera_context_sequence(context);
  float expected[kVocabulary];
  const float* logits = NULL;
  EXPECT(tessera_forward(context, SomeIds(), kIds, &logits, NULL) ==
         TESSERA_OK);
  memcpy(expected, logits, sizeof(expected));
  EXPECT(tessera_sequence_trim(own, 30, NULL) == TESSERA_OK);
  EXPECT(tessera_sequence_position(own) == 30);
  EXPECT(tessera_forward(context, SomeIds() + 30, kIds - 30, &logits, NULL) ==
         TESSERA_OK);
  EXPECT(Near(logits, expected, kVocabulary, 2e-3f));
  EXPECT(tessera_sequence_trim(own, kIds + 1, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_sequence_trim(own, -1, NULL) == TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_sequence_trim(own, 0, NULL) == TESSERA_OK);
  EXPECT(tessera_sequence_position(own) == 0);
  tessera_context_free(context);
}

static void AWindowForgets(void) {
  tessera_context* context = NewContext("window.arena", "1", "2048");
  REQUIRE(context != NULL);
  tessera_sequence* own = tessera_context_sequence(context);
  const float* logits = NULL;
  for (int i = 0; i < 20; ++i) {
    EXPECT(tessera_forward(context, SomeIds(), kIds, &logits, NULL) ==
           TESSERA_OK);
  }
  tessera_error error;
  EXPECT(tessera_sequence_trim(own, 100, &error) == TESSERA_INVALID_ARGUMENT);
  EXPECT(strstr(error.message, "window") != NULL);
  EXPECT(tessera_sequence_position(own) == 20 * kIds);
  EXPECT(tessera_sequence_trim(own, 20 * kIds - 5, &error) == TESSERA_OK);
  tessera_context_free(context);
}

static void WhatWasSavedGoesOn(void) {
  tessera_context* context = NewContext("q8.arena", "2", "128");
  REQUIRE(context != NULL);
  tessera_sequence* own = tessera_context_sequence(context);
  tessera_sequence* other = NULL;
  const float* logits = NULL;
  EXPECT(tessera_sequence_new(context, &other, NULL) == TESSERA_OK);
  EXPECT(tessera_forward(context, SomeIds(), kIds, &logits, NULL) ==
         TESSERA_OK);
  size_t size = 0;
  EXPECT(tessera_sequence_save(own, NULL, 0, &size, NULL) == TESSERA_OK);
  EXPECT(size > 1000);
  char* bytes = malloc(size);
  size_t again = 0;
  EXPECT(tessera_sequence_save(own, bytes, size, &again, NULL) == TESSERA_OK);
  EXPECT(again == size);
  EXPECT(tessera_sequence_load(other, bytes, size, NULL) == TESSERA_OK);
  EXPECT(tessera_sequence_position(other) == kIds);
  const int32_t id = 7;
  const tessera_slice slices[] = {{own, &id, 1, 1}, {other, &id, 1, 1}};
  EXPECT(tessera_forward_batch(context, slices, 2, &logits, NULL) ==
         TESSERA_OK);
  EXPECT(Near(logits, logits + kVocabulary, kVocabulary, 0));

  tessera_error error;
  EXPECT(tessera_sequence_load(own, bytes, size - 1, &error) ==
         TESSERA_DATA_LOSS);
  bytes[size / 2] ^= 1;
  EXPECT(tessera_sequence_load(own, bytes, size, &error) == TESSERA_DATA_LOSS);
  bytes[size / 2] ^= 1;
  EXPECT(tessera_sequence_position(own) == kIds + 1);
  bytes[0] = 'x';
  EXPECT(tessera_sequence_load(own, bytes, size, &error) ==
         TESSERA_INVALID_ARGUMENT);
  bytes[0] = (char)0x89;
  tessera_context* stranger = NewContext("q8_rowmajor.arena", "1", "128");
  EXPECT(tessera_sequence_load(tessera_context_sequence(stranger), bytes, size,
                               &error) == TESSERA_INVALID_ARGUMENT);
  EXPECT(strstr(error.message, "another arena") != NULL);
  tessera_context_free(stranger);
  free(bytes);
  tessera_context_free(context);
  tessera_sequence_free(other);
}

static void IdsAreAPrompt(void) {
  tessera_context* context = NewContext("q8.arena", "1", "128");
  REQUIRE(context != NULL);
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  params.temperature = 0;
  params.n_predict = 5;
  EXPECT(tessera_generate_ids(context, SomeIds(), 5, &params, NULL, NULL,
                              NULL) == TESSERA_OK);
  EXPECT(tessera_context_generation(context)->id_count == 5);
  EXPECT(tessera_context_generation(context)->prompt_tokens == 5);
  const int32_t bad[] = {1, -1, INT32_MAX, 1024};
  for (int i = 1; i < 4; ++i) {
    EXPECT(tessera_generate_ids(context, bad + i, 1, &params, NULL, NULL,
                                NULL) == TESSERA_INVALID_ARGUMENT);
  }
  EXPECT(tessera_generate_ids(context, bad, 0, &params, NULL, NULL, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  tessera_context_free(context);
}

static void TextsStopAGeneration(void) {
  tessera_context* context = NewContext("q8.arena", "1", "128");
  REQUIRE(context != NULL);
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  EXPECT(params.stop == NULL && params.stop_count == 0);
  EXPECT(params.repeat_last_n == 64 && params.dry_base == 1.75);
  params.temperature = 0;
  const char* stop[] = {"no such text", ".", NULL};
  params.stop = stop;
  params.stop_count = 2;
  EXPECT(tessera_generate(context, "There once was", &params, NULL, NULL,
                          NULL) == TESSERA_OK);
  EXPECT(strcmp(tessera_context_generation(context)->stop, "stop_text") == 0);
  params.stop_count = 3;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  params.stop = NULL;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  params.stop_count = 0;
  const int32_t ids[] = {300};
  const float values[] = {1000};
  params.bias_ids = ids;
  params.bias_values = values;
  params.bias_count = 1;
  params.n_predict = 2;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, NULL) ==
         TESSERA_OK);
  EXPECT(tessera_context_generation(context)->ids[1] == 300);
  params.bias_values = NULL;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  // A caller that knows the first members only.
  params.struct_size = offsetof(tessera_generate_params, stop);
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, NULL) ==
         TESSERA_OK);
  tessera_context_free(context);
}

static void OptionsOfSequencesAreChecked(void) {
  tessera_options* options = NULL;
  EXPECT(tessera_options_new(&options, NULL) == TESSERA_OK);
  for (int i = 0; i < 3; ++i) {
    const char* values[] = {"0", "1025", "many"};
    EXPECT(tessera_options_set(options, "sequences", values[i], NULL) ==
           TESSERA_INVALID_ARGUMENT);
  }
  EXPECT(tessera_options_set(options, "sequences", "1024", NULL) == TESSERA_OK);
  tessera_options_free(options);
}

const CCase kSequenceCases[] = {
    {"TogetherAsAlone", TogetherAsAlone},
    {"MistakesInABatch", MistakesInABatch},
    {"LogitsOfAllPositions", LogitsOfAllPositions},
    {"HiddenStatesHaveTheirSize", HiddenStatesHaveTheirSize},
    {"TrimmingTakesBack", TrimmingTakesBack},
    {"AWindowForgets", AWindowForgets},
    {"WhatWasSavedGoesOn", WhatWasSavedGoesOn},
    {"IdsAreAPrompt", IdsAreAPrompt},
    {"TextsStopAGeneration", TextsStopAGeneration},
    {"OptionsOfSequencesAreChecked", OptionsOfSequencesAreChecked},
    {NULL, NULL},
};
