#include "converter/describe_conversion.h"

#include <algorithm>
#include <filesystem>
#include <string>

#include "absl/strings/str_cat.h"
#include "absl/strings/string_view.h"
#include "base/version.h"
#include "converter/gguf_file_type.h"
#include "formats/arena/attachment.h"
#include "formats/arena/stored_tensor.h"
#include "formats/json/message_utf8.h"

namespace tessera {
namespace {

// Appends the options that have an effect on the bytes. What a layout profile
// says is in the reasons of the tensors instead.
void DescribeOptions(const PlanOptions& options, bool tensors_only,
                     Manifest* manifest) {
  const auto add = [&](absl::string_view name, absl::string_view value) {
    EffectiveOption& option = *manifest->add_options();
    option.set_name(std::string(name));
    option.set_value(std::string(value));
  };
  add("fuse", options.fuse ? "true" : "false");
  add("layout", options.profile ? "auto" : LayoutOrderName(options.layout));
  if (options.allow_requantize) add("allow_requantize", "true");
  if (options.allow_nonfinite) add("allow_nonfinite", "true");
  if (tensors_only) add("tensors_only", "true");
  for (const auto& [name, value] : options.recipe.EffectiveOptions()) {
    add(name, value);
  }
  // Those of one name keep their order, which has a meaning.
  std::stable_sort(manifest->mutable_options()->begin(),
                   manifest->mutable_options()->end(),
                   [](const EffectiveOption& a, const EffectiveOption& b) {
                     return a.name() < b.name();
                   });
}

// Sets the machine of the layout profile, if there is one and it says.
void DescribeLayoutMachine(const PlanOptions& options, Manifest* manifest) {
  if (!options.profile.has_value()) return;
  const ProfileMachine& from = options.profile->machine();
  if (from.cpu.empty() && from.fingerprint.empty()) return;
  LayoutMachine& machine = *manifest->mutable_layout_machine();
  machine.set_cpu(from.cpu);
  machine.set_fingerprint(from.fingerprint);
  machine.set_isa(from.isa);
  machine.set_threads(from.threads);
}

bool AnyTypeDiffers(const Manifest& manifest) {
  for (const Tensor& tensor : manifest.tensors()) {
    if (tensor.type() != tensor.source_type()) return true;
  }
  return false;
}

}  // namespace

void DescribeTensor(const SourceTensor& from, const PlannedTensor& planned,
                    const PackedTensor& packed, Tensor* tensor) {
  tensor->set_name(from.name);
  tensor->set_source_name(from.source_name);
  for (uint64_t dimension : from.shape) tensor->add_shape(dimension);
  tensor->set_type(static_cast<uint32_t>(planned.type));
  tensor->set_type_name(DTypeName(planned.type));
  tensor->set_source_type(static_cast<uint32_t>(from.type));
  *tensor->mutable_layout() = LayoutProto(planned.layout);
  tensor->set_section(static_cast<uint32_t>(planned.section));
  tensor->mutable_extent()->set_offset(planned.extent_offset);
  tensor->mutable_extent()->set_size(planned.extent_size);
  tensor->set_first_tile_offset(planned.first_tile - planned.extent_offset);
  tensor->set_fused_group(planned.fused_group);
  tensor->set_stored_xxh128(packed.stored_xxh128);
  tensor->set_rowmajor_xxh128(packed.rowmajor_xxh128);
  tensor->set_unmapped(from.unmapped);
  tensor->set_nonfinite_weights(packed.nonfinite);
  if (packed.error.has_value()) *tensor->mutable_error() = *packed.error;
  if (planned.layout_reason.has_value()) {
    *tensor->mutable_layout_reason() = *planned.layout_reason;
  }
}

Manifest DescribeArena(const WeightSource& source, const PlanOptions& options,
                       const ArenaPlan& plan,
                       absl::Span<const PackedTensor> packed) {
  Manifest manifest;
  manifest.set_producer(absl::StrCat("tessera ", kTesseraVersion));
  DescribeOptions(options, source.tensors_only, &manifest);
  manifest.set_tensors_only(source.tensors_only);
  manifest.set_unsupported_tokenizer(source.unsupported_tokenizer);
  DescribeLayoutMachine(options, &manifest);
  if (source.model.has_value()) *manifest.mutable_model() = *source.model;
  if (source.tokenizer.has_value()) {
    *manifest.mutable_tokenizer() = *source.tokenizer;
  }
  for (size_t i = 0; i < plan.tensors.size(); ++i) {
    DescribeTensor(source.tensors[i], plan.tensors[i], packed[i],
                   manifest.add_tensors());
  }
  for (size_t i = 0; i < source.attachments.size(); ++i) {
    *manifest.add_attachments() =
        AttachmentProto(source.attachments[i], plan.attachment_offsets[i]);
  }
  for (size_t index : plan.execution_order) {
    manifest.add_execution_order(static_cast<uint32_t>(index));
  }
  MakeUtf8(&manifest);
  return manifest;
}

void DescribeWayBack(const PlanOptions& options, Manifest* manifest) {
  const bool is_kept = options.recipe.name() == "keep";
  if (!is_kept) SetFileType(options.recipe.name(), manifest->mutable_source());
  if (is_kept && !AnyTypeDiffers(*manifest)) return;
  for (SourceFile& file : *manifest->mutable_source()->mutable_files()) {
    file.clear_gguf();
  }
}

Source DescribeSource(const WeightSource& source) {
  if (source.origin.has_value()) return *source.origin;
  Source described;
  described.set_format(source.format);
  for (size_t i = 0; i < source.files.size(); ++i) {
    const MappedFile& mapped = source.files[i];
    SourceFile& file = *described.add_files();
    file.set_name(std::filesystem::path(mapped.path()).filename().string());
    file.set_size(mapped.bytes().size());
    if (i < source.gguf_layouts.size() && source.gguf_layouts[i].has_value()) {
      *file.mutable_gguf() = *source.gguf_layouts[i];
    }
  }
  for (const SourceMetadata& entry : source.metadata) {
    *described.add_metadata() = entry;
  }
  return described;
}

}  // namespace tessera
