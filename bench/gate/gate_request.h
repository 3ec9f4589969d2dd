// What the gate is asked to do.
#ifndef BENCH_GATE_GATE_REQUEST_H_
#define BENCH_GATE_GATE_REQUEST_H_

#include <string>
#include <vector>

#include "base/isa.h"
#include "bench/gate/decide.h"
#include "bench/model_shape.h"
#include "formats/layout/layout_profile.h"

namespace tessera {

struct GateRequest {
  // What to look at; at least one.
  bool check_counts = false;   // against the file of `counts`
  bool check_layouts = false;  // and floors, if `counts` is given
  bool check_models = false;   // how near models come to the limits
  bool check_builds = false;   // against the program `baseline_bin`
  bool check_stored = false;   // against the results in `baseline`

  std::string counts;              // the committed baseline
  bool update = false;             // rather write `counts` than check it
  bool advance = false;            // and name the commit of this build there
  std::string baseline_bin;        // an older bench
  std::string baseline;            // JSON of an earlier gate
  std::string layouts_before;      // JSON of an older build's gate of layouts
  bool any_machine = false;        // `baseline` may be of another machine
  std::vector<std::string> files;  // whose sizes are counted

  Isa isa = Isa::kScalar;
  int threads = 0;  // of models; 0: one per CPU
  std::string filter;
  GateRules rules;
  int patience = 16;                // blocks of samples at most
  double time_limit_s = 0;          // of comparing builds; 0: none
  std::vector<ModelShape> shapes;   // of kernels; none: one matrix
  std::vector<std::string> models;  // types of the models that are compared
  LayoutProfile profile;            // of --layout=auto

  bool quiet = false;
  std::string program;  // path of this bench
};

}  // namespace tessera

#endif  // BENCH_GATE_GATE_REQUEST_H_
