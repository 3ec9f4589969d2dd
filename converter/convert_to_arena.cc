#include "converter/convert_to_arena.h"

#include <algorithm>
#include <filesystem>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/digest.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "base/thread_pool.h"
#include "base/version.h"
#include "converter/arena_writer.h"
#include "converter/gguf_file_type.h"
#include "converter/pack/stream_packer.h"
#include "formats/arena/stored_tensor.h"

namespace tessera {
namespace {

void DescribeOptions(const PlanOptions& options, Manifest* manifest) {
  const auto add = [&](absl::string_view name, absl::string_view value) {
    EffectiveOption& option = *manifest->add_options();
    option.set_name(std::string(name));
    option.set_value(std::string(value));
  };
  add("fuse", options.fuse ? "true" : "false");
  add("layout", options.profile ? "auto" : LayoutOrderName(options.layout));
  if (options.profile.has_value() && !options.profile->rules().empty()) {
    // On one line.
    add("layout_profile",
        absl::StrJoin(absl::StrSplit(options.profile->Text(), '\n',
                                     absl::SkipEmpty()),
                      "; "));
  }
  add("quantize", options.recipe.name());
}

// Hashing the input takes as long as a slow disk reads it, so all files are
// hashed at once.
void DescribeSource(const WeightSource& source, const QuantizeRecipe& recipe,
                    ThreadPool& pool, Manifest* manifest) {
  Source& described = *manifest->mutable_source();
  if (source.origin.has_value()) {
    described = *source.origin;
  } else {
    described.set_format(source.format);
    std::vector<std::string> digests(source.files.size());
    pool.ParallelFor(static_cast<int64_t>(digests.size()), [&](int64_t i) {
      digests[i] = Sha256(source.files[i].bytes());
    });
    for (size_t i = 0; i < source.files.size(); ++i) {
      SourceFile& file = *described.add_files();
      file.set_name(std::filesystem::path(source.files[i].path())
                        .filename().string());
      file.set_size(source.files[i].bytes().size());
      file.set_sha256(digests[i]);
    }
    for (const SourceMetadata& entry : source.metadata) {
      *described.add_metadata() = entry;
    }
  }
  if (recipe.name() != "keep") SetFileType(recipe.name(), &described);
}

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
  if (packed.quantized) *tensor->mutable_error() = packed.error;
}

uint64_t SourceBytes(const WeightSource& source, const PlannedStream& stream) {
  uint64_t bytes = 0;
  for (size_t member : stream.members) bytes += source.tensors[member].size;
  return bytes;
}

absl::Status WriteSections(const WeightSource& source, const ArenaPlan& plan,
                           bool quiet, ThreadPool& pool, ArenaWriter& writer,
                           absl::Span<PackedTensor> packed) {
  uint64_t total = 0;
  for (const SourceTensor& tensor : source.tensors) total += tensor.size;
  Progress progress("convert", total, quiet);
  for (const PlannedSection& section : plan.sections) {
    TESSERA_RETURN_IF_ERROR(writer.BeginSection(section.kind));
    for (const PlannedStream& stream : section.streams) {
      const SourceTensor& first = source.tensors[stream.members.front()];
      const double share = static_cast<double>(SourceBytes(source, stream)) /
                           static_cast<double>(std::max<uint64_t>(stream.size, 1));
      TESSERA_RETURN_IF_ERROR(writer.PadTo(stream.offset));
      TESSERA_RETURN_IF_ERROR(PackStream(
          source, plan, stream, pool,
          [&](absl::Span<const uint8_t> bytes) {
            progress.Advance(
                static_cast<uint64_t>(share * static_cast<double>(bytes.size())),
                first.name);
            return writer.Write(bytes);
          },
          packed));
      for (size_t member : stream.members) {
        const SourceTensor& tensor = source.tensors[member];
        if (tensor.computed.empty()) {
          source.files[tensor.file].DropPages(tensor.offset, tensor.size);
        }
      }
    }
    TESSERA_RETURN_IF_ERROR(writer.PadTo(section.offset + section.size));
    TESSERA_RETURN_IF_ERROR(writer.EndSection());
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<ConvertReport> ConvertToArena(const WeightSource& source,
                                             const std::string& output,
                                             const ConvertOptions& options) {
  const absl::Time start = absl::Now();
  TESSERA_ASSIGN_OR_RETURN(const ArenaPlan plan,
                           PlanArena(source, options.plan));
  ThreadPool pool(options.threads);
  ConvertReport report;
  Manifest& manifest = report.manifest;
  manifest.set_producer(absl::StrCat("tessera ", kTesseraVersion));
  DescribeOptions(options.plan, &manifest);
  if (source.model.has_value()) *manifest.mutable_model() = *source.model;
  if (source.tokenizer.has_value()) {
    *manifest.mutable_tokenizer() = *source.tokenizer;
  }

  TESSERA_ASSIGN_OR_RETURN(
      const std::unique_ptr<ArenaWriter> writer,
      ArenaWriter::Create(output, options.overwrite));
  DescribeSource(source, options.plan.recipe, pool, &manifest);
  std::vector<PackedTensor> packed(plan.tensors.size());
  TESSERA_RETURN_IF_ERROR(WriteSections(source, plan, options.quiet, pool,
                                        *writer, absl::MakeSpan(packed)));
  for (size_t i = 0; i < plan.tensors.size(); ++i) {
    DescribeTensor(source.tensors[i], plan.tensors[i], packed[i],
                   manifest.add_tensors());
  }
  for (size_t index : plan.execution_order) {
    manifest.add_execution_order(static_cast<uint32_t>(index));
  }
  for (const MappedFile& file : source.files) {
    TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  }
  TESSERA_RETURN_IF_ERROR(writer->Finish(&manifest));
  std::error_code error;
  report.file_size = std::filesystem::file_size(output, error);
  report.seconds = absl::ToDoubleSeconds(absl::Now() - start);
  return report;
}

}  // namespace tessera
