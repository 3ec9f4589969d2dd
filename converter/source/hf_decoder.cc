#include "converter/source/hf_decoder.h"

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "converter/source/hf_pretokenizer.h"
#include "converter/source/hf_steps.h"
#include "formats/json/json_member.h"

namespace tessera {
namespace {

constexpr absl::string_view kPart = "decoder";

absl::StatusOr<uint32_t> ReadCount(JsonValue json, absl::string_view key) {
  const std::optional<JsonValue> value = FindMember(json, key);
  const absl::StatusOr<uint64_t> count =
      value.has_value() ? JsonUint(*value) : absl::StatusOr<uint64_t>(0);
  if (count.ok() && *count <= std::numeric_limits<uint32_t>::max()) {
    return static_cast<uint32_t>(*count);
  }
  return HfDamaged(absl::StrCat(kPart, " 'Strip' has no number ", key));
}

absl::Status ReadStrip(JsonValue json, DecoderStep::Strip* strip) {
  TESSERA_ASSIGN_OR_RETURN(*strip->mutable_content(),
                           HfRequiredCharacter(json, "content", kPart));
  TESSERA_ASSIGN_OR_RETURN(const uint32_t start, ReadCount(json, "start"));
  TESSERA_ASSIGN_OR_RETURN(const uint32_t stop, ReadCount(json, "stop"));
  strip->set_start(start);
  strip->set_stop(stop);
  return absl::OkStatus();
}

absl::Status ReadStep(JsonValue json, DecoderStep* step) {
  const absl::string_view type = FindText(json, "type");
  if (type == "ByteLevel") {
    step->set_byte_level(true);
  } else if (type == "ByteFallback") {
    step->set_byte_fallback(true);
  } else if (type == "Fuse") {
    step->set_fuse(true);
  } else if (type == "Replace") {
    return ReadHfReplace(json, kPart, step->mutable_replace());
  } else if (type == "Strip") {
    return ReadStrip(json, step->mutable_strip());
  } else if (type == "Metaspace") {
    TESSERA_ASSIGN_OR_RETURN(*step->mutable_metaspace(),
                             ReadHfMetaspace(json, kPart));
  } else {
    return HfUnsupported(absl::StrCat(kPart, " ", Quoted(type)));
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status ReadHfDecoder(JsonValue tokenizer, TokenizerData* data) {
  TESSERA_ASSIGN_OR_RETURN(const std::vector<JsonValue> steps,
                           HfSteps(tokenizer, kPart));
  for (const JsonValue json : steps) {
    TESSERA_RETURN_IF_ERROR(ReadStep(json, data->add_decoder()));
  }
  return absl::OkStatus();
}

}  // namespace tessera
