// Models in the forms that people have: several files, several types, mixtures
// of experts. What is stored must not depend on the form.

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"
#include "formats/dtype/bfloat16.h"
#include "formats/gguf/gguf_reader.h"
#include "formats/safetensors/safetensors_reader.h"
#include "gtest/gtest.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/convert_model.h"
#include "tests/testing/gguf_builder.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr char kTiny[] = "testdata/tiny";
constexpr LayoutOrder kLayouts[] = {
    LayoutOrder::kInterleaved, LayoutOrder::kRowMajor, LayoutOrder::kTransposed,
    LayoutOrder::kSwizzled};

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

std::string ReadBytes(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  EXPECT_TRUE(file.is_open()) << path;
  return std::string(std::istreambuf_iterator<char>(file), {});
}

void WriteBytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary) << bytes;
}

// Bytes of noise are no numbers here and there.
void Convert(const std::string& input, const std::string& output,
             ConvertModelOptions options = {}) {
  options.allow_nonfinite = true;
  const absl::Status status = ConvertModel(input, output, options);
  ASSERT_TRUE(status.ok()) << status;
}

void Export(const std::string& input, const std::string& output) {
  const absl::Status status =
      ExportModel(input, output, /*allow_nonfinite=*/true);
  ASSERT_TRUE(status.ok()) << status;
}

// Type, shape and bytes of every tensor of a GGUF file, by name.
std::map<std::string, std::string> Tensors(const std::string& path) {
  const std::string file = ReadBytes(path);
  const auto gguf = ParseGguf(AsBytes(file));
  EXPECT_TRUE(gguf.ok()) << gguf.status();
  std::map<std::string, std::string> tensors;
  for (const GgufTensor& tensor : gguf->tensors) {
    tensors[tensor.name] = absl::StrCat(
        DTypeName(tensor.type), " [", absl::StrJoin(tensor.shape, ", "), "] ",
        file.substr(tensor.offset, tensor.size));
  }
  return tensors;
}

// The tensors that a model gives as a GGUF file, by way of an arena.
std::map<std::string, std::string> StoredTensors(
    const std::string& input, absl::string_view quantize,
    ConvertModelOptions options = {}) {
  options.quantize = quantize;
  Convert(input, TempPath("stored.arena"), options);
  Export(TempPath("stored.arena"), TempPath("stored.gguf"));
  return Tensors(TempPath("stored.gguf"));
}

void ExpectSame(const std::map<std::string, std::string>& a,
                const std::map<std::string, std::string>& b) {
  ASSERT_EQ(a.size(), b.size());
  for (const auto& [name, bytes] : a) {
    ASSERT_TRUE(b.contains(name)) << name;
    // Not EXPECT_EQ, which would print them.
    EXPECT_TRUE(b.at(name) == bytes) << name;
  }
}

// Bytes without a pattern; the same every time.
std::string Noise(uint64_t count, uint64_t seed) {
  std::string bytes(count, '\0');
  for (char& byte : bytes) {
    seed = seed * 6364136223846793005u + 1442695040888963407u;
    byte = static_cast<char>(seed >> 56);
  }
  return bytes;
}

// Floats between -1 and 1.
std::string NoiseFloats(uint64_t count, uint64_t seed) {
  const std::string noise = Noise(count * 2, seed);
  std::string bytes(count * sizeof(float), '\0');
  for (uint64_t i = 0; i < count; ++i) {
    int16_t number;
    std::memcpy(&number, noise.data() + i * 2, 2);
    const float value = static_cast<float>(number) / 32768;
    std::memcpy(bytes.data() + i * sizeof(value), &value, sizeof(value));
  }
  return bytes;
}

// ---- mixtures of experts ----

// Of parts of a model.
const ConvertModelOptions kTensorsOnly = {.tensors_only = true};

TestGgufTensor NoiseTensor(const std::string& name, DType type,
                           const std::vector<uint64_t>& shape) {
  return {name, type, shape,
          Noise(*TensorBytes(type, shape), shape.back() + name.size())};
}

GgufMetadata MixtureMetadata() {
  GgufMetadata metadata;
  metadata.Append("general.architecture", GgufValue::String("qwen2moe"));
  metadata.Append("qwen2moe.expert_count", GgufValue::Scalar<uint32_t>(3));
  return metadata;
}

// Experts whose rows fill no whole number of row tiles.
std::string MixtureGguf() {
  return BuildGguf(
      MixtureMetadata(),
      {NoiseTensor("token_embd.weight", DType::kF16, {48, 256}),
       NoiseTensor("blk.0.attn_q.weight", DType::kQ4_0, {64, 256}),
       NoiseTensor("blk.0.ffn_gate_inp.weight", DType::kF32, {3, 256}),
       NoiseTensor("blk.0.ffn_gate_exps.weight", DType::kQ4_K, {3, 40, 256}),
       NoiseTensor("blk.0.ffn_up_exps.weight", DType::kQ8_0, {3, 40, 256}),
       NoiseTensor("blk.0.ffn_down_exps.weight", DType::kQ6_K, {3, 33, 512}),
       NoiseTensor("blk.1.ffn_gate_exps.weight", DType::kF16, {3, 1, 64}),
       NoiseTensor("blk.1.ffn_four.weight", DType::kQ5_0, {2, 2, 17, 32})});
}

TEST(InputFormsTest, ExpertsComeBackBitForBitFromEveryLayout) {
  const std::string original = MixtureGguf();
  WriteBytes(TempPath("mixture.gguf"), original);
  for (LayoutOrder layout : kLayouts) {
    for (bool fuse : {true, false}) {
      SCOPED_TRACE(absl::StrCat(LayoutOrderName(layout), " ", fuse));
      ConvertModelOptions options = kTensorsOnly;
      options.layout = layout;
      options.fuse = fuse;
      Convert(TempPath("mixture.gguf"), TempPath("mixture.arena"), options);
      const auto file = MappedFile::Open(TempPath("mixture.arena"));
      ASSERT_TRUE(file.ok());
      const auto arena = ParseArena(file->bytes());
      ASSERT_TRUE(arena.ok()) << arena.status();
      ThreadPool pool(2);
      EXPECT_TRUE(VerifyTensors(file->bytes(), *arena, pool).ok());
      EXPECT_EQ(arena->FindTensor("blk.0.ffn_down_exps.weight")->layout.order,
                layout);
      EXPECT_FALSE(arena->manifest.has_model());
      Export(TempPath("mixture.arena"), TempPath("back.gguf"));
      EXPECT_TRUE(ReadBytes(TempPath("back.gguf")) == original);
    }
  }
}

// By way of every other layout, too.
TEST(InputFormsTest, ExpertsAreLaidOutAgain) {
  WriteBytes(TempPath("mixture.gguf"), MixtureGguf());
  Convert(TempPath("mixture.gguf"), TempPath("direct.arena"), kTensorsOnly);
  for (LayoutOrder layout : kLayouts) {
    ConvertModelOptions options = kTensorsOnly;
    options.layout = layout;
    Convert(TempPath("mixture.gguf"), TempPath("other.arena"), options);
    Convert(TempPath("other.arena"), TempPath("again.arena"), kTensorsOnly);
    EXPECT_TRUE(ReadBytes(TempPath("again.arena")) ==
                ReadBytes(TempPath("direct.arena")))
        << LayoutOrderName(layout);
  }
}

TEST(InputFormsTest, EveryTypeOfGgufComesBackInThreeDimensions) {
  std::vector<TestGgufTensor> tensors;
  for (const DTypeTraits& traits : AllDTypes()) {
    if (static_cast<uint32_t>(traits.type) >= 1000) continue;
    if (traits.block_elements == 0) continue;
    tensors.push_back(
        NoiseTensor(absl::StrCat("blk.0.", traits.name, "_exps.weight"),
                    traits.type, {2, 19, uint64_t{2} * traits.block_elements}));
  }
  EXPECT_GE(tensors.size(), 30u);
  const std::string original = BuildGguf(MixtureMetadata(), tensors);
  WriteBytes(TempPath("types.gguf"), original);
  for (LayoutOrder layout : kLayouts) {
    ConvertModelOptions options = kTensorsOnly;
    options.layout = layout;
    Convert(TempPath("types.gguf"), TempPath("types.arena"), options);
    Export(TempPath("types.arena"), TempPath("back.gguf"));
    EXPECT_TRUE(ReadBytes(TempPath("back.gguf")) == original)
        << LayoutOrderName(layout);
  }
}

// Experts in matrices of their own and in one tensor are the same model.
TEST(InputFormsTest, ExpertsOfACheckpointQuantizeAsThoseOfGguf) {
  constexpr uint64_t kRows = 20;
  constexpr uint64_t kColumns = 256;
  std::vector<TestSafetensor> matrices;
  TestGgufTensor whole = {
      "blk.0.ffn_up_exps.weight", DType::kF32, {3, kRows, kColumns}, ""};
  for (uint64_t expert = 0; expert < 3; ++expert) {
    const std::string data = NoiseFloats(kRows * kColumns, expert);
    whole.data += data;
    matrices.insert(
        matrices.begin(),
        {absl::StrCat("model.layers.0.mlp.experts.", expert, ".up_proj.weight"),
         "F32",
         {kRows, kColumns},
         data});
  }
  const std::string folder = TempPath("experts");
  fs::create_directories(folder);
  WriteBytes(folder + "/config.json", R"({"model_type": "qwen3_moe",
      "hidden_size": 256, "intermediate_size": 20, "num_hidden_layers": 1,
      "num_attention_heads": 2, "vocab_size": 16})");
  WriteBytes(folder + "/model.safetensors", BuildSafetensors(matrices));
  WriteBytes(TempPath("experts.gguf"), BuildGguf(MixtureMetadata(), {whole}));
  for (const char* type : {"keep", "F16", "Q8_0", "Q4_0", "Q4_K_M", "Q6_K"}) {
    SCOPED_TRACE(type);
    const auto stored = StoredTensors(folder, type, {.check_model = false});
    ExpectSame(stored, StoredTensors(TempPath("experts.gguf"), type,
                                     {.check_model = false}));
    EXPECT_EQ(stored.size(), 1u);
  }
}

// ---- other forms of the tiny model ----

// The tensors of testdata/tiny/model.safetensors.
std::vector<TestSafetensor> TinyTensors() {
  const std::string file = ReadBytes(absl::StrCat(kTiny, "/model.safetensors"));
  const auto parsed = ParseSafetensors(AsBytes(file));
  EXPECT_TRUE(parsed.ok()) << parsed.status();
  std::vector<TestSafetensor> tensors;
  for (const SafetensorsTensor& tensor : parsed->tensors) {
    tensors.push_back({tensor.name, DTypeName(tensor.type), tensor.shape,
                       file.substr(tensor.offset, tensor.size)});
  }
  return tensors;
}

// A BF16 tensor as numbers of another type, which hold its values exactly.
template <typename T>
void Widen(const std::string& dtype, TestSafetensor* tensor) {
  std::string wide;
  for (size_t i = 0; i < tensor->data.size(); i += 2) {
    uint16_t bits;
    std::memcpy(&bits, tensor->data.data() + i, 2);
    const T value = static_cast<T>(BF16ToF32(bits));
    wide.append(reinterpret_cast<const char*>(&value), sizeof(value));
  }
  tensor->dtype = dtype;
  tensor->data = wide;
}

// An empty folder with the tiny model's configuration and tokenizer.
std::string TinyFolder(absl::string_view name) {
  const std::string folder = TempPath(name);
  fs::remove_all(folder);
  fs::create_directories(folder);
  for (const char* file : {"config.json", "tokenizer.json",
                           "tokenizer_config.json", "generation_config.json"}) {
    WriteBytes(absl::StrCat(folder, "/", file),
               ReadBytes(absl::StrCat(kTiny, "/", file)));
  }
  return folder;
}

TEST(InputFormsTest, ShardsAreTheSameModel) {
  const std::string folder = TinyFolder("shards");
  const TestSafetensorsShards shards = BuildSafetensorsShards(TinyTensors(), 3);
  const std::string index = folder + "/model.safetensors.index.json";
  WriteBytes(index, shards.index);
  for (const auto& file : shards.files) {
    WriteBytes(absl::StrCat(folder, "/", file.name), file.bytes);
  }
  for (const char* type : {"keep", "Q4_K_M"}) {
    const auto expected = StoredTensors(kTiny, type);
    ExpectSame(StoredTensors(folder, type), expected);
    ExpectSame(StoredTensors(index, type), expected);
  }
}

TEST(InputFormsTest, DoublesAndMixturesOfTypesAreTheSameModel) {
  std::vector<TestSafetensor> doubles = TinyTensors();
  for (TestSafetensor& tensor : doubles) Widen<double>("F64", &tensor);
  std::vector<TestSafetensor> mixed = TinyTensors();
  for (size_t i = 0; i < mixed.size(); ++i) {
    if (i % 3 == 0) Widen<double>("F64", &mixed[i]);
    if (i % 3 == 1) Widen<float>("F32", &mixed[i]);
  }
  for (const auto& tensors : {doubles, mixed}) {
    const std::string folder = TinyFolder("types");
    WriteBytes(folder + "/model.safetensors", BuildSafetensors(tensors));
    for (const char* type : {"F32", "BF16", "Q8_0", "Q4_K_M"}) {
      SCOPED_TRACE(type);
      ExpectSame(StoredTensors(folder, type), StoredTensors(kTiny, type));
    }
    const auto kept = StoredTensors(folder, "keep");
    ASSERT_EQ(tensors[0].name, "lm_head.weight");
    EXPECT_TRUE(absl::StartsWith(kept.at("output.weight"), "F64 "));
  }
}

TEST(InputFormsTest, TiedEmbeddingsAreStoredOnce) {
  const std::string folder = TinyFolder("tied");
  WriteBytes(folder + "/config.json",
             absl::StrReplaceAll(ReadBytes(absl::StrCat(kTiny, "/config.json")),
                                 {{"\"tie_word_embeddings\": false",
                                   "\"tie_word_embeddings\": true"}}));
  std::vector<TestSafetensor> tensors = TinyTensors();
  const auto find = [&tensors](absl::string_view name) {
    return std::find_if(
        tensors.begin(), tensors.end(),
        [name](const TestSafetensor& tensor) { return tensor.name == name; });
  };
  // An output matrix of its own is not lost.
  WriteBytes(folder + "/model.safetensors", BuildSafetensors(tensors));
  EXPECT_TRUE(StoredTensors(folder, "Q4_K_M").contains("output.weight"));
  find("lm_head.weight")->data = find("model.embed_tokens.weight")->data;
  WriteBytes(folder + "/model.safetensors", BuildSafetensors(tensors));
  const auto with_copy = StoredTensors(folder, "Q4_K_M");
  tensors.erase(find("lm_head.weight"));
  WriteBytes(folder + "/model.safetensors", BuildSafetensors(tensors));
  const auto without_copy = StoredTensors(folder, "Q4_K_M");
  ExpectSame(with_copy, without_copy);
  // By whichever of its names.
  find("model.embed_tokens.weight")->name = "lm_head.weight";
  WriteBytes(folder + "/model.safetensors", BuildSafetensors(tensors));
  ExpectSame(StoredTensors(folder, "Q4_K_M"), without_copy);
  EXPECT_FALSE(without_copy.contains("output.weight"));
  // It is the output matrix too.
  EXPECT_TRUE(absl::StartsWith(without_copy.at("token_embd.weight"), "Q6_K "));
}

// ---- split GGUF ----

// The files of a set, with the metadata in the first one.
std::vector<std::string> SplitGguf(const std::string& prefix) {
  std::vector<std::string> paths;
  for (uint16_t i = 0; i < 3; ++i) {
    GgufMetadata metadata = i == 0 ? MixtureMetadata() : GgufMetadata();
    metadata.Append("split.no", GgufValue::Scalar<uint16_t>(i));
    metadata.Append("split.count", GgufValue::Scalar<uint16_t>(3));
    metadata.Append("split.tensors.count", GgufValue::Scalar<int32_t>(3));
    paths.push_back(absl::StrCat(prefix, "-0000", i + 1, "-of-00003.gguf"));
    WriteBytes(paths.back(),
               BuildGguf(metadata,
                         {NoiseTensor(absl::StrCat("blk.", i, ".x.weight"),
                                      DType::kF16, {17 + uint64_t{i}, 64})}));
  }
  return paths;
}

TEST(InputFormsTest, AnyFileOfASplitSetIsTheModel) {
  const std::vector<std::string> paths = SplitGguf(TempPath("split"));
  const auto expected = StoredTensors(paths[0], "Q8_0", kTensorsOnly);
  EXPECT_EQ(expected.size(), 3u);
  for (const std::string& path : paths) {
    ExpectSame(StoredTensors(path, "Q8_0", kTensorsOnly), expected);
  }
  const std::string back = ReadBytes(TempPath("stored.gguf"));
  EXPECT_TRUE(absl::StrContains(back, "qwen2moe.expert_count"));
  EXPECT_FALSE(absl::StrContains(back, "split."));
  fs::remove(paths[1]);
  const absl::Status status =
      ConvertModel(paths[2], TempPath("missing.arena"), {});
  EXPECT_TRUE(absl::IsNotFound(status));
  EXPECT_TRUE(absl::StrContains(status.message(), "split-00002-of-00003.gguf"));
  EXPECT_TRUE(absl::StrContains(status.message(), "--tensors_only"));
  auto rest = expected;
  rest.erase("blk.1.x.weight");
  ExpectSame(StoredTensors(paths[2], "Q8_0", kTensorsOnly), rest);
  fs::remove(paths[0]);
  rest.erase("blk.0.x.weight");
  ExpectSame(StoredTensors(paths[2], "Q8_0", kTensorsOnly), rest);
}

TEST(InputFormsTest, FilesOfASplitSetKeepTheirNames) {
  const std::vector<std::string> paths = SplitGguf(TempPath("split"));
  for (const char* name :
       {"renamed.gguf", "split-00003-of-00003.gguf", "x-00001-of-00001.gguf"}) {
    fs::rename(paths[1], TempPath(name));
    const absl::Status status =
        ConvertModel(TempPath(name), TempPath("renamed.arena"), {});
    EXPECT_EQ(status.code(), absl::StatusCode::kInvalidArgument);
    EXPECT_TRUE(absl::StrContains(
        status.message(),
        absl::StrCat(TempPath(name),
                     ": the file is part of a split set of 3, and must keep "
                     "its name, which ends with -00002-of-00003.gguf")))
        << status;
    const auto alone = StoredTensors(TempPath(name), "Q8_0", kTensorsOnly);
    EXPECT_EQ(alone.size(), 1u);
    EXPECT_TRUE(alone.contains("blk.1.x.weight"));
    fs::rename(TempPath(name), paths[1]);
  }
}

}  // namespace
}  // namespace tessera
