#include "python/extension/running_model.h"

#include <pybind11/functional.h>
#include <pybind11/numpy.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "app/open_packed_model.h"
#include "app/packed_model.h"
#include "base/status_macros.h"
#include "formats/json/message_json.h"
#include "python/extension/errors.h"
#include "python/extension/model_sequence.h"
#include "python/extension/shared_context.h"
#include "python/extension/text_tokenizer.h"
#include "python/extension/token_ids.h"
#include "runtime/capi/generate_params.h"
#include "runtime/capi/model_context.h"
#include "runtime/capi/open_arena.h"
#include "runtime/capi/option_table.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/sampler.h"
#include "runtime/loader/loaded_arena.h"
#include "runtime/model/executor.h"

namespace tessera {
namespace {

namespace py = pybind11;

using Options = std::map<std::string, std::string>;

// An arena, perhaps one that was packed for it, and a context of it.
class PythonModel {
 public:
  PythonModel(const std::string& path, const Options& options,
              const std::string& quantize, const std::string& cache_dir,
              bool no_cache) {
    tessera_options set;
    for (const auto& [key, value] : options) {
      ThrowIfError(SetOption(key, value, set));
    }
    PackedModelOptions packing;
    packing.quantize = quantize;
    packing.cache_dir = cache_dir;
    packing.no_cache = no_cache;
    packing.threads = set.threads;
    absl::StatusOr<std::unique_ptr<ModelContext>> context =
        WithoutGil([&] { return Open(path, packing, set); });
    shared_ = std::make_shared<SharedContext>(ValueOrThrow(std::move(context)));
  }

  const std::shared_ptr<SharedContext>& shared() const { return shared_; }
  const std::shared_ptr<const OpenArena>& arena() const { return arena_; }

  py::dict Info() const;
  py::array_t<float> ForwardBatch(const py::list& pairs) const;
  py::dict Generate(py::handle prompt, const py::object& on_text,
                    const tessera_generate_params& params,
                    const std::vector<std::string>& stop,
                    const std::map<int32_t, float>& logit_bias) const;

 private:
  absl::StatusOr<std::unique_ptr<ModelContext>> Open(
      const std::string& path, const PackedModelOptions& packing,
      const tessera_options& options) {
    TESSERA_ASSIGN_OR_RETURN(packed_, OpenPackedModel(path, packing));
    TESSERA_RETURN_IF_ERROR(ApplyNumaPolicy(options.numa).status());
    TESSERA_ASSIGN_OR_RETURN(auto loaded,
                             LoadedArena::Open(packed_.arena, options.load));
    arena_ = std::make_shared<const OpenArena>(std::move(loaded));
    return ModelContext::Create(arena_, options);
  }

  PackedModel packed_;
  std::shared_ptr<const OpenArena> arena_;
  std::shared_ptr<SharedContext> shared_;
};

py::dict PythonModel::Info() const {
  const SharedContext::Use use(*shared_);
  const tessera_context_info& info = use->Describe();
  py::dict dict;
  dict["path"] = arena_->path();
  dict["ctx_size"] = info.ctx_size;
  dict["vocab_size"] = info.vocab_size;
  dict["hidden_size"] = info.hidden_size;
  dict["threads"] = info.threads;
  dict["isa"] = info.isa;
  dict["memory_bytes"] = info.memory_bytes;
  dict["weight_bytes_per_token"] = info.weight_bytes_per_token;
  return dict;
}

// `pairs` are (ModelSequence, ids).
py::array_t<float> PythonModel::ForwardBatch(const py::list& pairs) const {
  std::vector<std::vector<int32_t>> ids;
  std::vector<const ModelSequence*> sequences;
  for (const py::handle pair : pairs) {
    const auto [sequence, tokens] =
        pair.cast<std::pair<py::object, py::object>>();
    sequences.push_back(&sequence.cast<const ModelSequence&>());
    ids.push_back(TokenIds(tokens));
    if (sequences.back()->IsOf(*shared_)) continue;
    ThrowIfError(absl::InvalidArgumentError(
        absl::StrCat("sequence ", ids.size() - 1, " is of another model")));
  }
  const SharedContext::Use use(*shared_);
  std::vector<Slice> slices;
  for (size_t i = 0; i < ids.size(); ++i) {
    slices.push_back({&sequences[i]->Get(use), ids[i], 1});
  }
  py::array_t<float> rows = NewRows(ids.size(), use->decoder().vocab_size());
  if (slices.empty()) return rows;
  const absl::StatusOr<absl::Span<const float>> logits =
      WithoutGil([&] { return use->decoder().ForwardSlices(slices); });
  ThrowIfEnded(logits.status());
  std::copy(logits->begin(), logits->end(), rows.mutable_data());
  return rows;
}

py::dict PythonModel::Generate(
    py::handle prompt, const py::object& on_text,
    const tessera_generate_params& params, const std::vector<std::string>& stop,
    const std::map<int32_t, float>& logit_bias) const {
  const std::vector<int32_t> ids = TokenIds(prompt);
  GenerateRequest request = ValueOrThrow(ReadGenerateParams(&params));
  request.limits.stop_texts = stop;
  for (const auto& [id, value] : logit_bias) {
    request.sampler.logit_bias.push_back({id, value});
  }
  ThrowIfError(CheckSamplerOptions(request.sampler));
  request.limits.wants_stop = WasInterruptedInPython;
  const SharedContext::Use use(*shared_);
  std::string text;
  const auto give = [&](const std::string& piece) {
    text += piece;
    if (on_text.is_none()) return true;
    py::gil_scoped_acquire gil;
    try {
      const py::object answer = on_text(py::str(piece));
      return !answer.is(py::bool_(false));
    } catch (py::error_already_set& error) {
      error.restore();  // found when the generation has ended
      return false;
    }
  };
  ThrowIfEnded(
      WithoutGil([&] { return use->Generate(ids, std::move(request), give); }));
  const tessera_generation& made = use->generation();
  py::dict dict;
  dict["text"] = text;
  dict["ids"] = std::vector<int32_t>(made.ids, made.ids + made.id_count);
  dict["stop"] = made.stop;
  dict["seed"] = made.seed;
  dict["prompt_tokens"] = made.prompt_tokens;
  dict["prefill_seconds"] = made.prefill_seconds;
  dict["decode_seconds"] = made.decode_seconds;
  return dict;
}

}  // namespace

void BindRunningModel(py::module_& module) {
  py::class_<PythonModel>(module, "_Model")
      .def(py::init<const std::string&, const Options&, const std::string&,
                    const std::string&, bool>(),
           py::arg("path"), py::arg("options"), py::arg("quantize"),
           py::arg("cache_dir"), py::arg("no_cache"))
      .def("close", [](const PythonModel& self) { self.shared()->Close(); })
      .def("info", &PythonModel::Info)
      .def("config_json",
           [](const PythonModel& self) {
             return ValueOrThrow(MessageAsJson(
                 self.arena()->loaded().manifest().model(), false));
           })
      .def("tokenizer",
           [](const PythonModel& self) { return TokenizerOf(self.arena()); })
      .def("own_sequence",
           [](const PythonModel& self) { return ModelSequence(self.shared()); })
      .def("new_sequence",
           [](const PythonModel& self) {
             return ModelSequence::New(self.shared());
           })
      .def("forward_batch", &PythonModel::ForwardBatch, py::arg("pairs"))
      .def(
          "generate",
          [](const PythonModel& self, py::handle ids, const py::object& on_text,
             double temperature, int64_t top_k, double top_p, double min_p,
             double repeat_penalty, int64_t seed, int64_t n_predict,
             bool ignore_eos, const std::vector<std::string>& stop,
             int64_t repeat_last_n, double frequency_penalty,
             double presence_penalty, double dry_multiplier, double dry_base,
             int64_t dry_allowed_length, int64_t dry_penalty_last_n,
             const std::map<int32_t, float>& logit_bias) {
            tessera_generate_params params;
            tessera_generate_params_init(&params, sizeof(params));
            params.temperature = temperature;
            params.top_k = top_k;
            params.top_p = top_p;
            params.min_p = min_p;
            params.repeat_penalty = repeat_penalty;
            params.seed = seed;
            params.n_predict = n_predict;
            params.ignore_eos = ignore_eos;
            params.repeat_last_n = repeat_last_n;
            params.frequency_penalty = frequency_penalty;
            params.presence_penalty = presence_penalty;
            params.dry_multiplier = dry_multiplier;
            params.dry_base = dry_base;
            params.dry_allowed_length = dry_allowed_length;
            params.dry_penalty_last_n = dry_penalty_last_n;
            return self.Generate(ids, on_text, params, stop, logit_bias);
          },
          py::arg("ids"), py::arg("on_text"), py::kw_only(),
          py::arg("temperature"), py::arg("top_k"), py::arg("top_p"),
          py::arg("min_p"), py::arg("repeat_penalty"), py::arg("seed"),
          py::arg("n_predict"), py::arg("ignore_eos"), py::arg("stop"),
          py::arg("repeat_last_n"), py::arg("frequency_penalty"),
          py::arg("presence_penalty"), py::arg("dry_multiplier"),
          py::arg("dry_base"), py::arg("dry_allowed_length"),
          py::arg("dry_penalty_last_n"), py::arg("logit_bias"));
}

}  // namespace tessera
