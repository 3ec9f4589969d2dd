#include "converter/convert_to_arena.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <cmath>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/mapped_file.h"
#include "base/read_file.h"
#include "converter/source/open_source.h"
#include "converter/zero_tensors.h"
#include "formats/arena/attachment.h"
#include "formats/quant/codec.h"
#include "tests/testing/as_bytes.h"

namespace tessera {
namespace {

using Bytes = std::string;

constexpr char kModel[] = "testdata/tiny";

class ConvertToArenaTest : public testing::Test {
 protected:
  void SetUp() override {
    folder_ = testing::TempDir() + "/" +
              testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::remove_all(folder_);
    std::filesystem::create_directory(folder_);
    options_.quiet = true;
    options_.overwrite = true;
  }

  OutputOptions Output(const std::string& name, const std::string& quantize,
                       LayoutOrder layout = LayoutOrder::kInterleaved) const {
    OutputOptions output;
    output.path = folder_ + "/" + name;
    output.plan.recipe = QuantizeRecipe::Parse(quantize).value();
    output.plan.layout = layout;
    return output;
  }

  size_t CountFiles() const {
    return std::distance(std::filesystem::directory_iterator(folder_), {});
  }

  std::string folder_;
  ConvertOptions options_;
};

// Leaves a model without cold tensors.
void EraseEmbedding(WeightSource* source) {
  std::erase_if(source->tensors, [](const SourceTensor& tensor) {
    return tensor.name == "token_embd.weight";
  });
}

TEST_F(ConvertToArenaTest, BytesDoNotDependOnThreads) {
  const WeightSource source = OpenWeightSource(kModel).value();
  const OutputOptions output = Output("out.arena", "Q5_K_M");
  Bytes expected;
  for (int threads : {1, 2, 3, 16}) {
    options_.threads = threads;
    ASSERT_TRUE(ConvertToArena(source, output, options_).ok());
    if (expected.empty()) expected = ReadFile(output.path).value();
    EXPECT_TRUE(ReadFile(output.path).value() == expected) << threads;
  }
}

// With so little memory every window of a spread matrix goes to a file.
TEST_F(ConvertToArenaTest, BytesDoNotDependOnMemory) {
  const WeightSource source = OpenWeightSource(kModel).value();
  for (LayoutOrder layout :
       {LayoutOrder::kInterleaved, LayoutOrder::kTransposed,
        LayoutOrder::kSwizzled, LayoutOrder::kRowMajor}) {
    OutputOptions options = Output("out.arena", "Q8_0", layout);
    const auto reference = ConvertToArena(source, options, options_);
    ASSERT_TRUE(reference.ok());
    for (uint64_t memory : {1000, 100000}) {
      options.path = folder_ + "/small.arena";
      auto output = ArenaOutput::Create(source, options).value();
      ASSERT_TRUE(output->Open(ArenaOutput::Begin::kNew, true).ok());
      std::vector<PackJob> jobs;
      for (size_t i = 0; i < output->streams().size(); ++i) {
        jobs.push_back(output->JobFor(
            i, 4096, [](uint64_t) { return absl::OkStatus(); },
            [] { return absl::OkStatus(); }));
      }
      PipelineOptions pipeline;
      pipeline.threads = 3;
      pipeline.memory_bytes = memory;
      pipeline.scratch_folder = folder_;
      ASSERT_TRUE(RunPackJobs(absl::MakeSpan(jobs), pipeline).ok());
      ASSERT_TRUE(output->Finish(reference->manifest.source()).ok());
      EXPECT_TRUE(ReadFile(options.path).value() ==
                  ReadFile(folder_ + "/out.arena").value())
          << LayoutOrderName(layout) << " " << memory;
    }
  }
  EXPECT_EQ(CountFiles(), 2);
}

TEST_F(ConvertToArenaTest, SeveralOutputsAreThoseOfSingleConversions) {
  const WeightSource source = OpenWeightSource(kModel).value();
  const std::vector<OutputOptions> outputs = {
      Output("a.arena", "Q4_0"), Output("b.arena", "Q6_K"),
      Output("c.arena", "F32", LayoutOrder::kSwizzled)};
  SingleRank ranks;
  const auto reports = ConvertToArenas(source, outputs, options_, ranks);
  ASSERT_TRUE(reports.ok()) << reports.status();
  EXPECT_EQ(reports->size(), 3);
  for (OutputOptions output : outputs) {
    const Bytes together = ReadFile(output.path).value();
    output.path += "2";
    ASSERT_TRUE(ConvertToArena(source, output, options_).ok());
    EXPECT_TRUE(ReadFile(output.path).value() == together) << output.path;
  }
}

// Changes one byte of the last tensor of a file, and when it was changed.
void ChangeLastByte(const std::string& path) {
  const auto size = std::filesystem::file_size(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  file.seekg(static_cast<std::streamoff>(size - 2));
  const int byte = file.get();
  file.seekp(static_cast<std::streamoff>(size - 2));
  file.put(static_cast<char>(byte ^ 1));
}

void Touch(const std::string& path) {
  std::filesystem::last_write_time(
      path, std::filesystem::last_write_time(path) + std::chrono::seconds(1));
}

TEST_F(ConvertToArenaTest, InputThatIsTouchedIsReadAgain) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file(std::string(kModel) + "/model.safetensors", input);
  const WeightSource source = OpenWeightSource(input).value();
  const OutputOptions output = Output("out.arena", "Q4_0");
  ASSERT_TRUE(ConvertToArena(source, output, options_).ok());
  const Bytes expected = ReadFile(output.path).value();
  Touch(input);
  const auto report = ConvertToArena(source, output, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_TRUE(ReadFile(output.path).value() == expected);
  // Another file of the same content.
  std::filesystem::rename(input, input + ".old");
  std::filesystem::copy_file(input + ".old", input);
  EXPECT_TRUE(ConvertToArena(source, output, options_).ok());
}

TEST_F(ConvertToArenaTest, InputThatChangesIsNoticedAndNothingIsLost) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file(std::string(kModel) + "/model.safetensors", input);
  const OutputOptions output = Output("out.arena", "F32");
  {
    const WeightSource source = OpenWeightSource(input).value();
    ASSERT_TRUE(ConvertToArena(source, output, options_).ok());
  }
  const Bytes expected = ReadFile(output.path).value();
  std::filesystem::remove(output.path);
  {
    // The mapping stays what it was; the name leads to something else.
    const WeightSource source = OpenWeightSource(input).value();
    std::filesystem::rename(input, input + ".old");
    std::filesystem::copy_file(input + ".old", input);
    ChangeLastByte(input);
    const auto report = ConvertToArena(source, output, options_);
    EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(report.status().message().find("in.safetensors: "),
              std::string::npos);
    EXPECT_NE(report.status().message().find("--resume"), std::string::npos);
    EXPECT_FALSE(std::filesystem::exists(output.path));
    EXPECT_TRUE(std::filesystem::exists(output.path + ".partial"));
  }
  std::filesystem::rename(input + ".old", input);
  const WeightSource source = OpenWeightSource(input).value();
  options_.resume = true;
  const auto report = ConvertToArena(source, output, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->resumed_streams, 0u);
  EXPECT_TRUE(ReadFile(output.path).value() == expected);
}

// Whoever writes a file can set its time back.
TEST_F(ConvertToArenaTest, InputThatChangesUnderItsOldTimeIsNoticed) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file(std::string(kModel) + "/model.safetensors", input);
  const WeightSource source = OpenWeightSource(input).value();
  const auto time = std::filesystem::last_write_time(input);
  std::filesystem::rename(input, input + ".old");
  std::filesystem::copy_file(input + ".old", input);
  ChangeLastByte(input);
  std::filesystem::last_write_time(input, time);
  const auto report =
      ConvertToArena(source, Output("out.arena", "F32"), options_);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
}

TEST_F(ConvertToArenaTest, InputThatIsMovedAwayLosesNothing) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file(std::string(kModel) + "/model.safetensors", input);
  const OutputOptions output = Output("out.arena", "F32");
  {
    const WeightSource source = OpenWeightSource(input).value();
    std::filesystem::rename(input, input + ".old");
    const auto report = ConvertToArena(source, output, options_);
    EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
    EXPECT_NE(report.status().message().find("no longer there"),
              std::string::npos);
    EXPECT_TRUE(std::filesystem::exists(output.path + ".partial"));
  }
  std::filesystem::rename(input + ".old", input);
  const WeightSource source = OpenWeightSource(input).value();
  options_.resume = true;
  const auto report = ConvertToArena(source, output, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  EXPECT_GT(report->resumed_streams, 0u);
}

TEST_F(ConvertToArenaTest, InputOfAnotherSizeEndsTheConversion) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file(std::string(kModel) + "/model.safetensors", input);
  const WeightSource source = OpenWeightSource(input).value();
  std::ofstream(input, std::ios::app) << "more";
  const auto report =
      ConvertToArena(source, Output("out.arena", "Q4_0"), options_);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/out.arena"));
}

// A source of one matrix of 2 x 256 floats, and its name.
class OneMatrixTest : public ConvertToArenaTest {
 protected:
  WeightSource Source(DType type, std::vector<float> values) {
    const Codec& codec = *FindCodec(type);
    values.resize(512);
    const uint64_t row_bytes = *RowBytes(type, 256);
    std::string bytes(2 * row_bytes, '\0');
    for (int row = 0; row < 2; ++row) {
      codec.quantize_row(
          values.data() + 256 * row, 256, nullptr,
          reinterpret_cast<uint8_t*>(bytes.data()) + row_bytes * row);
    }
    return Source(type, std::move(bytes));
  }

  WeightSource Source(DType type, std::string bytes) {
    const std::string path = folder_ + "/bytes";
    std::ofstream(path, std::ios::binary) << bytes;
    WeightSource source;
    source.format = "gguf";
    source.files.push_back(MappedFile::Open(path).value());
    SourceTensor& tensor = source.tensors.emplace_back();
    tensor.name = "blk.0.ffn_down.weight";
    tensor.source_name = tensor.name;
    tensor.type = type;
    tensor.shape = {2, 256};
    tensor.parts = {{0, 0}};
    tensor.size = bytes.size();
    return source;
  }

  absl::StatusOr<ConvertReport> Convert(const WeightSource& source,
                                        const std::string& to,
                                        bool allow = false) {
    OutputOptions output = Output("out.arena", to);
    output.plan.allow_nonfinite = allow;
    output.plan.allow_requantize = allow;
    return ConvertToArena(source, output, options_);
  }
};

// Values 0.5, but for one.
std::vector<float> AllButOne(size_t index, float value) {
  std::vector<float> values(512, 0.5f);
  values[index] = value;
  return values;
}

TEST_F(OneMatrixTest, WeightsThatDoNotFitAreRefused) {
  struct Case {
    DType from;
    float value;
    std::string to;
  };
  for (const Case& c :
       {Case{DType::kBF16, 70144, "F16"}, Case{DType::kF32, 3.4e38f, "BF16"},
        Case{DType::kF32, 1e6f, "Q4_0"}, Case{DType::kF32, -1e6f, "Q4_1"},
        Case{DType::kF32, 3e6f, "Q5_0"}, Case{DType::kF32, 1e7f, "Q8_0"},
        Case{DType::kF32, 1e9f, "Q4_K_M"}, Case{DType::kF32, 1e9f, "Q6_K"},
        Case{DType::kF32, 1e9f, "IQ4_NL"}}) {
    const WeightSource source = Source(c.from, AllButOne(300, c.value));
    const absl::Status status = Convert(source, c.to).status();
    ASSERT_TRUE(absl::IsInvalidArgument(status)) << c.to << status;
    EXPECT_TRUE(absl::StrContains(
        status.message(),
        absl::StrCat("blk.0.ffn_down.weight, row 1, column 44: the weight ",
                     c.value, " does not fit ")))
        << status;
    EXPECT_FALSE(std::filesystem::exists(folder_ + "/out.arena"));
    const auto allowed = Convert(source, c.to, /*allow=*/true);
    ASSERT_TRUE(allowed.ok()) << allowed.status();
    const Tensor& tensor = allowed->manifest.tensors(0);
    EXPECT_GE(tensor.nonfinite_weights(), 1u) << c.to;
    EXPECT_FALSE(std::isfinite(tensor.error().rmse())) << c.to;
    std::filesystem::remove(folder_ + "/out.arena");
  }
}

TEST_F(OneMatrixTest, WeightsThatAreNoNumbersAreRefused) {
  constexpr float kNan = std::numeric_limits<float>::quiet_NaN();
  constexpr float kInfinity = std::numeric_limits<float>::infinity();
  for (const DType from : {DType::kF32, DType::kF16, DType::kBF16}) {
    for (const float value : {kNan, kInfinity, -kInfinity}) {
      for (const std::string to : {"keep", "F32", "F16", "Q8_0", "Q4_K_M"}) {
        const WeightSource source = Source(from, AllButOne(7, value));
        const absl::Status status = Convert(source, to).status();
        ASSERT_TRUE(absl::IsDataLoss(status)) << to << status;
        EXPECT_TRUE(absl::StrContains(
            status.message(),
            absl::StrCat("row 0, column 7: the weight is ", value)))
            << status;
        EXPECT_TRUE(absl::StrContains(status.message(), folder_));
        const auto allowed = Convert(source, to, /*allow=*/true);
        ASSERT_TRUE(allowed.ok()) << allowed.status();
        EXPECT_GE(allowed->manifest.tensors(0).nonfinite_weights(), 1u);
      }
    }
  }
}

TEST_F(OneMatrixTest, ScalesThatAreNoNumbersAreRefused) {
  const WeightSource good = Source(DType::kQ8_0, std::vector<float>(512, 0.5f));
  std::string bytes(reinterpret_cast<const char*>(good.files[0].bytes().data()),
                    good.files[0].bytes().size());
  bytes[34 * 9 + 1] = '\x7c';  // the scale of block 9, in row 1: infinite
  bytes[34 * 9] = 0;
  for (const std::string to : {"keep", "F32", "F16"}) {
    const absl::Status status =
        Convert(Source(DType::kQ8_0, bytes), to).status();
    ASSERT_TRUE(absl::IsDataLoss(status)) << to << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "row 1, column 32"))
        << status;
  }
  const auto allowed =
      Convert(Source(DType::kQ8_0, bytes), "keep", /*allow=*/true);
  ASSERT_TRUE(allowed.ok()) << allowed.status();
  EXPECT_EQ(allowed->manifest.tensors(0).nonfinite_weights(), 32u);
  EXPECT_EQ(allowed->manifest.minor_version(), 4u);
}

TEST_F(OneMatrixTest, BlocksAreQuantizedASecondTimeOnRequestOnly) {
  const std::vector<float> values(512, 0.5f);
  for (const auto& [from, to] :
       std::vector<std::pair<DType, std::string>>{{DType::kQ4_0, "Q8_0"},
                                                  {DType::kQ8_0, "Q4_K_M"},
                                                  {DType::kQ8_0, "INT8"},
                                                  {DType::kINT8, "Q8_0"},
                                                  {DType::kMXFP4, "Q8_0"}}) {
    if (FindCodec(from)->quantize_row == nullptr) continue;
    const WeightSource source = Source(from, values);
    const absl::Status status = Convert(source, to).status();
    ASSERT_TRUE(absl::IsInvalidArgument(status)) << to << status;
    EXPECT_TRUE(absl::StrContains(status.message(), "--allow_requantize"));
    EXPECT_TRUE(absl::StrContains(status.message(), "blk.0.ffn_down.weight"));
    EXPECT_TRUE(Convert(source, to, /*allow=*/true).ok());
  }
  for (const auto& [from, to] :
       std::vector<std::pair<DType, std::string>>{{DType::kQ8_0, "keep"},
                                                  {DType::kQ8_0, "Q8_0"},
                                                  {DType::kQ4_0, "F32"},
                                                  {DType::kQ4_0, "F16"},
                                                  {DType::kBF16, "Q8_0"},
                                                  {DType::kF16, "Q4_0"}}) {
    EXPECT_TRUE(Convert(Source(from, values), to).ok()) << to;
  }
}

TEST_F(OneMatrixTest, TensorsOfZerosAreTold) {
  const std::vector<float> zeros(512);
  for (const std::string to : {"keep", "F32", "Q8_0"}) {
    const auto report = Convert(Source(DType::kF16, zeros), to);
    ASSERT_TRUE(report.ok()) << report.status();
    EXPECT_EQ(report->zero_tensors, std::vector<size_t>({0})) << to;
    const auto other = Convert(Source(DType::kF16, AllButOne(511, 1)), to);
    EXPECT_TRUE(other->zero_tensors.empty()) << to;
  }
  const WeightSource source = Source(DType::kF16, zeros);
  const std::vector<size_t> all = {0};
  EXPECT_EQ(ZeroTensorsNote(source, all),
            "1 tensor has no weight but zeros: blk.0.ffn_down.weight");
  EXPECT_EQ(ZeroTensorsNote(source, {}), "");
}

// The limit on file sizes stands for a full disk.
TEST_F(ConvertToArenaTest, DiskThatIsFullLeavesNothingBehind) {
  const WeightSource source = OpenWeightSource(kModel).value();
  rlimit old_limit;
  ASSERT_EQ(getrlimit(RLIMIT_FSIZE, &old_limit), 0);
  std::signal(SIGXFSZ, SIG_IGN);
  rlimit limit = old_limit;
  limit.rlim_cur = 5 << 20;
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &limit), 0);
  const auto report =
      ConvertToArena(source, Output("out.arena", "F32"), options_);
  ASSERT_EQ(setrlimit(RLIMIT_FSIZE, &old_limit), 0);
  EXPECT_FALSE(report.ok());
  EXPECT_NE(report.status().message().find("out.arena: will have"),
            std::string::npos)
      << report.status();
  EXPECT_EQ(CountFiles(), 0);
}

// Ranks that are threads of this test cannot be had, but their parts can: each
// rank packs its streams into the file of the first, one after the other.
void ConvertByRanks(const WeightSource& source, const OutputOptions& options,
                    const Source& described) {
  std::vector<std::unique_ptr<ArenaOutput>> ranks;
  constexpr size_t kRanks = 5;
  for (size_t rank = 0; rank < kRanks; ++rank) {
    ranks.push_back(ArenaOutput::Create(source, options).value());
    ASSERT_TRUE(ranks.back()
                    ->Open(rank == 0 ? ArenaOutput::Begin::kNew
                                     : ArenaOutput::Begin::kJoin,
                           false)
                    .ok());
    ArenaOutput& output = *ranks.back();
    std::vector<PackJob> jobs;
    for (size_t i = 0; i < output.streams().size(); ++i) {
      if (i / 4 % kRanks != rank) continue;
      jobs.push_back(output.JobFor(
          i, 1 << 20, [](uint64_t) { return absl::OkStatus(); },
          [] { return absl::OkStatus(); }));
    }
    ASSERT_TRUE(RunPackJobs(absl::MakeSpan(jobs), {}).ok());
  }
  ASSERT_TRUE(ranks[0]->Findings().ok());
  for (size_t rank = 1; rank < kRanks; ++rank) {
    const auto findings = ranks[rank]->Findings();
    ASSERT_TRUE(findings.ok()) << findings.status();
    ASSERT_TRUE(ranks[0]->Merge(*findings).ok());
  }
  ASSERT_TRUE(ranks[0]->Finish(described).ok());
}

TEST_F(ConvertToArenaTest, PartsOfSeveralRanksMakeTheSameArena) {
  WeightSource source = OpenWeightSource(kModel).value();
  const OutputOptions options = Output("out.arena", "Q4_K_M");
  for (bool has_cold_tensors : {true, false}) {
    if (!has_cold_tensors) EraseEmbedding(&source);
    const auto report = ConvertToArena(source, options, options_);
    ASSERT_TRUE(report.ok());
    const Bytes expected = ReadFile(options.path).value();
    std::filesystem::remove(options.path);
    ConvertByRanks(source, options, report->manifest.source());
    EXPECT_TRUE(ReadFile(options.path).value() == expected);
    std::filesystem::remove(options.path);
  }
}

void ExpectFilesOfTheModel(const Manifest& manifest, const Bytes& arena) {
  ASSERT_EQ(manifest.attachments_size(), 4);
  for (const Attachment& attachment : manifest.attachments()) {
    const auto content = ReadAttachment(attachment, AsBytes(arena));
    ASSERT_TRUE(content.ok()) << content.status();
    EXPECT_TRUE(*content ==
                ReadFile(absl::StrCat(kModel, "/", attachment.name())).value())
        << attachment.name();
  }
}

TEST_F(ConvertToArenaTest, AttachmentsLieBehindTheTensors) {
  WeightSource source = OpenWeightSource(kModel).value();
  const OutputOptions options = Output("out.arena", "Q8_0");
  const auto with = ConvertToArena(source, options, options_);
  ASSERT_TRUE(with.ok()) << with.status();
  const Bytes bytes = ReadFile(options.path).value();
  ExpectFilesOfTheModel(with->manifest, bytes);
  EXPECT_EQ(with->manifest.minor_version(), 2);
  source.attachments.clear();
  const auto without = ConvertToArena(source, options, options_);
  ASSERT_TRUE(without.ok()) << without.status();
  EXPECT_EQ(without->manifest.minor_version(), 0);
  ASSERT_EQ(with->manifest.tensors_size(), without->manifest.tensors_size());
  uint64_t end = 0;
  for (int i = 0; i < with->manifest.tensors_size(); ++i) {
    EXPECT_EQ(with->manifest.tensors(i).SerializeAsString(),
              without->manifest.tensors(i).SerializeAsString());
    const Extent& extent = with->manifest.tensors(i).extent();
    end = std::max(end, extent.offset() + extent.size());
  }
  EXPECT_TRUE(ReadFile(options.path)->substr(4096, end - 4096) ==
              bytes.substr(4096, end - 4096));
  for (const Attachment& attachment : with->manifest.attachments()) {
    EXPECT_EQ(attachment.extent().offset(), (end + 63) / 64 * 64);
    end = attachment.extent().offset() + attachment.extent().size();
  }
}

TEST_F(ConvertToArenaTest, AttachmentsAloneMakeAColdSection) {
  WeightSource source = OpenWeightSource(kModel).value();
  EraseEmbedding(&source);
  const OutputOptions options = Output("out.arena", "keep");
  const auto report = ConvertToArena(source, options, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  ASSERT_EQ(report->manifest.sections_size(), 2);
  EXPECT_EQ(report->manifest.sections(1).kind(), Section::KIND_COLD);
  ExpectFilesOfTheModel(report->manifest, ReadFile(options.path).value());
  source.tensors.clear();
  const auto no_tensors = ConvertToArena(source, options, options_);
  ASSERT_TRUE(no_tensors.ok()) << no_tensors.status();
  ASSERT_EQ(no_tensors->manifest.sections_size(), 1);
  ExpectFilesOfTheModel(no_tensors->manifest, ReadFile(options.path).value());
}

TEST_F(ConvertToArenaTest, ReLayoutKeepsAttachmentsAndUnmappedTensors) {
  WeightSource source = OpenWeightSource(kModel).value();
  source.tensors[3].unmapped = true;
  const OutputOptions first = Output("first.arena", "Q8_0");
  const auto original = ConvertToArena(source, first, options_);
  ASSERT_TRUE(original.ok()) << original.status();
  EXPECT_TRUE(original->manifest.tensors(3).unmapped());
  const WeightSource arena = OpenWeightSource(first.path).value();
  const OutputOptions second =
      Output("second.arena", "keep", LayoutOrder::kSwizzled);
  const auto laid_out = ConvertToArena(arena, second, options_);
  ASSERT_TRUE(laid_out.ok()) << laid_out.status();
  ExpectFilesOfTheModel(laid_out->manifest, ReadFile(second.path).value());
  EXPECT_TRUE(laid_out->manifest.tensors(3).unmapped());
  EXPECT_FALSE(laid_out->manifest.tensors(4).unmapped());
  EXPECT_EQ(laid_out->manifest.model().SerializeAsString(),
            original->manifest.model().SerializeAsString());
}

TEST_F(ConvertToArenaTest, DamagedAttachmentsAreNotCarriedAlong) {
  const WeightSource source = OpenWeightSource(kModel).value();
  const OutputOptions output = Output("out.arena", "Q8_0");
  const auto report = ConvertToArena(source, output, options_);
  ASSERT_TRUE(report.ok()) << report.status();
  const Extent& extent = report->manifest.attachments(2).extent();
  std::fstream stream(output.path,
                      std::ios::in | std::ios::out | std::ios::binary);
  stream.seekp(
      static_cast<std::streamoff>(extent.offset() + extent.size() / 2));
  stream << "damage";
  stream.close();
  const auto opened = OpenWeightSource(output.path);
  EXPECT_TRUE(absl::IsDataLoss(opened.status())) << opened.status();
}

}  // namespace
}  // namespace tessera
