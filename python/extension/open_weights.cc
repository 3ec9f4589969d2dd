#include "python/extension/open_weights.h"

#include <cstdint>
#include <limits>

#include "absl/status/statusor.h"
#include "base/file_error.h"
#include "converter/source/open_source.h"
#include "formats/gguf/gguf_value.h"
#include "formats/json/message_json.h"
#include "python/extension/errors.h"
#include "python/extension/file_tensor.h"
#include "python/extension/text_tokenizer.h"

namespace tessera {
namespace {

namespace py = pybind11;

// Files need not hold UTF-8.
py::str Text(absl::string_view bytes) {
  PyObject* text = PyUnicode_DecodeUTF8(
      bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "backslashreplace");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

py::object ValueObject(const GgufValue& value) {
  if (value.is_array()) {
    py::list list;
    for (const GgufValue& element :
         value.Elements(std::numeric_limits<uint64_t>::max())) {
      list.append(ValueObject(element));
    }
    return list;
  }
  switch (value.type()) {
    case GgufType::kString:
      return Text(ValueOrThrow(value.GetString()));
    case GgufType::kBool:
      return py::bool_(ValueOrThrow(value.GetBool()));
    case GgufType::kFloat32:
    case GgufType::kFloat64:
      return py::float_(ValueOrThrow(value.GetFloat()));
    case GgufType::kUint64:
      return py::int_(ValueOrThrow(value.GetUint()));
    default:
      return py::int_(ValueOrThrow(value.GetInt()));
  }
}

}  // namespace

OpenWeights::OpenWeights(const std::string& path, bool tensors_only)
    : path_(path) {
  absl::StatusOr<WeightSource> source =
      WithoutGil([&] { return OpenWeightSource(path, {tensors_only}); });
  source_ =
      std::make_shared<const WeightSource>(ValueOrThrow(std::move(source)));
}

py::dict OpenWeights::Metadata() const {
  py::dict metadata;
  const auto add = [&](const SourceMetadata& entry) {
    // Of an arena's tokenizer, the lists are kept in another form.
    if (entry.value().empty()) return;
    const auto* bytes = reinterpret_cast<const uint8_t*>(entry.value().data());
    const absl::StatusOr<GgufValue> value = GgufValue::FromRaw(
        entry.type(), absl::MakeConstSpan(bytes, entry.value().size()));
    ThrowIfError(WithPath(path_, value.status()));
    metadata[Text(entry.key())] = ValueObject(*value);
  };
  for (const SourceMetadata& entry : source_->metadata) add(entry);
  if (source_->origin.has_value()) {
    for (const SourceMetadata& entry : source_->origin->metadata()) add(entry);
  }
  return metadata;
}

py::object OpenWeights::ConfigJson() const {
  if (!source_->model.has_value()) return py::none();
  return py::str(ValueOrThrow(MessageAsJson(*source_->model, false)));
}

void BindOpenWeights(py::module_& module) {
  py::class_<OpenWeights>(module, "Weights")
      .def(py::init<const std::string&, bool>(), py::arg("path"),
           py::arg("tensors_only"))
      .def_property_readonly("path", &OpenWeights::path)
      .def_property_readonly(
          "format",
          [](const OpenWeights& weights) { return weights.source()->format; })
      .def("notes",
           [](const OpenWeights& weights) {
             py::list notes;
             for (const std::string& note : weights.source()->notes) {
               notes.append(Text(note));
             }
             return notes;
           })
      .def("metadata", &OpenWeights::Metadata)
      .def("config_json", &OpenWeights::ConfigJson)
      .def("tokenizer",
           [](const OpenWeights& weights) {
             return TokenizerOf(weights.source());
           })
      .def("tensors", [](const OpenWeights& weights) {
        py::list tensors;
        for (size_t i = 0; i < weights.source()->tensors.size(); ++i) {
          tensors.append(py::cast(FileTensor(weights.source(), i)));
        }
        return tensors;
      });
}

}  // namespace tessera
