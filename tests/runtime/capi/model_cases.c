// Contexts: logits, generation, and several of them on one arena.
#include <pthread.h>
#include <stdint.h>
#include <string.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

static const char kPrompt[] = "There once was a curious bear called Bruno.";

enum { kTokens = 24, kTextBytes = 1024 };

typedef struct Text {
  char bytes[kTextBytes];
  size_t size;
  int calls;
  int stop_after;  // calls; 0: never
} Text;

static int AppendText(const char* text, size_t size, void* user) {
  Text* all = user;
  EXPECT(strlen(text) == size);
  if (all->size + size < kTextBytes) {
    memcpy(all->bytes + all->size, text, size + 1);
    all->size += size;
  }
  return ++all->calls == all->stop_after;
}

static tessera_generate_params Greedy(void) {
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  params.temperature = 0;
  params.n_predict = kTokens;
  return params;
}

// A context with two threads on the test file `name`; the arena is closed, but
// lives on in the context.
static tessera_context* NewContext(const char* name, const char* ctx_size) {
  tessera_arena* arena = NULL;
  tessera_options* options = NULL;
  tessera_context* context = NULL;
  tessera_error error;
  EXPECT(tessera_arena_open(TestFile(name), NULL, &arena, NULL) == TESSERA_OK);
  EXPECT(tessera_options_new(&options, NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, "threads", "2", NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, "ctx_size", ctx_size, NULL) ==
         TESSERA_OK);
  const tessera_status status =
      tessera_context_new(arena, options, &context, &error);
  if (status != TESSERA_OK) RecordFailure(__FILE__, __LINE__, error.message);
  tessera_options_free(options);
  tessera_arena_close(arena);
  return context;
}

static void AContextDescribesItself(void) {
  tessera_context* context = NewContext("q8.arena", "100");
  REQUIRE(context != NULL);
  const tessera_context_info* info = tessera_context_describe(context);
  EXPECT(info->ctx_size == 100);
  EXPECT(info->position == 0);
  EXPECT(info->vocab_size == 1024);
  EXPECT(info->threads == 2);
  EXPECT(strlen(info->isa) >= 3);
  EXPECT(info->memory_bytes > 0);
  EXPECT(info->weight_bytes_per_token > 1000000);
  const tessera_generation* generation = tessera_context_generation(context);
  EXPECT(strcmp(generation->stop, "") == 0 && generation->id_count == 0);
  tessera_context_free(context);
}

static void DefaultsAreThoseOfRun(void) {
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  EXPECT(params.struct_size == sizeof(params));
  EXPECT(params.temperature == 0.8);
  EXPECT(params.top_k == 40);
  EXPECT(params.top_p == 0.95);
  EXPECT(params.min_p == 0.05);
  EXPECT(params.repeat_penalty == 1.0);
  EXPECT(params.seed == -1);
  EXPECT(params.n_predict == -1);
  EXPECT(!params.ignore_eos);
}

static int32_t Likeliest(const float* logits, int64_t count) {
  int32_t best = 0;
  for (int32_t id = 1; id < count; ++id) {
    if (logits[id] > logits[best]) best = id;
  }
  return best;
}

// What tessera_generate draws at temperature 0 is what an engine of one's own
// finds in the logits.
static void GenerationFollowsTheLogits(void) {
  tessera_arena* arena = NULL;
  tessera_context* context = NULL;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  REQUIRE(tessera_context_new(arena, NULL, &context, NULL) == TESSERA_OK);
  int32_t prompt[32];
  size_t prompt_size = 0;
  EXPECT(tessera_tokenize(arena, kPrompt, strlen(kPrompt),
                          TESSERA_ADD_SPECIAL | TESSERA_PARSE_SPECIAL, prompt,
                          32, &prompt_size, NULL) == TESSERA_OK);
  REQUIRE(prompt_size <= 32);
  int32_t ids[kTokens];
  const float* logits = NULL;
  EXPECT(tessera_forward(context, prompt, prompt_size, &logits, NULL) ==
         TESSERA_OK);
  REQUIRE(logits != NULL);
  for (int i = 0; i < kTokens; ++i) {
    ids[i] = Likeliest(logits, 1024);
    REQUIRE(tessera_forward(context, &ids[i], 1, &logits, NULL) == TESSERA_OK);
  }
  EXPECT(tessera_context_describe(context)->position ==
         (int64_t)prompt_size + kTokens);

  // Begins anew.
  Text text = {0};
  const tessera_generate_params params = Greedy();
  EXPECT(tessera_generate(context, kPrompt, &params, AppendText, &text, NULL) ==
         TESSERA_OK);
  const tessera_generation* generation = tessera_context_generation(context);
  REQUIRE(generation->id_count == kTokens);
  EXPECT(memcmp(generation->ids, ids, sizeof(ids)) == 0);
  EXPECT(strcmp(generation->stop, "length") == 0);
  EXPECT(generation->prompt_tokens == prompt_size);
  EXPECT(generation->prefill_seconds > 0 && generation->decode_seconds > 0);
  EXPECT(text.size > 20 && text.calls > 5);
  tessera_reset(context);
  EXPECT(tessera_context_describe(context)->position == 0);
  tessera_context_free(context);
  tessera_arena_close(arena);
}

static void ACallbackStopsTheGeneration(void) {
  tessera_context* context = NewContext("q8.arena", "0");
  REQUIRE(context != NULL);
  const tessera_generate_params params = Greedy();
  Text text = {.stop_after = 3};
  EXPECT(tessera_generate(context, kPrompt, &params, AppendText, &text, NULL) ==
         TESSERA_OK);
  EXPECT(text.calls == 3);
  const tessera_generation* generation = tessera_context_generation(context);
  EXPECT(strcmp(generation->stop, "stopped") == 0);
  EXPECT(generation->id_count >= 3 && generation->id_count < kTokens);
  // Nobody has to listen.
  EXPECT(tessera_generate(context, kPrompt, &params, NULL, NULL, NULL) ==
         TESSERA_OK);
  EXPECT(generation->id_count == kTokens);
  tessera_context_free(context);
}

static void AFullContextEndsTheGeneration(void) {
  tessera_context* context = NewContext("q8.arena", "64");
  REQUIRE(context != NULL);
  tessera_generate_params params = Greedy();
  params.n_predict = -1;
  params.ignore_eos = true;
  EXPECT(tessera_generate(context, kPrompt, &params, NULL, NULL, NULL) ==
         TESSERA_OK);
  const tessera_generation* generation = tessera_context_generation(context);
  EXPECT(strcmp(generation->stop, "context_full") == 0);
  // What follows the last position is known, too.
  EXPECT(generation->prompt_tokens + generation->id_count == 65);
  EXPECT(tessera_context_describe(context)->position == 64);
  tessera_context_free(context);
}

static void ASeedGivesTheSameText(void) {
  tessera_context* context = NewContext("q8.arena", "0");
  REQUIRE(context != NULL);
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  params.n_predict = kTokens;
  Text first = {0};
  Text again = {0};
  EXPECT(tessera_generate(context, kPrompt, &params, AppendText, &first,
                          NULL) == TESSERA_OK);
  params.seed = tessera_context_generation(context)->seed;
  EXPECT(params.seed >= 0);
  EXPECT(tessera_generate(context, kPrompt, &params, AppendText, &again,
                          NULL) == TESSERA_OK);
  EXPECT(strcmp(first.bytes, again.bytes) == 0);
  tessera_context_free(context);
}

static void OlderCallersHaveSmallerParams(void) {
  tessera_context* context = NewContext("q8.arena", "0");
  REQUIRE(context != NULL);
  tessera_generate_params params;
  memset(&params, 0x7f, sizeof(params));
  const size_t old_size = offsetof(tessera_generate_params, top_k);
  tessera_generate_params_init(&params, old_size);
  EXPECT(params.struct_size == old_size && params.temperature == 0.8);
  EXPECT(params.top_k > 1000000);  // not touched, and not read
  params.temperature = 0;
  Text text = {.stop_after = 1};
  EXPECT(tessera_generate(context, kPrompt, &params, AppendText, &text, NULL) ==
         TESSERA_OK);
  EXPECT(text.calls == 1);
  params.struct_size = 0;
  EXPECT(tessera_generate(context, kPrompt, &params, NULL, NULL, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  tessera_generate_params_init(NULL, sizeof(params));
  tessera_context_free(context);
}

static void WrongRequestsAreRefused(void) {
  tessera_error error;
  tessera_context* context = NewContext("q8.arena", "8");
  REQUIRE(context != NULL);
  tessera_generate_params params = Greedy();
  EXPECT(tessera_generate(context, kPrompt, &params, NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strstr(error.message, "the context holds 8") != NULL);
  params.top_p = 2;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strstr(error.message, "top_p is 2") != NULL);
  params = Greedy();
  params.seed = -2;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);
  params = Greedy();
  params.n_predict = -2;
  EXPECT(tessera_generate(context, "a", &params, NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_generate(context, NULL, &params, NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_generate(NULL, "a", &params, NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);

  const float* logits = NULL;
  const int32_t unknown = 1024;
  const int32_t ids[9] = {0};
  EXPECT(tessera_forward(context, &unknown, 1, &logits, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_forward(context, ids, 0, &logits, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_forward(context, ids, 9, &logits, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_forward(context, ids, SIZE_MAX, &logits, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_forward(context, NULL, 1, &logits, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(logits == NULL);
  tessera_context_free(context);
  tessera_context_free(NULL);
  tessera_reset(NULL);
  EXPECT(tessera_context_describe(NULL) == NULL);
  EXPECT(tessera_context_generation(NULL) == NULL);
}

static void* GenerateOnThread(void* user) {
  const tessera_arena* arena = user;
  static const char kNothing[] = "";
  tessera_context* context = NULL;
  const tessera_generate_params params = Greedy();
  Text text = {0};
  EXPECT(tessera_context_new(arena, NULL, &context, NULL) == TESSERA_OK);
  EXPECT(tessera_generate(context, kPrompt, &params, AppendText, &text, NULL) ==
         TESSERA_OK);
  tessera_context_free(context);
  return text.size > 20 ? NULL : (void*)kNothing;
}

static void ContextsShareAnArena(void) {
  enum { kThreads = 4 };
  tessera_arena* arena = NULL;
  pthread_t threads[kThreads];
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  for (int i = 0; i < kThreads; ++i) {
    REQUIRE(pthread_create(&threads[i], NULL, GenerateOnThread, arena) == 0);
  }
  for (int i = 0; i < kThreads; ++i) {
    void* result = NULL;
    EXPECT(pthread_join(threads[i], &result) == 0 && result == NULL);
  }
  tessera_arena_close(arena);
}

const CCase kModelCases[] = {
    {"AContextDescribesItself", AContextDescribesItself},
    {"DefaultsAreThoseOfRun", DefaultsAreThoseOfRun},
    {"GenerationFollowsTheLogits", GenerationFollowsTheLogits},
    {"ACallbackStopsTheGeneration", ACallbackStopsTheGeneration},
    {"AFullContextEndsTheGeneration", AFullContextEndsTheGeneration},
    {"ASeedGivesTheSameText", ASeedGivesTheSameText},
    {"OlderCallersHaveSmallerParams", OlderCallersHaveSmallerParams},
    {"WrongRequestsAreRefused", WrongRequestsAreRefused},
    {"ContextsShareAnArena", ContextsShareAnArena},
    {NULL, NULL},
};
