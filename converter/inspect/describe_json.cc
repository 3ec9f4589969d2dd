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

void FillModel(const ModelDescription& model, Proto::Model* proto) {
  proto->set_architecture(AsUtf8(model.architecture));
  proto->set_architecture_known(model.architecture_known);
  proto->set_name(AsUtf8(model.name));
  proto->set_license(AsUtf8(model.license));
  proto->set_license_link(AsUtf8(model.license_link));
  proto->set_context_length(static_cast<double>(model.context_length));
  proto->set_rope_scaling(AsUtf8(model.rope_scaling));
  proto->set_rope_scaling_factor(model.rope_scaling_factor);
  proto->set_sliding_window(static_cast<double>(model.sliding_window));
  proto->set_layers(static_cast<double>(model.layers));
  proto->set_hidden_size(static_cast<double>(model.hidden_size));
  proto->set_heads(static_cast<double>(model.heads));
  proto->set_kv_heads(static_cast<double>(model.kv_heads));
  proto->set_head_size(static_cast<double>(model.head_size));
  proto->set_vocabulary(static_cast<double>(model.vocabulary));
  proto->set_experts(static_cast<double>(model.experts));
  proto->set_experts_used(static_cast<double>(model.experts_used));
  proto->set_tokenizer(model.tokenizer);
  proto->set_tokens(static_cast<double>(model.tokens));
  for (const auto& token : model.special_tokens) {
    Proto::SpecialToken& filled = *proto->add_special_tokens();
    filled.set_role(token.role);
    filled.set_id(token.id);
    filled.set_text(AsUtf8(token.text));
    filled.set_added(token.added);
  }
  proto->set_no_tokenizer(AsUtf8(model.no_tokenizer));
  for (const auto& entry : model.chat_templates) {
    Proto::ChatTemplate& filled = *proto->add_chat_templates();
    filled.set_name(AsUtf8(entry.name));
    filled.set_bytes(static_cast<double>(entry.bytes));
  }
  proto->set_runs(model.runs);
  proto->set_why_not(AsUtf8(model.why_not));
  for (const std::string& warning : model.warnings) {
    proto->add_warnings(AsUtf8(warning));
  }
}

Proto ToProto(const FileDescription& file) {
  Proto proto;
  proto.set_path(AsUtf8(file.path));
  proto.set_format(file.format);
  proto.set_file_size(static_cast<double>(file.file_size));
  proto.set_verified(file.verified);
  if (file.model.has_value()) FillModel(*file.model, proto.mutable_model());
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
