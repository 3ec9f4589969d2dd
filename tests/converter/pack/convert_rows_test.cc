#include "converter/pack/convert_rows.h"

#include <gtest/gtest.h>

#include <cstdint>
#include <vector>

#include "converter/pack/arena_plan.h"
#include "converter/quantize/importance_matrix.h"
#include "converter/source/open_source.h"

namespace tessera {
namespace {

// A row's blocks depend on nothing but the row, whatever is converted with it.
TEST(ConvertRowsTest, RowsDoNotDependOnTheirNeighbours) {
  const WeightSource source = OpenWeightSource("testdata/tiny").value();
  const auto importance =
      ImportanceMatrix::ReadFile("testdata/quantize/tiny.imatrix.gguf").value();
  for (const bool high_effort : {false, true}) {
    for (const bool weighed : {false, true}) {
      PlanOptions options;
      options.recipe = QuantizeRecipe::Parse("Q4_K_M").value();
      options.recipe.high_effort = high_effort;
      if (weighed) options.recipe.importance = importance;
      const ArenaPlan plan = PlanArena(source, options).value();
      for (size_t i = 0; i < source.tensors.size(); ++i) {
        const SourceTensor& tensor = source.tensors[i];
        if (plan.tensors[i].type == tensor.type || tensor.rows() < 4) continue;
        const uint64_t bytes = plan.tensors[i].layout.row_bytes;
        std::vector<uint8_t> together(4 * bytes);
        std::vector<uint8_t> alone(4 * bytes);
        RowFindings findings;
        ConvertRows(source, plan, i, 0, 4, together.data(), &findings);
        for (uint64_t row = 0; row < 4; ++row) {
          ConvertRows(source, plan, i, row, 1, alone.data() + row * bytes,
                      &findings);
        }
        EXPECT_EQ(together, alone) << tensor.name;
      }
    }
  }
}

}  // namespace
}  // namespace tessera
