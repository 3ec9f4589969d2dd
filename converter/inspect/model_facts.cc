#include "converter/inspect/model_facts.h"

#include <string>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/string_view.h"
#include "base/counted.h"
#include "base/quoted.h"
#include "converter/inspect/one_line.h"

namespace tessera {
namespace {

constexpr char kNotStated[] = "not stated";
constexpr size_t kMaxNameBytes = 80;
constexpr size_t kMaxTokenBytes = 24;
constexpr size_t kMaxSentenceBytes = 400;
constexpr size_t kMaxTemplates = 6;

std::string Stated(const std::string& text) {
  return text.empty() ? kNotStated : OneLine(text, kMaxNameBytes);
}

std::string ArchitectureText(const ModelDescription& model) {
  if (model.architecture.empty()) return kNotStated;
  return absl::StrCat(
      Stated(model.architecture),
      model.architecture_known ? "" : ", which is not known to this version");
}

std::string LicenseText(const ModelDescription& model) {
  std::string text = Stated(model.license);
  if (!model.license_link.empty()) {
    absl::StrAppend(&text, ", ", Stated(model.license_link));
  }
  return text;
}

std::string ContextText(const ModelDescription& model) {
  if (model.context_length == 0) return kNotStated;
  std::string text =
      absl::StrCat(Counted(model.context_length, "token"), ", as trained");
  if (!model.rope_scaling.empty()) {
    absl::StrAppend(&text, "; rope scaling ", Stated(model.rope_scaling));
    if (model.rope_scaling_factor != 0) {
      absl::StrAppend(&text, ", factor ", model.rope_scaling_factor);
    }
  }
  // What is beyond any context is no window.
  if (model.sliding_window != 0 &&
      model.sliding_window < model.context_length) {
    absl::StrAppend(&text, "; a sliding window of ",
                    Counted(model.sliding_window, "token"));
  }
  return text;
}

std::string SizeText(const ModelDescription& model) {
  std::vector<std::string> parts;
  if (model.layers != 0) parts.push_back(Counted(model.layers, "layer"));
  if (model.hidden_size != 0) {
    parts.push_back(
        absl::StrCat("hidden size ", WithCommas(model.hidden_size)));
  }
  if (model.heads != 0) {
    std::string heads = Counted(model.heads, "head");
    if (model.head_size != 0) absl::StrAppend(&heads, " of ", model.head_size);
    if (model.kv_heads != 0 && model.kv_heads != model.heads) {
      absl::StrAppend(&heads, ", ", model.kv_heads, " for keys and values");
    }
    parts.push_back(std::move(heads));
  }
  if (model.experts != 0) {
    parts.push_back(absl::StrCat(Counted(model.experts, "expert"), ", ",
                                 model.experts_used, " at a time"));
  }
  if (model.vocabulary != 0) {
    parts.push_back(absl::StrCat("vocabulary ", WithCommas(model.vocabulary)));
  }
  return parts.empty() ? kNotStated : absl::StrJoin(parts, ", ");
}

std::string TokenizerText(const ModelDescription& model) {
  if (model.tokenizer.empty()) {
    return model.no_tokenizer.empty()
               ? "none"
               : absl::StrCat("none: ",
                              OneLine(model.no_tokenizer, kMaxSentenceBytes));
  }
  std::string text =
      absl::StrCat(model.tokenizer, ", ", Counted(model.tokens, "token"));
  for (const auto& token : model.special_tokens) {
    absl::StrAppend(&text, "; ", token.role, " ", token.id, " '",
                    OneLine(token.text, kMaxTokenBytes), "'",
                    token.added ? " (added)" : "");
  }
  return text;
}

std::string TemplatesText(const ModelDescription& model) {
  std::vector<std::string> parts;
  for (const auto& entry : model.chat_templates) {
    if (parts.size() == kMaxTemplates) {
      parts.push_back(
          absl::StrCat(model.chat_templates.size() - kMaxTemplates, " more"));
      break;
    }
    const std::string size = Counted(entry.bytes, "byte");
    parts.push_back(
        entry.name.empty()
            ? size
            : absl::StrCat(Quoted(entry.name.substr(0, 40)), " of ", size));
  }
  return parts.empty() ? "none" : absl::StrJoin(parts, ", ");
}

std::string RunsText(const ModelDescription& model, bool is_arena) {
  if (!model.runs) {
    return absl::StrCat("no: ", OneLine(model.why_not, kMaxSentenceBytes));
  }
  return is_arena ? "yes" : "yes, once convert has made an arena of it";
}

}  // namespace

FactGroup ModelFacts(const ModelDescription& model, bool is_arena) {
  FactGroup group = {"model",
                     {{"architecture", ArchitectureText(model)},
                      {"name", Stated(model.name)},
                      {"licence", LicenseText(model)},
                      {"context", ContextText(model)},
                      {"size", SizeText(model)},
                      {"tokenizer", TokenizerText(model)},
                      {"chat template", TemplatesText(model)},
                      {"runs", RunsText(model, is_arena)}}};
  for (const std::string& warning : model.warnings) {
    group.facts.push_back({"warning", OneLine(warning, kMaxSentenceBytes)});
  }
  return group;
}

}  // namespace tessera
