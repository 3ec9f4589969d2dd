#include "converter/source/checkpoint_files.h"

#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "converter/source/safetensors_source.h"
#include "gtest/gtest.h"
#include "tests/testing/safetensors_builder.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

class CheckpointFilesTest : public testing::Test {
 protected:
  CheckpointFilesTest() : root_(fs::path(testing::TempDir()) / "files") {
    fs::remove_all(root_);
    fs::create_directories(root_);
  }

  void Write(const std::string& name, const std::string& bytes = "x") {
    fs::create_directories((root_ / name).parent_path());
    std::ofstream(root_ / name, std::ios::binary) << bytes;
  }
  void WriteTensors(const std::string& name,
                    const std::vector<std::string>& tensors,
                    const std::string& data = "abcd") {
    std::vector<TestSafetensor> built;
    for (const std::string& tensor : tensors) {
      built.push_back({tensor, "F32", {1}, data});
    }
    Write(name, BuildSafetensors(built));
  }
  std::string Path(const std::string& name = "") const {
    return name.empty() ? root_.string() : (root_ / name).string();
  }

  // The names that a folder is understood as.
  std::vector<std::string> In(const std::string& folder = "") const {
    const auto files = CheckpointFilesIn(Path(folder), {});
    EXPECT_TRUE(files.ok()) << files.status();
    return files.ok() ? files->names : std::vector<std::string>();
  }
  std::string ErrorIn(const std::string& folder = "") const {
    const auto files = CheckpointFilesIn(Path(folder), {});
    EXPECT_FALSE(files.ok()) << files->names.front();
    const std::string message(files.status().message());
    EXPECT_TRUE(absl::StrContains(message, Path(folder))) << message;
    EXPECT_LT(message.size(), 700u) << message;
    return message;
  }
  // Expects an error about the folder that says `text`.
  void ExpectError(absl::StatusCode code, absl::string_view text,
                   const std::string& folder = "") const {
    EXPECT_TRUE(absl::StrContains(ErrorIn(folder), text)) << ErrorIn(folder);
    EXPECT_EQ(CheckpointFilesIn(Path(folder), {}).status().code(), code)
        << ErrorIn(folder);
  }

  const fs::path root_;
};

using Names = std::vector<std::string>;

// ---- sets ----

TEST_F(CheckpointFilesTest, ShardsAreFoundByTheirNumbers) {
  for (const char* name :
       {"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors",
        "config.json", "._model-00001-of-00002.safetensors"}) {
    Write(name);
  }
  const Names both = {"model-00001-of-00002.safetensors",
                      "model-00002-of-00002.safetensors"};
  EXPECT_EQ(In(), both);
  for (const std::string& name : both) {
    const auto files = CheckpointFilesOf(Path(name), {});
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ(files->names, both);
    EXPECT_EQ(files->folder, Path());
  }
  fs::remove(root_ / both[0]);
  ExpectError(absl::StatusCode::kNotFound,
              "model-00001-of-00002.safetensors: missing; the set has 2 files");
  EXPECT_TRUE(absl::IsNotFound(CheckpointFilesOf(Path(both[1]), {}).status()));
  // For tensors alone, what is there will do.
  const auto rest = CheckpointFilesOf(Path(both[1]), {.tensors_only = true});
  ASSERT_TRUE(rest.ok()) << rest.status();
  EXPECT_EQ(rest->names, Names{both[1]});
  EXPECT_EQ(
      rest->notes,
      Names{absl::StrCat(
          Path(both[0]),
          ": missing; the tensors of the rest of the set are converted")});
}

TEST_F(CheckpointFilesTest, MissingShardsAreCounted) {
  Write("model-00001-of-00004.safetensors");
  const std::string second = Path("model-00002-of-00004.safetensors");
  EXPECT_EQ(ErrorIn(""),
            absl::StrCat(second,
                         ": missing; the set has 4 files, of which 3 are not "
                         "in the folder; download what is missing; "
                         "--tensors_only converts the tensors of those that "
                         "are there"));
  const auto notes = [&] {
    return CheckpointFilesIn(Path(), {.tensors_only = true})->notes;
  };
  EXPECT_EQ(notes(),
            Names{absl::StrCat(second,
                               ": missing, as are 2 other files; the tensors "
                               "of the rest of the set are converted")});
  Write("model-00003-of-00004.safetensors");
  EXPECT_EQ(notes(),
            Names{absl::StrCat(second,
                               ": missing, as is 1 other file; the tensors of "
                               "the rest of the set are converted")});
  // Where there is none, there is nothing to convert.
  fs::remove_all(root_);
  Write("model.safetensors.index.json",
        R"({"weight_map": {"a": "x.safetensors"}})");
  EXPECT_EQ(ErrorIn(""),
            absl::StrCat(Path("x.safetensors"),
                         ": missing; 'model.safetensors.index.json' has 1 "
                         "file, of which 1 is not in the folder; download "
                         "what is missing"));
}

TEST_F(CheckpointFilesTest, SetsOfOtherNames) {
  for (const Names& names :
       {Names{"model-00001-of-00001.safetensors"},
        Names{"pytorch_model-00001-of-00002.safetensors",
              "pytorch_model-00002-of-00002.safetensors"},
        Names{"consolidated-00001-of-00002.safetensors",
              "consolidated-00002-of-00002.safetensors"},
        Names{"model-00001-of-00002.fp16.safetensors",
              "model-00002-of-00002.fp16.safetensors"},
        Names{"model-00000-of-00002.safetensors",
              "model-00001-of-00002.safetensors"},
        Names{"model-00001-of-000002.safetensors",
              "model-00002-of-000002.safetensors"},
        Names{"model-1-of-2.safetensors", "model-2-of-2.safetensors"},
        Names{"consolidated.safetensors"}, Names{"model.fp16.safetensors"},
        Names{"any name.safetensors"}}) {
    fs::remove_all(root_);
    for (const std::string& name : names) Write(name);
    EXPECT_EQ(In(), names);
    const auto files = CheckpointFilesOf(Path(names.back()), {});
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ(files->names, names);
  }
}

TEST_F(CheckpointFilesTest, MistralsSecondFormIsLeft) {
  Write("consolidated.safetensors");
  Write("consolidated.safetensors.index.json", "{}");
  Write("model-00001-of-00001.safetensors");
  EXPECT_EQ(In(), Names{"model-00001-of-00001.safetensors"});
  fs::remove(root_ / "model-00001-of-00001.safetensors");
  fs::remove(root_ / "consolidated.safetensors.index.json");
  Write("weights.safetensors");
  EXPECT_EQ(In(), Names{"weights.safetensors"});
}

TEST_F(CheckpointFilesTest, SeveralModelsAreNamed) {
  Write("a.safetensors");
  Write("b.safetensors");
  ExpectError(absl::StatusCode::kInvalidArgument,
              "'a.safetensors', 'b.safetensors'; give the one");
  for (int i = 0; i < 20; ++i) {
    Write(absl::StrCat(std::string(200, 'x'), i, ".safetensors"));
  }
  ExpectError(absl::StatusCode::kInvalidArgument, "22 .safetensors files");
  fs::remove_all(root_);
  Write("model-00001-of-00001.safetensors");
  Write("model-00001-of-00002.safetensors");
  Write("model-00002-of-00002.safetensors");
  ExpectError(absl::StatusCode::kInvalidArgument, "not parts of one model");
}

TEST_F(CheckpointFilesTest, AdaptersBesideAModelAreNoPartOfIt) {
  Write("adapter_model.safetensors");
  Write("weights.safetensors");
  EXPECT_EQ(In(), Names{"weights.safetensors"});
}

TEST_F(CheckpointFilesTest, AdaptersAloneAreTensors) {
  const std::string hint = "; --tensors_only converts its tensors as they are";
  const auto files = [&] {
    return CheckpointFilesIn(Path(), {.tensors_only = true});
  };
  Write("adapter_config.json", R"({"peft_type": "LORA"})");
  EXPECT_TRUE(absl::IsUnimplemented(files().status()));
  EXPECT_FALSE(absl::StrContains(ErrorIn(""), hint));
  Write("adapter_model.safetensors");
  EXPECT_EQ(files()->names, Names{"adapter_model.safetensors"});
  ExpectError(absl::StatusCode::kUnimplemented,
              "merge_and_unload() of peft, and convert the folder that "
              "save_pretrained() makes of that" +
                  hint);
  for (const char* type : {"PROMPT_TUNING", "MULTITASK_PROMPT_TUNING",
                           "PREFIX_TUNING", "P_TUNING"}) {
    Write("adapter_config.json",
          absl::StrCat(R"({"peft_type": ")", type, "\"}"));
    ExpectError(absl::StatusCode::kUnimplemented,
                "it is one of prompts, which cannot be merged into a base "
                "model" +
                    hint);
    EXPECT_FALSE(absl::StrContains(ErrorIn(""), "merge_and_unload"));
  }
  for (const char* config : {"", "[]", R"({"peft_type": 1})", "{"}) {
    Write("adapter_config.json", config);
    ExpectError(absl::StatusCode::kUnimplemented, "merge_and_unload()");
  }
}

// ---- indexes ----

TEST_F(CheckpointFilesTest, AnyShardOfAnIndexMeansTheSet) {
  const std::string index =
      R"({"weight_map": {"a": "x.safetensors", "b": "y.safetensors"}})";
  for (const char* name :
       {"model.safetensors.index.json", "model.safetensors.index.fp16.json",
        "weights.safetensors.index.json"}) {
    fs::remove_all(root_);
    Write(name, index);
    Write("x.safetensors");
    Write("y.safetensors");
    const Names both = {"x.safetensors", "y.safetensors"};
    EXPECT_EQ(In(), both) << name;
    const auto files = CheckpointFilesOf(Path("y.safetensors"), {});
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ(files->names, both);
    EXPECT_EQ(files->index_path, Path(name));
    Write("z.safetensors");
    EXPECT_EQ(CheckpointFilesOf(Path("z.safetensors"), {})->names,
              Names{"z.safetensors"});
  }
}

TEST_F(CheckpointFilesTest, AShardThatAnIndexNamesIsMissing) {
  Write("model.safetensors.index.json",
        R"({"weight_map": {"a": "x.safetensors", "b": "y.safetensors"}})");
  Write("x.safetensors");
  ExpectError(absl::StatusCode::kNotFound,
              "y.safetensors: missing; 'model.safetensors.index.json' has 2");
  // The whole model lies there in one file.
  Write("model.safetensors");
  EXPECT_EQ(In(), Names{"model.safetensors"});
}

TEST_F(CheckpointFilesTest, IndexAndShardsThatDisagree) {
  WriteTensors("x.safetensors", {"a", "stray"});
  WriteTensors("y.safetensors", {"a", "b"}, "wxyz");
  Write("model.safetensors.index.json",
        R"({"weight_map": {"a": "x.safetensors", "b": "y.safetensors"}})");
  const auto source = OpenHuggingFaceFolder(Path());
  ASSERT_TRUE(source.ok()) << source.status();
  ASSERT_EQ(source->tensors.size(), 3u);
  EXPECT_EQ(source->tensors[0].parts[0].file, 0u);  // a of x
  bool is_told = false;
  for (const std::string& note : source->notes) {
    is_told = is_told || absl::StrContains(note, "the index lacks 'stray'");
  }
  EXPECT_TRUE(is_told);
  Write("model.safetensors.index.json",
        R"({"weight_map": {"a": "x.safetensors", "c": "y.safetensors"}})");
  const absl::Status status = OpenHuggingFaceFolder(Path()).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StrContains(
      status.message(), "tensor 'c' is not in y.safetensors, where the index"))
      << status;
}

TEST_F(CheckpointFilesTest, ATensorInTwoShards) {
  WriteTensors("model-00001-of-00002.safetensors", {"a", "b"});
  WriteTensors("model-00002-of-00002.safetensors", {"b", "c"});
  const auto source = OpenHuggingFaceFolder(Path());
  ASSERT_TRUE(source.ok()) << source.status();
  EXPECT_EQ(source->tensors.size(), 3u);
  WriteTensors("model-00002-of-00002.safetensors", {"b", "c"}, "wxyz");
  const absl::Status status = OpenHuggingFaceFolder(Path()).status();
  EXPECT_TRUE(absl::IsDataLoss(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "tensor 'b' is in "))
      << status;
}

// ---- the cache of the Hub ----

class HubCacheTest : public CheckpointFilesTest {
 protected:
  // A snapshot whose model.safetensors is a link to a blob.
  void Snapshot(const std::string& name, bool with_blob = true) {
    fs::create_directories(root_ / "blobs");
    if (with_blob) Write("blobs/123");
    fs::create_directories(root_ / "snapshots" / name);
    fs::create_symlink("../../blobs/123",
                       root_ / "snapshots" / name / "model.safetensors");
  }
};

TEST_F(HubCacheTest, TheSnapshotOfMainIsTaken) {
  Snapshot("abc");
  Snapshot("def");
  Write("refs/main", "def\n");
  for (const char* form : {"", "snapshots", "snapshots/"}) {
    const auto files = CheckpointFilesIn(Path(form), {});
    ASSERT_TRUE(files.ok()) << files.status();
    EXPECT_EQ(files->folder, Path("snapshots/def"));
    ASSERT_EQ(files->notes.size(), 1u);
    EXPECT_TRUE(absl::StrContains(files->notes[0],
                                  "snapshot def (refs/main) is taken"));
  }
  const auto other = CheckpointFilesIn(Path("snapshots/abc"), {});
  ASSERT_TRUE(other.ok()) << other.status();
  EXPECT_EQ(other->folder, Path("snapshots/abc"));
  EXPECT_TRUE(other->notes.empty());
  const auto slash = CheckpointFilesIn(Path() + "/", {});
  ASSERT_TRUE(slash.ok()) << slash.status();
}

TEST_F(HubCacheTest, WithoutMain) {
  Snapshot("abc");
  EXPECT_EQ(CheckpointFilesIn(Path(), {})->folder, Path("snapshots/abc"));
  Snapshot("def");
  ExpectError(absl::StatusCode::kInvalidArgument,
              "2 snapshots and no refs/main; give one of those in snapshots: "
              "'abc', 'def'");
  Write("refs/main", "ghi");
  ExpectError(absl::StatusCode::kNotFound,
              "names the snapshot 'ghi', which is not there; the download is "
              "not complete (there is 'abc', 'def'");
  for (const char* name : {"../../etc", "", " ", "..", "a b", "a\x1b[31mb"}) {
    Write("refs/main", name);
    EXPECT_TRUE(absl::IsDataLoss(CheckpointFilesIn(Path(), {}).status()))
        << name;
  }
  Write("refs/main", std::string(5000, 'a'));
  EXPECT_FALSE(CheckpointFilesIn(Path(), {}).ok());
  fs::remove_all(root_);
  fs::create_directories(root_ / "refs");
  fs::create_directories(root_ / "snapshots");
  ExpectError(absl::StatusCode::kNotFound, "without a snapshot");
}

TEST_F(HubCacheTest, LinksToNothing) {
  Snapshot("abc", /*with_blob=*/false);
  Write("refs/main", "abc");
  ExpectError(absl::StatusCode::kNotFound,
              "model.safetensors: leads to '../../blobs/123', which is not "
              "there; the download is not complete");
  Write("blobs/123.4f5e.incomplete");
  ExpectError(absl::StatusCode::kNotFound, "which is still being downloaded");
  // The weights are there, and what says what they are is not.
  fs::remove(root_ / "blobs/123.4f5e.incomplete");
  WriteTensors("blobs/123", {"a"});
  fs::create_symlink("../../blobs/456", root_ / "snapshots/abc/config.json");
  const absl::Status status = OpenHuggingFaceFolder(Path()).status();
  EXPECT_TRUE(absl::IsNotFound(status)) << status;
  EXPECT_TRUE(absl::StrContains(status.message(), "config.json: leads to"))
      << status;
}

TEST_F(HubCacheTest, LoopsEnd) {
  Snapshot("abc");
  fs::create_directory_symlink("..", root_ / "snapshots" / "loop");
  Write("refs/main", "loop");
  EXPECT_FALSE(CheckpointFilesIn(Path(), {}).ok() &&
               CheckpointFilesIn(Path(), {})->names.empty());
}

// ---- folders without weights ----

TEST_F(CheckpointFilesTest, WeightsInOtherFormatsAreNamed) {
  struct Case {
    Names names;
    const char* text;
  };
  const Case cases[] = {
      {{"config.json", "pytorch_model.bin"},
       "'pytorch_model.bin', are PyTorch pickles"},
      {{"consolidated.00.pth"}, "save_pretrained(g)"},
      {{"model.pt"}, "PyTorch pickles"},
      {{"pytorch_model-00001-of-00002.bin", "training_args.bin"},
       "'pytorch_model-00001-of-00002.bin', are PyTorch"},
      {{"model.onnx", "config.json"}, "an ONNX model"},
      {{"model.onnx_data"}, "an ONNX model"},
      {{"tf_model.h5"}, "HDF5"},
      {{"flax_model.msgpack"}, "weights of Flax"},
      {{"weights.npz"}, "arrays of NumPy, or of MLX"},
      {{"openvino_model.bin", "openvino_model.xml"}, "an OpenVINO model"},
      {{"model.TFLITE"}, "TensorFlow Lite"},
      {{"ggml-model-q4_0.bin"}, "a GGML file"},
      {{"adapter_config.json", "adapter_model.safetensors"},
       "the folder holds an adapter"},
      {{"adapter_config.json", "adapter_model.bin"}, "merge_and_unload()"},
  };
  for (const Case& c : cases) {
    fs::remove_all(root_);
    for (const std::string& name : c.names) Write(name);
    ExpectError(absl::StatusCode::kUnimplemented, c.text);
  }
}

TEST_F(CheckpointFilesTest, GgufFilesAreGivenAsFiles) {
  Write("m-Q4_0.gguf");
  Write("mmproj-m.gguf");
  ExpectError(absl::StatusCode::kInvalidArgument,
              absl::StrCat("give that file instead: ", Path("m-Q4_0.gguf")));
  Write("m-00001-of-00002.gguf");
  Write("m-00002-of-00002.gguf");
  ExpectError(absl::StatusCode::kInvalidArgument,
              "2 GGUF models; give one of them instead: "
              "'m-00001-of-00002.gguf', 'm-Q4_0.gguf'");
}

TEST_F(CheckpointFilesTest, FoldersBelowAndUnfinishedDownloads) {
  Write("README.md");
  ExpectError(absl::StatusCode::kNotFound, "no weights in the folder");
  Write("sub/model.safetensors");
  ExpectError(absl::StatusCode::kInvalidArgument,
              absl::StrCat("give that one: ", Path("sub")));
  Write("models--a--b/snapshots/1/x");
  Write("models--a--b/blobs/1");
  ExpectError(absl::StatusCode::kInvalidArgument,
              "2 folders in it hold models, give one of them: 'models--a--b', "
              "'sub'");
  fs::remove_all(root_);
  Write("config.json");
  ExpectError(absl::StatusCode::kNotFound, "a config.json and no weights");
  Write(".cache/huggingface/download/model.safetensors.abc.incomplete");
  ExpectError(absl::StatusCode::kNotFound, "the download is not complete");
  fs::remove_all(root_);
  Write("model.safetensors.part");
  ExpectError(absl::StatusCode::kNotFound, "'model.safetensors.part': the");
  fs::remove_all(root_);
  fs::create_directories(root_);
  ExpectError(absl::StatusCode::kNotFound, "the folder is empty");
  Write("a/\x1b[31m\n.txt");
  ExpectError(absl::StatusCode::kNotFound, "no weights in the folder");
}

}  // namespace
}  // namespace tessera
