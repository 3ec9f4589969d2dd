// Hugging Face folders as GGUF files, by way of an arena: the metadata of
// llama.cpp's converter.
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "base/mapped_file.h"
#include "formats/gguf/gguf_reader.h"
#include "formats/gguf/gguf_value_text.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using ::testing::Contains;
using ::testing::HasSubstr;
using ::testing::Not;
using ::testing::UnorderedElementsAreArray;

constexpr char kFolders[] = "testdata/arch";

// The file that llama.cpp's converter (of commit de3ff815, with --outtype f32)
// made of a folder of testdata/arch.
struct Case {
  const char* model;
  const char* architecture;
  const char* size_label;
  const char* keys;  // of the architecture, without its name
};

const Case kCases[] = {
    {"llama-rope-yarn", "llama", "82K", R"(
          attention.head_count: u32 4
          attention.head_count_kv: u32 1
          attention.key_length: u32 32
          attention.layer_norm_rms_epsilon: f32 1e-05
          attention.value_length: u32 32
          block_count: u32 3
          context_length: u32 512
          embedding_length: u32 32
          feed_forward_length: u32 64
          rope.dimension_count: u32 32
          rope.freq_base: f32 500000
          rope.scaling.factor: f32 4
          rope.scaling.original_context_length: u32 128
          rope.scaling.type: text yarn
          vocab_size: u32 1024)"},
    {"mistral-swa", "llama", "94K", R"(
          attention.head_count: u32 6
          attention.head_count_kv: u32 2
          attention.key_length: u32 16
          attention.layer_norm_rms_epsilon: f32 1e-05
          attention.sliding_window: u32 12
          attention.value_length: u32 16
          block_count: u32 2
          context_length: u32 512
          embedding_length: u32 32
          feed_forward_length: u32 64
          rope.dimension_count: u32 16
          rope.freq_base: f32 10000
          vocab_size: u32 1024)"},
    {"qwen2", "qwen2", "159K", R"(
          attention.head_count: u32 4
          attention.head_count_kv: u32 2
          attention.layer_norm_rms_epsilon: f32 1e-06
          block_count: u32 3
          context_length: u32 512
          embedding_length: u32 64
          feed_forward_length: u32 96
          rope.freq_base: f32 1000000)"},
    {"gemma2", "gemma2", "107K", R"(
          attention.head_count: u32 6
          attention.head_count_kv: u32 2
          attention.key_length: u32 24
          attention.layer_norm_rms_epsilon: f32 0.001
          attention.sliding_window: u32 12
          attention.value_length: u32 24
          attn_logit_softcapping: f32 2
          block_count: u32 4
          context_length: u32 512
          embedding_length: u32 32
          feed_forward_length: u32 64
          final_logit_softcapping: f32 7)"},
    {"phi3-longrope", "phi3", "140K", R"(
          attention.head_count: u32 4
          attention.head_count_kv: u32 2
          attention.layer_norm_rms_epsilon: f32 1e-05
          attention.sliding_window: u32 262144
          block_count: u32 3
          context_length: u32 512
          embedding_length: u32 64
          feed_forward_length: u32 64
          rope.dimension_count: u32 12
          rope.freq_base: f32 10000
          rope.scaling.attn_factor: f32 1.0606601
          rope.scaling.original_context_length: u32 256)"},
    {"olmo3", "olmo2", "112K", R"(
          attention.head_count: u32 4
          attention.head_count_kv: u32 2
          attention.layer_norm_rms_epsilon: f32 1e-06
          attention.sliding_window: u32 12
          attention.sliding_window_pattern: list [true, true, true, false, true]
          block_count: u32 5
          context_length: u32 512
          embedding_length: u32 32
          feed_forward_length: u32 64
          rope.freq_base: f32 500000)"},
    {"command-r7b", "cohere2", "79K", R"(
          attention.head_count: u32 4
          attention.head_count_kv: u32 2
          attention.key_length: u32 8
          attention.layer_norm_epsilon: f32 0.001
          attention.sliding_window: u32 12
          attention.value_length: u32 8
          block_count: u32 5
          context_length: u32 512
          embedding_length: u32 32
          feed_forward_length: u32 64
          logit_scale: f32 0.25
          rope.dimension_count: u32 8
          rope.freq_base: f32 50000
          rope.scaling.type: text none
          vocab_size: u32 1024)"},
    {"gpt2", "gpt2", "88K", R"(
          attention.head_count: u32 4
          attention.layer_norm_epsilon: f32 0.001
          block_count: u32 4
          context_length: u32 128
          embedding_length: u32 32
          feed_forward_length: u32 128)"},
};

// What all of them have. The lists of tokens are others' to test.
constexpr char kCommonKeys[] = R"(
          general.type: text model
          general.file_type: u32 0
          general.quantization_version: u32 2
          tokenizer.ggml.model: text gpt2
          tokenizer.ggml.pre: text gpt-2
          tokenizer.ggml.bos_token_id: u32 1022
          tokenizer.ggml.eos_token_id: u32 1023
          tokenizer.ggml.add_bos_token: bool true
          tokenizer.ggml.add_eos_token: bool false
          tokenizer.ggml.add_sep_token: bool false)";
constexpr absl::string_view kTokenLists[] = {"tokenizer.ggml.tokens",
                                             "tokenizer.ggml.token_type",
                                             "tokenizer.ggml.merges"};

std::string Shown(const GgufMetadataEntry& entry) {
  const char* type = "other";
  switch (entry.value.type()) {
    case GgufType::kUint32:
      type = "u32";
      break;
    case GgufType::kInt32:
      type = "i32";
      break;
    case GgufType::kFloat32:
      type = "f32";
      break;
    case GgufType::kBool:
      type = "bool";
      break;
    case GgufType::kString:
      type = "text";
      break;
    case GgufType::kArray:
      type = "list";
      break;
    default:
      break;
  }
  return absl::StrCat(entry.key, ": ", type, " ", GgufValueText(entry.value));
}

std::vector<std::string> Lines(absl::string_view text,
                               absl::string_view prefix) {
  std::vector<std::string> lines;
  for (absl::string_view line : absl::StrSplit(text, '\n')) {
    line = absl::StripAsciiWhitespace(line);
    if (!line.empty()) lines.push_back(absl::StrCat(prefix, line));
  }
  return lines;
}

// The metadata that `folder` gives, by way of `name`.arena.
std::vector<std::string> Exported(const std::string& folder,
                                  absl::string_view name) {
  const std::string stem = absl::StrCat(testing::TempDir(), "/", name);
  ConvertModelOptions options;
  options.quantize = "F32";
  const absl::Status converted = ConvertModel(folder, stem + ".arena", options);
  EXPECT_TRUE(converted.ok()) << converted;
  const absl::Status exported = ExportModel(stem + ".arena", stem + ".gguf");
  EXPECT_TRUE(exported.ok()) << exported;
  const MappedFile file = MappedFile::Open(stem + ".gguf").value();
  const auto gguf = ParseGguf(file.bytes());
  EXPECT_TRUE(gguf.ok()) << gguf.status();
  if (!gguf.ok()) return {};
  std::vector<std::string> lines;
  for (const GgufMetadataEntry& entry : gguf->metadata.entries()) {
    if (!absl::c_linear_search(kTokenLists, entry.key)) {
      lines.push_back(Shown(entry));
    }
  }
  return lines;
}

class HuggingFaceExportTest : public testing::TestWithParam<Case> {};

// But for two things: the name, which was given to that file by hand, and the
// window of Mistral, which llama.cpp does without.
TEST_P(HuggingFaceExportTest, SaysWhatLlamaCppWrites) {
  const Case& model = GetParam();
  std::vector<std::string> expected =
      Lines(model.keys, absl::StrCat(model.architecture, "."));
  absl::c_move(Lines(kCommonKeys, ""), std::back_inserter(expected));
  expected.push_back(
      absl::StrCat("general.architecture: text ", model.architecture));
  expected.push_back(
      absl::StrCat("general.size_label: text ", model.size_label));
  expected.push_back("general.name: text Tiny 1B v0.1 Chat");
  EXPECT_THAT(Exported(absl::StrCat(kFolders, "/", model.model, "/hf"),
                       "tiny-1B-v0.1-chat"),
              UnorderedElementsAreArray(expected));
}

INSTANTIATE_TEST_SUITE_P(
    All, HuggingFaceExportTest, testing::ValuesIn(kCases),
    [](const testing::TestParamInfo<Case>& info) {
      return absl::StrReplaceAll(info.param.model, {{"-", "_"}});
    });

// A writable copy of qwen2's folder.
fs::path CopiedFolder() {
  const fs::path copy = fs::path(testing::TempDir()) / "copied";
  fs::remove_all(copy);
  fs::create_directories(copy);
  for (const char* name :
       {"model.safetensors", "tokenizer.json", "config.json"}) {
    std::ifstream from(fs::path(kFolders) / "qwen2/hf" / name,
                       std::ios::binary);
    std::ofstream(copy / name, std::ios::binary) << from.rdbuf();
  }
  return copy;
}

TEST(HuggingFaceExportFilesTest, SamplingIsThatOfGenerationConfig) {
  const fs::path folder = CopiedFolder();
  std::ofstream(folder / "generation_config.json")
      << R"({"top_k": 20, "top_p": 0.75, "temperature": 0.5, "min_p": null})";
  const std::vector<std::string> lines = Exported(folder, "sampling");
  EXPECT_THAT(lines, Contains("general.sampling.top_k: i32 20"));
  EXPECT_THAT(lines, Contains("general.sampling.top_p: f32 0.75"));
  EXPECT_THAT(lines, Contains("general.sampling.temp: f32 0.5"));
  EXPECT_THAT(lines, Not(Contains(HasSubstr("min_p"))));
}

// Sets _name_or_path in a config.json.
void SetName(const fs::path& config, absl::string_view name) {
  std::ifstream from(config);
  std::string json(std::istreambuf_iterator<char>(from), {});
  from.close();
  json.insert(json.find('{') + 1,
              absl::StrCat("\"_name_or_path\": \"", name, "\","));
  std::ofstream(config) << json;
}

TEST(HuggingFaceExportFilesTest, NameIsTheConfigurationsUnlessItIsAPath) {
  const fs::path named = CopiedFolder();
  SetName(named / "config.json", "org/qwen2-0.5B-instruct");
  EXPECT_THAT(Exported(named, "file-name"),
              Contains("general.name: text Qwen2 0.5B Instruct"));
  const fs::path with_path = CopiedFolder();
  SetName(with_path / "config.json", "/home/models/qwen2");
  EXPECT_THAT(Exported(with_path, "file-name"),
              Contains("general.name: text File Name"));
}

// llama.cpp reads the number of tokens from the list of them.
TEST(HuggingFaceExportFilesTest, WithoutTokenizerTheSizeOfVocabularyIsSaid) {
  const fs::path folder = CopiedFolder();
  fs::remove(folder / "tokenizer.json");
  EXPECT_THAT(Exported(folder, "no-tokenizer"),
              Contains("qwen2.vocab_size: u32 1024"));
}

}  // namespace
}  // namespace tessera
