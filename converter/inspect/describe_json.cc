#include "converter/inspect/describe_json.h"

#include "converter/inspect/file_description.pb.h"
#include "formats/json/message_json.h"

namespace tessera {
namespace {

using Proto = FileDescriptionProto;

void FillReason(const LayoutReasonDescription& reason,
                Proto::LayoutReason* proto) {
  proto->set_text(reason.text);
  if (!reason.gain.has_value()) return;
  proto->set_over(reason.gain->over);
  proto->set_ratio(reason.gain->ratio);
  proto->set_lower(reason.gain->lower);
  proto->set_upper(reason.gain->upper);
  proto->set_samples(reason.gain->samples);
}

void FillTensor(const FileDescription& file, const TensorDescription& tensor,
                Proto::Tensor* proto) {
  proto->set_name(tensor.name);
  proto->set_source_name(tensor.source_name);
  proto->set_type(tensor.type);
  proto->set_source_type(tensor.source_type);
  for (uint64_t dimension : tensor.shape) {
    proto->add_shape(static_cast<double>(dimension));
  }
  proto->set_layout(tensor.layout);
  proto->set_section(file.sections[tensor.section].name);
  proto->set_offset(static_cast<double>(tensor.offset));
  proto->set_bytes(static_cast<double>(tensor.bytes));
  proto->set_weights(static_cast<double>(tensor.weights));
  proto->set_fused_group(tensor.group);
  proto->set_unmapped(tensor.unmapped);
  if (tensor.error.has_value()) {
    proto->mutable_error()->set_rmse(tensor.error->rmse);
    proto->mutable_error()->set_max_abs(tensor.error->max_abs);
    proto->mutable_error()->set_snr_db(tensor.error->snr_db);
  }
  if (tensor.layout_reason.has_value()) {
    FillReason(*tensor.layout_reason, proto->mutable_layout_reason());
  }
}

void FillRange(const std::string& name, uint64_t offset, uint64_t size,
               uint64_t used, Proto::Range* proto) {
  proto->set_name(name);
  proto->set_offset(static_cast<double>(offset));
  proto->set_size(static_cast<double>(size));
  proto->set_used(static_cast<double>(used));
}

Proto ToProto(const FileDescription& file) {
  Proto proto;
  proto.set_path(AsUtf8(file.path));
  proto.set_format(file.format);
  proto.set_file_size(static_cast<double>(file.file_size));
  proto.set_verified(file.verified);
  for (const FactGroup& group : file.groups) {
    Proto::FactGroup& filled = *proto.add_groups();
    filled.set_title(group.title);
    for (const FactGroup::Fact& fact : group.facts) {
      Proto::Fact& fact_proto = *filled.add_facts();
      fact_proto.set_name(AsUtf8(fact.name));
      fact_proto.set_value(AsUtf8(fact.value));
    }
  }
  for (const ReservedRange& range : file.reserved) {
    FillRange(range.name, range.offset, range.size, 0, proto.add_reserved());
  }
  for (const SectionDescription& section : file.sections) {
    FillRange(section.name, section.offset, section.size, section.used,
              proto.add_sections());
  }
  for (const TypeTotal& total : TotalsByType(file)) {
    Proto::TypeTotal& filled = *proto.add_types();
    filled.set_type(total.type);
    filled.set_tensors(static_cast<double>(total.tensors));
    filled.set_weights(static_cast<double>(total.weights));
    filled.set_bytes(static_cast<double>(total.bytes));
  }
  for (const TensorDescription& tensor : file.tensors) {
    FillTensor(file, tensor, proto.add_tensors());
  }
  for (const AttachmentDescription& attachment : file.attachments) {
    Proto::Attachment& filled = *proto.add_attachments();
    filled.set_name(attachment.name);
    filled.set_offset(static_cast<double>(attachment.offset));
    filled.set_stored_bytes(static_cast<double>(attachment.stored_bytes));
    filled.set_bytes(static_cast<double>(attachment.bytes));
  }
  return proto;
}

}  // namespace

absl::StatusOr<std::string> RenderJson(const FileDescription& file) {
  return MessageAsJson(ToProto(file), /*indented=*/true);
}

}  // namespace tessera
