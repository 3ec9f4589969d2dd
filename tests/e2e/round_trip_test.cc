// Conversions that must not change a bit: to an arena and back to GGUF, on any
// number of threads, from any form of the same model.

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/digest.h"
#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"
#include "formats/gguf/gguf_reader.h"
#include "gtest/gtest.h"
#include "simdjson.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr char kTiny[] = "testdata/tiny";

std::string TempPath(absl::string_view name) {
  return absl::StrCat(testing::TempDir(), "/", name);
}

MappedFile Map(const std::string& path) {
  auto file = MappedFile::Open(path);
  EXPECT_TRUE(file.ok()) << file.status();
  return *std::move(file);
}

std::string FileDigest(const std::string& path) {
  return absl::BytesToHexString(Sha256(Map(path).bytes()));
}

void Convert(const std::string& input, const std::string& output,
             const ConvertModelOptions& options = {}) {
  const absl::Status status = ConvertModel(input, output, options);
  ASSERT_TRUE(status.ok()) << status;
}

void Export(const std::string& input, const std::string& output) {
  const absl::Status status = ExportModel(input, output);
  ASSERT_TRUE(status.ok()) << status;
}

// Asserts that the tensors of the GGUF file are those of a golden list.
void ExpectGoldenTensors(const std::string& gguf_path,
                         const std::string& golden_name) {
  const MappedFile file = Map(gguf_path);
  const auto gguf = ParseGguf(file.bytes());
  ASSERT_TRUE(gguf.ok()) << gguf.status();
  simdjson::dom::parser parser;
  simdjson::dom::element golden;
  ASSERT_FALSE(parser
                   .load(absl::StrCat(kTiny, "/golden/tensors/tiny-",
                                      golden_name, ".json"))
                   .get(golden));
  ASSERT_EQ(gguf->tensors.size(),
            simdjson::dom::object(golden["tensors"]).size());
  for (const GgufTensor& tensor : gguf->tensors) {
    const simdjson::dom::element expected = golden["tensors"][tensor.name];
    EXPECT_EQ(DTypeName(tensor.type),
              std::string(std::string_view(expected["type"])));
    EXPECT_EQ(absl::BytesToHexString(
                  Sha256(file.bytes().subspan(tensor.offset, tensor.size))),
              std::string(std::string_view(expected["raw_sha256"])))
        << tensor.name;
  }
}

std::vector<std::string> GgufNames() {
  std::vector<std::string> names;
  for (const auto& entry :
       fs::directory_iterator(absl::StrCat(kTiny, "/gguf"))) {
    names.push_back(entry.path().stem().string().substr(5));  // "tiny-"
  }
  return names;
}

TEST(RoundTripTest, EveryGgufComesBackBitForBit) {
  const std::vector<std::string> names = GgufNames();
  EXPECT_GE(names.size(), 21u);
  for (const std::string& name : names) {
    SCOPED_TRACE(name);
    const std::string original =
        absl::StrCat(kTiny, "/gguf/tiny-", name, ".gguf");
    for (LayoutOrder layout :
         {LayoutOrder::kInterleaved, LayoutOrder::kRowMajor,
          LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
      ConvertModelOptions options;
      options.layout = layout;
      Convert(original, TempPath("there.arena"), options);
      Export(TempPath("there.arena"), TempPath("back.gguf"));
      ExpectGoldenTensors(TempPath("back.gguf"), name);
      // Metadata and order too: the whole file.
      EXPECT_EQ(FileDigest(TempPath("back.gguf")), FileDigest(original));
    }
  }
}

// Our quantizers and llama-quantize's mixes, from the Hugging Face form.
TEST(RoundTripTest, SafetensorsQuantizeToTheSameBlocksAsLlamaQuantize) {
  for (const char* type : {"F32", "F16", "BF16", "Q8_0", "Q4_0", "Q4_K_S",
                           "Q4_K_M", "Q5_K_M", "Q6_K"}) {
    SCOPED_TRACE(type);
    ConvertModelOptions options;
    options.quantize = type;
    Convert(absl::StrCat(kTiny, "/model.safetensors"), TempPath("st.arena"),
            options);
    Export(TempPath("st.arena"), TempPath("st.gguf"));
    const std::string golden = absl::string_view(type) == "F32"   ? "f32"
                               : absl::string_view(type) == "F16" ? "f16"
                                                                  : type;
    ExpectGoldenTensors(TempPath("st.gguf"), golden);
  }
}

TEST(RoundTripTest, BytesDoNotDependOnThreads) {
  struct Case {
    const char* type;
    LayoutOrder layout;
  };
  for (const Case& c : {Case{"keep", LayoutOrder::kInterleaved},
                        Case{"Q4_K_M", LayoutOrder::kInterleaved},
                        Case{"INT8", LayoutOrder::kInterleaved},
                        Case{"Q4_K_M", LayoutOrder::kSwizzled},
                        Case{"INT8", LayoutOrder::kTransposed}}) {
    std::vector<std::string> digests;
    for (int threads : {1, 2, 5, 1}) {
      ConvertModelOptions options;
      options.quantize = c.type;
      options.layout = c.layout;
      options.threads = threads;
      Convert(kTiny, TempPath("threads.arena"), options);
      digests.push_back(FileDigest(TempPath("threads.arena")));
    }
    for (const std::string& digest : digests) {
      EXPECT_EQ(digest, digests.front()) << c.type;
    }
  }
}

TEST(RoundTripTest, ReLayoutOfAnArenaEqualsConversionOfTheOriginal) {
  const std::string original = absl::StrCat(kTiny, "/gguf/tiny-Q4_K_M.gguf");
  Convert(original, TempPath("interleaved.arena"));
  for (LayoutOrder order : {LayoutOrder::kRowMajor, LayoutOrder::kTransposed,
                            LayoutOrder::kSwizzled}) {
    SCOPED_TRACE(std::string(LayoutOrderName(order)));
    ConvertModelOptions options;
    options.layout = order;
    Convert(original, TempPath("other.arena"), options);
    Convert(TempPath("other.arena"), TempPath("again.arena"));
    EXPECT_EQ(FileDigest(TempPath("again.arena")),
              FileDigest(TempPath("interleaved.arena")));
  }
}

// What quantization has cost is not forgotten when blocks are only moved.
TEST(RoundTripTest, ReLayoutKeepsTheErrors) {
  ConvertModelOptions options;
  options.quantize = "Q4_0";
  Convert(kTiny, TempPath("quantized.arena"), options);
  ConvertModelOptions other;
  other.layout = LayoutOrder::kTransposed;
  Convert(TempPath("quantized.arena"), TempPath("moved.arena"), other);
  const MappedFile before_file = Map(TempPath("quantized.arena"));
  const MappedFile after_file = Map(TempPath("moved.arena"));
  const auto before = ParseArena(before_file.bytes());
  const auto after = ParseArena(after_file.bytes());
  ASSERT_TRUE(before.ok() && after.ok());
  for (const StoredTensor& tensor : before->tensors) {
    const Tensor& moved = *after->FindTensor(tensor.name())->proto;
    ASSERT_TRUE(tensor.proto->has_error()) << tensor.name();
    EXPECT_EQ(moved.error().SerializeAsString(),
              tensor.proto->error().SerializeAsString())
        << tensor.name();
  }
}

// Each matrix gets what the profile says.
TEST(RoundTripTest, AutoFollowsTheProfile) {
  ConvertModelOptions options;
  options.quantize = "Q4_K_M";
  options.profile = *LayoutProfile::Parse(
      "Q4_K gemm * * swizzled\n"
      "Q6_K gemv * * transposed\n");
  Convert(kTiny, TempPath("auto.arena"), options);
  const MappedFile file = Map(TempPath("auto.arena"));
  const auto arena = ParseArena(file.bytes());
  ASSERT_TRUE(arena.ok()) << arena.status();
  const auto order_of = [&arena](absl::string_view name) {
    return arena->FindTensor(name)->layout.order;
  };
  EXPECT_EQ(order_of("blk.0.attn_q.weight"), LayoutOrder::kSwizzled);
  EXPECT_EQ(order_of("blk.2.attn_v.weight"),
            LayoutOrder::kInterleaved);  // Q6_K
  EXPECT_EQ(order_of("output.weight"), LayoutOrder::kTransposed);
  EXPECT_EQ(order_of("token_embd.weight"), LayoutOrder::kRowMajor);
  ThreadPool pool(2);
  EXPECT_TRUE(VerifyTensors(file.bytes(), *arena, pool).ok());
  EXPECT_EQ(arena->manifest.options(1).value(), "auto");
  EXPECT_EQ(arena->header.minor_version, 2);
  EXPECT_EQ(
      arena->FindTensor("blk.0.attn_q.weight")->proto->layout_reason().source(),
      LayoutReason::SOURCE_RULE);
}

void ExpectHashesHold(const ConvertModelOptions& options) {
  Convert(kTiny, TempPath("verify.arena"), options);
  const MappedFile file = Map(TempPath("verify.arena"));
  const auto arena = ParseArena(file.bytes());
  ASSERT_TRUE(arena.ok()) << arena.status();
  ThreadPool pool(2);
  EXPECT_TRUE(VerifyChunks(file.bytes(), *arena, pool).ok());
  EXPECT_TRUE(VerifyTensors(file.bytes(), *arena, pool).ok());
}

TEST(RoundTripTest, EveryHashOfAnArenaHolds) {
  for (const char* type : {"keep", "Q4_K_M", "INT8"}) {
    for (LayoutOrder layout :
         {LayoutOrder::kInterleaved, LayoutOrder::kTransposed,
          LayoutOrder::kSwizzled}) {
      SCOPED_TRACE(absl::StrCat(type, " ", LayoutOrderName(layout)));
      ConvertModelOptions options;
      options.quantize = type;
      options.layout = layout;
      ExpectHashesHold(options);
      options.fuse = false;
      if (layout == LayoutOrder::kInterleaved) ExpectHashesHold(options);
    }
  }
}

}  // namespace
}  // namespace tessera
