#include "bench/bench_flags.h"

#include <cstdint>
#include <utility>

#include "absl/flags/flag.h"
#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "base/file_error.h"
#include "base/quoted.h"
#include "base/status_macros.h"
#include "bench/advise/advise_flags.h"
#include "bench/find_shape.h"
#include "bench/flag_values.h"
#include "converter/quantize/quantize_recipe.h"
#include "runtime/loader/load_options.h"

using Words = std::vector<std::string>;

ABSL_FLAG(bool, kernels, false,
          "measure the matrix kernels alone, over the shapes of real models");
ABSL_FLAG(Words, arena, Words(),
          "measure prefill and decode of these arenas, in turn");
ABSL_FLAG(std::string, synthetic, "",
          "measure prefill and decode of a model of this shape with random "
          "weights, made in a temporary folder: tinyllama-1.1b, llama-3.2-1b, "
          "qwen2.5-0.5b, mistral-7b, or a file like those in bench/shapes");

ABSL_FLAG(bool, gate, false,
          "tell whether this build is slower than a baseline; exit code 0 for "
          "no, 3 for yes, 4 where the machine is too noisy to tell");

ABSL_FLAG(Words, shapes, Words({"tinyllama-1.1b"}),
          "with --kernels or --advise: names or files of shapes");
ABSL_FLAG(Words, types, Words(),
          "stored types; with --kernels and --advise all that have kernels if "
          "not given, with --synthetic values of convert's --quantize, Q4_0 if "
          "not given");
ABSL_FLAG(Words, layouts, Words({"interleaved"}),
          "orders of the weights: interleaved, transposed, swizzled, rowmajor; "
          "with --synthetic auto, too");
ABSL_FLAG(
    std::string, layout_profile, "",
    "with --layouts=auto: what --advise measured; without it every matrix "
    "is interleaved");
ABSL_FLAG(Words, isas, Words(),
          "with --kernels: scalar, avx2, avx512, avx512vnni, amx, or all that "
          "this machine has; the best if not given");
ABSL_FLAG(Words, tokens, Words({"1", "512"}),
          "with --kernels or --advise: numbers of vectors that a matrix is "
          "multiplied by; 1 is decode, more is prefill");
ABSL_FLAG(
    double, zeros, 0,
    "with --kernels: share of the activations that are exactly zero, 0 to "
    "1; some layouts skip their weights");
ABSL_FLAG(double, seconds, 0.3,
          "with --kernels or --advise: time for each kernel, matrix and number "
          "of tokens");
ABSL_FLAG(std::string, keep, "",
          "with --synthetic: leave SHAPE-TYPE.gguf and SHAPE-TYPE-LAYOUT.arena "
          "in this folder");

ABSL_FLAG(Words, n_prompt, Words({"512"}), "tokens to prefill; 0: none");
ABSL_FLAG(Words, n_gen, Words({"128"}), "tokens to decode; 0: none");
ABSL_FLAG(Words, n_depth, Words({"0"}),
          "tokens that are in the context before the time starts");
ABSL_FLAG(Words, batch, Words(),
          "forward passes of so many tokens at depth 0, such as "
          "1,2,4,8,16,32; the same tests as --n_prompt's");
ABSL_FLAG(int32_t, n_ubatch, 0,
          "tokens of a prefill that go through the layers together; 0: as many "
          "as run takes");
ABSL_FLAG(int32_t, repetitions, 5, "how often each test is timed");
ABSL_FLAG(int32_t, threads, 0, "threads; 0: one per CPU");
ABSL_FLAG(
    std::string, huge_pages, "auto",
    "pages of 2 MiB for the weights, as run's: auto, file, thp, hugetlb, off");

ABSL_FLAG(Words, peer, Words(),
          "llama-bench programs of your own, run in turn with ours on the same "
          "model with the same threads");
ABSL_FLAG(std::string, peer_model, "",
          "with --peer and --arena: the GGUF file of the same model");
ABSL_FLAG(std::string, peer_args, "",
          "with --peer: further arguments, such as \"-rtr 1\"; ';' goes on to "
          "those of the next peer");
ABSL_FLAG(int32_t, rounds, 5,
          "with --peer: turns that each program gets, --repetitions each");

ABSL_FLAG(std::string, output, "md",
          "the form of the results: md for people; csv, json or sql with "
          "llama-bench's field names");
ABSL_FLAG(bool, quiet, false, "no progress on stderr; warnings stay");

namespace tessera {
namespace {

constexpr int kMaxThreads = 4096;
constexpr double kMaxSeconds = 3600;

absl::Status ReadSubjectFlags(BenchRequest* request) {
  request->arenas = absl::GetFlag(FLAGS_arena);
  const std::string synthetic = absl::GetFlag(FLAGS_synthetic);
  const int subjects = absl::GetFlag(FLAGS_kernels) + !request->arenas.empty() +
                       !synthetic.empty() + AdviceIsAsked();
  if (subjects != 1) {
    return absl::InvalidArgumentError(
        "say what to measure with one of --kernels, --arena, --synthetic and "
        "--advise");
  }
  if (!synthetic.empty()) {
    request->subject = BenchRequest::Subject::kSynthetic;
    TESSERA_ASSIGN_OR_RETURN(request->shape, FindShape(synthetic));
    request->keep = absl::GetFlag(FLAGS_keep);
  } else if (!request->arenas.empty()) {
    request->subject = BenchRequest::Subject::kArenas;
  } else if (AdviceIsAsked()) {
    request->subject = BenchRequest::Subject::kAdvice;
  }
  return absl::OkStatus();
}

absl::Status ReadKernelFlags(BenchRequest* request) {
  KernelSuiteOptions& options = request->kernels;
  for (const LayoutChoice& layout : request->layouts) {
    if (layout.profile.has_value()) {
      return absl::InvalidArgumentError(
          "--layouts=auto is for whole models; a kernel has one layout");
    }
    options.layouts.push_back(layout.order);
  }
  for (const std::string& shape : absl::GetFlag(FLAGS_shapes)) {
    TESSERA_ASSIGN_OR_RETURN(options.shapes.emplace_back(), FindShape(shape));
  }
  TESSERA_ASSIGN_OR_RETURN(options.types,
                           DTypesFromWords(absl::GetFlag(FLAGS_types)));
  TESSERA_ASSIGN_OR_RETURN(options.isas,
                           IsasFromWords(absl::GetFlag(FLAGS_isas)));
  TESSERA_ASSIGN_OR_RETURN(
      options.tokens, TokenCounts("tokens", absl::GetFlag(FLAGS_tokens), 1));
  options.seconds = absl::GetFlag(FLAGS_seconds);
  options.zero_share = absl::GetFlag(FLAGS_zeros);
  if (!(options.zero_share >= 0 && options.zero_share <= 1)) {
    return absl::InvalidArgumentError("--zeros: expected 0 to 1");
  }
  if (options.shapes.empty() || options.tokens.empty()) {
    return absl::InvalidArgumentError("--shapes or --tokens is empty");
  }
  if (!(options.seconds > 0 && options.seconds <= kMaxSeconds)) {
    return absl::InvalidArgumentError(
        absl::StrCat("--seconds: expected more than 0, at most ", kMaxSeconds));
  }
  return absl::OkStatus();
}

absl::Status ReadTypeFlags(BenchRequest* request) {
  request->types = absl::GetFlag(FLAGS_types);
  if (request->types.empty()) request->types = {"Q4_0"};
  for (const std::string& type : request->types) {
    if (type == "keep" || !QuantizeRecipe::Parse(type).ok()) {
      return absl::InvalidArgumentError(absl::StrCat(
          "--types: ", Quoted(type), " is no type that convert quantizes to"));
    }
  }
  return absl::OkStatus();
}

absl::Status ReadTestFlags(BenchRequest* request) {
  ModelSuiteOptions& options = request->models;
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<int64_t> n_prompt,
      TokenCounts("n_prompt", absl::GetFlag(FLAGS_n_prompt), 0));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int64_t> n_gen,
                           TokenCounts("n_gen", absl::GetFlag(FLAGS_n_gen), 0));
  TESSERA_ASSIGN_OR_RETURN(
      const std::vector<int64_t> n_depth,
      TokenCounts("n_depth", absl::GetFlag(FLAGS_n_depth), 0));
  TESSERA_ASSIGN_OR_RETURN(const std::vector<int64_t> batch,
                           TokenCounts("batch", absl::GetFlag(FLAGS_batch), 1));
  options.tests = MakeTestCases(n_prompt, n_gen, n_depth, batch);
  if (options.tests.empty()) {
    return absl::InvalidArgumentError(
        "nothing to measure: --n_prompt and --n_gen are 0, and there is no "
        "--batch");
  }
  options.repetitions = absl::GetFlag(FLAGS_repetitions);
  options.model.n_ubatch = absl::GetFlag(FLAGS_n_ubatch);
  TESSERA_RETURN_IF_ERROR(
      CheckFlagRange("repetitions", options.repetitions, 1, 1000000));
  TESSERA_RETURN_IF_ERROR(
      CheckFlagRange("n_ubatch", options.model.n_ubatch, 0, 65536));
  const auto huge_pages = HugePagesFromWord(absl::GetFlag(FLAGS_huge_pages));
  TESSERA_RETURN_IF_ERROR(WithPath("--huge_pages", huge_pages.status()));
  options.model.huge_pages = *huge_pages;
  TESSERA_ASSIGN_OR_RETURN(options.model.isa, ChooseIsa());
  return absl::OkStatus();
}

absl::Status ReadPeerFlags(BenchRequest* request) {
  const Words programs = absl::GetFlag(FLAGS_peer);
  const Words arguments = absl::StrSplit(absl::GetFlag(FLAGS_peer_args), ';');
  ComparisonOptions& options = request->comparison;
  for (size_t i = 0; i < programs.size(); ++i) {
    Peer& peer = options.peers.emplace_back();
    peer.program = programs[i];
    if (i < arguments.size()) {
      peer.arguments = absl::StrSplit(arguments[i], ' ', absl::SkipEmpty());
    }
  }
  request->peer_model = absl::GetFlag(FLAGS_peer_model);
  const bool arenas = request->subject == BenchRequest::Subject::kArenas;
  if (arenas && (request->arenas.size() != 1 || request->peer_model.empty())) {
    return absl::InvalidArgumentError(
        "--peer compares one --arena with one --peer_model");
  }
  options.tests = request->models.tests;
  options.repetitions = request->models.repetitions;
  options.model = request->models.model;
  options.rounds = absl::GetFlag(FLAGS_rounds);
  return CheckFlagRange("rounds", options.rounds, 1, 1000000);
}

}  // namespace

absl::Span<const FlagAlias> BenchAliases() {
  static constexpr absl::string_view kCpu =
      "Tessera computes on the CPU; leave it out";
  static constexpr FlagAlias kAliases[] = {
      {"m", "arena"},
      {"model", "arena"},
      {"p", "n_prompt"},
      {"n", "n_gen"},
      {"d", "n_depth"},
      {"r", "repetitions"},
      {"t", "threads"},
      {"ub", "n_ubatch"},
      {"o", "output"},
      {"ngl", "", kCpu},
      {"n_gpu_layers", "", kCpu},
      {"b", "", "see --n_ubatch"},
      {"batch_size", "", "see --n_ubatch"},
  };
  return kAliases;
}

absl::string_view BenchUsage() {
  return R"(Measures speed, and how far it is from what this machine can do.

  bench --kernels                            # GB/s, % of the limit
  bench --kernels --types=Q4_K --tokens=1,8,512 --shapes=mistral-7b
  bench --advise=my.profile --types=Q4_0     # the fastest layout
  bench --arena=model.arena                  # prefill and decode
  bench --arena=a.arena,b.arena --n_prompt=0 --n_depth=0,1900
  bench --synthetic=tinyllama-1.1b --types=Q4_0,Q4_K_M,Q8_0,F16
  bench --synthetic=tinyllama-1.1b --n_gen=0 --n_prompt=0 --batch=1,4,16
  bench --synthetic=tinyllama-1.1b --peer=./llama-bench --repetitions=2
  bench --arena=model.arena --peer=llama-bench --peer_model=model.gguf
  bench --kernels --output=json --history=runs.db > new.json
  bench --compare old.json new.json          # what has changed
  bench --trends --history=runs.db --filter=Q4_0
  bench --gate --baseline_bin=OLD/bench --filter="Q4_0 interleaved"
  bench --report=page.html --history=runs.db *.json

usage: bench --kernels [flags]
       bench --arena=FILES [flags]
       bench --synthetic=SHAPE [flags]
       bench --advise=FILE [flags]
       bench --compare OLD.json NEW.json
       bench --history=FILE.db RESULTS.json ...
       bench --trends --history=FILE.db
       bench --gate [--counts=FILE.json] [--baseline_bin=BENCH]
                    [--baseline=FILE.json]
       bench --report=FILE.html [--history=FILE.db] RESULTS.json ...

The limits are measured by the same run, before and after each result: read
bandwidth of main memory, multiply-adds per second in registers. Results go to
stdout, progress to stderr. TESSERA_ISA=avx2 asks for a lesser instruction set.)";
}

bool AsksToMeasure() {
  return absl::GetFlag(FLAGS_kernels) || !absl::GetFlag(FLAGS_arena).empty() ||
         !absl::GetFlag(FLAGS_synthetic).empty();
}

absl::StatusOr<BenchRequest> BenchRequestFromFlags(
    const std::vector<std::string>& arguments) {
  if (!arguments.empty()) {
    return absl::InvalidArgumentError(
        absl::StrCat("unexpected argument ", Quoted(arguments[0])));
  }
  BenchRequest request;
  TESSERA_RETURN_IF_ERROR(ReadSubjectFlags(&request));
  TESSERA_ASSIGN_OR_RETURN(
      request.layouts, LayoutsFromWords(absl::GetFlag(FLAGS_layouts),
                                        absl::GetFlag(FLAGS_layout_profile)));
  TESSERA_ASSIGN_OR_RETURN(request.output,
                           OutputFormatFromName(absl::GetFlag(FLAGS_output)));
  request.threads = absl::GetFlag(FLAGS_threads);
  TESSERA_RETURN_IF_ERROR(
      CheckFlagRange("threads", request.threads, 0, kMaxThreads));
  request.quiet = absl::GetFlag(FLAGS_quiet);
  if (request.subject == BenchRequest::Subject::kKernels) {
    TESSERA_RETURN_IF_ERROR(ReadKernelFlags(&request));
    return request;
  }
  if (request.subject == BenchRequest::Subject::kAdvice) {
    TESSERA_RETURN_IF_ERROR(ReadKernelFlags(&request));
    TESSERA_ASSIGN_OR_RETURN(
        request.advice,
        AdviceFromFlags(request.kernels, absl::GetFlag(FLAGS_types)));
    return request;
  }
  if (request.subject == BenchRequest::Subject::kSynthetic) {
    TESSERA_RETURN_IF_ERROR(ReadTypeFlags(&request));
  }
  TESSERA_RETURN_IF_ERROR(ReadTestFlags(&request));
  if (!absl::GetFlag(FLAGS_peer).empty()) {
    TESSERA_RETURN_IF_ERROR(ReadPeerFlags(&request));
  }
  return request;
}

}  // namespace tessera
