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
#include "absl/strings/string_view.h"
#include "app/interrupt_hint.h"
#include "app/open_packed_model.h"
#include "app/packed_model.h"
#include "base/status_macros.h"
#include "formats/json/message_json.h"
#include "python/extension/argument.h"
#include "python/extension/errors.h"
#include "python/extension/model_sequence.h"
#include "python/extension/report_progress.h"
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
  PythonModel(py::handle path, const Options& options, py::handle quantize,
              py::handle cache_dir, py::handle no_cache,
              const py::object& progress) {
    tessera_options set;
    for (const auto& [key, value] : options) {
      ThrowIfError(SetOption(key, value, set));
    }
    PackedModelOptions packing;
    packing.quantize = Argument<std::string>(quantize, "quantize");
    packing.cache_dir = Argument<std::string>(cache_dir, "cache_dir");
    packing.no_cache = Argument<bool>(no_cache, "no_cache");
    packing.threads = set.threads;
    packing.quiet = !progress.is_none();
    const auto file = Argument<std::string>(path, "path");
    absl::StatusOr<std::unique_ptr<ModelContext>> context = WithoutGil([&] {
      const InterruptCheck check(
          [&](uint64_t done, uint64_t total, absl::string_view tensor) {
            return ReportProgress(progress, done, total, tensor);
          });
      return Open(file, packing, set);
    });
    ThrowIfEnded(context.status());
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

tessera_generate_params ParamsOf(const py::kwargs& options) {
  tessera_generate_params params;
  tessera_generate_params_init(&params, sizeof(params));
  const auto integer = [&](const char* name) {
    return Argument<int64_t>(options, name);
  };
  const auto number = [&](const char* name) {
    return Argument<double>(options, name);
  };
  params.temperature = number("temperature");
  params.top_k = integer("top_k");
  params.top_p = number("top_p");
  params.min_p = number("min_p");
  params.repeat_penalty = number("repeat_penalty");
  params.seed = integer("seed");
  params.n_predict = integer("n_predict");
  params.ignore_eos = Argument<bool>(options, "ignore_eos");
  params.repeat_last_n = integer("repeat_last_n");
  params.frequency_penalty = number("frequency_penalty");
  params.presence_penalty = number("presence_penalty");
  params.dry_multiplier = number("dry_multiplier");
  params.dry_base = number("dry_base");
  params.dry_allowed_length = integer("dry_allowed_length");
  params.dry_penalty_last_n = integer("dry_penalty_last_n");
  return params;
}

}  // namespace

void BindRunningModel(py::module_& module) {
  py::class_<PythonModel>(module, "_Model")
      .def(py::init<py::handle, const Options&, py::handle, py::handle,
                    py::handle, const py::object&>(),
           py::arg("path"), py::arg("options"), py::arg("quantize"),
           py::arg("cache_dir"), py::arg("no_cache"), py::arg("progress"))
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
             const py::kwargs& options) {
            return self.Generate(
                ids, on_text, ParamsOf(options),
                Argument<std::vector<std::string>>(options, "stop"),
                Argument<std::map<int32_t, float>>(options, "logit_bias"));
          },
          py::arg("ids"), py::arg("on_text"));
}

}  // namespace tessera
