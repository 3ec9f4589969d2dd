#include "runtime/capi/open_arena.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "absl/strings/strip.h"
#include "base/file_error.h"
#include "base/status_macros.h"
#include "formats/dtype/dtype.h"
#include "formats/gguf/gguf_value.h"
#include "formats/gguf/gguf_value_json.h"
#include "formats/json/json_writer.h"
#include "formats/layout/tensor_layout.h"
#include "formats/tokenizer/missing_tokenizer.h"
#include "runtime/capi/boundary.h"
#include "runtime/capi/option_table.h"
#include "runtime/cpu/numa_policy.h"
#include "runtime/llm/arena_tokenizer.h"

namespace tessera {
namespace {

// All but the handle and the names.
tessera_tensor DescribeTensor(const TensorView& view) {
  const TensorLayout& layout = view.layout;
  tessera_tensor tensor = {};
  tensor.type_number = static_cast<uint32_t>(view.type);
  tensor.rank = view.shape.size();
  tensor.shape = view.shape.data();
  tensor.matrices = 1;
  for (size_t i = 0; i + 2 < view.shape.size(); ++i) {
    tensor.matrices *= view.shape[i];
  }
  tensor.rows = layout.rows;
  tensor.columns = layout.columns;
  tensor.data = view.data;
  tensor.stored_bytes = layout.StoredBytes(tensor.matrices);
  tensor.tile_rows = layout.tile_rows;
  tensor.row_tile_bytes = layout.row_tile_bytes;
  tensor.row_tile_stride = layout.row_tile_stride;
  return tensor;
}

std::string MetadataJson(const SourceMetadata& entry) {
  const auto* bytes = reinterpret_cast<const uint8_t*>(entry.value().data());
  const absl::StatusOr<GgufValue> value = GgufValue::FromRaw(
      entry.type(), absl::MakeConstSpan(bytes, entry.value().size()));
  if (!value.ok()) return "null";
  JsonWriter json(/*indented=*/false);
  WriteGgufValue(*value, &json);
  return std::string(absl::StripSuffix(json.Finish(), "\n"));
}

template <size_t kBytes>
void CopyText(const std::string& text, char (&to)[kBytes]) {
  to[text.copy(to, kBytes - 1)] = '\0';
}

}  // namespace

OpenArena::OpenArena(std::unique_ptr<LoadedArena> loaded)
    : loaded_(std::move(loaded)) {
  FindMetadata();
  DescribeTensors();
  DescribeModel();
  info_.path = path().c_str();
  info_.producer = loaded_->manifest().producer().c_str();
  info_.tensor_count = tensors_.size();
  info_.model = loaded_->manifest().has_model() ? &model_ : nullptr;
  info_.has_tokenizer = loaded_->manifest().has_tokenizer();
}

// What has no value here is kept in another form: lists of the tokenizer.
void OpenArena::FindMetadata() {
  for (const SourceMetadata& entry : loaded_->manifest().source().metadata()) {
    if (!entry.value().empty()) metadata_.push_back(&entry);
  }
  metadata_json_.resize(metadata_.size());
}

const char* OpenArena::MetadataKey(size_t index) const {
  return index < metadata_.size() ? metadata_[index]->key().c_str() : nullptr;
}

const char* OpenArena::MetadataValue(size_t index) const {
  if (index >= metadata_.size()) return nullptr;
  absl::MutexLock lock(&mutex_);
  std::string& json = metadata_json_[index];
  if (json.empty()) json = MetadataJson(*metadata_[index]);
  return json.c_str();
}

void OpenArena::DescribeTensors() {
  const absl::Span<const TensorView> views = loaded_->tensors();
  names_.reserve(views.size());
  handles_.reserve(views.size());
  tensors_.reserve(views.size());
  for (const TensorView& view : views) {
    const TensorNames& names = names_.emplace_back(
        TensorNames{std::string(view.name), DTypeName(view.type),
                    std::string(LayoutOrderName(view.layout.order))});
    tessera_tensor& tensor = tensors_.emplace_back(DescribeTensor(view));
    tensor.handle = &handles_.emplace_back(TensorHandle{this, &view});
    tensor.name = names.name.c_str();
    tensor.type = names.type.c_str();
    tensor.layout = names.layout.c_str();
  }
}

void OpenArena::DescribeModel() {
  const ModelConfig& config = loaded_->manifest().model();
  model_.model_type = config.model_type().c_str();
  model_.hidden_size = config.hidden_size();
  model_.intermediate_size = config.intermediate_size();
  model_.num_hidden_layers = config.num_hidden_layers();
  model_.num_attention_heads = config.num_attention_heads();
  model_.num_key_value_heads = config.num_key_value_heads();
  model_.head_dim = config.head_dim();
  model_.vocab_size = config.vocab_size();
  model_.max_position_embeddings = config.max_position_embeddings();
  model_.rms_norm_eps = config.rms_norm_eps();
  model_.rope_theta = config.rope_theta();
  model_.tie_word_embeddings = config.tie_word_embeddings();
}

absl::StatusOr<tessera_load_report> OpenArena::ReportLoad() const {
  TESSERA_ASSIGN_OR_RETURN(const LoadReport from, loaded_->Report());
  tessera_load_report report = {};
  report.mapped_bytes = from.mapped_bytes;
  report.hot_bytes = from.hot_bytes;
  report.asked_bytes = from.asked_bytes;
  report.huge_bytes = from.huge_bytes + from.hugetlb_bytes;
  report.private_bytes = from.private_bytes;
  report.open_seconds = from.open_seconds;
  report.read_seconds = from.read_seconds;
  report.read_bytes = from.read_bytes;
  report.verified_bytes = from.verified_bytes;
  report.minor_faults = from.minor_faults;
  report.major_faults = from.major_faults;
  report.reading = from.reading;
  CopyText(from.why_not_huge, report.why_not_huge);
  CopyText(from.how_to_repair, report.how_to_repair);
  return report;
}

const tessera_tensor* OpenArena::Tensor(size_t index) const {
  return index < tensors_.size() ? &tensors_[index] : nullptr;
}

const tessera_tensor* OpenArena::FindTensor(absl::string_view name) const {
  const TensorView* view = loaded_->FindTensor(name);
  return view == nullptr ? nullptr
                         : &tensors_[view - loaded_->tensors().data()];
}

absl::StatusOr<const Tokenizer*> OpenArena::FindTokenizer() const {
  absl::MutexLock lock(&mutex_);
  if (tokenizer_ == nullptr) {
    absl::Status has = CheckHasTokenizer(loaded_->manifest());
    if (absl::IsInvalidArgument(has)) {
      has = absl::FailedPreconditionError(has.message());
    }
    TESSERA_RETURN_IF_ERROR(WithPath(path(), has));
    absl::StatusOr<std::unique_ptr<Tokenizer>> tokenizer =
        MakeTokenizer(*loaded_);
    if (!tokenizer.ok()) return WithPath(path(), tokenizer.status());
    tokenizer_ = *std::move(tokenizer);
  }
  return tokenizer_.get();
}

namespace {

absl::StatusOr<std::unique_ptr<LoadedArena>> LoadArena(
    const char* path, const tessera_options& options) {
  // Before anything is read, and for the threads that read.
  TESSERA_RETURN_IF_ERROR(ApplyNumaPolicy(options.numa).status());
  return LoadedArena::Open(path, options.load);
}

}  // namespace
}  // namespace tessera

tessera_status tessera_arena_open(const char* path,
                                  const tessera_options* options,
                                  tessera_arena** arena, tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"path", path}, {"arena", arena}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(
            auto loaded,
            tessera::LoadArena(path, tessera::OptionsOrDefault(options)));
        *arena = new tessera_arena{
            std::make_shared<tessera::OpenArena>(std::move(loaded))};
        return absl::OkStatus();
      });
}

void tessera_arena_close(tessera_arena* arena) { delete arena; }

const tessera_arena_info* tessera_arena_describe(const tessera_arena* arena) {
  return arena == nullptr ? nullptr : &arena->shared->info();
}

tessera_status tessera_arena_load_report(const tessera_arena* arena,
                                         tessera_load_report* report,
                                         size_t struct_size,
                                         tessera_error* error) {
  return tessera::AtBoundary(
      error, {{"arena", arena}, {"report", report}}, [&]() -> absl::Status {
        TESSERA_ASSIGN_OR_RETURN(const tessera_load_report made,
                                 arena->shared->ReportLoad());
        std::memcpy(report, &made, std::min(struct_size, sizeof(made)));
        return absl::OkStatus();
      });
}

size_t tessera_arena_metadata_count(const tessera_arena* arena) {
  return arena == nullptr ? 0 : arena->shared->metadata_count();
}

const char* tessera_arena_metadata_key(const tessera_arena* arena,
                                       size_t index) {
  return arena == nullptr ? nullptr : arena->shared->MetadataKey(index);
}

const char* tessera_arena_metadata_value(const tessera_arena* arena,
                                         size_t index) {
  return arena == nullptr ? nullptr : arena->shared->MetadataValue(index);
}

const tessera_tensor* tessera_arena_tensor(const tessera_arena* arena,
                                           size_t index) {
  return arena == nullptr ? nullptr : arena->shared->Tensor(index);
}

const tessera_tensor* tessera_arena_find(const tessera_arena* arena,
                                         const char* name) {
  return arena == nullptr || name == nullptr ? nullptr
                                             : arena->shared->FindTensor(name);
}
