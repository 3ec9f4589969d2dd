#include "python/extension/text_tokenizer.h"

#include <optional>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "formats/json/json_document.h"
#include "formats/model/tensor_name.h"
#include "python/extension/argument.h"
#include "python/extension/errors.h"
#include "python/extension/token_ids.h"
#include "runtime/chat/apply_template.h"
#include "runtime/llm/arena_tokenizer.h"
#include "runtime/llm/chat_prompt.h"

namespace tessera {
namespace {

namespace py = pybind11;

py::str Text(absl::string_view bytes) {
  PyObject* text = PyUnicode_DecodeUTF8(
      bytes.data(), static_cast<Py_ssize_t>(bytes.size()), "replace");
  if (text == nullptr) throw py::error_already_set();
  return py::reinterpret_steal<py::str>(text);
}

// Rows of the token embedding, if there is one.
std::optional<uint64_t> EmbeddingRows(const WeightSource& source) {
  const std::string name = GgufName(TensorRole::kTokenEmbedding);
  for (const SourceTensor& tensor : source.tensors) {
    if (tensor.name == name && tensor.shape.size() == 2) {
      return tensor.shape[0];
    }
  }
  return std::nullopt;
}

absl::StatusOr<MarkedText> Apply(const TokenizerData& data,
                                 const std::string& json) {
  absl::StatusOr<JsonDocument> document = JsonDocument::Parse(json);
  if (!document.ok()) {
    return absl::InvalidArgumentError(document.status().message());
  }
  return ApplyTemplate(data, document->root(), absl::Now(),
                       absl::LocalTimeZone());
}

py::list AsList(const std::vector<int32_t>& ids) {
  py::list list(ids.size());
  for (size_t i = 0; i < ids.size(); ++i) list[i] = py::int_(ids[i]);
  return list;
}

py::list Encode(const TextTokenizer& self, py::handle given,
                py::handle add_special, py::handle parse_special) {
  const auto text = Argument<std::string>(given, "text");
  const Tokenizer::EncodeOptions options = {
      .add_special = Argument<bool>(add_special, "add_special"),
      .parse_special = Argument<bool>(parse_special, "parse_special")};
  return AsList(
      WithoutGil([&] { return self.tokenizer().Encode(text, options); }));
}

py::str Decode(const TextTokenizer& self, py::handle ids,
               py::handle skip_special) {
  const std::vector<int32_t> checked = TokenIds(ids);
  return Text(self.tokenizer().DecodeAll(
      checked, Argument<bool>(skip_special, "skip_special")));
}

py::object IdOrNone(bool has, uint32_t id) {
  if (!has) return py::none();
  return py::int_(id);
}

}  // namespace

MarkedText TextTokenizer::ApplyTemplate(const std::string& json) const {
  absl::StatusOr<MarkedText> text =
      WithoutGil([&] { return Apply(*data_, json); });
  return ValueOrThrow(std::move(text));
}

py::object TokenizerOf(const std::shared_ptr<const WeightSource>& source) {
  if (!source->tokenizer.has_value()) {
    if (source->unsupported_tokenizer.empty()) return py::none();
    ThrowIfError(absl::UnimplementedError(absl::StrCat(
        "there is no tokenizer, since ", source->unsupported_tokenizer)));
  }
  absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer = WithoutGil([&] {
    return MakeTokenizer(*source->tokenizer, EmbeddingRows(*source));
  });
  return py::cast(TextTokenizer(
      ValueOrThrow(std::move(tokenizer)),
      std::shared_ptr<const TokenizerData>(source, &*source->tokenizer)));
}

py::object TokenizerOf(const std::shared_ptr<const OpenArena>& arena) {
  const Manifest& manifest = arena->loaded().manifest();
  const absl::StatusOr<const Tokenizer*> tokenizer =
      WithoutGil([&] { return arena->FindTokenizer(); });
  if (absl::IsFailedPrecondition(tokenizer.status())) return py::none();
  ThrowIfError(tokenizer.status());
  return py::cast(TextTokenizer(
      std::shared_ptr<const Tokenizer>(arena, *tokenizer),
      std::shared_ptr<const TokenizerData>(arena, &manifest.tokenizer())));
}

void BindTextTokenizer(py::module_& module) {
  py::class_<TextTokenizer>(module, "Tokenizer",
                            "Text to token ids and back. Thread-safe.")
      .def("encode", &Encode, py::arg("text"), py::kw_only(),
           py::arg("add_special") = true, py::arg("parse_special") = true,
           R"(Token ids of a text (str or bytes), as a list.

add_special puts begin and end of text around it, as the model wants them;
parse_special makes "<|eot|>" in the text the token of that name.)")
      .def("decode", &Decode, py::arg("ids"), py::kw_only(),
           py::arg("skip_special") = true,
           R"(The text of token ids. Bytes that are no UTF-8 become U+FFFD.

Control tokens are left out, or spelled with skip_special=False.)")
      .def(
          "token_bytes",
          [](const TextTokenizer& self, py::handle id) {
            return py::bytes(
                self.tokenizer().Decode(Argument<int32_t>(id, "id")));
          },
          py::arg("id"),
          "The bytes that a token stands for in running text, maybe a part of "
          "a character; b'' for control tokens and ids out of range.")
      .def(
          "spelling",
          [](const TextTokenizer& self, py::handle id) {
            return Text(self.tokenizer().Spelling(Argument<int32_t>(id, "id")));
          },
          py::arg("id"), "The token as the vocabulary spells it.")
      .def(
          "ends_text",
          [](const TextTokenizer& self, py::handle id) {
            return self.tokenizer().IsEndOfGeneration(
                Argument<int32_t>(id, "id"));
          },
          py::arg("id"), "Whether a generation ends with this token.")
      .def_property_readonly(
          "bos_id",
          [](const TextTokenizer& self) {
            return IdOrNone(self.data().has_bos_id(), self.data().bos_id());
          },
          "The token that begins a text, or None.")
      .def_property_readonly(
          "eos_id",
          [](const TextTokenizer& self) {
            return IdOrNone(self.data().has_eos_id(), self.data().eos_id());
          },
          "The token that ends a text, or None.")
      .def("__len__",
           [](const TextTokenizer& self) { return self.tokenizer().size(); })
      .def("__repr__",
           [](const TextTokenizer& self) {
             return absl::StrCat("<tessera.Tokenizer of ",
                                 self.tokenizer().size(), " tokens>");
           })
      .def("_template",
           [](const TextTokenizer& self) -> py::object {
             if (self.data().chat_template().empty()) return py::none();
             return Text(self.data().chat_template());
           })
      .def("_apply_template",
           [](const TextTokenizer& self, const std::string& json) {
             return Text(self.ApplyTemplate(json).bytes());
           })
      .def("_encode_template", [](const TextTokenizer& self,
                                  const std::string& json) {
        return AsList(EncodeChat(self.ApplyTemplate(json), self.tokenizer()));
      });
}

}  // namespace tessera
