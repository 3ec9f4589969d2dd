// A downloaded model, packed to be run at once.
#ifndef APP_PACK_MODEL_H_
#define APP_PACK_MODEL_H_

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "absl/status/statusor.h"

namespace tessera {

struct PackRequest {
  std::string model;   // as the user names it
  std::string output;  // the pack
  // "keep", or another value of convert --quantize.
  std::string quantize = "keep";
  int threads = 0;     // 0: one per CPU
  bool quiet = false;  // only warnings on stderr
  // The pack has no name until it is complete, so nothing can be continued, and
  // nothing is left behind.
  bool unnamed = false;
  // Refuses what no program here runs, before anything is written.
  bool must_run = true;
  // Bytes that are free in a folder, or nullopt if nobody knows.
  std::function<std::optional<uint64_t>(const std::string&)> free_bytes;
};

struct PackReport {
  uint64_t file_size = 0;
  uint64_t resumed_streams = 0;  // that were there from an earlier attempt
  // Of the files with weights, by their paths.
  std::map<std::string, std::string> sha256;
};

// Packs as `convert INPUT OUTPUT.arena` does, in place of what is at `output`,
// and continues what was left unfinished there. Says so on stderr, and warns of
// what is wrong with the model. The converter's errors; Unimplemented for a
// model that cannot be run; ResourceExhausted, with what is needed and what
// there is, for a disk without room. After an error nothing unfinished is left.
absl::StatusOr<PackReport> PackModel(const PackRequest& request);

// What statvfs says.
std::optional<uint64_t> FreeBytes(const std::string& folder);

}  // namespace tessera

#endif  // APP_PACK_MODEL_H_
