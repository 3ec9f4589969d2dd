// What inspect knows about a file, whatever its format.
#ifndef CONVERTER_INSPECT_FILE_DESCRIPTION_H_
#define CONVERTER_INSPECT_FILE_DESCRIPTION_H_

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "converter/inspect/model_description.h"

namespace tessera {

// Names and values under a title: "arena", "configuration", "metadata".
struct FactGroup {
  struct Fact {
    std::string name;
    std::string value;
  };
  std::string title;
  std::vector<Fact> facts;
};

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

struct FileDescription {
  std::string path;
  std::string format;  // "arena 1.0", "GGUF v3", "safetensors"
  uint64_t file_size = 0;
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
