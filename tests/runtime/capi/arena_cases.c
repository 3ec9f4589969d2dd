// Errors, options, arenas, tensors and tokens.
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

static void VersionIsThatOfTheHeader(void) {
  char version[32];
  snprintf(version, sizeof(version), "%d.%d.%d", TESSERA_VERSION_MAJOR,
           TESSERA_VERSION_MINOR, TESSERA_VERSION_PATCH);
  EXPECT(strcmp(version, TESSERA_VERSION) == 0);
  EXPECT(strcmp(version, tessera_version()) == 0);
}

static void StatusesHaveNames(void) {
  EXPECT(strcmp(tessera_status_name(TESSERA_OK), "OK") == 0);
  EXPECT(strcmp(tessera_status_name(TESSERA_DATA_LOSS), "DATA_LOSS") == 0);
  EXPECT(strcmp(tessera_status_name((tessera_status)99), "UNKNOWN") == 0);
}

static void NullIsRefusedByName(void) {
  tessera_error error;
  tessera_arena* arena = NULL;
  tessera_options* options = NULL;
  EXPECT(tessera_arena_open(NULL, NULL, &arena, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strcmp(error.message, "path is NULL") == 0);
  EXPECT(tessera_arena_open("x", NULL, NULL, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strcmp(error.message, "arena is NULL") == 0);
  EXPECT(tessera_options_new(NULL, &error) == TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_options_set(NULL, "threads", "1", &error) ==
         TESSERA_INVALID_ARGUMENT);
  REQUIRE(tessera_options_new(&options, NULL) == TESSERA_OK);
  EXPECT(tessera_options_set(options, NULL, "1", NULL) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_options_set(options, "threads", NULL, NULL) ==
         TESSERA_INVALID_ARGUMENT);
  tessera_options_free(options);
  tessera_options_free(NULL);
  tessera_arena_close(NULL);
  EXPECT(tessera_arena_describe(NULL) == NULL);
  EXPECT(tessera_arena_tensor(NULL, 0) == NULL);
  EXPECT(tessera_arena_find(NULL, "x") == NULL);
}

static void OptionsAreChecked(void) {
  static const char* const kGood[][2] = {
      {"threads", "0"},      {"threads", "4096"},    {"ctx_size", "100"},
      {"huge_pages", "off"}, {"huge_pages", "thp"},  {"populate", "lazy"},
      {"populate", "hot"},   {"verify", "full"},     {"mlock", "true"},
      {"mlock", "false"},    {"readers", "256"},     {"max_memory", "0"},
      {"numa", "off"},       {"numa", "interleave"}, {"numa", "bind=0"},
  };
  static const char* const kBad[][2] = {
      {"threads", "4097"},   {"threads", "-1"},    {"threads", "two"},
      {"threads", ""},       {"ctx_size", "1e3"},  {"ctx_size", "67108865"},
      {"huge_pages", "yes"}, {"populate", "true"}, {"verify", "1"},
      {"mlock", "1"},        {"max_memory", "-1"}, {"readers", "257"},
      {"numa", "bind="},     {"Threads", "1"},     {"", "1"},
  };
  tessera_error error;
  tessera_options* options = NULL;
  REQUIRE(tessera_options_new(&options, &error) == TESSERA_OK);
  for (size_t i = 0; i < sizeof(kGood) / sizeof(kGood[0]); ++i) {
    EXPECT(tessera_options_set(options, kGood[i][0], kGood[i][1], &error) ==
           TESSERA_OK);
    EXPECT(error.status == TESSERA_OK && error.message[0] == '\0');
  }
  for (size_t i = 0; i < sizeof(kBad) / sizeof(kBad[0]); ++i) {
    EXPECT(tessera_options_set(options, kBad[i][0], kBad[i][1], &error) ==
           TESSERA_INVALID_ARGUMENT);
  }
  tessera_options_set(options, "theads", "1", &error);
  EXPECT(strstr(error.message, "'theads'") != NULL);
  EXPECT(strstr(error.message, "threads, ctx_size, sequences, huge_pages") !=
         NULL);
  tessera_options_set(options, "huge_pages", "yes", &error);
  EXPECT(strncmp(error.message, "option huge_pages: 'yes' is none of auto",
                 40) == 0);
  tessera_options_free(options);
}

static void AnArenaDescribesItself(void) {
  tessera_arena* arena = NULL;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  const tessera_arena_info* info = tessera_arena_describe(arena);
  EXPECT(strcmp(info->path, TestFile("q8.arena")) == 0);
  EXPECT(strncmp(info->producer, "tessera ", 8) == 0);
  EXPECT(info->tensor_count == 30);
  EXPECT(info->has_tokenizer);
  REQUIRE(info->model != NULL);
  EXPECT(strcmp(info->model->model_type, "llama") == 0);
  EXPECT(info->model->hidden_size == 256);
  EXPECT(info->model->rope_theta > 0);
  tessera_arena_close(arena);
}

static void LoadingIsReported(void) {
  tessera_arena* arena = NULL;
  tessera_load_report report;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  memset(&report, 0x7f, sizeof(report));
  EXPECT(tessera_arena_load_report(arena, &report,
                                   offsetof(tessera_load_report, asked_bytes),
                                   NULL) == TESSERA_OK);
  EXPECT(report.mapped_bytes > report.hot_bytes && report.hot_bytes > 0);
  EXPECT(report.huge_bytes > report.mapped_bytes);  // an older caller's end
  EXPECT(tessera_arena_load_report(arena, &report, sizeof(report), NULL) ==
         TESSERA_OK);
  EXPECT(report.huge_bytes <= report.mapped_bytes);
  EXPECT(report.open_seconds > 0 && report.open_seconds < 1000);
  EXPECT(strlen(report.why_not_huge) < sizeof(report.why_not_huge));
  EXPECT(tessera_arena_load_report(arena, NULL, sizeof(report), NULL) ==
         TESSERA_INVALID_ARGUMENT);
  tessera_arena_close(arena);
}

static void TensorsHaveNamesShapesAndBytes(void) {
  tessera_arena* arena = NULL;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  const size_t count = tessera_arena_describe(arena)->tensor_count;
  for (size_t i = 0; i < count; ++i) {
    const tessera_tensor* tensor = tessera_arena_tensor(arena, i);
    REQUIRE(tensor != NULL);
    EXPECT(tessera_arena_find(arena, tensor->name) == tensor);
    EXPECT(tensor->rank >= 1 && tensor->rank <= 2);
    EXPECT(tensor->matrices == 1);
    EXPECT(tensor->shape[tensor->rank - 1] == tensor->columns);
    EXPECT(tensor->rank == 2 ? tensor->shape[0] == tensor->rows
                             : tensor->rows == 1);
    EXPECT((uintptr_t)tensor->data % 64 == 0);
    EXPECT(tensor->stored_bytes >= tensor->row_tile_bytes);
  }
  EXPECT(tessera_arena_tensor(arena, count) == NULL);
  EXPECT(tessera_arena_find(arena, "blk.0.attn_q") == NULL);
  EXPECT(tessera_arena_find(arena, NULL) == NULL);
  const tessera_tensor* query =
      tessera_arena_find(arena, "blk.0.attn_q.weight");
  REQUIRE(query != NULL);
  EXPECT(strcmp(query->type, "Q8_0") == 0 && query->type_number == 8);
  EXPECT(strcmp(query->layout, "interleaved") == 0);
  EXPECT(query->tile_rows == 16);
  tessera_arena_close(arena);
}

static void TextBecomesTokensAndBack(void) {
  static const char kText[] = "There once was a curious bear called Bruno.";
  static const int32_t kIds[] = {446, 513, 275, 258, 715, 991, 419, 540, 13};
  tessera_arena* arena = NULL;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  size_t count = 0;
  EXPECT(tessera_tokenize(arena, kText, strlen(kText), 0, NULL, 0, &count,
                          NULL) == TESSERA_OK);
  REQUIRE(count == 9);
  int32_t ids[9] = {0};
  EXPECT(tessera_tokenize(arena, kText, strlen(kText), 0, ids, 3, &count,
                          NULL) == TESSERA_OK);
  EXPECT(count == 9 && ids[2] == kIds[2] && ids[3] == 0);
  EXPECT(tessera_tokenize(arena, kText, strlen(kText), 0, ids, 9, &count,
                          NULL) == TESSERA_OK);
  EXPECT(memcmp(ids, kIds, sizeof(kIds)) == 0);

  char text[64];
  size_t length = 0;
  for (size_t i = 0; i < count; ++i) {
    size_t size = 0;
    EXPECT(tessera_token_text(arena, ids[i], text + length,
                              sizeof(text) - length, &size,
                              NULL) == TESSERA_OK);
    length += size;
  }
  EXPECT(length == strlen(kText) && memcmp(text, kText, length) == 0);
  bool ends = false;
  EXPECT(tessera_token_ends_text(arena, 1023, &ends, NULL) == TESSERA_OK);
  EXPECT(ends);
  EXPECT(tessera_token_text(arena, -1, NULL, 0, &length, NULL) == TESSERA_OK);
  EXPECT(length == 0);
  tessera_arena_close(arena);
}

static void TokenFunctionsCheckTheirArguments(void) {
  tessera_error error;
  tessera_arena* arena = NULL;
  size_t count = 77;
  REQUIRE(tessera_arena_open(TestFile("q8.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  EXPECT(tessera_tokenize(arena, "x", 1, 0, NULL, 4, &count, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_tokenize(arena, "x", 1, 4, NULL, 0, &count, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strstr(error.message, "flags") != NULL);
  EXPECT(tessera_tokenize(arena, NULL, 1, 0, NULL, 0, &count, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_token_text(arena, 1, NULL, 1, &count, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(count == 77);
  tessera_arena_close(arena);

  // Tensors alone.
  REQUIRE(tessera_arena_open(TestFile("tensors.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  EXPECT(!tessera_arena_describe(arena)->has_tokenizer);
  EXPECT(tessera_arena_describe(arena)->model == NULL);
  EXPECT(tessera_tokenize(arena, "x", 1, 0, NULL, 0, &count, &error) ==
         TESSERA_FAILED_PRECONDITION);
  EXPECT(strstr(error.message, "tensors.arena: ") != NULL);
  tessera_arena_close(arena);
}

static void AVocabularyTokenizes(void) {
  tessera_arena* arena = NULL;
  REQUIRE(tessera_arena_open(TestFile("vocab.arena"), NULL, &arena, NULL) ==
          TESSERA_OK);
  EXPECT(tessera_arena_describe(arena)->tensor_count == 0);
  size_t plain = 0;
  size_t special = 0;
  EXPECT(tessera_tokenize(arena, "Hello", 5, 0, NULL, 0, &plain, NULL) ==
         TESSERA_OK);
  EXPECT(tessera_tokenize(arena, "Hello", 5,
                          TESSERA_ADD_SPECIAL | TESSERA_PARSE_SPECIAL, NULL, 0,
                          &special, NULL) == TESSERA_OK);
  EXPECT(plain > 0 && special == plain + 1);
  tessera_arena_close(arena);
}

static void ArenasWithoutAModelDoNotRun(void) {
  static const char* const kFiles[] = {"tensors.arena", "vocab.arena"};
  for (size_t i = 0; i < 2; ++i) {
    tessera_error error;
    tessera_arena* arena = NULL;
    tessera_context* context = NULL;
    REQUIRE(tessera_arena_open(TestFile(kFiles[i]), NULL, &arena, NULL) ==
            TESSERA_OK);
    EXPECT(tessera_context_new(arena, NULL, &context, &error) ==
           TESSERA_INVALID_ARGUMENT);
    EXPECT(strstr(error.message, kFiles[i]) != NULL);
    EXPECT(context == NULL);
    tessera_arena_close(arena);
  }
}

const CCase kArenaCases[] = {
    {"VersionIsThatOfTheHeader", VersionIsThatOfTheHeader},
    {"StatusesHaveNames", StatusesHaveNames},
    {"NullIsRefusedByName", NullIsRefusedByName},
    {"OptionsAreChecked", OptionsAreChecked},
    {"AnArenaDescribesItself", AnArenaDescribesItself},
    {"LoadingIsReported", LoadingIsReported},
    {"TensorsHaveNamesShapesAndBytes", TensorsHaveNamesShapesAndBytes},
    {"TextBecomesTokensAndBack", TextBecomesTokensAndBack},
    {"TokenFunctionsCheckTheirArguments", TokenFunctionsCheckTheirArguments},
    {"AVocabularyTokenizes", AVocabularyTokenizes},
    {"ArenasWithoutAModelDoNotRun", ArenasWithoutAModelDoNotRun},
    {NULL, NULL},
};
