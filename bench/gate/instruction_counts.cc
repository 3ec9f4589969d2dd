#include "bench/gate/instruction_counts.h"

#include <setjmp.h>
#include <signal.h>

#include <cstdio>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/ascii.h"
#include "absl/strings/match.h"
#include "absl/strings/numbers.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "absl/strings/string_view.h"
#include "absl/strings/strip.h"
#include "absl/types/span.h"
#include "base/isa.h"
#include "base/read_file.h"
#include "base/status_macros.h"
#include "bench/cold_buffer.h"
#include "bench/gate/row_filter.h"
#include "bench/kernel_bench.h"
#include "bench/kernel_suite.h"
#include "bench/subprocess.h"
#include "bench/temporary_folder.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {

// Callgrind writes what it has counted when this returns, which it does after
// each kernel; it counts in KernelBench::Multiply. Two functions, since
// callgrind takes only one option for each. Not inlined.
__attribute__((noinline)) void CountedMultiply(KernelBench& bench,
                                               int64_t tokens) {
  bench.Multiply(tokens, 1);
  // Not a jump to it, which callgrind would not take for a call.
  asm volatile("" ::: "memory");
}

namespace {

constexpr int64_t kRows = 64;
constexpr int64_t kColumns = 1024;
constexpr double kTiles = kRows / 16.0 * kColumns / 256.0;
constexpr int64_t kManyTokens = 16;
constexpr uint64_t kMemory = uint64_t{2} << 20;
constexpr absl::string_view kCounted = "counted ";
constexpr absl::string_view kSkipped = "skipped ";

// Where to go on after an instruction that valgrind does not know; 3.19 lacks
// some that compilers emit, such as vmovq between registers.
sigjmp_buf after_multiply;

void SkipKernel(int) { siglongjmp(after_multiply, 1); }

// False if it could not be run to its end.
bool MultiplyOrSkip(KernelBench& bench, int64_t tokens) {
  if (sigsetjmp(after_multiply, 1) != 0) return false;
  CountedMultiply(bench, tokens);
  return true;
}

// Reads a dump of callgrind (its manual, "Callgrind Format Specification").
// Only Tessera's own functions count: which memcpy the C library takes depends
// on the machine.
class DumpReader {
 public:
  double CountIn(absl::string_view text) {
    for (const absl::string_view line : absl::StrSplit(text, '\n')) Read(line);
    return count_;
  }

 private:
  void Read(absl::string_view line) {
    if (absl::ConsumePrefix(&line, "fn=")) {
      is_ours_ = IsOurs(line);
    } else if (absl::ConsumePrefix(&line, "cfn=")) {
      IsOurs(line);
    } else if (absl::StartsWith(line, "calls=")) {
      is_call_ = true;  // the next line has what the callee took
    } else if (!line.empty() && (absl::ascii_isdigit(line[0]) ||
                                 absl::StrContains("+-*", line.substr(0, 1)))) {
      if (is_ours_ && !is_call_) AddCost(line);
      is_call_ = false;
    }
  }

  // Of "(7) NAME", or "(7)" once the name has been said.
  bool IsOurs(absl::string_view function) {
    const size_t space = function.find(' ');
    const std::string id(function.substr(0, space));
    if (space != absl::string_view::npos) {
      // Names of templates begin with the type that they return.
      const absl::string_view name = function.substr(space + 1);
      const size_t begin = name.find("tessera::");
      ours_[id] =
          begin != absl::string_view::npos && name.find_first_of("<(") > begin;
    }
    return ours_[id];
  }

  // Of "POSITION COUNT".
  void AddCost(absl::string_view line) {
    double cost;
    const size_t space = line.find(' ');
    if (space != absl::string_view::npos &&
        absl::SimpleAtod(line.substr(space + 1), &cost)) {
      count_ += cost;
    }
  }

  std::map<std::string, bool> ours_;
  bool is_ours_ = false;
  bool is_call_ = false;
  double count_ = 0;
};

absl::StatusOr<double> InstructionsIn(const std::string& path) {
  TESSERA_ASSIGN_OR_RETURN(const std::string text, ReadFile(path));
  const double count = DumpReader().CountIn(text);
  if (count > 0) return count;
  return absl::InternalError(
      absl::StrCat(path, ": callgrind counted no function of Tessera"));
}

constexpr LayoutOrder kLayouts[] = {
    LayoutOrder::kInterleaved, LayoutOrder::kTransposed, LayoutOrder::kSwizzled,
    LayoutOrder::kRowMajor};

struct CountedKernel {
  int64_t tokens;
  std::string name;  // "gemv Q4_0 interleaved avx2: instructions"
};

// Those that the filter leaves, whether they exist or not.
std::vector<CountedKernel> WantedKernels(DType type, LayoutOrder layout,
                                         absl::string_view filter) {
  std::vector<CountedKernel> kernels;
  for (const int64_t tokens : {int64_t{1}, kManyTokens}) {
    std::string name =
        absl::StrCat(tokens == 1 ? "gemv " : "gemm ", DTypeName(type), " ",
                     LayoutOrderName(layout), " avx2: instructions");
    if (MatchesFilter(name, filter))
      kernels.push_back({tokens, std::move(name)});
  }
  return kernels;
}

bool WantsAny(absl::string_view filter) {
  for (const DType type : KernelTypes()) {
    for (const LayoutOrder layout : kLayouts) {
      if (!WantedKernels(type, layout, filter).empty()) return true;
    }
  }
  return false;
}

// Prints the names of those that have been run.
absl::Status RunKernels(DType type, LayoutOrder layout,
                        absl::Span<const CountedKernel> kernels,
                        ColdBuffer& memory, ThreadPool& pool) {
  const absl::StatusOr<std::unique_ptr<KernelBench>> bench =
      KernelBench::Create({type, layout, kRows, kColumns},
                          KernelTableFor(Isa::kAvx2),
                          absl::MakeSpan(memory.data(), memory.size()), pool);
  if (!bench.ok() || !(*bench)->has_kernel()) return absl::OkStatus();
  for (const CountedKernel& kernel : kernels) {
    TESSERA_RETURN_IF_ERROR((*bench)->Prepare(kernel.tokens, 0));
    const bool counted = MultiplyOrSkip(**bench, kernel.tokens);
    std::fputs(
        absl::StrCat(counted ? kCounted : kSkipped, kernel.name, "\n").c_str(),
        stdout);
  }
  return absl::OkStatus();
}

}  // namespace

absl::Status RunCountedKernels(absl::string_view filter) {
  signal(SIGILL, SkipKernel);
  ThreadPool pool(1);
  TESSERA_ASSIGN_OR_RETURN(const std::unique_ptr<ColdBuffer> memory,
                           ColdBuffer::Create(kMemory, pool));
  for (const DType type : KernelTypes()) {
    for (const LayoutOrder layout : kLayouts) {
      const std::vector<CountedKernel> kernels =
          WantedKernels(type, layout, filter);
      if (kernels.empty()) continue;
      TESSERA_RETURN_IF_ERROR(RunKernels(type, layout, kernels, *memory, pool));
    }
  }
  return absl::OkStatus();
}

absl::StatusOr<Counts> CountInstructions(const std::string& bench,
                                         const std::string& filter) {
  if (!WantsAny(filter)) return Counts();
  if (!RunAndCapture({"valgrind", "--version"}).ok()) {
    return absl::UnavailableError(
        "instructions are counted by valgrind, which is not installed; "
        "scripts/install_packages.sh scripts/packages_gate.txt does that");
  }
  TESSERA_ASSIGN_OR_RETURN(const TemporaryFolder folder,
                           TemporaryFolder::Create());
  const std::string dump = absl::StrCat(folder.path(), "/callgrind");
  TESSERA_ASSIGN_OR_RETURN(
      const std::string output,
      RunAndCapture({"valgrind", "--tool=callgrind", "--quiet", "--vgdb=no",
                     absl::StrCat("--callgrind-out-file=", dump),
                     "--toggle-collect=tessera::KernelBench::Multiply*",
                     "--dump-after=tessera::CountedMultiply*", bench, "--gate",
                     "--gate_instructions",
                     absl::StrCat("--filter=", filter)}));
  Counts counts;
  int index = 0;
  for (absl::string_view line : absl::StrSplit(output, '\n')) {
    const bool counted = absl::ConsumePrefix(&line, kCounted);
    if (!counted && !absl::StartsWith(line, kSkipped)) continue;
    ++index;  // there is a dump of each
    if (!counted) continue;
    TESSERA_ASSIGN_OR_RETURN(const double instructions,
                             InstructionsIn(absl::StrCat(dump, ".", index)));
    counts[std::string(line)] = instructions / kTiles;
  }
  if (index == 0 && filter.empty()) {
    return absl::InternalError("callgrind counted no kernel");
  }
  return counts;
}

}  // namespace tessera
