#include "converter/source/folder_contents.h"

#include <algorithm>
#include <cstddef>
#include <filesystem>
#include <optional>
#include <set>
#include <system_error>
#include <vector>

#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "base/errno_status.h"
#include "base/quoted.h"
#include "base/quoted_list.h"
#include "base/read_file.h"
#include "converter/source/hub_cache.h"
#include "formats/gguf/gguf_split.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

namespace fs = std::filesystem;

constexpr absl::string_view kFromPyTorch =
    "PyTorch pickles, which can run any code and are not read; convert them to "
    "safetensors first: python3 -c \"import sys, transformers as t; f, g = "
    "sys.argv[1:]; t.AutoModelForCausalLM.from_pretrained(f, torch_dtype='auto'"
    ").save_pretrained(g); t.AutoTokenizer.from_pretrained(f).save_pretrained(g"
    ")\" FOLDER NEW_FOLDER";
constexpr absl::string_view kOtherFormat =
    "which is not read; look for the model's .safetensors or .gguf files";

// Weights that are not read, by the ends of the names of their files.
struct OtherFormat {
  absl::string_view ends;  // with | between them
  absl::string_view what;
  absl::string_view advice;
};
constexpr absl::string_view kGgml = "ggml";  // how their names begin
constexpr OtherFormat kOtherFormats[] = {
    {".onnx|.onnx_data|.onnx.data", "an ONNX model", kOtherFormat},
    {".nemo", "a NeMo archive", kOtherFormat},
    {".mlmodel|.mlpackage", "a Core ML model", kOtherFormat},
    {".tflite", "a TensorFlow Lite model", kOtherFormat},
    {".engine|.plan", "a TensorRT engine", kOtherFormat},
    {"openvino_model.bin|openvino_model.xml", "an OpenVINO model",
     kOtherFormat},
    {".h5|.hdf5|.keras", "weights of Keras (HDF5)", kOtherFormat},
    {".pdparams", "weights of PaddlePaddle", kOtherFormat},
    {kGgml, "a GGML file, the form before GGUF", kOtherFormat},
    {".bin|.pt|.pth|.ckpt", "", kFromPyTorch},
    {".msgpack", "weights of Flax", kOtherFormat},
    {".ot", "weights of rust-bert", kOtherFormat},
    {".npz|.npy", "arrays of NumPy, or of MLX", kOtherFormat},
    {".ckpt.index|.ckpt.meta", "a checkpoint of TensorFlow", kOtherFormat},
    {".distcp", "a distributed checkpoint of PyTorch", kOtherFormat},
};

// Of downloads and copies that have not come to their end.
constexpr absl::string_view kUnfinished =
    ".incomplete|.part|.partial|.crdownload|.aria2|.download|.opdownload";

// Not weights, though they have such an end.
constexpr absl::string_view kNoWeights =
    "training_args.bin|optimizer.bin|optimizer.pt|scheduler.bin|scheduler.pt|"
    "scaler.pt|rng_state.pth";

// Types of adapters that are inputs beside a model, by the ends of their names.
constexpr absl::string_view kUnmergeable =
    "PROMPT_TUNING|PREFIX_TUNING|P_TUNING|ADAPTION_PROMPT|CPT";

bool EndsWithOneOf(absl::string_view name, absl::string_view ends) {
  for (const absl::string_view end : absl::StrSplit(ends, '|')) {
    if (absl::EndsWithIgnoreCase(name, end)) return true;
  }
  return false;
}

struct Names {
  std::vector<std::string> files;
  std::vector<std::string> folders;
};

Names NamesIn(const fs::path& folder) {
  Names names;
  std::error_code error;
  fs::directory_iterator entry(folder, error);
  for (; !error && entry != fs::directory_iterator(); entry.increment(error)) {
    std::string name = entry->path().filename().string();
    if (absl::StartsWith(name, ".")) continue;
    std::error_code ignored;
    (entry->is_directory(ignored) ? names.folders : names.files)
        .push_back(std::move(name));
  }
  std::sort(names.files.begin(), names.files.end());
  std::sort(names.folders.begin(), names.folders.end());
  return names;
}

absl::Status Error(absl::StatusCode code, const fs::path& folder,
                   absl::string_view what) {
  return absl::Status(code, absl::StrCat(folder.string(), ": ", what));
}

// The first file of each GGUF model; of what encodes images, none.
std::vector<std::string> GgufModels(const std::vector<std::string>& files) {
  std::vector<std::string> models;
  std::set<std::string> sets;
  for (const std::string& name : files) {
    if (!absl::EndsWithIgnoreCase(name, ".gguf") ||
        absl::StartsWith(name, "mmproj")) {
      continue;
    }
    const std::optional<GgufSplitName> split = ParseGgufSplitName(name);
    if (split.has_value() &&
        !sets.insert(absl::StrCat(split->prefix, "-", split->count)).second) {
      continue;
    }
    models.push_back(name);
  }
  return models;
}

// True for a folder that would be understood as INPUT.
bool HoldsModel(const fs::path& folder) {
  if (IsHubModel(folder)) return true;
  const Names names = NamesIn(folder);
  return std::any_of(names.files.begin(), names.files.end(),
                     [](const std::string& name) {
                       return EndsWithOneOf(name, ".safetensors|.gguf");
                     });
}

std::optional<absl::Status> Gguf(const fs::path& folder, const Names& names) {
  const std::vector<std::string> models = GgufModels(names.files);
  if (models.empty()) return std::nullopt;
  if (models.size() > 1) {
    return Error(absl::StatusCode::kInvalidArgument, folder,
                 absl::StrCat("the folder holds ", models.size(),
                              " GGUF models; give one of them instead: ",
                              QuotedList(models)));
  }
  return Error(
      absl::StatusCode::kInvalidArgument, folder,
      absl::StrCat("the folder holds a GGUF model; give that file instead: ",
                   (folder / models.front()).string()));
}

// peft_type of adapter_config.json; empty if it says none.
std::string AdapterType(const fs::path& folder) {
  const absl::StatusOr<std::string> text =
      ReadFile((folder / "adapter_config.json").string(), kMostSettingsBytes);
  if (!text.ok()) return "";
  const absl::StatusOr<JsonDocument> config = JsonDocument::Parse(*text);
  if (!config.ok() || !config->root().is_object()) return "";
  return std::string(FindText(config->root(), "peft_type"));
}

std::optional<absl::Status> Adapter(const fs::path& folder,
                                    const Names& names) {
  const auto is_adapter = [](const std::string& name) {
    return name == "adapter_config.json" ||
           absl::StartsWith(name, "adapter_model.");
  };
  const auto first =
      std::find_if(names.files.begin(), names.files.end(), is_adapter);
  if (first == names.files.end()) return std::nullopt;
  const std::string type = AdapterType(folder);
  const bool is_read = std::any_of(
      names.files.begin(), names.files.end(), [](const std::string& name) {
        return absl::EndsWith(name, ".safetensors");
      });
  return Error(
      absl::StatusCode::kUnimplemented, folder,
      absl::StrCat(
          "the folder holds an adapter (", *first,
          "), which changes a model and is none; ",
          !type.empty() && EndsWithOneOf(type, kUnmergeable)
              ? "it is one of prompts, which cannot be merged into a base model"
              : "merge it into its base with merge_and_unload() of peft, and "
                "convert the folder that save_pretrained() makes of that",
          is_read ? "; --tensors_only converts its tensors as they are" : ""));
}

std::optional<absl::Status> Other(const fs::path& folder, const Names& names) {
  for (const OtherFormat& format : kOtherFormats) {
    for (const std::string& name : names.files) {
      const bool is_it = format.ends == kGgml
                             ? absl::StartsWith(name, kGgml)
                             : EndsWithOneOf(name, format.ends);
      if (!is_it || EndsWithOneOf(name, kNoWeights)) continue;
      return Error(
          absl::StatusCode::kUnimplemented, folder,
          absl::StrCat("no .safetensors; the weights, such as ", Quoted(name),
                       ", are ", format.what, format.what.empty() ? "" : ", ",
                       format.advice));
    }
  }
  return std::nullopt;
}

std::optional<absl::Status> Unfinished(const fs::path& folder,
                                       const Names& names) {
  std::vector<std::string> files = names.files;
  // Where `hf download --local-dir` keeps what is not whole.
  for (const std::string& name :
       NamesIn(folder / ".cache" / "huggingface" / "download").files) {
    files.push_back(name);
  }
  for (const std::string& name : files) {
    if (!EndsWithOneOf(name, kUnfinished)) continue;
    return Error(absl::StatusCode::kNotFound, folder,
                 absl::StrCat("no .safetensors, but ", Quoted(name),
                              ": the download is not complete"));
  }
  return std::nullopt;
}

std::optional<absl::Status> Below(const fs::path& folder, const Names& names) {
  std::vector<std::string> models;
  for (const std::string& name : names.folders) {
    if (HoldsModel(folder / name)) models.push_back(name);
  }
  if (models.empty()) return std::nullopt;
  if (models.size() > 1) {
    return Error(absl::StatusCode::kInvalidArgument, folder,
                 absl::StrCat("no .safetensors; ", models.size(),
                              " folders in it hold models, give one of them: ",
                              QuotedList(models)));
  }
  return Error(
      absl::StatusCode::kInvalidArgument, folder,
      absl::StrCat("no .safetensors, but the folder ", Quoted(models.front()),
                   " in it holds a model; give that one: ",
                   (folder / models.front()).string()));
}

}  // namespace

absl::Status FolderWithoutWeights(const std::string& path) {
  const fs::path folder(path);
  std::error_code error;
  const fs::directory_iterator readable(folder, error);
  if (error) return ErrnoStatus(path, "list the folder", error.value());
  const Names names = NamesIn(folder);
  for (const auto find : {Adapter, Gguf, Below, Unfinished, Other}) {
    const std::optional<absl::Status> found = find(folder, names);
    if (found.has_value()) return *found;
  }
  if (names.files.empty() && names.folders.empty()) {
    return Error(absl::StatusCode::kNotFound, folder, "the folder is empty");
  }
  const bool has_config = std::find(names.files.begin(), names.files.end(),
                                    "config.json") != names.files.end();
  return Error(
      absl::StatusCode::kNotFound, folder,
      has_config
          ? "there is a config.json and no weights; download the .safetensors "
            "files of the model too"
          : "no weights in the folder; a model is a .gguf file, or a folder "
            "with .safetensors files and a config.json");
}

}  // namespace tessera
