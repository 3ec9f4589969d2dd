// Files that are not what they should be, or do not stay so.
#define _POSIX_C_SOURCE 200809L
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

// What opening the test file `name` gives; nothing may be left open.
static tessera_status OpenError(const char* name, tessera_error* error) {
  tessera_arena* arena = NULL;
  const tessera_status status =
      tessera_arena_open(TestFile(name), NULL, &arena, error);
  EXPECT(arena == NULL);
  EXPECT(status == error->status);
  EXPECT(strncmp(error->message, TestFile(name), strlen(TestFile(name))) == 0);
  EXPECT(strchr(error->message, '\n') == NULL);
  return status;
}

static void FilesThatAreNoArenasAreRefused(void) {
  tessera_error error;
  EXPECT(OpenError("missing.arena", &error) == TESSERA_NOT_FOUND);
  EXPECT(strstr(error.message, "no such file") != NULL);
  EXPECT(OpenError("damaged.arena", &error) == TESSERA_DATA_LOSS);
  EXPECT(OpenError("cut.arena", &error) == TESSERA_DATA_LOSS);
  EXPECT(OpenError("text.arena", &error) != TESSERA_OK);
  EXPECT(OpenError("empty.arena", &error) != TESSERA_OK);
}

static void HashesAreVerifiedOnDemand(void) {
  tessera_error error;
  tessera_arena* arena = NULL;
  tessera_options* options = NULL;
  tessera_compute* compute = NULL;
  // A bit of a weight is wrong, and nobody looks.
  REQUIRE(tessera_arena_open(TestFile("flipped.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  tessera_arena_close(arena);
  REQUIRE(tessera_options_new(&options, NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, "verify", "full", NULL) == TESSERA_OK);
  EXPECT(tessera_arena_open(TestFile("flipped.arena"), options, &arena,
                            &error) == TESSERA_DATA_LOSS);
  EXPECT(strstr(error.message, "flipped.arena: ") != NULL);
  EXPECT(tessera_options_set(options, "verify", "lazy", NULL) == TESSERA_OK);
  REQUIRE(tessera_arena_open(TestFile("flipped.arena"), options, &arena,
                             &error) == TESSERA_OK);
  tessera_options_free(options);
  REQUIRE(tessera_compute_new(NULL, &compute, NULL) == TESSERA_OK);
  static float x[256];
  static float y[512];
  EXPECT(tessera_matmul(compute,
                        tessera_arena_find(arena, "blk.0.ffn_up.weight"), x, 1,
                        y, &error) == TESSERA_DATA_LOSS);
  tessera_compute_free(compute);
  tessera_arena_close(arena);
}

static void AFileThatShrinksIsNoticed(void) {
  tessera_error error;
  tessera_arena* arena = NULL;
  tessera_compute* compute = NULL;
  tessera_context* context = NULL;
  REQUIRE(tessera_arena_open(TestFile("shrinking.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  REQUIRE(tessera_context_new(arena, NULL, &context, NULL) == TESSERA_OK);
  REQUIRE(tessera_compute_new(NULL, &compute, NULL) == TESSERA_OK);
  const int32_t id = 5;
  const float* logits = NULL;
  EXPECT(tessera_forward(context, &id, 1, &logits, NULL) == TESSERA_OK);
  // Weights begin at 2 MiB.
  REQUIRE(truncate(TestFile("shrinking.arena"), (2 << 20) + 4096) == 0);
  logits = NULL;
  EXPECT(tessera_forward(context, &id, 1, &logits, &error) ==
         TESSERA_DATA_LOSS);
  EXPECT(logits == NULL);
  EXPECT(strstr(error.message, "shrinking.arena: ") != NULL);
  static float x[512];
  static float y[256];
  EXPECT(tessera_matmul(compute,
                        tessera_arena_find(arena, "blk.2.ffn_down.weight"), x,
                        1, y, &error) == TESSERA_DATA_LOSS);
  tessera_context_free(context);
  tessera_compute_free(compute);
  tessera_arena_close(arena);
}

const CCase kDamageCases[] = {
    {"FilesThatAreNoArenasAreRefused", FilesThatAreNoArenasAreRefused},
    {"HashesAreVerifiedOnDemand", HashesAreVerifiedOnDemand},
    {"AFileThatShrinksIsNoticed", AFileThatShrinksIsNoticed},
    {NULL, NULL},
};
