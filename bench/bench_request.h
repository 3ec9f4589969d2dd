// What the bench tool is asked to do.
#ifndef BENCH_BENCH_REQUEST_H_
#define BENCH_BENCH_REQUEST_H_

#include <string>
#include <vector>

#include "bench/advise/run_advice.h"
#include "bench/comparison.h"
#include "bench/kernel_suite.h"
#include "bench/model_shape.h"
#include "bench/model_suite.h"
#include "bench/render_report.h"
#include "bench/synthetic_arenas.h"

namespace tessera {

struct BenchRequest {
  enum class Subject { kKernels, kArenas, kSynthetic, kAdvice };

  Subject subject = Subject::kKernels;
  int threads = 0;  // 0: one per CPU
  bool quiet = false;
  OutputFormat output = OutputFormat::kMarkdown;

  KernelSuiteOptions kernels;  // for kKernels
  AdviceRequest advice;        // for kAdvice

  std::vector<std::string> arenas;  // for kArenas
  ModelShape shape;                 // for kSynthetic, and the next three
  std::vector<std::string> types;   // values of convert's --quantize
  std::vector<LayoutChoice> layouts;
  std::string keep;  // folder; empty: a temporary one

  ModelSuiteOptions models;      // without peers
  ComparisonOptions comparison;  // with peers
  std::string peer_model;        // for kArenas: the GGUF of the arena

  bool compares() const { return !comparison.peers.empty(); }
};

}  // namespace tessera

#endif  // BENCH_BENCH_REQUEST_H_
