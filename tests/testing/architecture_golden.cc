#include "tests/testing/architecture_golden.h"

#include <cstring>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"
#include "simdjson.h"

namespace tessera {
namespace {

using simdjson::dom::element;

std::vector<int32_t> Ids(element list) {
  std::vector<int32_t> ids;
  for (int64_t id : simdjson::dom::array(list)) {
    ids.push_back(static_cast<int32_t>(id));
  }
  return ids;
}

absl::StatusOr<GoldenPrompt> ReadPrompt(element json, int64_t vocabulary,
                                        const MappedFile& logits) {
  GoldenPrompt prompt;
  prompt.ids = Ids(json["ids"]);
  prompt.greedy_ids = Ids(json["greedy_ids"]);
  for (double margin : simdjson::dom::array(json["greedy_margins"])) {
    prompt.greedy_margins.push_back(margin);
  }
  simdjson::dom::array positions;
  const bool some = !json["positions"].get(positions);
  prompt.logit_tokens =
      static_cast<int64_t>(some ? positions.size() : prompt.ids.size());
  prompt.logits.resize(prompt.logit_tokens * vocabulary);
  const uint64_t size = prompt.logits.size() * sizeof(float);
  const uint64_t offset =
      uint64_t(json["first_row"]) * vocabulary * sizeof(float);
  if (offset + size > logits.bytes().size()) {
    return absl::DataLossError(absl::StrCat(logits.path(), ": too short"));
  }
  std::memcpy(prompt.logits.data(), logits.bytes().data() + offset, size);
  return prompt;
}

}  // namespace

absl::StatusOr<std::vector<GoldenPrompt>> ReadArchitectureGolden(
    const std::string& prefix) {
  TESSERA_ASSIGN_OR_RETURN(const MappedFile logits,
                           MappedFile::Open(absl::StrCat(prefix, ".bin")));
  simdjson::dom::parser parser;
  element json;
  if (parser.load(absl::StrCat(prefix, ".json")).get(json)) {
    return absl::NotFoundError(absl::StrCat(prefix, ".json: not readable"));
  }
  std::vector<GoldenPrompt> prompts;
  try {  // simdjson's conversions throw if a key is missing
    const int64_t vocabulary = json["n_vocab"];
    for (element prompt : simdjson::dom::array(json["prompts"])) {
      TESSERA_ASSIGN_OR_RETURN(prompts.emplace_back(),
                               ReadPrompt(prompt, vocabulary, logits));
    }
  } catch (const simdjson::simdjson_error& error) {
    return absl::DataLossError(absl::StrCat(prefix, ": ", error.what()));
  }
  return prompts;
}

}  // namespace tessera
