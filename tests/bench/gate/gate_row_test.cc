#include "bench/gate/gate_row.h"

#include <string>

#include "absl/status/status.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

GateRow Kernel() {
  GateRow row;
  row.type = DType::kQ4_K;
  row.layout = LayoutOrder::kSwizzled;
  row.rows = 2048;
  row.columns = 5632;
  row.tokens = 64;
  return row;
}

TEST(GateRowTest, AKernelIsTheSameAfterwards) {
  const GateRow row = Kernel();
  EXPECT_EQ(row.Text(),
            "kernel isa=scalar threads=one type=Q4_K layout=swizzled rows=2048 "
            "columns=5632 tokens=64");
  const auto parsed = GateRow::Parse(row.Text());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->Text(), row.Text());
  EXPECT_EQ(parsed->Name(), "kernel Q4_K swizzled 2048x5632 t64");
}

TEST(GateRowTest, AModelMayHaveSpacesInItsPath) {
  GateRow row;
  row.kind = GateRow::Kind::kModel;
  row.test.n_gen = 16;
  row.test.n_depth = 100;
  row.arena = "/tmp/my models/a = b.arena";
  const auto parsed = GateRow::Parse(row.Text());
  ASSERT_TRUE(parsed.ok()) << parsed.status();
  EXPECT_EQ(parsed->arena, row.arena);
  EXPECT_EQ(parsed->test, row.test);
  EXPECT_EQ(parsed->Name(), "model a = b tg16 @ d100");
}

TEST(GateRowTest, WhatIsUnknownIsNamed) {
  const struct {
    const char* text;
    const char* says;
  } kCases[] = {
      {"", "unknown kind of row ''"},
      {"stove isa=scalar", "unknown kind of row 'stove'"},
      {"kernel isa=sse2", "unknown instruction set 'sse2'"},
      {"kernel type=Q9_9", "unknown type 'Q9_9'"},
      {"kernel layout=spiral", "unknown layout 'spiral'"},
      {"kernel rows=-1", "rows is no number: '-1'"},
      {"kernel rows=99999999999999999999", "rows is no number"},
      {"kernel colour=red", "unknown field 'colour'"},
      {"kernel type=Q4_0 rows=16 columns=32", "lacks a field"},
      {"model n_gen=1", "lacks a field"},
  };
  for (const auto& c : kCases) {
    const absl::Status status = GateRow::Parse(c.text).status();
    EXPECT_TRUE(absl::IsInvalidArgument(status)) << c.text;
    EXPECT_NE(std::string(status.message()).find(c.says), std::string::npos)
        << c.text << ": " << status.message();
  }
}

}  // namespace
}  // namespace tessera
