#include "app/open_packed_model.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "app/interrupt_hint.h"
#include "app/pack_cache.h"
#include "app/pack_record.h"
#include "base/read_file.h"
#include "converter/source/open_source.h"
#include "formats/arena/arena_reader.h"
#include "tests/testing/as_bytes.h"
#include "tests/testing/convert_model.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;
using How = PackedModel::How;

constexpr char kGguf[] = "testdata/tiny/gguf/tiny-Q4_0.gguf";
constexpr char kOtherGguf[] = "testdata/tiny/gguf/tiny-Q8_0.gguf";
constexpr char kFolder[] = "testdata/tiny";

class OpenPackedModelTest : public testing::Test {
 protected:
  void SetUp() override {
    root_ = testing::TempDir() + "/" +
            testing::UnitTest::GetInstance()->current_test_info()->name();
    fs::remove_all(root_);
    fs::create_directories(root_);
    options_.cache_dir = root_ + "/cache";
    options_.quiet = true;
    options_.threads = 2;
    model_ = Copy(kGguf, "model file.gguf");
  }

  // A file that the tests may change.
  std::string Copy(const std::string& from, const std::string& name) const {
    const std::string to = root_ + "/" + name;
    fs::copy_file(from, to, fs::copy_options::overwrite_existing);
    fs::permissions(to, fs::perms::owner_all);
    return to;
  }

  std::string CopyFolder(const std::string& name) const {
    const std::string folder = root_ + "/" + name;
    fs::create_directories(folder);
    for (const char* file :
         {"config.json", "generation_config.json", "model.safetensors",
          "tokenizer.json", "tokenizer_config.json"}) {
      Copy(absl::StrCat(kFolder, "/", file), absl::StrCat(name, "/", file));
    }
    return folder;
  }

  PackedModel Open(const std::string& path) {
    const absl::StatusOr<PackedModel> model = OpenPackedModel(path, options_);
    EXPECT_TRUE(model.ok()) << model.status();
    if (!model.ok()) return {};
    const std::string bytes = ReadFile(model->arena).value();
    EXPECT_TRUE(ParseArena(AsBytes(bytes)).ok());
    return *model;
  }

  How HowOf(const std::string& path) { return Open(path).how; }

  absl::Status Error(const std::string& path) {
    return OpenPackedModel(path, options_).status();
  }

  // The names of all files in the cache with this end.
  std::vector<std::string> Files(const std::string& end) const {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(root_ + "/cache")) {
      const std::string name = file.path().filename().string();
      if (absl::EndsWith(name, end)) names.push_back(name);
    }
    return names;
  }

  PackCache Cache() const { return PackCache(root_ + "/cache"); }
  std::string OnlyName() const {
    const auto entries = Cache().List().value();
    return entries.size() == 1 ? entries[0].name : "";
  }

  std::string root_;
  std::string model_;
  PackedModelOptions options_;
};

// Changes a byte in the middle of the weights, and puts the time back.
void ChangeByte(const std::string& path) {
  const auto time = fs::last_write_time(path);
  std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
  const auto middle = static_cast<std::streamoff>(fs::file_size(path)) * 3 / 4;
  file.seekg(middle);
  const char byte = static_cast<char>(file.get());
  file.seekp(middle);
  file.put(static_cast<char>(byte ^ 1));
  file.close();
  fs::last_write_time(path, time);
}

TEST_F(OpenPackedModelTest, TheFirstRunPacksAndTheSecondMapsWithoutReading) {
  const PackedModel first = Open(model_);
  EXPECT_EQ(first.how, How::kPacked);
  EXPECT_EQ(fs::path(first.arena).filename(), OnlyName() + ".arena");
  EXPECT_TRUE(first.why.empty());
  const PackedModel second = Open(model_);
  EXPECT_EQ(second.how, How::kMapped);
  EXPECT_EQ(second.bytes_compared, 0u);
  EXPECT_EQ(second.arena, first.arena);
  EXPECT_TRUE(Files(".lock").empty());
  EXPECT_TRUE(Files(".partial").empty());
}

TEST_F(OpenPackedModelTest, ThePackIsTheArenaThatConvertMakes) {
  const std::string converted = root_ + "/converted.arena";
  ASSERT_TRUE(ConvertModel(model_, converted, {}).ok());
  EXPECT_EQ(ReadFile(Open(model_).arena).value(), ReadFile(converted).value());
}

TEST_F(OpenPackedModelTest, AnArenaIsMappedWhateverItsName) {
  const std::string arena = root_ + "/model.gguf";
  ASSERT_TRUE(ConvertModel(model_, root_ + "/a.arena", {}).ok());
  fs::rename(root_ + "/a.arena", arena);
  const PackedModel model = Open(arena);
  EXPECT_EQ(model.how, How::kIsArena);
  EXPECT_EQ(model.arena, arena);
  EXPECT_FALSE(fs::exists(root_ + "/cache"));
  options_.quantize = "Q8_0";
  EXPECT_EQ(Error(arena).code(), absl::StatusCode::kInvalidArgument);
}

TEST_F(OpenPackedModelTest, OtherContentOfTheSameSizeAndTimeIsPackedAnew) {
  const PackedModel first = Open(model_);
  ChangeByte(model_);
  const PackedModel second = Open(model_);
  EXPECT_EQ(second.how, How::kPacked);
  EXPECT_NE(ReadFile(second.arena).value(), ReadFile(first.arena).value());
}

TEST_F(OpenPackedModelTest, ContentThatComesBackFindsItsPack) {
  const PackedModel first = Open(model_);
  ChangeByte(model_);
  EXPECT_EQ(HowOf(model_), How::kPacked);
  ChangeByte(model_);
  const PackedModel again = Open(model_);
  EXPECT_EQ(again.how, How::kSameContent);
  EXPECT_EQ(again.arena, first.arena);
}

TEST_F(OpenPackedModelTest, CopiesAndNewNamesShareAPack) {
  const PackedModel first = Open(model_);
  const std::string copy = Copy(model_, "copy.gguf");
  const PackedModel copied = Open(copy);
  EXPECT_EQ(copied.how, How::kSameContent);
  EXPECT_EQ(copied.arena, first.arena);
  EXPECT_EQ(copied.bytes_compared, fs::file_size(copy));
  EXPECT_EQ(HowOf(copy), How::kMapped);
  EXPECT_EQ(HowOf(model_), How::kMapped);
  const std::string renamed = root_ + "/a\nnew n\xc3\xa4me";
  fs::rename(copy, renamed);
  EXPECT_EQ(HowOf(renamed), How::kSameContent);
  EXPECT_EQ(Files(".arena").size(), 1u);
}

TEST_F(OpenPackedModelTest, ATouchedFileIsComparedOnce) {
  Open(model_);
  fs::last_write_time(model_, fs::file_time_type::clock::now());
  EXPECT_EQ(HowOf(model_), How::kSameContent);
  EXPECT_EQ(HowOf(model_), How::kMapped);
}

TEST_F(OpenPackedModelTest, AModelThatIsReplacedByAnotherIsNotMixedUp) {
  Open(model_);
  fs::remove(model_);
  Copy(kOtherGguf, "model file.gguf");
  EXPECT_EQ(HowOf(model_), How::kPacked);
  EXPECT_EQ(Files(".arena").size(), 2u);
  fs::remove(model_);
  EXPECT_TRUE(absl::IsNotFound(Error(model_)));
}

TEST_F(OpenPackedModelTest, TheTypeIsPartOfTheKey) {
  const std::string folder = CopyFolder("hf");
  const PackedModel kept = Open(folder);
  options_.quantize = "q8_0";
  const PackedModel quantized = Open(folder);
  EXPECT_EQ(quantized.how, How::kPacked);
  EXPECT_NE(quantized.arena, kept.arena);
  EXPECT_NE(ReadFile(quantized.arena).value(), ReadFile(kept.arena).value());
  options_.quantize = "Q8_0";
  EXPECT_EQ(HowOf(folder), How::kMapped);
  options_.quantize = "keep";
  EXPECT_EQ(Open(folder).arena, kept.arena);
  options_.quantize = "Q9";
  EXPECT_TRUE(absl::IsInvalidArgument(Error(folder)));
}

TEST_F(OpenPackedModelTest, AllFilesOfAFolderCount) {
  const std::string folder = CopyFolder("hf");
  EXPECT_EQ(HowOf(folder), How::kPacked);
  EXPECT_EQ(HowOf(folder), How::kMapped);
  EXPECT_EQ(HowOf(folder + "/"), How::kMapped);
  std::ofstream(folder + "/README.md") << "of no consequence";
  EXPECT_EQ(HowOf(folder), How::kMapped);
  std::ofstream(folder + "/config.json", std::ios::app) << "\n";
  const PackedModel edited = Open(folder);
  EXPECT_EQ(edited.how, How::kPacked);
  std::ofstream(folder + "/chat_template.jinja") << "{{ messages }}";
  EXPECT_EQ(HowOf(folder), How::kPacked);
  fs::create_directory(folder + "/additional_chat_templates");
  std::ofstream(folder + "/additional_chat_templates/rag.jinja") << "{{ x }}";
  EXPECT_EQ(HowOf(folder), How::kPacked);
  fs::remove(folder + "/chat_template.jinja");
  fs::remove_all(folder + "/additional_chat_templates");
  const PackedModel back = Open(folder);
  EXPECT_EQ(back.arena, edited.arena);
}

TEST_F(OpenPackedModelTest, AnotherKernelAbiPacksAgainInPlaceOfTheOld) {
  const PackedModel first = Open(model_);
  const int fd = open(first.arena.c_str(), O_RDONLY);  // a process that runs it
  options_.kernel_abi += 1;
  const PackedModel second = Open(model_);
  EXPECT_EQ(second.how, How::kPacked);
  EXPECT_TRUE(absl::StrContains(second.why, "kernels of version"))
      << second.why;
  EXPECT_EQ(second.arena, first.arena);
  EXPECT_EQ(HowOf(model_), How::kMapped);
  EXPECT_EQ(Files(".arena").size(), 1u);
  char byte = 0;
  EXPECT_EQ(pread(fd, &byte, 1, 0), 1);
  close(fd);
}

TEST_F(OpenPackedModelTest, ADamagedPackIsMadeAgain) {
  const PackedModel first = Open(model_);
  const std::string good = ReadFile(first.arena).value();
  ChangeByte(first.arena);
  const PackedModel again = Open(model_);
  EXPECT_EQ(again.how, How::kPacked);
  EXPECT_TRUE(absl::StrContains(again.why, "damaged")) << again.why;
  EXPECT_EQ(ReadFile(again.arena).value(), good);
  fs::resize_file(again.arena, good.size() / 2);
  EXPECT_TRUE(absl::StrContains(Open(model_).why, "size"));
  fs::remove(again.arena);
  EXPECT_EQ(Open(model_).why, "is gone");
  EXPECT_EQ(HowOf(model_), How::kMapped);
}

TEST_F(OpenPackedModelTest, APackOfAnotherModelInItsPlaceIsNoticed) {
  const PackedModel first = Open(model_);
  const std::string good = ReadFile(first.arena).value();
  const PackedModel other = Open(Copy(kOtherGguf, "other.gguf"));
  fs::copy_file(other.arena, first.arena, fs::copy_options::overwrite_existing);
  const PackedModel again = Open(model_);
  EXPECT_EQ(again.how, How::kPacked);
  EXPECT_EQ(ReadFile(again.arena).value(), good);
}

TEST_F(OpenPackedModelTest, APackOfTheSameWeightsInItsPlaceIsNoticed) {
  const std::string folder = CopyFolder("hf");
  const PackedModel first = Open(folder);
  const std::string good = ReadFile(first.arena).value();
  std::string config = ReadFile(folder + "/config.json").value();
  const size_t at = config.find("1e-05");
  ASSERT_NE(at, std::string::npos);
  const std::string edited = CopyFolder("edited");
  PackedModel other;
  // Manifests are compressed: one of these has the same size.
  for (char digit = '2'; digit <= '9'; ++digit) {
    config[at] = digit;
    std::ofstream(edited + "/config.json") << config;
    other = Open(edited);
    if (fs::file_size(other.arena) == good.size()) break;
  }
  ASSERT_EQ(fs::file_size(other.arena), good.size());
  fs::copy_file(other.arena, first.arena, fs::copy_options::overwrite_existing);
  const PackedModel again = Open(folder);
  EXPECT_EQ(again.how, How::kPacked);
  EXPECT_EQ(again.why, "is damaged (it is another arena)");
  EXPECT_EQ(ReadFile(again.arena).value(), good);
}

TEST_F(OpenPackedModelTest, AFolderWithoutRightsIsAnErrorThatNamesTheModel) {
  fs::create_directories(options_.cache_dir);
  fs::permissions(options_.cache_dir,
                  fs::perms::owner_read | fs::perms::owner_exec);
  const absl::Status error = Error(model_);
  const bool writable = access(options_.cache_dir.c_str(), W_OK) == 0;
  fs::permissions(options_.cache_dir, fs::perms::owner_all);
  if (writable) GTEST_SKIP() << "this user may write everywhere";
  EXPECT_TRUE(absl::IsPermissionDenied(error)) << error;
  EXPECT_TRUE(absl::StartsWith(error.message(), model_ + ": cannot be packed"))
      << error;
  EXPECT_TRUE(absl::StrContains(error.message(), "; give another folder with "))
      << error;
}

TEST_F(OpenPackedModelTest, ALockThatCannotBeTakenIsAnErrorThatNamesTheModel) {
  Open(model_);
  const std::string name = OnlyName();
  ASSERT_TRUE(Cache().Remove(name).ok());
  fs::create_directory(Cache().LockPath(name));
  const absl::Status error = Error(model_);
  EXPECT_TRUE(absl::StartsWith(error.message(), model_ + ": cannot be packed"))
      << error;
  EXPECT_TRUE(absl::EndsWith(error.message(),
                             "Is a directory; give another folder with "
                             "cache_dir, or use no_cache"))
      << error;
}

TEST_F(OpenPackedModelTest, FlagsOfConvertComeWithTheCommand) {
  options_.quantize = "Q8_0";
  const absl::Status error = Error(model_);
  EXPECT_TRUE(absl::StrContains(error.message(),
                                "--allow_requantize; "
                                "to pack it yourself: "))
      << error;
}

TEST_F(OpenPackedModelTest, ACopiedCacheIsCheckedAndUsed) {
  Open(model_);
  fs::copy(root_ + "/cache", root_ + "/moved", fs::copy_options::recursive);
  options_.cache_dir = root_ + "/moved";
  EXPECT_EQ(HowOf(model_), How::kMapped);
  EXPECT_TRUE(Open(model_).why.empty());
}

TEST_F(OpenPackedModelTest, WhatAKilledRunLeftIsContinuedOrReplaced) {
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    // Packs, and dies before the record says that it is complete.
    OpenPackedModel(model_, options_).IgnoreError();
    _exit(0);
  }
  waitpid(child, nullptr, 0);
  const std::string name = OnlyName();
  PackRecord begun = ReadPackRecord(Cache().RecordPath(name)).value();
  begun.clear_pack();
  begun.clear_files();
  ASSERT_TRUE(WritePackRecord(Cache().RecordPath(name), begun).ok());
  fs::rename(Cache().PackPath(name), Cache().PartialPath(name));
  fs::resize_file(Cache().PartialPath(name), 100'000);
  EXPECT_EQ(HowOf(model_), How::kPacked);
  EXPECT_EQ(OnlyName(), name);
  EXPECT_TRUE(Files(".partial").empty());
  EXPECT_EQ(HowOf(model_), How::kMapped);
}

TEST_F(OpenPackedModelTest, AnAttemptOnTheModelAsItWasIsRemoved) {
  Open(model_);
  const std::string name = OnlyName();
  PackRecord begun = ReadPackRecord(Cache().RecordPath(name)).value();
  begun.clear_pack();
  begun.clear_files();
  ASSERT_TRUE(WritePackRecord(Cache().RecordPath(name), begun).ok());
  fs::rename(Cache().PackPath(name), Cache().PartialPath(name));
  ChangeByte(model_);
  EXPECT_EQ(HowOf(model_), How::kPacked);
  EXPECT_EQ(Cache().List()->size(), 1u);
  EXPECT_TRUE(Files(".partial").empty());
}

TEST_F(OpenPackedModelTest, AFullDiskIsFoundBeforehandAndLeavesNothing) {
  options_.free_bytes = [](const std::string&) { return 1000; };
  const absl::Status full = Error(model_);
  EXPECT_TRUE(absl::IsResourceExhausted(full)) << full;
  EXPECT_TRUE(absl::StrContains(full.message(), "1.00 kB free in ")) << full;
  EXPECT_TRUE(absl::StrContains(full.message(), "no_cache")) << full;
  EXPECT_TRUE(Cache().List()->empty());
  EXPECT_TRUE(Files(".partial").empty());
  options_.free_bytes = nullptr;
  EXPECT_EQ(HowOf(model_), How::kPacked);
}

TEST_F(OpenPackedModelTest, WhatCannotRunIsRefusedBeforeItIsPacked) {
  const std::string folder = CopyFolder("hf");
  std::string config = ReadFile(folder + "/config.json").value();
  const size_t type = config.find("\"llama\"");
  ASSERT_NE(type, std::string::npos);
  config.replace(type, 7, "\"llama7\"");
  std::ofstream(folder + "/config.json") << config;
  const absl::Status refused = Error(folder);
  EXPECT_TRUE(absl::IsUnimplemented(refused)) << refused;
  EXPECT_TRUE(absl::StrContains(refused.message(), "llama7")) << refused;
  EXPECT_TRUE(Cache().List()->empty());
  options_.must_run = false;
  EXPECT_EQ(HowOf(folder), How::kPacked);
}

TEST_F(OpenPackedModelTest, WhatIsNoModelGetsTheConvertersWords) {
  const std::string path = root_ + "/diary.gguf";
  EXPECT_TRUE(absl::IsNotFound(Error(path)));
  std::ofstream(path) << "a diary";
  EXPECT_EQ(Error(path), OpenWeightSource(path).status());
  EXPECT_TRUE(absl::IsInvalidArgument(Error(path))) << Error(path);
  fs::resize_file(model_, fs::file_size(model_) / 2);
  EXPECT_TRUE(absl::IsDataLoss(Error(model_))) << Error(model_);
  EXPECT_TRUE(Cache().List()->empty());
}

TEST_F(OpenPackedModelTest, RecordsThatAreHostileAreNotBelieved) {
  Open(model_);
  const std::string record = Cache().RecordPath(OnlyName());
  const std::string bytes = ReadFile(record).value();
  for (const std::string& bad :
       {std::string(), std::string("garbage"), bytes.substr(0, 10),
        bytes.substr(0, bytes.size() - 1), bytes + "x",
        bytes.substr(0, 20) + std::string(1000, '\xff')}) {
    std::ofstream(record, std::ios::trunc) << bad;
    EXPECT_EQ(HowOf(model_), How::kPacked);
    EXPECT_EQ(HowOf(model_), How::kMapped);
  }
}

TEST_F(OpenPackedModelTest, ASecondProcessWaitsAndMapsWhatTheFirstHasMade) {
  PackedModelOptions slow = options_;
  How hows[2];
  std::vector<std::thread> threads;
  for (How& how : hows) {
    threads.emplace_back([this, &how, &slow] {
      how = OpenPackedModel(model_, slow).value().how;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ((hows[0] == How::kPacked) + (hows[1] == How::kPacked), 1);
  EXPECT_EQ((hows[0] == How::kMapped) + (hows[1] == How::kMapped), 1);
  EXPECT_EQ(Files(".arena").size(), 1u);
  EXPECT_TRUE(Files(".lock").empty());
}

TEST_F(OpenPackedModelTest, WithoutTheCacheNothingStays) {
  options_.no_cache = true;
  options_.cache_dir = "/proc/nowhere";
  setenv("TMPDIR", root_.c_str(), 1);
  // While it is packed, too: a process may be killed then.
  options_.free_bytes = [this](const std::string& folder) {
    EXPECT_EQ(folder, root_);
    EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
    return std::nullopt;
  };
  const PackedModel model = Open(model_);
  unsetenv("TMPDIR");
  EXPECT_EQ(model.how, How::kUnnamed);
  ASSERT_NE(model.file, nullptr);
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 1);
  setenv("TMPDIR", "/nowhere", 1);
  EXPECT_EQ(Error(model_).message(),
            "/nowhere: cannot make a file in it: No such file or directory");
  unsetenv("TMPDIR");
}

TEST_F(OpenPackedModelTest, WhoIsAskedCanEndIt) {
  int asked = 0;
  const InterruptCheck check(
      [&](uint64_t done, uint64_t total, absl::string_view) {
        EXPECT_LE(done, total);
        return ++asked < 3 ? absl::OkStatus() : absl::CancelledError("enough");
      });
  setenv("TMPDIR", root_.c_str(), 1);
  for (const bool no_cache : {false, true}) {
    asked = 0;
    options_.no_cache = no_cache;
    const absl::Status ended = Error(model_);
    EXPECT_TRUE(absl::IsCancelled(ended)) << ended;
    EXPECT_EQ(asked, 3);
  }
  unsetenv("TMPDIR");
  EXPECT_EQ(Files("").size(), 1u);  // the tag of the cache
  EXPECT_EQ(std::distance(fs::directory_iterator(root_), {}), 2);
}

TEST_F(OpenPackedModelTest, AHandlerOfTheProgramStays) {
  static volatile sig_atomic_t handled = 0;
  const auto before = signal(SIGINT, [](int) { handled = handled + 1; });
  {
    const InterruptHint hint("interrupted");
    raise(SIGINT);
  }
  raise(SIGINT);
  signal(SIGINT, before);
  EXPECT_EQ(handled, 2);
}

TEST_F(OpenPackedModelTest, AFolderThatCannotBeMadeIsAnErrorWithAdvice) {
  std::ofstream(root_ + "/cache") << "a file";
  const absl::Status file = Error(model_);
  EXPECT_TRUE(absl::StrContains(file.message(), "is a file")) << file;
  EXPECT_TRUE(absl::StrContains(file.message(), "cache_dir")) << file;
}

TEST_F(OpenPackedModelTest, TheFolderIsTheUsersAlone) {
  options_.cache_dir = root_ + "/cache/deeper";
  Open(model_);
  for (const char* folder : {"/cache", "/cache/deeper"}) {
    struct stat info;
    ASSERT_EQ(stat((root_ + folder).c_str(), &info), 0);
    EXPECT_EQ(info.st_mode & 0777, 0700u) << folder;
  }
}

TEST_F(OpenPackedModelTest, RelativePathsAndLinksFindTheSamePack) {
  Open(model_);
  fs::create_symlink(model_, root_ + "/link.gguf");
  EXPECT_EQ(HowOf(root_ + "/link.gguf"), How::kMapped);
  const fs::path before = fs::current_path();
  fs::current_path(root_);
  EXPECT_EQ(HowOf("model file.gguf"), How::kMapped);
  EXPECT_EQ(HowOf("./cache/../model file.gguf"), How::kMapped);
  fs::current_path(before);
}

TEST_F(OpenPackedModelTest, ASnapshotInTheCacheOfTheHubIsItsFiles) {
  const std::string blobs = CopyFolder("models--a--b/blobs");
  const std::string snapshot = root_ + "/models--a--b/snapshots/abc";
  fs::create_directories(snapshot);
  for (const auto& file : fs::directory_iterator(blobs)) {
    fs::create_symlink(file.path(),
                       snapshot + "/" + file.path().filename().string());
  }
  EXPECT_EQ(HowOf(root_ + "/models--a--b"), How::kPacked);
  EXPECT_EQ(HowOf(snapshot), How::kMapped);
  EXPECT_TRUE(absl::StartsWith(OnlyName(), "models--a--b-")) << OnlyName();
}

}  // namespace
}  // namespace tessera
