// Metadata and chat templates.
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "runtime/capi/tessera.h"
#include "tests/runtime/capi/c_cases.h"

static tessera_arena* Open(const char* name) {
  tessera_arena* arena = NULL;
  EXPECT(tessera_arena_open(TestFile(name), NULL, &arena, NULL) == TESSERA_OK);
  return arena;
}

static const char* ValueOf(const tessera_arena* arena, const char* key) {
  const size_t count = tessera_arena_metadata_count(arena);
  for (size_t i = 0; i < count; ++i) {
    if (strcmp(tessera_arena_metadata_key(arena, i), key) == 0) {
      return tessera_arena_metadata_value(arena, i);
    }
  }
  return NULL;
}

static void MetadataIsJson(void) {
  tessera_arena* arena = Open("gguf.arena");
  REQUIRE(arena != NULL);
  const char* architecture = ValueOf(arena, "general.architecture");
  REQUIRE(architecture != NULL);
  EXPECT(strcmp(architecture, "\"llama\"") == 0);
  EXPECT(architecture == ValueOf(arena, "general.architecture"));
  const char* layers = ValueOf(arena, "llama.block_count");
  EXPECT(layers != NULL && strcmp(layers, "3") == 0);
  EXPECT(ValueOf(arena, "no.such.key") == NULL);
  const size_t count = tessera_arena_metadata_count(arena);
  EXPECT(tessera_arena_metadata_key(arena, count) == NULL);
  EXPECT(tessera_arena_metadata_value(arena, SIZE_MAX) == NULL);
  tessera_arena_close(arena);
}

static void OthersHaveNoMetadata(void) {
  tessera_arena* arena = Open("q8.arena");
  EXPECT(tessera_arena_metadata_count(arena) == 0);
  EXPECT(tessera_arena_metadata_count(NULL) == 0);
  EXPECT(tessera_arena_metadata_key(NULL, 0) == NULL);
  EXPECT(tessera_arena_metadata_value(arena, 0) == NULL);
  tessera_arena_close(arena);
}

static const char kJson[] =
    "{\"messages\": [{\"role\": \"user\", \"content\": \"hi <|bos|>\"}]}";

static void ATemplateMakesText(void) {
  tessera_arena* arena = Open("chat.arena");
  REQUIRE(arena != NULL);
  char text[64] = {0};
  size_t size = 0;
  EXPECT(tessera_apply_chat_template(arena, kJson, text, sizeof(text) - 1,
                                     &size, NULL) == TESSERA_OK);
  EXPECT(size == strlen(text));
  EXPECT(strstr(text, "<user>hi <|bos|>") != NULL);
  size_t needed = 0;
  EXPECT(tessera_apply_chat_template(arena, kJson, NULL, 0, &needed, NULL) ==
         TESSERA_OK);
  EXPECT(needed == size);
  tessera_arena_close(arena);
}

static void ATemplateMakesIds(void) {
  tessera_arena* arena = Open("chat.arena");
  REQUIRE(arena != NULL);
  int32_t ids[64];
  size_t count = 0;
  EXPECT(tessera_chat_tokens(arena, kJson, ids, 64, &count, NULL) ==
         TESSERA_OK);
  EXPECT(count > 3 && count < 64);
  EXPECT(ids[0] == 1022);
  // What a person wrote is no control token.
  for (size_t i = 1; i < count; ++i) EXPECT(ids[i] < 1022);
  tessera_arena_close(arena);
}

static void MistakesOfATemplateAreSaid(void) {
  tessera_arena* arena = Open("chat.arena");
  tessera_arena* without = Open("q8.arena");
  tessera_arena* tensors = Open("tensors.arena");
  tessera_error error;
  size_t size = 7;
  EXPECT(tessera_apply_chat_template(arena, "{", NULL, 0, &size, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_apply_chat_template(arena, "[1]", NULL, 0, &size, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_apply_chat_template(without, kJson, NULL, 0, &size, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(strstr(error.message, "no chat template") != NULL);
  EXPECT(tessera_apply_chat_template(tensors, kJson, NULL, 0, &size, &error) ==
         TESSERA_FAILED_PRECONDITION);
  EXPECT(tessera_apply_chat_template(arena, kJson, NULL, 1, &size, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(tessera_chat_tokens(arena, NULL, NULL, 0, &size, &error) ==
         TESSERA_INVALID_ARGUMENT);
  EXPECT(size == 7);
  tessera_arena_close(arena);
  tessera_arena_close(without);
  tessera_arena_close(tensors);
}

const CCase kChatCases[] = {
    {"MetadataIsJson", MetadataIsJson},
    {"OthersHaveNoMetadata", OthersHaveNoMetadata},
    {"ATemplateMakesText", ATemplateMakesText},
    {"ATemplateMakesIds", ATemplateMakesIds},
    {"MistakesOfATemplateAreSaid", MistakesOfATemplateAreSaid},
    {NULL, NULL},
};
