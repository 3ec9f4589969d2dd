// What inspect knows about a file, whatever its format.
#ifndef CONVERTER_INSPECT_FILE_DESCRIPTION_H_
#define CONVERTER_INSPECT_FILE_DESCRIPTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "absl/strings/str_cat.h"
#include "base/number_text.h"
#include "converter/inspect/model_description.h"
#include "formats/gguf/gguf_value.h"

namespace tessera {

// Names and values under a title: "arena", "configuration", "metadata".
struct FactGroup {
  struct Fact {
    std::string name;
    std::string value;  // for people
    // For programs; none: `value`, a string.
    std::optional<GgufValue> typed = std::nullopt;
    bool repeated = false;  // there may be several of this name
    bool in_json = true;    // false: a field of its own says the same there
  };
  std::string title;
  std::vector<Fact> facts;
  bool in_text = true;
};

// A fact whose value is a number.
template <typename T>
FactGroup::Fact NumberFact(std::string name, T value) {
  if constexpr (std::is_floating_point_v<T>) {
    return {std::move(name), NumberText(value), GgufValue::Scalar(value)};
  } else {
    return {std::move(name), absl::StrCat(value), GgufValue::Scalar(value)};
  }
}

// Bytes [offset, offset + size) of the file.
struct SectionDescription {
  std::string name;  // "hot", "cold", "data"
  uint64_t offset = 0;
  uint64_t size = 0;
  uint64_t used = 0;  // by tensors and attachments; the rest is padding
};

struct ErrorDescription {
  double rmse = 0;
  double max_abs = 0;
  double snr_db = 0;
};

// Why --layout=auto gave a tensor its layout.
struct LayoutReasonDescription {
  std::string text;  // for people
  // What was measured: `ratio` times as fast as the layout `over`.
  struct Gain {
    std::string over;
    double ratio = 0;
    double lower = 0;
    double upper = 0;
    uint32_t samples = 0;
  };
  std::optional<Gain> gain;
};

struct TensorDescription {
  std::string name;
  std::string source_name;  // empty: not recorded
  std::string type;
  std::string source_type;      // empty: not recorded
  std::vector<uint64_t> shape;  // outermost dimension first
  std::string layout;           // "rowmajor", "interleaved"
  size_t section = 0;           // index into FileDescription::sections
  uint64_t offset = 0;          // of the first byte, in the file
  uint64_t bytes = 0;           // as stored, without gaps
  uint64_t weights = 0;
  // What it shares with the other members of its group: an extent.
  std::string group;  // empty: alone
  uint64_t extent_offset = 0;
  uint64_t extent_size = 0;
  bool unmapped = false;    // it has the source's name and rows, not GGUF's
  bool alternates = false;  // its row tiles take turns with the others'
  std::optional<ErrorDescription> error;
  // Of every tensor of an arena that was made with --layout=auto.
  std::optional<LayoutReasonDescription> layout_reason;
};

// A file of the source that an arena keeps.
struct AttachmentDescription {
  std::string name;
  uint64_t offset = 0;
  uint64_t stored_bytes = 0;  // compressed
  uint64_t bytes = 0;
};

// Bytes of the file that are neither in sections nor padding.
struct ReservedRange {
  std::string name;  // "header", "manifest"
  uint64_t offset = 0;
  uint64_t size = 0;
};

// One file of a model, which may have many.
struct FileTotal {
  std::string name;  // without folders
  uint64_t bytes = 0;
  uint64_t tensors = 0;  // that begin in it
  uint64_t weights = 0;
  uint64_t tensor_bytes = 0;
};

// A file that an arena was made from.
struct SourceFileDescription {
  std::string name;
  uint64_t bytes = 0;
  std::string sha256;  // in hexadecimal
};

struct OptionDescription {
  std::string name;
  std::string value;
};

struct FileDescription {
  std::string path;
  std::string format;      // "arena 1.0", "GGUF v3", "safetensors"
  uint64_t file_size = 0;  // of all files
  std::vector<FileTotal> files;
  std::vector<SourceFileDescription> source_files;  // of an arena
  std::vector<OptionDescription> options;  // that an arena was made with
  std::vector<FactGroup> groups;
  std::vector<ReservedRange> reserved;       // by offset
  std::vector<SectionDescription> sections;  // by offset
  std::vector<TensorDescription> tensors;    // in the order of the file
  std::vector<AttachmentDescription> attachments;
  std::string verified;                   // what was checked; empty: nothing
  std::optional<ModelDescription> model;  // if it was asked for
};

// Totals of the tensors of one type.
struct TypeTotal {
  std::string type;
  uint64_t tensors = 0;
  uint64_t weights = 0;
  uint64_t bytes = 0;
};

// One entry per type, most bytes first.
std::vector<TypeTotal> TotalsByType(const FileDescription& file);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_FILE_DESCRIPTION_H_
