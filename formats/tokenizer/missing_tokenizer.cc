#include "formats/tokenizer/missing_tokenizer.h"

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"

namespace tessera {
namespace {

constexpr absl::string_view kModelKey = "tokenizer.ggml.model";

// Of arenas that do not say why there is none: what the source has, or "".
absl::string_view TokenizerOfSource(const Manifest& manifest) {
  for (const SourceMetadata& entry : manifest.source().metadata()) {
    if (entry.key() != kModelKey) continue;
    // A text behind its length; these say that there is none.
    const absl::string_view value = entry.value();
    return absl::EndsWith(value, "none") || absl::EndsWith(value, "no_vocab")
               ? ""
               : kModelKey;
  }
  for (const Attachment& attachment : manifest.attachments()) {
    for (const absl::string_view name :
         {"tokenizer.json", "tokenizer.model", "vocab.json"}) {
      if (attachment.name() == name) return name;
    }
  }
  return "";
}

}  // namespace

absl::Status CheckHasTokenizer(const Manifest& manifest) {
  if (manifest.has_tokenizer()) return absl::OkStatus();
  if (manifest.tensors_only()) {
    return absl::InvalidArgumentError(
        "the arena was made with --tensors_only: it holds no tokenizer");
  }
  if (!manifest.unsupported_tokenizer().empty()) {
    return absl::UnimplementedError(
        absl::StrCat("the arena holds no tokenizer: it was left out, since ",
                     manifest.unsupported_tokenizer()));
  }
  const absl::string_view own = TokenizerOfSource(manifest);
  if (!own.empty()) {
    return absl::UnimplementedError(absl::StrCat(
        "the arena holds no tokenizer: the version that made it did not "
        "support the source's (",
        own, "); convert the source again"));
  }
  return absl::InvalidArgumentError(
      "the arena holds no tokenizer; convert from a source that has one");
}

}  // namespace tessera
