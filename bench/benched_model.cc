#include "bench/benched_model.h"

#include <algorithm>
#include <map>
#include <optional>
#include <utility>

#include "absl/strings/str_format.h"
#include "absl/time/clock.h"
#include "absl/time/time.h"
#include "base/checked_math.h"
#include "base/file_error.h"
#include "base/host_info.h"
#include "base/status_macros.h"
#include "bench/size_text.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"

namespace tessera {
namespace {

// What most of the bytes belong to.
template <typename Key>
Key Dominant(const std::map<Key, uint64_t>& bytes, Key otherwise) {
  const auto most = std::max_element(
      bytes.begin(), bytes.end(),
      [](const auto& a, const auto& b) { return a.second < b.second; });
  return most == bytes.end() ? otherwise : most->first;
}

bool LayoutWasAuto(const Manifest& manifest) {
  return std::any_of(manifest.options().begin(), manifest.options().end(),
                     [](const EffectiveOption& option) {
                       return option.name() == "layout" &&
                              option.value() == "auto";
                     });
}

}  // namespace

absl::StatusOr<std::unique_ptr<BenchedModel>> BenchedModel::Open(
    const std::string& path, const ModelOptions& options, ThreadPool& pool) {
  const uint64_t resident_before = ResidentMemory();
  LoadOptions load_options;
  load_options.huge_pages = options.huge_pages;
  load_options.populate = Populate::kHot;
  TESSERA_ASSIGN_OR_RETURN(std::unique_ptr<LoadedArena> arena,
                           LoadedArena::Open(path, load_options));
  DecoderOptions decoder_options;
  decoder_options.isa = options.isa;
  decoder_options.pool = &pool;
  decoder_options.ctx_size = options.ctx_size;
  if (options.n_ubatch != 0) decoder_options.max_batch = options.n_ubatch;
  absl::StatusOr<std::unique_ptr<Decoder>> decoder =
      Decoder::Create(*arena, decoder_options);
  if (!decoder.ok()) return WithPath(path, decoder.status());
  ModelOptions effective = options;
  effective.n_ubatch = decoder_options.max_batch;
  auto model = std::unique_ptr<BenchedModel>(
      new BenchedModel(std::move(arena), *std::move(decoder), effective));
  model->resident_before_ = resident_before;
  TESSERA_ASSIGN_OR_RETURN(model->load_, model->arena_->Report());
  return model;
}

BenchedModel::BenchedModel(std::unique_ptr<LoadedArena> arena,
                           std::unique_ptr<Decoder> decoder,
                           const ModelOptions& options)
    : arena_(std::move(arena)),
      decoder_(std::move(decoder)),
      n_ubatch_(options.n_ubatch),
      sample_seconds_(options.sample_seconds),
      ids_(decoder_->ctx_size()) {
  Describe();
}

void BenchedModel::Describe() {
  const bool tied =
      arena_->FindTensor(GgufName(TensorRole::kOutput)) == nullptr;
  std::map<DType, uint64_t> type_bytes;
  std::map<LayoutOrder, uint64_t> order_bytes;
  for (const TensorView& tensor : arena_->tensors()) {
    const uint64_t count = ElementCount(tensor.shape).value_or(0);
    const uint64_t bytes = TensorBytes(tensor.type, tensor.shape).value_or(0);
    parameters_ += count;
    size_ += bytes;
    if (tensor.shape.size() < 2) continue;
    type_bytes[tensor.type] += bytes;
    const std::optional<TensorName> name = ParseGgufName(tensor.name);
    if (name.has_value() && IsCold(name->role, tied)) continue;
    order_bytes[tensor.layout.order] += bytes;
    Work& work = name.has_value() && IsOutputMatrix(name->role) ? output_work_
                                                                : layer_work_;
    work.weight_bytes += static_cast<double>(tensor.layout.row_tiles() *
                                             tensor.layout.row_tile_bytes);
    work.AddMacs(tensor.type, static_cast<double>(count));
  }
  layout_ = LayoutWasAuto(arena_->manifest())
                ? "auto"
                : std::string(LayoutOrderName(
                      Dominant(order_bytes, LayoutOrder::kRowMajor)));
  description_ =
      absl::StrFormat("%s %s %s", arena_->manifest().model().model_type(),
                      ParameterCount(parameters_),
                      DTypeName(Dominant(type_bytes, DType::kF32)));
}

Work BenchedModel::WorkOf(const ModelTestCase& test) const {
  Work work;
  const auto tokens = static_cast<double>(test.tokens());
  work.Add(layer_work_, tokens);
  if (test.n_gen != 0) {
    work.Add(output_work_, tokens);
    return work;
  }
  // Weights are read once for all tokens that go through together, and only
  // the last token has logits.
  const auto passes = static_cast<double>(CeilDiv(
      static_cast<uint64_t>(test.n_prompt), static_cast<uint64_t>(n_ubatch_)));
  work.weight_bytes = layer_work_.weight_bytes * passes;
  work.Add(output_work_, 1);
  return work;
}

absl::Status BenchedModel::Prefill(int64_t tokens) {
  for (int64_t i = 0; i < tokens; ++i) {
    ids_[i] = static_cast<int32_t>(random_.Next() % decoder_->vocab_size());
  }
  const auto logits =
      decoder_->Forward(absl::MakeConstSpan(ids_.data(), tokens), 1);
  return logits.status();
}

absl::Status BenchedModel::Generate(int64_t tokens) {
  for (int64_t i = 0; i < tokens; ++i) {
    TESSERA_RETURN_IF_ERROR(Prefill(1));
  }
  return absl::OkStatus();
}

absl::Status BenchedModel::WarmUp(const ModelTestCase& test) {
  decoder_->Reset();
  TESSERA_RETURN_IF_ERROR(test.n_gen == 0 ? Prefill(test.n_prompt)
                                          : Generate(1));
  const uint64_t now = ResidentMemory();
  resident_bytes_ =
      std::max(resident_bytes_, now - std::min(now, resident_before_));
  return absl::OkStatus();
}

absl::StatusOr<double> BenchedModel::TimePass(const ModelTestCase& test) {
  decoder_->Reset();
  if (test.n_depth > 0) TESSERA_RETURN_IF_ERROR(Prefill(test.n_depth));
  const absl::Time start = absl::Now();
  if (test.n_prompt > 0) TESSERA_RETURN_IF_ERROR(Prefill(test.n_prompt));
  TESSERA_RETURN_IF_ERROR(Generate(test.n_gen));
  return absl::ToDoubleNanoseconds(absl::Now() - start);
}

absl::StatusOr<double> BenchedModel::Sample(const ModelTestCase& test) {
  double sum = 0;
  int passes = 0;
  do {
    TESSERA_ASSIGN_OR_RETURN(const double pass, TimePass(test));
    sum += pass;
    ++passes;
  } while (sum < sample_seconds_ * 1e9);
  return sum / passes;
}

}  // namespace tessera
