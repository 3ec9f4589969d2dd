#include "tests/bench/results/sample_results.h"

namespace tessera {

ResultFile SampleRun(const std::string& time, const std::string& table) {
  ResultFile run;
  run.time = time;
  run.build = {"0.1.0", std::string(40, 'a'), false, "GCC 12.2.0", 1};
  run.machine.cpu = "A CPU";
  run.machine.family = 25;
  run.machine.model = 17;
  run.machine.stepping = 1;
  run.machine.isas = {"scalar", "avx2"};
  run.machine.cpus = 2;
  run.machine.memory_bytes = int64_t{24} << 30;
  run.machine.last_level_cache_bytes = 1 << 20;
  run.machine.os = "Linux 6.1";
  run.machine.transparent_huge_pages = "madvise";
  run.machine.fingerprint = FingerprintOf(run.machine);
  run.options = {"avx2", 2, "auto", {{"kernels", "true"}}};
  run.table = table;
  run.notes = {"limits", "drift \"1\" %"};
  return run;
}

Record KernelRecord(const std::string& type, const std::string& matrix,
                    const std::vector<double>& samples_us) {
  const double us = samples_us[samples_us.size() / 2];
  return {{"n_threads", int64_t{2}},
          {"isa", std::string("avx2")},
          {"type", type},
          {"layout", std::string("interleaved")},
          {"shape", std::string("tiny")},
          {"matrix", matrix},
          {"rows", int64_t{matrix == "token" ? 0 : 64}},
          {"columns", int64_t{matrix == "token" ? 0 : 32}},
          {"n_tokens", int64_t{1}},
          {"zero_share", 0.0},
          {"time_us", us},
          {"percent_of_limit", 1000 / us},
          {"bound", std::string("memory")},
          {"limit_read_gb_s", 20.0},
          {"limit_gmac_s", 400.0},
          {"samples_us", samples_us}};
}

Record ModelRecordOf(const std::string& model, const std::string& test,
                     const std::vector<double>& samples_ts) {
  return {{"model_filename", "/tmp/" + model + ".arena"},
          {"n_ubatch", int64_t{512}},
          {"n_threads", int64_t{2}},
          {"avg_ts", samples_ts[samples_ts.size() / 2]},
          {"samples_ts", samples_ts},
          {"test", test},
          {"isa", std::string("avx2")},
          {"layout", std::string("interleaved")},
          {"bound", std::string("memory")},
          {"limit_read_gb_s", 20.0}};
}

}  // namespace tessera
