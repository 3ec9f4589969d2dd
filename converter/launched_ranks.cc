#include "converter/launched_ranks.h"

#ifdef TESSERA_HAS_MPI
#include <mpi.h>
#endif

#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"

namespace tessera {
namespace {

// Set by the launchers of Open MPI, of those with PMI, and by Slurm's srun.
constexpr const char* kSizeVariables[] = {"OMPI_COMM_WORLD_SIZE", "PMI_SIZE",
                                          "SLURM_STEP_NUM_TASKS"};

// What the launcher says of the group, if there is one with more than one
// process.
struct Launch {
  const char* variable;
  int size;
};

std::optional<Launch> FindLaunch() {
  for (const char* variable : kSizeVariables) {
    const char* text = std::getenv(variable);
    int size = 0;
    if (text != nullptr && absl::SimpleAtoi(text, &size) && size > 1) {
      return Launch{variable, size};
    }
  }
  return std::nullopt;
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
  const std::optional<Launch> launch = FindLaunch();
  if (!launch.has_value()) return std::make_unique<SingleRank>();
  const std::string launched =
      absl::StrCat("this is one of ", launch->size, " processes (",
                   launch->variable, "=", launch->size, "), but ");
  std::unique_ptr<RankGroup> ranks = JoinLaunched();
  if (ranks == nullptr) {
    return absl::FailedPreconditionError(absl::StrCat(
        launched,
        "the program was built without MPI; use tessera-convert-mpi of the "
        "package tessera-mpi, or install libopenmpi-dev and build it again"));
  }
  // Each would do all the work, into one file.
  if (ranks->size() == 1) {
    return absl::FailedPreconditionError(absl::StrCat(
        launched,
        "MPI finds no others; start them with Open MPI's mpirun, or unset ",
        launch->variable, " to run this one alone"));
  }
  return ranks;
}

}  // namespace tessera
