#include "converter/pack/arena_plan.h"

#include <algorithm>
#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "base/isa.h"
#include "gtest/gtest.h"
#include "runtime/kernels/kernel_table.h"

namespace tessera {
namespace {

constexpr uint64_t kSection = uint64_t{2} << 20;

void AddTensor(const std::string& name, DType type, std::vector<uint64_t> shape,
               WeightSource* source) {
  SourceTensor tensor;
  tensor.name = name;
  tensor.source_name = name;
  tensor.type = type;
  tensor.shape = std::move(shape);
  tensor.size = *TensorBytes(type, tensor.shape);
  source->tensors.push_back(std::move(tensor));
}

// One block of a Llama, in no particular order.
WeightSource SmallModel(DType type) {
  WeightSource source;
  AddTensor("output.weight", type, {96, 256}, &source);
  AddTensor("token_embd.weight", type, {96, 256}, &source);
  AddTensor("output_norm.weight", DType::kF32, {256}, &source);
  AddTensor("blk.0.ffn_up.weight", type, {512, 256}, &source);
  AddTensor("blk.0.ffn_gate.weight", type, {512, 256}, &source);
  AddTensor("blk.0.ffn_down.weight", type, {256, 512}, &source);
  AddTensor("blk.0.ffn_norm.weight", DType::kF32, {256}, &source);
  AddTensor("blk.0.attn_v.weight", type, {100, 256}, &source);
  AddTensor("blk.0.attn_k.weight", type, {128, 256}, &source);
  AddTensor("blk.0.attn_q.weight", type, {256, 256}, &source);
  AddTensor("blk.0.attn_output.weight", type, {256, 256}, &source);
  AddTensor("blk.0.attn_norm.weight", DType::kF32, {256}, &source);
  return source;
}

PlanOptions Options(absl::string_view recipe) {
  PlanOptions options;
  options.recipe = *QuantizeRecipe::Parse(recipe);
  return options;
}

const PlannedTensor& Find(const WeightSource& source, const ArenaPlan& plan,
                          absl::string_view name) {
  for (size_t i = 0; i < source.tensors.size(); ++i) {
    if (source.tensors[i].name == name) return plan.tensors[i];
  }
  ADD_FAILURE() << name;
  return plan.tensors[0];
}

TEST(ArenaPlanTest, HotTensorsLieInTheOrderOfExecution) {
  const WeightSource source = SmallModel(DType::kQ4_K);
  const auto plan = PlanArena(source, Options("keep"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  ASSERT_EQ(plan->sections.size(), 2u);
  EXPECT_EQ(plan->sections[0].kind, Section::KIND_HOT);
  EXPECT_EQ(plan->sections[0].offset, kSection);
  EXPECT_EQ(plan->sections[1].offset % kSection, 0u);
  std::vector<std::string> names;
  uint64_t last = 0;
  for (size_t index : plan->execution_order) {
    names.push_back(source.tensors[index].name);
    EXPECT_GT(plan->tensors[index].first_tile, last);
    last = plan->tensors[index].first_tile;
  }
  EXPECT_EQ(names, (std::vector<std::string>{
                       "blk.0.attn_norm.weight", "blk.0.attn_q.weight",
                       "blk.0.attn_k.weight", "blk.0.attn_v.weight",
                       "blk.0.attn_output.weight", "blk.0.ffn_norm.weight",
                       "blk.0.ffn_gate.weight", "blk.0.ffn_up.weight",
                       "blk.0.ffn_down.weight", "output_norm.weight",
                       "output.weight"}));
  EXPECT_EQ(Find(source, *plan, "token_embd.weight").section, 1u);
}

// Names of the hot tensors of such names, in their order.
std::vector<std::string> HotNames(const std::vector<std::string>& names) {
  WeightSource source;
  for (const std::string& name : names) {
    AddTensor(name, DType::kF32, {2, 2}, &source);
  }
  const auto plan = PlanArena(source, Options("keep"));
  EXPECT_TRUE(plan.ok()) << plan.status();
  std::vector<std::string> hot;
  for (size_t index : plan->execution_order) {
    hot.push_back(source.tensors[index].name);
  }
  return hot;
}

TEST(ArenaPlanTest, OrderIsThatOfTheRoles) {
  const std::vector<std::string> in_order = {
      "blk.0.attn_norm.weight",
      "blk.0.attn_q.weight",
      "blk.0.attn_k.weight",
      "blk.0.attn_v.weight",
      "blk.0.attn_q.bias",
      "blk.0.attn_k.bias",
      "blk.0.attn_v.bias",
      "blk.0.attn_q_norm.weight",
      "blk.0.attn_output.weight",
      "blk.0.attn_output.bias",
      "blk.0.ffn_norm.weight",
      "blk.0.ffn_gate_inp.weight",
      "blk.0.ffn_gate.weight",
      "blk.0.ffn_up.weight",
      "blk.0.ffn_gate.bias",
      "blk.0.ffn_gate_exps.weight",
      "blk.0.ffn_up_exps.weight",
      "blk.0.ffn_down.weight",
      "blk.0.ffn_down_exps.weight",
      "blk.0.something_new.weight",
      "blk.2.attn_norm.weight",
      "blk.10.attn_norm.weight",
      "output_norm.weight",
      "output.weight",
      "unheard_of",
  };
  std::vector<std::string> names = in_order;
  std::sort(names.begin(), names.end());
  EXPECT_EQ(HotNames(names), in_order);
}

// What is not known keeps the order of the source, last in its layer and last
// of all.
TEST(ArenaPlanTest, UnknownNamesComeLast) {
  EXPECT_EQ(HotNames({"z", "blk.1.z", "a", "blk.1.a", "blk.x.b", "blk.0.c",
                      "blk.1.ffn_down.weight", "output.weight"}),
            (std::vector<std::string>{"blk.0.c", "blk.1.ffn_down.weight",
                                      "blk.1.z", "blk.1.a", "output.weight",
                                      "z", "a", "blk.x.b"}));
}

TEST(ArenaPlanTest, RopeFactorsAreCold) {
  EXPECT_EQ(HotNames({"rope_freqs.weight", "token_embd.weight", "output.weight",
                      "blk.0.ffn_up.weight"}),
            (std::vector<std::string>{"blk.0.ffn_up.weight", "output.weight"}));
}

// Not with what is missing, and not across layers.
TEST(ArenaPlanTest, OnlyWholeGroupsAreFused) {
  WeightSource source = SmallModel(DType::kQ8_0);
  std::erase_if(source.tensors, [](const SourceTensor& tensor) {
    return tensor.name == "blk.0.attn_k.weight" ||
           tensor.name == "blk.0.ffn_up.weight";
  });
  AddTensor("blk.1.ffn_up.weight", DType::kQ8_0, {512, 256}, &source);
  const auto plan = PlanArena(source, Options("keep"));
  ASSERT_TRUE(plan.ok()) << plan.status();
  for (const PlannedTensor& tensor : plan->tensors) {
    EXPECT_EQ(tensor.fused_group, "");
  }
}

TEST(ArenaPlanTest, QueryKeyValueShareOneExtent) {
  const WeightSource source = SmallModel(DType::kQ8_0);
  const auto plan = PlanArena(source, Options("keep"));
  ASSERT_TRUE(plan.ok());
  const PlannedTensor& q = Find(source, *plan, "blk.0.attn_q.weight");
  const PlannedTensor& k = Find(source, *plan, "blk.0.attn_k.weight");
  const PlannedTensor& v = Find(source, *plan, "blk.0.attn_v.weight");
  for (const PlannedTensor* member : {&q, &k, &v}) {
    EXPECT_EQ(member->fused_group, "blk.0.attn_qkv");
    EXPECT_EQ(member->extent_offset, q.first_tile);
    EXPECT_EQ(member->extent_size,
              v.first_tile + v.layout.StoredBytes() - q.first_tile);
  }
}

TEST(ArenaPlanTest, GateAndUpAlternate) {
  const WeightSource source = SmallModel(DType::kQ4_0);
  const auto plan = PlanArena(source, Options("keep"));
  ASSERT_TRUE(plan.ok());
  const PlannedTensor& gate = Find(source, *plan, "blk.0.ffn_gate.weight");
  const PlannedTensor& up = Find(source, *plan, "blk.0.ffn_up.weight");
  EXPECT_EQ(up.first_tile, gate.first_tile + gate.layout.row_tile_bytes);
  EXPECT_EQ(gate.layout.row_tile_stride, up.layout.row_tile_stride);
  EXPECT_GE(gate.layout.row_tile_stride,
            gate.layout.row_tile_bytes + up.layout.row_tile_bytes);
  EXPECT_NE(gate.layout.row_tile_stride % 4096, 0u);
}

TEST(ArenaPlanTest, SpreadTilesShareExtentsButDoNotAlternate) {
  const WeightSource source = SmallModel(DType::kQ4_0);
  for (LayoutOrder order : {LayoutOrder::kTransposed, LayoutOrder::kSwizzled}) {
    PlanOptions options = Options("keep");
    options.layout = order;
    const auto plan = PlanArena(source, options);
    ASSERT_TRUE(plan.ok());
    EXPECT_EQ(Find(source, *plan, "blk.0.attn_k.weight").fused_group,
              "blk.0.attn_qkv");
    const PlannedTensor& gate = Find(source, *plan, "blk.0.ffn_gate.weight");
    EXPECT_EQ(gate.layout.order, order);
    EXPECT_EQ(gate.fused_group, "");
    EXPECT_EQ(gate.extent_size, gate.layout.StoredBytes());
    // What is read by row stays in rows.
    EXPECT_EQ(Find(source, *plan, "token_embd.weight").layout.order,
              LayoutOrder::kRowMajor);
  }
}

TEST(ArenaPlanTest, ProfileSeesTypeDutyAndShape) {
  const WeightSource source = SmallModel(DType::kQ4_0);
  PlanOptions options = Options("keep");
  options.profile = *LayoutProfile::Parse(
      "F32  *    * *   swizzled\n"
      "Q4_0 gemv * *   rowmajor\n"
      "Q4_0 gemm * 512 swizzled\n"
      "*    gemm 512 * transposed\n");
  const auto plan = PlanArena(source, options);
  ASSERT_TRUE(plan.ok());
  const auto order_of = [&](absl::string_view name) {
    return Find(source, *plan, name).layout.order;
  };
  EXPECT_EQ(order_of("output.weight"), LayoutOrder::kRowMajor);
  EXPECT_EQ(order_of("blk.0.ffn_down.weight"), LayoutOrder::kSwizzled);
  EXPECT_EQ(order_of("blk.0.ffn_up.weight"), LayoutOrder::kTransposed);
  EXPECT_EQ(order_of("blk.0.attn_q.weight"), LayoutOrder::kInterleaved);
  // Vectors have no tiles.
  EXPECT_EQ(order_of("blk.0.ffn_norm.weight"), LayoutOrder::kRowMajor);
}

TEST(ArenaPlanTest, SaysWhyATensorHasItsLayout) {
  const WeightSource source = SmallModel(DType::kQ4_0);
  PlanOptions options = Options("keep");
  options.profile = *LayoutProfile::Parse(
      "Q4_0 gemm 256 256 swizzled gain 1.2 1.1..1.3 over interleaved of 9\n"
      "Q4_0 gemm 512 256 interleaved gain 1.5 1.4..1.6 over swizzled of 20\n"
      "Q4_0 gemv * * transposed\n");
  const auto plan = PlanArena(source, options);
  ASSERT_TRUE(plan.ok());
  const auto reason_of = [&](absl::string_view name) {
    return Find(source, *plan, name).layout_reason;
  };
  const LayoutReason measured = reason_of("blk.0.attn_q.weight").value();
  EXPECT_EQ(measured.source(), LayoutReason::SOURCE_MEASURED);
  EXPECT_EQ(measured.order(), Layout::ORDER_SWIZZLED);
  EXPECT_EQ(measured.over(), Layout::ORDER_INTERLEAVED);
  EXPECT_EQ(measured.ratio(), 1.2);
  EXPECT_EQ(measured.lower(), 1.1);
  EXPECT_EQ(measured.upper(), 1.3);
  EXPECT_EQ(measured.samples(), 9u);
  EXPECT_EQ(reason_of("blk.0.ffn_up.weight")->over(), Layout::ORDER_SWIZZLED);
  const LayoutReason rule = reason_of("output.weight").value();
  EXPECT_EQ(rule.source(), LayoutReason::SOURCE_RULE);
  EXPECT_EQ(rule.order(), Layout::ORDER_TRANSPOSED);
  EXPECT_EQ(rule.samples(), 0u);
  const LayoutReason none = reason_of("blk.0.ffn_down.weight").value();
  EXPECT_EQ(none.source(), LayoutReason::SOURCE_NO_RULE);
  EXPECT_EQ(none.order(), Layout::ORDER_INTERLEAVED);
  // Nothing to choose: a vector, and what is read by row.
  EXPECT_FALSE(reason_of("output_norm.weight").has_value());
  EXPECT_FALSE(reason_of("token_embd.weight").has_value());

  const auto plain = PlanArena(source, Options("keep"));
  for (const PlannedTensor& tensor : plain->tensors) {
    EXPECT_FALSE(tensor.layout_reason.has_value());
  }
}

// The reason keeps what was asked for.
TEST(ArenaPlanTest, TypesWithoutTilesStayRowMajor) {
  const WeightSource source = SmallModel(DType::kTQ1_0);
  PlanOptions options = Options("keep");
  options.profile = *LayoutProfile::Parse("* * * * swizzled");
  const auto plan = PlanArena(source, options);
  ASSERT_TRUE(plan.ok());
  const PlannedTensor& q = Find(source, *plan, "blk.0.attn_q.weight");
  EXPECT_EQ(q.layout.order, LayoutOrder::kRowMajor);
  EXPECT_EQ(q.layout_reason->order(), Layout::ORDER_SWIZZLED);
}

TEST(ArenaPlanTest, WithoutFusionEachTensorIsAlone) {
  const WeightSource source = SmallModel(DType::kQ4_0);
  PlanOptions options = Options("keep");
  options.fuse = false;
  const auto plan = PlanArena(source, options);
  ASSERT_TRUE(plan.ok());
  for (const PlannedTensor& tensor : plan->tensors) {
    EXPECT_EQ(tensor.fused_group, "");
    EXPECT_EQ(tensor.extent_offset, tensor.first_tile);
    EXPECT_EQ(tensor.extent_size, tensor.layout.StoredBytes());
  }
}

TEST(ArenaPlanTest, NothingOverlapsAndAllIsAligned) {
  for (DType type :
       {DType::kF32, DType::kF16, DType::kQ4_0, DType::kQ6_K, DType::kQ2_K}) {
    for (LayoutOrder order :
         {LayoutOrder::kRowMajor, LayoutOrder::kTransposed,
          LayoutOrder::kInterleaved, LayoutOrder::kSwizzled}) {
      const WeightSource source = SmallModel(type);
      PlanOptions options = Options("keep");
      options.layout = order;
      const auto plan = PlanArena(source, options);
      ASSERT_TRUE(plan.ok()) << plan.status();
      uint64_t end = 0;
      for (const PlannedSection& section : plan->sections) {
        EXPECT_GE(section.offset, end);
        end = section.offset;
        for (const PlannedStream& stream : section.streams) {
          EXPECT_EQ(stream.offset % 64, 0u);
          EXPECT_GE(stream.offset, end);
          end = stream.offset + stream.size;
        }
        EXPECT_EQ(end, section.offset + section.size);
      }
    }
  }
}

// Neither side may include the other, so each has its list of types.
TEST(ArenaPlanTest, TypesAreInterleavedIfTheRuntimeHasKernels) {
  for (const DTypeTraits& traits : AllDTypes()) {
    const std::string name = DTypeName(traits.type);
    const WeightSource source = SmallModel(traits.type);
    const auto plan = PlanArena(source, Options("keep"));
    // A type that ggml removed cannot be stored at all.
    ASSERT_EQ(plan.ok(), RowBytes(traits.type, 256).has_value()) << name;
    const bool interleaved =
        plan.ok() && Find(source, *plan, "output.weight").layout.order ==
                         LayoutOrder::kInterleaved;
    for (Isa isa : SupportedIsas()) {
      const bool has_kernel =
          KernelTableFor(isa).find_matmul(traits.type) != nullptr;
      // Row-major for the sake of their accuracy.
      const bool three_valued =
          traits.type == DType::kTQ1_0 || traits.type == DType::kTQ2_0;
      EXPECT_EQ(interleaved, has_kernel && !three_valued)
          << name << ", " << IsaName(isa);
    }
  }
}

TEST(ArenaPlanTest, TiedEmbeddingsAreHotAndLast) {
  WeightSource source = SmallModel(DType::kF16);
  source.tensors.erase(source.tensors.begin());
  const auto plan = PlanArena(source, Options("Q4_0"));
  ASSERT_TRUE(plan.ok());
  EXPECT_EQ(plan->sections.size(), 1u);
  EXPECT_EQ(source.tensors[plan->execution_order.back()].name,
            "token_embd.weight");
  EXPECT_EQ(Find(source, *plan, "token_embd.weight").type, DType::kQ6_K);
}

TEST(ArenaPlanTest, TypesThatCannotBeDecodedAreNamed) {
  WeightSource source;
  AddTensor("blk.0.ffn_up.weight", DType::kIQ2_XS, {512, 256}, &source);
  EXPECT_TRUE(PlanArena(source, Options("keep")).ok());
  const absl::Status status = PlanArena(source, Options("Q4_0")).status();
  EXPECT_TRUE(absl::IsUnimplemented(status));
  EXPECT_EQ(status.message(),
            "cannot convert tensor 'blk.0.ffn_up.weight' from IQ2_XS to Q4_0");
}

}  // namespace
}  // namespace tessera
