#include "converter/inspect/describe_arena.h"

#include <algorithm>
#include <string>
#include <utility>

#include "absl/strings/escaping.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "base/checked_math.h"
#include "base/counted.h"
#include "base/progress.h"
#include "base/status_macros.h"
#include "converter/inspect/describe_tokenizer.h"
#include "converter/inspect/layout_reasons.h"
#include "converter/inspect/message_facts.h"
#include "converter/source/gguf_tokenizer.h"
#include "formats/arena/arena_reader.h"
#include "formats/arena/arena_verify.h"
#include "formats/gguf/gguf_metadata.h"
#include "formats/gguf/gguf_value_text.h"

namespace tessera {
namespace {

// What of it is a field of its own in JSON is for people here.
FactGroup DescribeProducer(const Manifest& manifest) {
  const auto for_people = [](std::string name, std::string value) {
    return FactGroup::Fact{std::move(name), std::move(value), {}, true, false};
  };
  FactGroup group = {"arena", {}};
  group.facts.push_back({"producer", manifest.producer()});
  if (!manifest.source().format().empty()) {
    group.facts.push_back({"source", manifest.source().format()});
  }
  for (const SourceFile& file : manifest.source().files()) {
    group.facts.push_back(for_people(
        "source file",
        absl::StrCat(file.name(), ", ", HumanBytes(file.size()), ", SHA-256 ",
                     absl::BytesToHexString(file.sha256()))));
  }
  std::vector<std::string> options;
  for (const EffectiveOption& option : manifest.options()) {
    options.push_back(absl::StrCat("--", option.name(), "=", option.value()));
  }
  if (!options.empty()) {
    group.facts.push_back(for_people("options", absl::StrJoin(options, " ")));
  }
  return group;
}

// The metadata of the GGUF that it was made from. The lists of tokens are in
// the tokenizer.
FactGroup SourceMetadataFacts(const Manifest& manifest) {
  FactGroup group = {"metadata", {}};
  group.in_text = false;
  GgufMetadata lists;
  if (manifest.has_tokenizer()) {
    AppendTokenizer(manifest.tokenizer(), &lists);
  }
  for (const SourceMetadata& entry : manifest.source().metadata()) {
    const auto* raw = reinterpret_cast<const uint8_t*>(entry.value().data());
    const auto value = GgufValue::FromRaw(
        entry.type(), absl::MakeConstSpan(raw, entry.value().size()));
    const GgufValue* found = value.ok() ? &*value : lists.Find(entry.key());
    if (found != nullptr) {
      group.facts.push_back({entry.key(), GgufValueText(*found), *found});
    }
  }
  return group;
}

void DescribeOrigin(const Manifest& manifest, FileDescription* description) {
  for (const SourceFile& file : manifest.source().files()) {
    description->source_files.push_back(
        {file.name(), file.size(), absl::BytesToHexString(file.sha256())});
  }
  for (const EffectiveOption& option : manifest.options()) {
    description->options.push_back({option.name(), option.value()});
  }
}

FactGroup LayoutFacts(const LayoutMachine& machine) {
  return {"layouts",
          {{"measured on", LayoutMachineText(machine)},
           {"fingerprint", machine.fingerprint()}}};
}

LayoutReasonDescription DescribeReason(const Tensor& tensor) {
  LayoutReasonDescription described;
  described.text = LayoutReasonText(tensor);
  const LayoutReason& reason = tensor.layout_reason();
  if (reason.source() == LayoutReason::SOURCE_MEASURED) {
    described.gain = {
        std::string(LayoutOrderName(static_cast<LayoutOrder>(reason.over()))),
        reason.ratio(), reason.lower(), reason.upper(), reason.samples()};
  }
  return described;
}

std::string SectionName(const Section& section) {
  return section.kind() == Section::KIND_HOT ? "hot" : "cold";
}

TensorDescription DescribeTensor(const StoredTensor& tensor) {
  const Tensor& proto = *tensor.proto;
  TensorDescription described;
  described.name = tensor.name();
  described.source_name = proto.source_name();
  described.type = DTypeName(tensor.type);
  described.source_type = DTypeName(static_cast<DType>(proto.source_type()));
  described.shape = tensor.shape;
  described.layout = std::string(LayoutOrderName(tensor.layout.order));
  described.section = proto.section();
  described.offset = tensor.file_offset;
  described.bytes = tensor.row_tiles() * tensor.layout.row_tile_bytes;
  described.weights =
      tensor.matrices * tensor.layout.rows * tensor.layout.columns;
  described.unmapped = proto.unmapped();
  described.group = proto.fused_group();
  described.extent_offset = proto.extent().offset();
  described.extent_size = proto.extent().size();
  // A gap that another member's tile fits in, not one against aliasing.
  described.alternates = !described.group.empty() &&
                         tensor.layout.row_tile_stride >
                             tensor.layout.row_tile_bytes + kTensorAlignment;
  if (proto.has_error()) {
    described.error = {proto.error().rmse(), proto.error().max_abs(),
                       proto.error().snr_db()};
  }
  return described;
}

// Sections of the description are sorted by offset; those of the manifest need
// not be. Returns where each one went.
std::vector<size_t> DescribeSections(const Manifest& manifest,
                                     FileDescription* description) {
  std::vector<size_t> order(manifest.sections_size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::sort(order.begin(), order.end(), [&manifest](size_t a, size_t b) {
    return manifest.sections(a).extent().offset() <
           manifest.sections(b).extent().offset();
  });
  std::vector<size_t> places(order.size());
  for (size_t i = 0; i < order.size(); ++i) {
    const Section& section = manifest.sections(order[i]);
    places[order[i]] = i;
    description->sections.push_back({SectionName(section),
                                     section.extent().offset(),
                                     section.extent().size(), 0});
  }
  return places;
}

void DescribeAttachments(const Manifest& manifest,
                         FileDescription* description) {
  for (const Attachment& attachment : manifest.attachments()) {
    const Extent& extent = attachment.extent();
    description->attachments.push_back(
        {attachment.name(), extent.offset(), extent.size(), attachment.size()});
    for (SectionDescription& section : description->sections) {
      if (section.offset <= extent.offset() &&
          extent.offset() - section.offset < section.size) {
        section.used += extent.size();
      }
    }
  }
}

absl::Status Verify(absl::Span<const uint8_t> file, const Arena& arena,
                    ThreadPool& pool, FileDescription* description) {
  TESSERA_RETURN_IF_ERROR(VerifyChunks(file, arena, pool));
  TESSERA_RETURN_IF_ERROR(VerifyTensors(file, arena, pool));
  TESSERA_RETURN_IF_ERROR(VerifyAttachments(file, arena));
  uint64_t chunks = 0;
  for (const Section& section : arena.manifest.sections()) {
    chunks += CeilDiv(section.extent().size(), section.chunk_bytes());
  }
  const int attachments = arena.manifest.attachments_size();
  description->verified = absl::StrCat(
      "header, manifest, ", Counted(chunks, "chunk"),
      attachments == 0
          ? ""
          : absl::StrCat(", ", Counted(static_cast<uint64_t>(attachments),
                                       "attachment")),
      " and ", Counted(arena.tensors.size(), "tensor"), "; all hashes match");
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<FileDescription> DescribeArena(absl::Span<const uint8_t> file,
                                              ThreadPool* verify_with) {
  TESSERA_ASSIGN_OR_RETURN(const Arena arena, ParseArena(file));
  FileDescription description;
  if (verify_with != nullptr) {
    TESSERA_RETURN_IF_ERROR(Verify(file, arena, *verify_with, &description));
  }
  description.format = absl::StrFormat(
      "arena %d.%d", arena.header.major_version, arena.header.minor_version);
  const Manifest& manifest = arena.manifest;
  description.groups.push_back(DescribeProducer(manifest));
  if (manifest.has_layout_machine()) {
    description.groups.push_back(LayoutFacts(manifest.layout_machine()));
  }
  if (manifest.has_model()) {
    description.groups.push_back(
        MessageFacts("configuration", manifest.model()));
  }
  if (manifest.has_tokenizer()) {
    description.groups.push_back(DescribeTokenizer(manifest.tokenizer()));
  }
  if (!manifest.source().metadata().empty()) {
    description.groups.push_back(SourceMetadataFacts(manifest));
  }
  DescribeOrigin(manifest, &description);
  description.reserved = {{"header", 0, kArenaHeaderBytes},
                          {"manifest", arena.header.manifest_offset,
                           arena.header.manifest_stored_bytes}};
  const std::vector<size_t> places = DescribeSections(manifest, &description);
  const bool has_reasons = HasLayoutReasons(manifest);
  for (const StoredTensor& tensor : arena.tensors) {
    TensorDescription described = DescribeTensor(tensor);
    described.section = places[described.section];
    if (has_reasons) described.layout_reason = DescribeReason(*tensor.proto);
    description.sections[described.section].used += described.bytes;
    description.tensors.push_back(std::move(described));
  }
  DescribeAttachments(manifest, &description);
  return description;
}

}  // namespace tessera
