// Processes that make one arena together.
#ifndef CONVERTER_RANK_GROUP_H_
#define CONVERTER_RANK_GROUP_H_

#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tessera {

// The ranks of a group, 0 to size() - 1, all run the same program and call the
// same functions in the same order. Not thread-safe.
class RankGroup {
 public:
  virtual ~RankGroup() = default;

  virtual int rank() const = 0;
  virtual int size() const = 0;

  // Returns what every rank passed, in the order of the ranks, once all have
  // called it.
  virtual std::vector<std::string> Exchange(const std::string& bytes) = 0;

  // The error of the lowest rank that has one, once all have called it.
  absl::Status Agree(const absl::Status& status);
};

// A group of this process alone.
class SingleRank : public RankGroup {
 public:
  int rank() const override { return 0; }
  int size() const override { return 1; }
  std::vector<std::string> Exchange(const std::string& bytes) override {
    return {bytes};
  }
};

}  // namespace tessera

#endif  // CONVERTER_RANK_GROUP_H_
