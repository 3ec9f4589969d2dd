#include "converter/inspect/diff_facts.h"

#include <algorithm>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/types/span.h"
#include "base/counted.h"
#include "converter/inspect/diff_tokens.h"
#include "converter/inspect/message_facts.h"
#include "formats/gguf/gguf_encoding.h"
#include "formats/gguf/gguf_value.h"
#include "formats/gguf/gguf_value_text.h"

namespace tessera {
namespace {

using Facts = std::map<std::string, std::string>;

// Names that are not in both, or with other values.
std::vector<FactDifference> Differences(const Facts& a, const Facts& b) {
  std::vector<FactDifference> differences;
  for (const auto& [name, value] : a) {
    const auto other = b.find(name);
    if (other == b.end()) {
      differences.push_back({name, {value, std::nullopt}});
    } else if (other->second != value) {
      differences.push_back({name, {value, other->second}});
    }
  }
  for (const auto& [name, value] : b) {
    if (!a.contains(name)) {
      differences.push_back({name, {std::nullopt, value}});
    }
  }
  return differences;
}

// Values of one name are joined.
Facts FactsOf(const FactGroup& group) {
  Facts facts;
  for (const FactGroup::Fact& fact : group.facts) {
    std::string& value = facts[fact.name];
    absl::StrAppend(&value, value.empty() ? "" : "; ", fact.value);
  }
  return facts;
}

// Sets why not if not both `have` the part, in words: "a tokenizer".
bool BothHave(bool a, bool b, absl::string_view what, PartDiff* part) {
  if (a && b) return true;
  part->not_compared = a || b
                           ? absl::StrCat("only ", a ? "A" : "B", " has ", what)
                           : absl::StrCat("neither has ", what);
  return false;
}

// ---- metadata ----

// nullopt: a list that stands in the tokenizer.
using Metadata = std::map<std::string, std::optional<GgufValue>>;

Metadata MetadataOf(const WeightSource& source) {
  Metadata metadata;
  const auto add = [&metadata](const auto& entries) {
    for (const SourceMetadata& entry : entries) {
      const auto* raw = reinterpret_cast<const uint8_t*>(entry.value().data());
      auto value = GgufValue::FromRaw(
          entry.type(), absl::MakeConstSpan(raw, entry.value().size()));
      metadata[entry.key()] =
          value.ok() ? std::optional(*std::move(value)) : std::nullopt;
    }
  };
  source.origin.has_value() ? add(source.origin->metadata())
                            : add(source.metadata);
  return metadata;
}

std::optional<std::string> ValueText(const GgufValue* value) {
  if (value == nullptr) return std::nullopt;
  return GgufValueText(*value);
}

absl::string_view NumberTypeName(const GgufValue& value) {
  return GgufTypeName(value.is_array() ? value.element_type() : value.type());
}

// Of long lists, the first element that is not the same.
FactDifference DescribeValues(const std::string& key, const GgufValue* a,
                              const GgufValue* b) {
  FactDifference difference = {key, {ValueText(a), ValueText(b)}};
  if (difference.values[0] != difference.values[1]) return difference;
  const uint64_t count = a->is_array() && b->is_array()
                             ? std::min(a->element_count(), b->element_count())
                             : 0;
  const std::vector<GgufValue> of_a = a->Elements(count);
  const std::vector<GgufValue> of_b = b->Elements(count);
  for (uint64_t i = 0; i < count; ++i) {
    if (of_a[i].raw() == of_b[i].raw()) continue;
    difference.values = {
        absl::StrCat("element ", i, ": ", GgufValueText(of_a[i])),
        absl::StrCat("element ", i, ": ", GgufValueText(of_b[i]))};
    break;
  }
  if (difference.values[0] == difference.values[1]) {
    absl::StrAppend(&*difference.values[0], " (", NumberTypeName(*a), ")");
    absl::StrAppend(&*difference.values[1], " (", NumberTypeName(*b), ")");
  }
  return difference;
}

bool IsSame(const GgufValue& a, const GgufValue& b) {
  return a.type() == b.type() && a.raw() == b.raw();
}

void DiffMetadata(const WeightSource& a, const WeightSource& b,
                  PartDiff* part) {
  const Metadata of_a = MetadataOf(a);
  const Metadata of_b = MetadataOf(b);
  if (!BothHave(!of_a.empty(), !of_b.empty(), "metadata of GGUF", part)) return;
  for (const auto& [key, value] : of_a) {
    const auto other = of_b.find(key);
    const GgufValue* theirs = nullptr;
    if (other != of_b.end()) {
      if (!value.has_value() || !other->second.has_value()) continue;
      theirs = &*other->second;
      if (IsSame(*value, *theirs)) continue;
    }
    if (!value.has_value()) continue;
    part->differences.push_back(DescribeValues(key, &*value, theirs));
  }
  for (const auto& [key, value] : of_b) {
    if (value.has_value() && !of_a.contains(key)) {
      part->differences.push_back(DescribeValues(key, nullptr, &*value));
    }
  }
}

// ---- chat templates ----

std::map<std::string, std::string> TemplatesOf(const TokenizerData& tokenizer) {
  std::map<std::string, std::string> templates;
  if (!tokenizer.chat_template().empty()) {
    templates["default"] = tokenizer.chat_template();
  }
  for (const auto& named : tokenizer.named_chat_template()) {
    templates[named.name()] = named.text();
  }
  return templates;
}

// The first line that is not the same, of texts that differ.
FactDifference FirstLine(const std::string& name, const std::string& a,
                         const std::string& b) {
  const std::vector<absl::string_view> of_a = absl::StrSplit(a, '\n');
  const std::vector<absl::string_view> of_b = absl::StrSplit(b, '\n');
  size_t line = 0;
  while (line < of_a.size() && line < of_b.size() && of_a[line] == of_b[line]) {
    ++line;
  }
  const auto text = [line](const std::vector<absl::string_view>& lines) {
    return line < lines.size()
               ? absl::StrCat("line ", line + 1, ": ", lines[line])
               : absl::StrCat("ends after ", Counted(line, "line"));
  };
  return {name, {text(of_a), text(of_b)}};
}

void DiffTemplates(const WeightSource& a, const WeightSource& b,
                   PartDiff* part) {
  if (!BothHave(a.tokenizer.has_value(), b.tokenizer.has_value(), "a tokenizer",
                part)) {
    return;
  }
  const auto of_a = TemplatesOf(*a.tokenizer);
  const auto of_b = TemplatesOf(*b.tokenizer);
  for (FactDifference& difference : Differences(of_a, of_b)) {
    if (difference.values[0].has_value() && difference.values[1].has_value()) {
      difference = FirstLine(difference.name, *difference.values[0],
                             *difference.values[1]);
    } else {
      for (std::optional<std::string>& value : difference.values) {
        if (value.has_value()) value = Counted(value->size(), "byte");
      }
    }
    part->differences.push_back(std::move(difference));
  }
}

// ---- what a GGUF does not hold ----

bool IsOfGguf(const WeightSource& source) {
  return source.format == "gguf" ||
         (source.origin.has_value() && source.origin->format() == "gguf");
}

// Where one side alone is made of a GGUF, takes fields that it has no place for
// out of the differences. A field's parts are "field.part".
void LeaveOut(const WeightSource& a, const WeightSource& b,
              absl::Span<const absl::string_view> fields, PartDiff* part) {
  if (IsOfGguf(a) == IsOfGguf(b)) return;
  const auto kept = std::stable_partition(
      part->differences.begin(), part->differences.end(),
      [fields](const FactDifference& difference) {
        const absl::string_view name = difference.name;
        const absl::string_view field = name.substr(0, name.find('.'));
        return std::find(fields.begin(), fields.end(), field) == fields.end();
      });
  for (auto i = kept; i != part->differences.end(); ++i) {
    part->left_out.push_back(i->name);
  }
  std::sort(part->left_out.begin(), part->left_out.end());
  part->differences.erase(kept, part->differences.end());
}

// Steps and matching as tokenizer.json has them. In a GGUF the kind and the
// name of the pre-tokenizer stand for them.
constexpr absl::string_view kOfTokenizerJson[] = {
    "normalizer",    "split",        "decoder",
    "token_flags",   "prefix_id",    "suffix_id",
    "byte_fallback", "fuse_unknown", "is_hugging_face"};

// A GGUF has an output matrix or has none, and the factors of llama3 as a
// tensor: what is compared with the tensors. Sentences on what is not
// understood name keys of config.json or of GGUF.
constexpr absl::string_view kOfConfigJson[] = {"tie_word_embeddings",
                                               "not_understood"};
constexpr absl::string_view kOfLlama3[] = {"rope_scaling"};

// Whether one says "llama3" and the other nothing of the scaling.
bool ScalesByTensor(const ModelConfig& a, const ModelConfig& b) {
  const std::string& of_a = a.rope_scaling().rope_type();
  const std::string& of_b = b.rope_scaling().rope_type();
  return (of_a == "llama3" && of_b.empty()) ||
         (of_b == "llama3" && of_a.empty());
}

// ---- the rest ----

void DiffConfiguration(const WeightSource& a, const WeightSource& b,
                       PartDiff* part) {
  if (!BothHave(a.model.has_value(), b.model.has_value(),
                "a configuration that is understood", part)) {
    return;
  }
  part->differences = Differences(FactsOf(MessageFacts("", *a.model)),
                                  FactsOf(MessageFacts("", *b.model)));
  LeaveOut(a, b, kOfConfigJson, part);
  if (ScalesByTensor(*a.model, *b.model)) LeaveOut(a, b, kOfLlama3, part);
}

void DiffTokenizers(const WeightSource& a, const WeightSource& b,
                    PartDiff* part) {
  if (!BothHave(a.tokenizer.has_value(), b.tokenizer.has_value(),
                "a tokenizer that is understood", part)) {
    return;
  }
  part->differences =
      Differences(FactsOf(MessageFacts("", TokenizerSettings(*a.tokenizer))),
                  FactsOf(MessageFacts("", TokenizerSettings(*b.tokenizer))));
  LeaveOut(a, b, kOfTokenizerJson, part);
  for (FactDifference& difference : DiffTokens(*a.tokenizer, *b.tokenizer)) {
    part->differences.push_back(std::move(difference));
  }
}

void DiffAttachments(const WeightSource& a, const WeightSource& b,
                     PartDiff* part) {
  const auto facts = [](const WeightSource& source) {
    Facts facts;
    for (const PackedAttachment& file : source.attachments) {
      facts[file.name] = absl::StrCat(Counted(file.size, "byte"), ", XXH3 ",
                                      absl::BytesToHexString(file.xxh128));
    }
    return facts;
  };
  if (!BothHave(!a.attachments.empty(), !b.attachments.empty(),
                "files of a Hugging Face folder", part)) {
    return;
  }
  part->differences = Differences(facts(a), facts(b));
}

}  // namespace

void DiffFacts(const WeightSource& a, const WeightSource& b, ModelDiff* diff) {
  DiffMetadata(a, b, &diff->metadata);
  DiffConfiguration(a, b, &diff->configuration);
  DiffTokenizers(a, b, &diff->tokenizer);
  DiffTemplates(a, b, &diff->chat_templates);
  DiffAttachments(a, b, &diff->attachments);
}

}  // namespace tessera
