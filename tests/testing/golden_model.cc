#include "tests/testing/golden_model.h"

#include <cstring>
#include <string_view>

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

absl::StatusOr<std::vector<float>> ReadFloats(const MappedFile& file,
                                              uint64_t offset, uint64_t count) {
  if (offset + count * sizeof(float) > file.bytes().size()) {
    return absl::DataLossError(absl::StrCat(file.path(), ": too short"));
  }
  std::vector<float> values(count);
  std::memcpy(values.data(), file.bytes().data() + offset,
              count * sizeof(float));
  return values;
}

absl::Status ReadPrompts(element json, const MappedFile& logits,
                         GoldenModel* model) {
  for (element prompt : simdjson::dom::array(json["prompts"])) {
    model->texts.emplace_back(std::string_view(prompt["text"]));
    model->prompt_ids.push_back(Ids(prompt["prompt_ids"]));
    for (auto [type, entry] : simdjson::dom::object(prompt["types"])) {
      GoldenResults::Prompt result;
      result.greedy_ids = Ids(entry["greedy_ids"]);
      TESSERA_ASSIGN_OR_RETURN(
          result.logits, ReadFloats(logits, uint64_t(entry["offset"]),
                                    kGoldenPositions * model->vocabulary));
      model->by_type[std::string(type)].prompts.push_back(std::move(result));
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<GoldenModel> ReadGoldenModel(const std::string& folder) {
  GoldenModel model;
  simdjson::dom::parser parser, eval_parser;
  element json, eval;
  if (parser.load(absl::StrCat(folder, "/logits.json")).get(json) ||
      eval_parser.load(absl::StrCat(folder, "/eval.json")).get(eval)) {
    return absl::NotFoundError(absl::StrCat(folder, ": no golden results"));
  }
  TESSERA_ASSIGN_OR_RETURN(
      const MappedFile logits,
      MappedFile::Open(absl::StrCat(folder, "/logits.bin")));
  try {  // simdjson's conversions throw if a key is missing
    model.vocabulary = json["vocab"];
    TESSERA_RETURN_IF_ERROR(ReadPrompts(json, logits, &model));
    model.eval_ids = Ids(eval["token_ids"]);
    model.window = eval["window"];
    for (auto [type, entry] : simdjson::dom::object(eval["types"])) {
      GoldenResults& results = model.by_type[std::string(type)];
      results.nll = entry["nll_all"];
      results.nll_second_half = entry["nll_second_half"];
    }
  } catch (const simdjson::simdjson_error& error) {
    return absl::DataLossError(absl::StrCat(folder, ": ", error.what()));
  }
  return model;
}

}  // namespace tessera
