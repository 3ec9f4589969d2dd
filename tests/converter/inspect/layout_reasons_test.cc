#include "converter/inspect/layout_reasons.h"

#include <gtest/gtest.h>

namespace tessera {
namespace {

void AddTensor(Layout::Order order, const LayoutReason* reason,
               Manifest* manifest) {
  Tensor& tensor = *manifest->add_tensors();
  tensor.set_type_name("Q4_0");
  tensor.mutable_layout()->set_order(order);
  if (reason != nullptr) *tensor.mutable_layout_reason() = *reason;
}

LayoutReason Reason(LayoutReason::Source source, Layout::Order order) {
  LayoutReason reason;
  reason.set_source(source);
  reason.set_order(order);
  reason.set_over(Layout::ORDER_TRANSPOSED);
  reason.set_ratio(1.124);
  reason.set_lower(1.08);
  reason.set_upper(1.2);
  return reason;
}

Manifest Example() {
  const LayoutReason measured =
      Reason(LayoutReason::SOURCE_MEASURED, Layout::ORDER_INTERLEAVED);
  const LayoutReason none =
      Reason(LayoutReason::SOURCE_NO_RULE, Layout::ORDER_INTERLEAVED);
  const LayoutReason rule =
      Reason(LayoutReason::SOURCE_RULE, Layout::ORDER_SWIZZLED);
  Manifest manifest;
  AddTensor(Layout::ORDER_INTERLEAVED, &measured, &manifest);
  AddTensor(Layout::ORDER_INTERLEAVED, &none, &manifest);
  AddTensor(Layout::ORDER_SWIZZLED, &rule, &manifest);
  AddTensor(Layout::ORDER_ROWMAJOR, nullptr, &manifest);
  AddTensor(Layout::ORDER_ROWMAJOR, &rule, &manifest);
  AddTensor(Layout::ORDER_INTERLEAVED, &measured, &manifest);
  return manifest;
}

TEST(LayoutReasonsTest, TextOfATensor) {
  const Manifest manifest = Example();
  const auto text = [&manifest](int i) {
    return LayoutReasonText(manifest.tensors(i));
  };
  EXPECT_EQ(text(0), "1.12x transposed (1.08 to 1.20)");
  EXPECT_EQ(text(1), "not measured");
  EXPECT_EQ(text(2), "by a rule without figures");
  EXPECT_EQ(text(3), "nothing to choose");
  EXPECT_EQ(text(4), "Q4_0 has no kernel for swizzled");
}

TEST(LayoutReasonsTest, SummaryOfAnArena) {
  EXPECT_TRUE(HasLayoutReasons(Example()));
  EXPECT_EQ(LayoutSummary(Example()),
            "layouts: 2 interleaved (measured), 1 interleaved (not measured), "
            "1 rowmajor (nothing to choose), 1 rowmajor (the only one for the "
            "type), 1 swizzled (by a rule without figures)\n");
  EXPECT_EQ(LayoutFallbacks(Example()),
            std::vector<std::string>(
                {"Q4_0 has no kernel for swizzled: 1 tensor is row-major"}));
  Manifest plain;
  AddTensor(Layout::ORDER_ROWMAJOR, nullptr, &plain);
  EXPECT_FALSE(HasLayoutReasons(plain));
  EXPECT_EQ(LayoutSummary(plain), "");
}

TEST(LayoutReasonsTest, Machine) {
  LayoutMachine machine;
  EXPECT_EQ(LayoutMachineText(machine), "");
  machine.set_threads(2);
  EXPECT_EQ(LayoutMachineText(machine), "2 threads");
  machine.set_cpu("AMD EPYC");
  machine.set_isa("avx2");
  machine.set_threads(1);
  EXPECT_EQ(LayoutMachineText(machine), "AMD EPYC, avx2, 1 thread");
}

}  // namespace
}  // namespace tessera
