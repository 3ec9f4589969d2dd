#include "converter/convert_to_arena.h"

#include <gtest/gtest.h>
#include <sys/resource.h>

#include <algorithm>
#include <csignal>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/read_file.h"
#include "converter/source/open_source.h"
#include "formats/arena/attachment.h"
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
            i, 4096, [](uint64_t) {}, [] { return absl::OkStatus(); }));
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

TEST_F(ConvertToArenaTest, InputThatChangesIsNoticed) {
  const std::string input = folder_ + "/in.safetensors";
  std::filesystem::copy_file(std::string(kModel) + "/model.safetensors", input);
  const WeightSource source = OpenWeightSource(input).value();
  std::filesystem::last_write_time(
      input, std::filesystem::last_write_time(input) + std::chrono::seconds(1));
  const auto report =
      ConvertToArena(source, Output("out.arena", "Q4_0"), options_);
  EXPECT_EQ(report.status().code(), absl::StatusCode::kFailedPrecondition);
  EXPECT_NE(report.status().message().find("in.safetensors: "),
            std::string::npos);
  EXPECT_EQ(CountFiles(), 1);
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
          i, 1 << 20, [](uint64_t) {}, [] { return absl::OkStatus(); }));
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
