// How two models differ, as data.
#ifndef CONVERTER_INSPECT_MODEL_DIFF_H_
#define CONVERTER_INSPECT_MODEL_DIFF_H_

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "converter/inspect/file_description.h"

namespace tessera {

// One of the two.
struct DiffSide {
  std::string path;
  std::string format;  // "arena", "gguf", "huggingface", "safetensors"
  uint64_t files = 0;
  uint64_t tensors = 0;
  uint64_t tensor_bytes = 0;
};

// A thing with a name that is not the same in both; nullopt: it is not there.
// Values are of any bytes.
struct FactDifference {
  std::string name;
  std::array<std::optional<std::string>, 2> values;
};

// Of metadata, configuration, tokenizer, ...
struct PartDiff {
  // Nonempty: why they cannot be compared, which is no difference. A sentence.
  std::string not_compared;
  std::vector<FactDifference> differences;
  // Names of what differs only because one side is made of a GGUF, which has no
  // place for it. That is no difference.
  std::vector<std::string> left_out;
};

// A tensor that both have, and not with the same content. Arrays are A, then B.
struct TensorDifference {
  std::string name;
  std::array<std::string, 2> types;
  std::array<std::vector<uint64_t>, 2> shapes;
  std::array<std::string, 2> layouts;
  // How far B's values are from A's. None if shapes differ or a type cannot be
  // decoded.
  std::optional<ErrorDescription> error;
};

struct ModelDiff {
  std::array<DiffSide, 2> sides;

  std::array<std::vector<std::string>, 2> only_in;  // names of tensors
  uint64_t equal_tensors = 0;                       // in shape and every value
  // Of these, how many have the values in another type, by the types of A and
  // B. That is no difference.
  std::map<std::pair<std::string, std::string>, uint64_t> other_types;
  // Of these, how many lie in another layout, by the layouts of A and B. That
  // is no difference.
  std::map<std::pair<std::string, std::string>, uint64_t> other_layouts;
  std::vector<TensorDifference> tensors;  // in A's order

  PartDiff metadata;  // of GGUF
  PartDiff configuration;
  PartDiff tokenizer;
  PartDiff chat_templates;
  PartDiff attachments;  // files of a Hugging Face folder

  // True if no difference was found.
  bool equal() const {
    return only_in[0].empty() && only_in[1].empty() && tensors.empty() &&
           metadata.differences.empty() && configuration.differences.empty() &&
           tokenizer.differences.empty() &&
           chat_templates.differences.empty() &&
           attachments.differences.empty();
  }
};

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MODEL_DIFF_H_
