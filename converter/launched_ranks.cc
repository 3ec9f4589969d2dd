#include "converter/launched_ranks.h"

#ifdef TESSERA_HAS_MPI
#include <mpi.h>
#endif

#include <cstdlib>
#include <string>
#include <vector>

#include "absl/status/status.h"

namespace tessera {
namespace {

// Set by the launchers of Open MPI and of those with PMI.
constexpr const char* kSizeVariables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE"};

bool IsLaunched() {
  for (const char* variable : kSizeVariables) {
    const char* size = std::getenv(variable);
    if (size != nullptr && std::atoi(size) > 1) return true;
  }
  return false;
}

#ifdef TESSERA_HAS_MPI

class MpiRanks : public RankGroup {
 public:
  MpiRanks() {
    MPI_Init(nullptr, nullptr);
    MPI_Comm_rank(MPI_COMM_WORLD, &rank_);
    MPI_Comm_size(MPI_COMM_WORLD, &size_);
  }
  ~MpiRanks() override { MPI_Finalize(); }

  int rank() const override { return rank_; }
  int size() const override { return size_; }

  std::vector<std::string> Exchange(const std::string& bytes) override {
    const int own = static_cast<int>(bytes.size());
    std::vector<int> sizes(size_);
    MPI_Allgather(&own, 1, MPI_INT, sizes.data(), 1, MPI_INT, MPI_COMM_WORLD);
    std::vector<int> offsets(size_, 0);
    for (int i = 1; i < size_; ++i) offsets[i] = offsets[i - 1] + sizes[i - 1];
    std::string all(offsets.back() + sizes.back(), '\0');
    MPI_Allgatherv(bytes.data(), own, MPI_BYTE, all.data(), sizes.data(),
                   offsets.data(), MPI_BYTE, MPI_COMM_WORLD);
    std::vector<std::string> of_ranks;
    for (int i = 0; i < size_; ++i) {
      of_ranks.push_back(all.substr(offsets[i], sizes[i]));
    }
    return of_ranks;
  }

 private:
  int rank_ = 0;
  int size_ = 1;
};

std::unique_ptr<RankGroup> JoinLaunched() {
  return std::make_unique<MpiRanks>();
}

#else

std::unique_ptr<RankGroup> JoinLaunched() { return nullptr; }

#endif

}  // namespace

absl::StatusOr<std::unique_ptr<RankGroup>> LaunchedRanks() {
  if (!IsLaunched()) return std::make_unique<SingleRank>();
  std::unique_ptr<RankGroup> ranks = JoinLaunched();
  if (ranks == nullptr) {
    return absl::FailedPreconditionError(
        "launched as one of several processes, but built without MPI; install "
        "libopenmpi-dev and build again");
  }
  return ranks;
}

}  // namespace tessera
