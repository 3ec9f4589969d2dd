#include "converter/inspect/describe_json.h"

#include <string>
#include <type_traits>

#include "absl/strings/str_replace.h"
#include "absl/strings/string_view.h"
#include "converter/inspect/error_json.h"
#include "formats/gguf/gguf_value_json.h"
#include "formats/json/json_writer.h"

namespace tessera {
namespace {

// Of metadata; those of more elements are left out with the tensors.
constexpr uint64_t kMaxShortArray = 100;

class Writer {
 public:
  Writer(const FileDescription& file, bool with_tensors)
      : file_(file), with_tensors_(with_tensors), json_(/*indented=*/true) {}

  std::string Write();

 private:
  void WriteModel(const ModelDescription& model);
  void WriteTokens(const ModelDescription& model);
  void WriteFiles();
  void WriteOrigin();
  void WriteGroup(const FactGroup& group);
  void WriteFact(const FactGroup::Fact& fact);
  void WriteRanges();
  void WriteTypes();
  void WriteTensor(const TensorDescription& tensor);
  void WriteReason(const LayoutReasonDescription& reason);
  void WriteAttachments();

  // Of strings, empty is not stated, and of numbers 0.
  void Stated(absl::string_view key, absl::string_view text) {
    json_.Key(key);
    text.empty() ? json_.Null() : json_.String(text);
  }
  template <typename T>
  requires std::is_arithmetic_v<T>
  void Stated(absl::string_view key, T number) {
    json_.Key(key);
    number == 0 ? json_.Null() : json_.Number(number);
  }
  void BeginArray(absl::string_view key) {
    json_.Key(key);
    json_.BeginArray();
  }

  const FileDescription& file_;
  const bool with_tensors_;
  JsonWriter json_;
};

void Writer::WriteTokens(const ModelDescription& model) {
  Stated("tokenizer", model.tokenizer);
  Stated("no_tokenizer", model.no_tokenizer);
  Stated("tokens", model.tokens);
  BeginArray("special_tokens");
  for (const ModelDescription::SpecialToken& token : model.special_tokens) {
    json_.BeginObject();
    json_.StringField("role", token.role);
    json_.NumberField("id", token.id);
    json_.StringField("text", token.text);
    json_.BoolField("added", token.added);
    json_.EndObject();
  }
  json_.EndArray();
  BeginArray("chat_templates");
  for (const ModelDescription::ChatTemplate& entry : model.chat_templates) {
    json_.BeginObject();
    Stated("name", entry.name);
    json_.NumberField("bytes", entry.bytes);
    json_.EndObject();
  }
  json_.EndArray();
}

void Writer::WriteModel(const ModelDescription& model) {
  json_.Key("model");
  json_.BeginObject();
  Stated("architecture", model.architecture);
  json_.BoolField("architecture_known", model.architecture_known);
  Stated("name", model.name);
  Stated("license", model.license);
  Stated("license_link", model.license_link);
  Stated("context_length", model.context_length);
  Stated("rope_scaling", model.rope_scaling);
  Stated("rope_scaling_factor", model.rope_scaling_factor);
  Stated("sliding_window", model.sliding_window);
  Stated("layers", model.layers);
  Stated("hidden_size", model.hidden_size);
  Stated("heads", model.heads);
  Stated("kv_heads", model.kv_heads);
  Stated("head_size", model.head_size);
  Stated("vocabulary", model.vocabulary);
  Stated("experts", model.experts);
  Stated("experts_used", model.experts_used);
  WriteTokens(model);
  json_.BoolField("runs", model.runs);
  Stated("why_not", model.why_not);
  BeginArray("warnings");
  for (const std::string& warning : model.warnings) json_.String(warning);
  json_.EndArray();
  json_.EndObject();
}

void Writer::WriteFiles() {
  BeginArray("files");
  for (const FileTotal& file : file_.files) {
    json_.BeginObject();
    json_.StringField("name", file.name);
    json_.NumberField("bytes", file.bytes);
    json_.NumberField("tensors", file.tensors);
    json_.NumberField("weights", file.weights);
    json_.NumberField("tensor_bytes", file.tensor_bytes);
    json_.EndObject();
  }
  json_.EndArray();
}

void Writer::WriteOrigin() {
  BeginArray("source_files");
  for (const SourceFileDescription& file : file_.source_files) {
    json_.BeginObject();
    json_.StringField("name", file.name);
    json_.NumberField("bytes", file.bytes);
    Stated("sha256", file.sha256);
    json_.EndObject();
  }
  json_.EndArray();
  json_.Key("options");
  json_.BeginObject();
  for (const OptionDescription& option : file_.options) {
    json_.StringField(option.name, option.value);
  }
  json_.EndObject();
}

void Writer::WriteFact(const FactGroup::Fact& fact) {
  if (!fact.typed.has_value()) {
    json_.String(fact.value);
  } else if (!with_tensors_ && fact.typed->is_array() &&
             fact.typed->element_count() > kMaxShortArray) {
    json_.Null();
  } else {
    WriteGgufValue(*fact.typed, &json_);
  }
}

// Facts of one name follow each other.
void Writer::WriteGroup(const FactGroup& group) {
  json_.Key(absl::StrReplaceAll(group.title, {{" ", "_"}}));
  json_.BeginObject();
  const bool is_metadata = group.title == "metadata";
  for (size_t i = 0; i < group.facts.size();) {
    const FactGroup::Fact& first = group.facts[i];
    if (!first.in_json) {
      ++i;
      continue;
    }
    // Keys of metadata are the file's, others are ours.
    json_.Key(is_metadata ? first.name
                          : absl::StrReplaceAll(first.name, {{" ", "_"}}));
    if (!first.repeated) {
      WriteFact(group.facts[i++]);
      continue;
    }
    json_.BeginArray();
    while (i < group.facts.size() && group.facts[i].name == first.name) {
      WriteFact(group.facts[i++]);
    }
    json_.EndArray();
  }
  json_.EndObject();
}

void Writer::WriteRanges() {
  const auto begin_range = [this](const auto& range) {
    json_.BeginObject();
    json_.StringField("name", range.name);
    json_.NumberField("offset", range.offset);
    json_.NumberField("size", range.size);
  };
  BeginArray("reserved");
  for (const ReservedRange& range : file_.reserved) {
    begin_range(range);
    json_.EndObject();
  }
  json_.EndArray();
  BeginArray("sections");
  for (const SectionDescription& section : file_.sections) {
    begin_range(section);
    json_.NumberField("used", section.used);
    json_.EndObject();
  }
  json_.EndArray();
}

void Writer::WriteTypes() {
  BeginArray("types");
  for (const TypeTotal& total : TotalsByType(file_)) {
    json_.BeginObject();
    json_.StringField("type", total.type);
    json_.NumberField("tensors", total.tensors);
    json_.NumberField("weights", total.weights);
    json_.NumberField("bytes", total.bytes);
    json_.EndObject();
  }
  json_.EndArray();
}

void Writer::WriteReason(const LayoutReasonDescription& reason) {
  json_.BeginObject();
  json_.StringField("text", reason.text);
  if (reason.gain.has_value()) {
    json_.StringField("over", reason.gain->over);
    json_.NumberField("ratio", reason.gain->ratio);
    json_.NumberField("lower", reason.gain->lower);
    json_.NumberField("upper", reason.gain->upper);
    json_.NumberField("samples", reason.gain->samples);
  }
  json_.EndObject();
}

void Writer::WriteTensor(const TensorDescription& tensor) {
  json_.BeginObject();
  json_.StringField("name", tensor.name);
  Stated("source_name", tensor.source_name);
  json_.StringField("type", tensor.type);
  Stated("source_type", tensor.source_type);
  json_.Key("shape");
  json_.BeginLine();
  for (const uint64_t dimension : tensor.shape) json_.Number(dimension);
  json_.EndArray();
  json_.StringField("layout", tensor.layout);
  json_.StringField("section", file_.sections[tensor.section].name);
  json_.NumberField("offset", tensor.offset);
  json_.NumberField("bytes", tensor.bytes);
  json_.NumberField("weights", tensor.weights);
  Stated("fused_group", tensor.group);
  json_.BoolField("unmapped", tensor.unmapped);
  if (tensor.error.has_value()) WriteErrorField(*tensor.error, &json_);
  if (tensor.layout_reason.has_value()) {
    json_.Key("layout_reason");
    WriteReason(*tensor.layout_reason);
  }
  json_.EndObject();
}

void Writer::WriteAttachments() {
  BeginArray("attachments");
  for (const AttachmentDescription& attachment : file_.attachments) {
    json_.BeginObject();
    json_.StringField("name", attachment.name);
    json_.NumberField("offset", attachment.offset);
    json_.NumberField("stored_bytes", attachment.stored_bytes);
    json_.NumberField("bytes", attachment.bytes);
    json_.EndObject();
  }
  json_.EndArray();
}

std::string Writer::Write() {
  json_.BeginObject();
  json_.NumberField("schema", kInspectSchema);
  json_.StringField("path", file_.path);
  json_.StringField("format", file_.format);
  json_.NumberField("file_size", file_.file_size);
  Stated("verified", file_.verified);
  if (file_.model.has_value()) WriteModel(*file_.model);
  WriteFiles();
  WriteOrigin();
  for (const FactGroup& group : file_.groups) WriteGroup(group);
  WriteRanges();
  WriteTypes();
  if (with_tensors_) {
    BeginArray("tensors");
    for (const TensorDescription& tensor : file_.tensors) WriteTensor(tensor);
    json_.EndArray();
  }
  WriteAttachments();
  json_.EndObject();
  return json_.Finish();
}

}  // namespace

std::string RenderJson(const FileDescription& file, bool with_tensors) {
  return Writer(file, with_tensors).Write();
}

}  // namespace tessera
