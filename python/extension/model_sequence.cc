#include "python/extension/model_sequence.h"

#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/types/span.h"
#include "python/extension/argument.h"
#include "python/extension/errors.h"
#include "python/extension/token_ids.h"
#include "runtime/llm/forward_steps.h"

namespace tessera {

namespace py = pybind11;

void ThrowIfEnded(const absl::Status& status) {
  if (PyErr_Occurred() != nullptr) throw py::error_already_set();
  ThrowIfError(status);
}

py::array_t<float> NewRows(size_t rows, int64_t columns) {
  return py::array_t<float>(
      {static_cast<py::ssize_t>(rows), static_cast<py::ssize_t>(columns)});
}

namespace {

py::array_t<float> CopyOf(absl::Span<const float> values) {
  return py::array_t<float>(static_cast<py::ssize_t>(values.size()),
                            values.data());
}

py::array_t<float> Forward(const ModelSequence& self, py::handle ids) {
  const std::vector<int32_t> checked = TokenIds(ids);
  const SharedContext::Use use(self.shared());
  const absl::StatusOr<absl::Span<const float>> logits = WithoutGil([&] {
    return ForwardLast(use->decoder(), self.Get(use), checked,
                       WasInterruptedInPython);
  });
  ThrowIfEnded(logits.status());
  return CopyOf(*logits);
}

py::array_t<float> Logits(const ModelSequence& self, py::handle ids) {
  const std::vector<int32_t> checked = TokenIds(ids);
  const SharedContext::Use use(self.shared());
  py::array_t<float> rows =
      NewRows(checked.size(), use->decoder().vocab_size());
  float* data = rows.mutable_data();
  ThrowIfEnded(WithoutGil([&] {
    return ForwardEach(use->decoder(), self.Get(use), checked,
                       WasInterruptedInPython, data);
  }));
  return rows;
}

py::array_t<float> Embed(const ModelSequence& self, py::handle ids) {
  const std::vector<int32_t> checked = TokenIds(ids);
  const SharedContext::Use use(self.shared());
  py::array_t<float> rows =
      NewRows(checked.size(), use->decoder().hidden_size());
  float* data = rows.mutable_data();
  ThrowIfEnded(WithoutGil([&] {
    return EmbedEach(use->decoder(), self.Get(use), checked,
                     WasInterruptedInPython, data);
  }));
  return rows;
}

py::bytes Save(const ModelSequence& self) {
  const SharedContext::Use use(self.shared());
  const std::string bytes =
      WithoutGil([&] { return use->decoder().SaveSequence(self.Get(use)); });
  return py::bytes(bytes);
}

void Load(const ModelSequence& self, py::handle saved) {
  if (!py::isinstance<py::bytes>(saved)) {
    ThrowWrongArgument(saved, "bytes", "bytes");
  }
  const auto view =
      static_cast<std::string_view>(py::reinterpret_borrow<py::bytes>(saved));
  const SharedContext::Use use(self.shared());
  ThrowIfError(WithoutGil([&] {
    return use->decoder().LoadSequence(
        absl::MakeConstSpan(reinterpret_cast<const uint8_t*>(view.data()),
                            view.size()),
        &self.Get(use));
  }));
}

}  // namespace

void BindModelSequence(py::module_& module) {
  py::class_<ModelSequence>(module, "Sequence",
                            R"(Tokens that have gone through a model.

What was computed for them is kept, so that each call computes only what it
appends. Made by Model.sequence().)")
      .def_property_readonly(
          "position",
          [](const ModelSequence& self) {
            const SharedContext::Use use(self.shared());
            return self.Get(use).position();
          },
          "Tokens that are in.")
      .def(
          "reset",
          [](const ModelSequence& self) {
            const SharedContext::Use use(self.shared());
            self.Get(use).Reset();
          },
          "Forgets the tokens.")
      .def(
          "trim",
          [](const ModelSequence& self, py::handle tokens) {
            const auto position = Argument<int64_t>(tokens, "position");
            const SharedContext::Use use(self.shared());
            ThrowIfError(TrimSequence(position, self.Get(use)));
          },
          py::arg("position"),
          R"(Takes the tokens from `position` on back.

ValueError beyond the end, and where the layers of a model with a sliding window
have forgotten what a token at `position` sees.)")
      .def("forward", &Forward, py::arg("ids"),
           R"(Appends token ids, and returns the logits after the last: [vocab].

`ids` is a list or a numpy array of any integer type. ValueError if they do not
fit, or are not in the vocabulary; nothing is appended then.)")
      .def("logits", &Logits, py::arg("ids"),
           "Appends token ids, and returns the logits after each: "
           "[len(ids), vocab].")
      .def("embed", &Embed, py::arg("ids"),
           R"(Appends token ids, and returns their hidden states.

They are the output of the last layer after the final norm, which the output
matrix makes logits of: [len(ids), hidden_size].)")
      .def("save", &Save,
           "The sequence as bytes, for load() with the same arena, in any "
           "process.")
      .def("load", &Load, py::arg("bytes"),
           R"(Makes this sequence what was saved.

ValueError if that is none, or of another arena, or too long; DataLossError if
it is damaged.)");
}

}  // namespace tessera
