#include "converter/source/checkpoint_name.h"

#include <algorithm>
#include <cstddef>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/strip.h"

namespace tessera {
namespace {

// What modules are wrapped in, before all names of a checkpoint: torch.compile,
// DataParallel, FSDP, DeepSpeed, PEFT.
constexpr absl::string_view kWrappers[] = {"_orig_mod.",
                                           "module.",
                                           "_fsdp_wrapped_module.",
                                           "_checkpoint_wrapped_module.",
                                           "_forward_module.",
                                           "base_model.model."};

// The same where single modules are wrapped: "layers.0._orig_mod.mlp".
constexpr absl::string_view kInnerWrappers[] = {
    "._orig_mod.", "._fsdp_wrapped_module.", "._checkpoint_wrapped_module."};

// How names of text models begin in checkpoints of several modalities.
constexpr absl::string_view kTextModels[] = {
    "model.language_model.", "language_model.", "model.text_model."};

// How names may begin; "" is what the architecture itself has, or nothing.
constexpr absl::string_view kRoots[] = {"",
                                        "model.language_model.",
                                        "language_model.",
                                        "model.text_model.",
                                        "text_model.",
                                        "model.",
                                        "model.model.",
                                        "transformer.",
                                        "model.transformer.",
                                        "gpt_neox.",
                                        "backbone.",
                                        "decoder.",
                                        "model.decoder.",
                                        "llm.",
                                        "base_model."};

// "model." of "model.layers.".
absl::string_view BaseOf(const Architecture& architecture) {
  const absl::string_view layers = architecture.hugging_face_layers;
  return layers.substr(0, layers.find('.') + 1);
}

// Of a tensor outside of layers.
std::optional<TensorName> ParseOutside(absl::string_view name,
                                       const Architecture& architecture) {
  const auto parsed = ParseHuggingFaceName(name, architecture);
  return parsed.has_value() && !parsed->layer.has_value() ? parsed
                                                          : std::nullopt;
}

}  // namespace

CheckpointNames::CheckpointNames(const std::vector<absl::string_view>& names,
                                 const Architecture& architecture)
    : architecture_(architecture) {
  FindWrapper(names);
  FindRoot(names);
}

std::string CheckpointNames::Unwrapped(absl::string_view name) const {
  absl::ConsumePrefix(&name, wrapper_);
  std::string unwrapped(name);
  if (!absl::StrContains(unwrapped, "._")) return unwrapped;
  for (const absl::string_view wrapper : kInnerWrappers) {
    while (absl::StrReplaceAll({{wrapper, "."}}, &unwrapped) > 0) {
    }
  }
  return unwrapped;
}

void CheckpointNames::FindWrapper(const std::vector<absl::string_view>& names) {
  if (names.empty()) return;
  for (bool found = true; found;) {
    found = false;
    for (const absl::string_view wrapper : kWrappers) {
      const std::string longer = absl::StrCat(wrapper_, wrapper);
      found =
          std::all_of(names.begin(), names.end(), [&](absl::string_view name) {
            return absl::StartsWith(name, longer);
          });
      if (!found) continue;
      wrapper_ = longer;
      break;
    }
  }
}

// The one under which the most names are known. The architecture's own, which
// is the first, needs no more than half of them: others may be of an image
// tower.
void CheckpointNames::FindRoot(const std::vector<absl::string_view>& names) {
  std::vector<std::string> unwrapped;
  unwrapped.reserve(names.size());
  for (const absl::string_view name : names) {
    unwrapped.push_back(Unwrapped(name));
  }
  size_t most = 0;
  for (const absl::string_view own :
       {absl::string_view(), BaseOf(architecture_)}) {
    for (const absl::string_view prefix : kRoots) {
      const Root root = {prefix, own};
      const bool occurs = std::any_of(unwrapped.begin(), unwrapped.end(),
                                      [&](const std::string& name) {
                                        return absl::StartsWith(name, prefix);
                                      });
      if (!occurs) continue;
      const auto known = static_cast<size_t>(std::count_if(
          unwrapped.begin(), unwrapped.end(), [&](const std::string& name) {
            return ParseUnder(root, name).has_value();
          }));
      if (known <= most) continue;
      most = known;
      root_ = root;
      const bool is_own = prefix.empty() && own.empty();
      if (most == names.size() || (is_own && 2 * most >= names.size())) return;
    }
  }
}

std::optional<TensorName> CheckpointNames::ParseUnder(
    const Root& root, absl::string_view name) const {
  absl::string_view rest = name;
  if (absl::ConsumePrefix(&rest, root.prefix)) {
    const auto parsed =
        ParseHuggingFaceName(absl::StrCat(root.own, rest), architecture_);
    if (parsed.has_value()) return parsed;
    const auto outside = ParseOutside(rest, architecture_);
    if (outside.has_value()) return outside;
  }
  // An output matrix may be outside of everything.
  return ParseHuggingFaceName(name, architecture_);
}

std::optional<TensorName> CheckpointNames::Parse(absl::string_view name) const {
  return ParseUnder(root_, Unwrapped(name));
}

bool CheckpointNames::IsInTextModel(absl::string_view name) const {
  const std::string unwrapped = Unwrapped(name);
  for (const absl::string_view prefix : kTextModels) {
    if (absl::StartsWith(unwrapped, prefix)) return true;
  }
  // Its layers, wherever they are.
  const absl::string_view layers = architecture_.hugging_face_layers;
  const absl::string_view in_base = layers.substr(BaseOf(architecture_).size());
  return absl::StartsWith(unwrapped, layers) ||
         absl::StartsWith(unwrapped, absl::StrCat(root_.prefix, layers)) ||
         absl::StartsWith(unwrapped, absl::StrCat(root_.prefix, in_base));
}

}  // namespace tessera
