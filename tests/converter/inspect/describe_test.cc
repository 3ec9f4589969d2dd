#include "converter/inspect/describe.h"

#include <gtest/gtest.h>

#include "base/mapped_file.h"
#include "base/thread_pool.h"
#include "tests/testing/arena_builder.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/gguf_builder.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

const TensorDescription& Find(const FileDescription& file, const char* name) {
  for (const TensorDescription& tensor : file.tensors) {
    if (tensor.name == name) return tensor;
  }
  ADD_FAILURE() << "no tensor " << name;
  return file.tensors.front();
}

std::string Fact(const FileDescription& file, const std::string& title,
                 const std::string& name) {
  for (const FactGroup& group : file.groups) {
    if (group.title != title) continue;
    for (const FactGroup::Fact& fact : group.facts) {
      if (fact.name == name) return fact.value;
    }
  }
  return "(none)";
}

Manifest WithEverything(ArenaBuilder& builder) {
  Manifest manifest = builder.Finish();
  manifest.set_producer("tessera test");
  manifest.mutable_source()->set_format("gguf");
  SourceFile* file = manifest.mutable_source()->add_files();
  file->set_name("model.gguf");
  file->set_size(1500);
  file->set_sha256(std::string(32, '\xab'));
  EffectiveOption* option = manifest.add_options();
  option->set_name("quantize");
  option->set_value("Q4_0");
  manifest.mutable_model()->set_model_type("llama");
  manifest.mutable_model()->set_hidden_size(64);
  manifest.mutable_model()->set_rms_norm_eps(1e-5f);
  manifest.mutable_model()->set_tie_word_embeddings(true);
  manifest.mutable_model()->mutable_rope_scaling()->set_factor(8);
  TokenizerData& tokenizer = *manifest.mutable_tokenizer();
  tokenizer.set_kind(TokenizerData::KIND_BYTE_LEVEL_BPE);
  tokenizer.add_token_length(0);
  tokenizer.set_bos_id(0);
  tokenizer.set_add_bos(true);
  manifest.mutable_tensors(1)->set_source_type(0);
  manifest.mutable_tensors(1)->mutable_error()->set_snr_db(20.5);
  return manifest;
}

TEST(DescribeTest, Arena) {
  ArenaBuilder builder = SmallArena();
  const auto bytes = builder.FileWith(WithEverything(builder));
  const FileDescription file =
      DescribeFile("folder/small.arena", bytes, {}).value();
  EXPECT_EQ(file.path, "folder/small.arena");
  EXPECT_EQ(file.format, "arena 1.0");
  EXPECT_EQ(file.file_size, bytes.size());
  EXPECT_EQ(file.verified, "");
  EXPECT_EQ(Fact(file, "arena", "producer"), "tessera test");
  EXPECT_EQ(Fact(file, "arena", "source file").substr(0, 33),
            "model.gguf, 1.50 kB, SHA-256 abab");
  EXPECT_EQ(Fact(file, "arena", "options"), "--quantize=Q4_0");
  EXPECT_EQ(Fact(file, "configuration", "model_type"), "llama");
  EXPECT_EQ(Fact(file, "configuration", "hidden_size"), "64");
  EXPECT_EQ(Fact(file, "configuration", "rms_norm_eps"), "1e-05");
  EXPECT_EQ(Fact(file, "configuration", "tie_word_embeddings"), "true");
  EXPECT_EQ(Fact(file, "configuration", "rope_scaling.factor"), "8");
  EXPECT_EQ(Fact(file, "tokenizer", "kind"), "byte-level BPE");
  EXPECT_EQ(Fact(file, "tokenizer", "tokens"), "1");
  EXPECT_EQ(Fact(file, "tokenizer", "bos_id"), "0, added");
  ASSERT_EQ(file.sections.size(), 2);
  EXPECT_EQ(file.sections[0].name, "hot");
  EXPECT_EQ(file.sections[1].name, "cold");
  EXPECT_EQ(file.sections[1].offset, 4 << 20);
  // 40 rows of 63 F16; 3 matrices of 2 row tiles of 2304 bytes.
  EXPECT_EQ(file.sections[1].used, 40 * 126 + 6 * 2304);
  ASSERT_EQ(file.reserved.size(), 2);
  EXPECT_EQ(file.reserved[1].name, "manifest");
  EXPECT_EQ(file.reserved[1].offset, 6 << 20);
}

TEST(DescribeTest, TensorsOfAnArena) {
  ArenaBuilder builder = SmallArena();
  const auto bytes = builder.FileWith(WithEverything(builder));
  const FileDescription file = DescribeFile("x", bytes, {}).value();
  const TensorDescription& q = Find(file, "blk.0.attn_q.weight");
  EXPECT_EQ(q.type, "Q4_0");
  EXPECT_EQ(q.source_type, "F32");
  EXPECT_EQ(q.source_name, "model.blk.0.attn_q.weight");
  EXPECT_EQ(q.layout, "interleaved");
  EXPECT_EQ(q.shape, (std::vector<uint64_t>{64, 64}));
  EXPECT_EQ(q.weights, 64 * 64);
  EXPECT_EQ(q.bytes, 4 * 576);
  EXPECT_EQ(q.group, "blk.0.attn_qkv");
  EXPECT_FALSE(q.alternates);
  EXPECT_EQ(q.error->snr_db, 20.5);
  const TensorDescription& up = Find(file, "blk.0.ffn_up.weight");
  EXPECT_TRUE(up.alternates);
  EXPECT_EQ(up.offset, up.extent_offset + 576);
  EXPECT_EQ(up.bytes, 3 * 1088);
  const TensorDescription& embedding = Find(file, "token_embd.weight");
  EXPECT_EQ(embedding.layout, "rowmajor");
  EXPECT_EQ(embedding.section, 1);
  EXPECT_EQ(Find(file, "experts.weight").weights, 3 * 17 * 256);
}

TEST(DescribeTest, EachLayerOfAModelOnOneLine) {
  ArenaBuilder builder = SmallArena();
  Manifest manifest = builder.Finish();
  ModelConfig& model = *manifest.mutable_model();
  ModelConfig::Layer& layer = *model.add_layers();
  layer.set_window(12);
  layer.set_rope(ModelConfig::Layer::LOCAL);
  EXPECT_EQ(Fact(DescribeFile("x", builder.FileWith(manifest), {}).value(),
                 "configuration", "layers"),
            "window 12, rope LOCAL");
  layer.Clear();
  EXPECT_EQ(Fact(DescribeFile("x", builder.FileWith(manifest), {}).value(),
                 "configuration", "layers"),
            "-");
}

TEST(DescribeTest, AttachmentsAndWhatIsNotUnderstood) {
  ArenaBuilder builder = SmallArena();
  builder.Attach("config.json", "{}");
  Manifest manifest = builder.Finish();
  manifest.mutable_model()->add_not_understood("one");
  manifest.mutable_model()->add_not_understood("two");
  manifest.mutable_tensors(1)->set_unmapped(true);
  const auto bytes = builder.FileWith(manifest);
  ThreadPool pool(2);
  const FileDescription file =
      DescribeFile("x", bytes, {.verify_with = &pool}).value();
  EXPECT_EQ(Fact(file, "configuration", "not_understood"), "one");
  ASSERT_EQ(file.attachments.size(), 1);
  EXPECT_EQ(file.attachments[0].name, "config.json");
  EXPECT_EQ(file.attachments[0].bytes, 2);
  EXPECT_EQ(file.attachments[0].offset,
            manifest.attachments(0).extent().offset());
  EXPECT_EQ(file.sections[1].used,
            40 * 126 + 6 * 2304 + manifest.attachments(0).extent().size());
  EXPECT_TRUE(Find(file, "blk.0.attn_q.weight").unmapped);
  EXPECT_FALSE(Find(file, "token_embd.weight").unmapped);
  EXPECT_NE(file.verified.find("1 attachment "), std::string::npos)
      << file.verified;
}

TEST(DescribeTest, ReasonsForLayouts) {
  ArenaBuilder builder = SmallArena();
  Manifest manifest = builder.Finish();
  LayoutMachine& machine = *manifest.mutable_layout_machine();
  machine.set_cpu("AMD EPYC");
  machine.set_isa("avx512vnni");
  machine.set_threads(1);
  machine.set_fingerprint("0123456789abcdef");
  for (Tensor& tensor : *manifest.mutable_tensors()) {
    if (tensor.name() != "blk.0.attn_q.weight") continue;
    LayoutReason& reason = *tensor.mutable_layout_reason();
    reason.set_source(LayoutReason::SOURCE_MEASURED);
    reason.set_order(tensor.layout().order());
    reason.set_over(Layout::ORDER_TRANSPOSED);
    reason.set_ratio(1.12);
    reason.set_lower(1.08);
    reason.set_upper(1.15);
    reason.set_samples(20);
  }
  const FileDescription file =
      DescribeFile("x", builder.FileWith(manifest), {}).value();
  EXPECT_EQ(Fact(file, "layouts", "measured on"),
            "AMD EPYC, avx512vnni, 1 thread");
  EXPECT_EQ(Fact(file, "layouts", "fingerprint"), "0123456789abcdef");
  const TensorDescription& q = Find(file, "blk.0.attn_q.weight");
  EXPECT_EQ(q.layout_reason->text, "1.12x transposed (1.08 to 1.15)");
  EXPECT_EQ(q.layout_reason->gain->over, "transposed");
  EXPECT_EQ(q.layout_reason->gain->samples, 20u);
  EXPECT_EQ(Find(file, "token_embd.weight").layout_reason->text,
            "nothing to choose");

  const FileDescription plain =
      DescribeFile("x", builder.FileWith(builder.Finish()), {}).value();
  EXPECT_FALSE(plain.tensors[0].layout_reason.has_value());
}

TEST(DescribeTest, VerifyFindsDamage) {
  ThreadPool pool(2);
  ArenaBuilder builder = SmallArena();
  auto bytes = builder.FileWith(builder.Finish());
  EXPECT_EQ(DescribeFile("x", bytes, {&pool})->verified,
            "header, manifest, 2 chunks and 10 tensors; all hashes match");
  bytes[2 << 20] ^= 1;
  const absl::Status status = DescribeFile("x", bytes, {&pool}).status();
  EXPECT_EQ(status.code(), absl::StatusCode::kDataLoss);
  EXPECT_TRUE(DescribeFile("x", bytes, {}).ok());
}

TEST(DescribeTest, Gguf) {
  GgufMetadata metadata;
  metadata.Append("general.name", GgufValue::String("it's \xc3\xa9"));
  metadata.Append("a.count", GgufValue::Scalar<uint64_t>(~uint64_t{0}));
  metadata.Append("a.float", GgufValue::Scalar<float>(1e-5f));
  metadata.Append("a.flag", GgufValue::Scalar<bool>(true));
  const std::vector<absl::string_view> texts(9, "t");
  metadata.Append("a.texts", GgufValue::StringArray(texts));
  metadata.Append("a.numbers", GgufValue::Array<int8_t>({-1, 2}));
  const std::string bytes = BuildGguf(
      metadata,
      {{"one", DType::kQ8_0, {3, 32}, ""}, {"two", DType::kF32, {5}, ""}});
  const FileDescription file =
      DescribeFile("model.gguf", AsBytes(bytes), {}).value();
  EXPECT_EQ(file.format, "GGUF v3");
  EXPECT_EQ(Fact(file, "metadata", "general.name"), "it's \xc3\xa9");
  EXPECT_EQ(Fact(file, "metadata", "a.count"), "18446744073709551615");
  EXPECT_EQ(Fact(file, "metadata", "a.float"), "1e-05");
  EXPECT_EQ(Fact(file, "metadata", "a.flag"), "true");
  EXPECT_EQ(Fact(file, "metadata", "a.texts"),
            "['t', 't', 't', 't', 't', 't', ...] 9 elements");
  EXPECT_EQ(Fact(file, "metadata", "a.numbers"), "[-1, 2]");
  ASSERT_EQ(file.tensors.size(), 2);
  EXPECT_EQ(file.tensors[0].type, "Q8_0");
  EXPECT_EQ(file.tensors[0].bytes, 3 * 34);
  EXPECT_EQ(file.tensors[0].layout, "rowmajor");
  EXPECT_EQ(file.sections[0].used, 3 * 34 + 20);
  EXPECT_EQ(file.sections[0].offset + file.sections[0].size, bytes.size());
}

TEST(DescribeTest, GgufWithoutTensors) {
  const std::string bytes = BuildGguf(GgufMetadata(), {});
  EXPECT_TRUE(DescribeFile("x", AsBytes(bytes), {})->tensors.empty());
}

TEST(DescribeTest, Safetensors) {
  const std::string bytes =
      BuildSafetensors({{"a", "F16", {2, 3}, std::string(12, 'x')},
                        {"b", "I64", {}, "12345678"}},
                       {{"format", "pt"}});
  ThreadPool pool(1);
  const FileDescription file =
      DescribeFile("anything", AsBytes(bytes), {&pool}).value();
  EXPECT_EQ(file.format, "safetensors");
  EXPECT_EQ(Fact(file, "metadata", "format"), "pt");
  EXPECT_EQ(file.verified,
            "the structure; files of this format hold no hashes");
  ASSERT_EQ(file.tensors.size(), 2);
  EXPECT_EQ(file.tensors[1].weights, 1);
  EXPECT_EQ(file.sections[0].used, 20);
}

TEST(DescribeTest, RealFiles) {
  for (const char* path : {"testdata/tiny/gguf/tiny-Q4_K_M.gguf",
                           "testdata/tiny/model.safetensors"}) {
    const MappedFile mapped = MappedFile::Open(path).value();
    const FileDescription file = DescribeFile(path, mapped.bytes(), {}).value();
    EXPECT_EQ(file.tensors.size(), 30) << path;
    uint64_t weights = 0;
    for (const TensorDescription& tensor : file.tensors) {
      weights += tensor.weights;
    }
    EXPECT_EQ(weights, 2295552) << path;
  }
}

TEST(DescribeTest, SaysWhatIsNoModel) {
  const auto message = [](const char* path, absl::string_view bytes) {
    return std::string(
        DescribeFile(path, AsBytes(bytes), {}).status().message());
  };
  EXPECT_EQ(message("x", ""), "x: is empty; download it again");
  EXPECT_EQ(message("x.arena", ""), "x.arena: is empty; download it again");
  EXPECT_EQ(message("x", "hello, this is no model at all"),
            "x: is text, not a model; it begins with 'hello, this is no model "
            "at all'");
}

TEST(DescribeTest, NameDecidesWhereBytesDoNot) {
  const auto message = [](const char* path) {
    return std::string(
        DescribeFile(path, AsBytes("\x01\x99\xff\xfe"), {}).status().message());
  };
  EXPECT_EQ(message("x"), "neither an arena nor a GGUF nor a safetensors file");
  EXPECT_EQ(message("x.arena"), "not an arena: it does not begin as arenas do");
  EXPECT_EQ(message("x.gguf"),
            "byte 0: does not begin with 'GGUF', as GGUF files do");
  EXPECT_NE(message("x.safetensors"), message("x"));
}

TEST(TotalsByTypeTest, MostBytesFirst) {
  ArenaBuilder builder = SmallArena();
  const auto bytes = builder.FileWith(builder.Finish());
  const auto totals = TotalsByType(DescribeFile("x", bytes, {}).value());
  ASSERT_EQ(totals.size(), 6);
  EXPECT_EQ(totals[0].type, "Q4_K");
  EXPECT_EQ(totals[0].bytes, 6 * 2304);
  EXPECT_EQ(totals[5].type, "F32");
  for (const TypeTotal& total : totals) {
    EXPECT_EQ(total.tensors, total.type == "Q4_0"                          ? 3
                             : total.type == "Q8_0" || total.type == "F16" ? 2
                                                                           : 1);
  }
}

}  // namespace
}  // namespace tessera
