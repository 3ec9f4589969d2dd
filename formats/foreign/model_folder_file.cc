#include "formats/foreign/model_folder_file.h"

#include <algorithm>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "base/shell_quoted.h"
#include "base/tool_name.h"
#include "formats/json/json_document.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

using absl::string_view;

constexpr size_t kMostJsonBytes = size_t{64} << 20;

struct Named {
  string_view end;  // of the name
  string_view what;
};

constexpr Named kFolderFiles[] = {
    {"tokenizer.json", "a tokenizer"},
    {"tokenizer.model", "a tokenizer"},
    {"spiece.model", "a tokenizer"},
    {"sentencepiece.bpe.model", "a tokenizer"},
    {"tokenizer.model.v3", "a tokenizer"},
    {"tekken.json", "a tokenizer"},
    {"tokenizer_config.json", "the configuration of a tokenizer"},
    {"special_tokens_map.json", "the configuration of a tokenizer"},
    {"added_tokens.json", "a part of a tokenizer"},
    {"vocab.json", "a part of a tokenizer"},
    {"vocab.txt", "a part of a tokenizer"},
    {"merges.txt", "a part of a tokenizer"},
    {"generation_config.json", "the configuration of a model"},
    {"adapter_config.json", "the configuration of an adapter"},
    {"config.json", "the configuration of a model"},
    {"params.json", "the configuration of a model"},
    {"chat_template.json", "a chat template"},
    {".jinja", "a chat template"},
    {".md", "a description"},
    {".gitattributes", "a description"},
    {"LICENSE", "a licence"},
    {".py", "a program"},
};

constexpr Named kOtherFrameworks[] = {
    {".onnx", "an ONNX model"},
    {".onnx_data", "the data of an ONNX model"},
    {".onnx.data", "the data of an ONNX model"},
    {".pb", "a TensorFlow graph"},
    {".msgpack", "a checkpoint of Flax"},
    {".mlmodel", "a Core ML model"},
    {".pdparams", "a checkpoint of PaddlePaddle"},
    {".pdmodel", "a model of PaddlePaddle"},
    {".engine", "an engine of TensorRT"},
    {".mindir", "a model of MindSpore"},
    {".ckpt.index", "a part of a TensorFlow checkpoint"},
    {".ckpt.meta", "a part of a TensorFlow checkpoint"},
    {".data-00000-of-00001", "a part of a TensorFlow checkpoint"},
};

string_view Find(string_view path, const Named* begin, const Named* end) {
  const Named* found = std::find_if(begin, end, [path](const Named& named) {
    return absl::EndsWith(path, named.end);
  });
  return found == end ? string_view() : found->what;
}

// By content, of JSON that has a name of its own; "" for an index.
string_view WhatJsonIs(string_view bytes) {
  if (bytes.size() > kMostJsonBytes) return "";
  const auto document = JsonDocument::Parse(bytes);
  if (!document.ok()) return "";
  const auto has = [&](string_view key) {
    return FindMember(document->root(), key).has_value();
  };
  if (has("weight_map")) return "";
  if (has("added_tokens") && has("model")) return "a tokenizer";
  if (has("model_type") || has("architectures")) {
    return "the configuration of a model";
  }
  return "JSON";
}

// For a shell.
std::string FolderOf(string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == string_view::npos) return ".";
  return ShellQuoted(path.substr(0, std::max<size_t>(slash, 1)));
}

bool IsJson(string_view path, string_view bytes) {
  return absl::StartsWith(bytes, "{") || absl::EndsWith(path, ".json");
}

}  // namespace

std::string DescribeModelFolderFile(string_view path, string_view bytes) {
  if (absl::EndsWith(path, ".imatrix") || absl::EndsWith(path, "imatrix.dat")) {
    return "is an importance matrix, not a model; give it with --imatrix";
  }
  if (absl::EndsWith(path, ".index.json")) return "";
  const string_view other =
      Find(path, std::begin(kOtherFrameworks), std::end(kOtherFrameworks));
  if (!other.empty()) {
    return absl::StrCat("is ", other,
                        "; take the model's .safetensors or .gguf");
  }
  string_view what =
      Find(path, std::begin(kFolderFiles), std::end(kFolderFiles));
  if (IsJson(path, bytes)) {
    const string_view content = WhatJsonIs(bytes);
    if (what.empty()) what = content;
  }
  if (what.empty()) return "";
  return absl::StrCat("is ", what,
                      ", not weights; give the folder: ", NameOfTool("convert"),
                      " ", FolderOf(path), " model.arena");
}

}  // namespace tessera
