#include "converter/quantize/budget_solver.h"

#include <cmath>
#include <limits>
#include <random>

#include "gtest/gtest.h"

namespace tessera {
namespace {

using Items = std::vector<std::vector<BudgetOption>>;
using Chosen = std::vector<size_t>;

uint64_t BytesOf(const Items& items, const Chosen& chosen) {
  uint64_t bytes = 0;
  for (size_t i = 0; i < items.size(); ++i) bytes += items[i][chosen[i]].bytes;
  return bytes;
}

double LossOf(const Items& items, const Chosen& chosen) {
  double loss = 0;
  for (size_t i = 0; i < items.size(); ++i) loss += items[i][chosen[i]].loss;
  return loss;
}

TEST(BudgetSolverTest, TakesWhatSavesMostPerByte) {
  const Items items = {{{4, 8}, {6, 4}, {8, 3}}, {{4, 2}, {6, 1}, {8, 0}}};
  EXPECT_EQ(*ChooseOptions(items, 8), (Chosen{0, 0}));
  EXPECT_EQ(*ChooseOptions(items, 9), (Chosen{0, 0}));
  EXPECT_EQ(*ChooseOptions(items, 10), (Chosen{1, 0}));
  EXPECT_EQ(*ChooseOptions(items, 100), (Chosen{2, 2}));
}

TEST(BudgetSolverTest, NothingFits) {
  EXPECT_FALSE(ChooseOptions(Items{{{4, 1}}, {{5, 1}, {7, 0}}}, 8).has_value());
  EXPECT_FALSE(ChooseOptions(Items{{{4, 1}}}, 0).has_value());
  EXPECT_EQ(*ChooseOptions(Items{}, 0), Chosen());
}

// Larger and worse than another, or above the line between two.
TEST(BudgetSolverTest, LeavesOutWhatIsNotOnTheHull) {
  const Items items = {{{4, 10}, {5, 11}, {6, 8}, {8, 0}}};
  EXPECT_EQ(*ChooseOptions(items, 8), (Chosen{3}));
  // It is better than nothing, though.
  EXPECT_EQ(*ChooseOptions(items, 7), (Chosen{2}));
  EXPECT_EQ(*ChooseOptions(items, 5), (Chosen{0}));
}

TEST(BudgetSolverTest, EqualSizesAndLosses) {
  const Items items = {{{4, 3}, {4, 2}, {4, 2}}, {{4, 0}, {8, 0}}};
  EXPECT_EQ(*ChooseOptions(items, 100), (Chosen{1, 0}));
}

// A step that does not fit does not keep others from being taken.
TEST(BudgetSolverTest, FillsUp) {
  const Items items = {{{10, 100}, {30, 0}}, {{10, 9}, {12, 8}}};
  EXPECT_EQ(*ChooseOptions(items, 24), (Chosen{0, 1}));
  EXPECT_EQ(*ChooseOptions(items, 40), (Chosen{1, 0}));
}

// The least loss of all combinations.
double BestLoss(const Items& items, uint64_t budget) {
  double best = std::numeric_limits<double>::infinity();
  Chosen chosen(items.size(), 0);
  while (true) {
    if (BytesOf(items, chosen) <= budget) {
      best = std::min(best, LossOf(items, chosen));
    }
    size_t i = 0;
    while (i < items.size() && ++chosen[i] == items[i].size()) chosen[i++] = 0;
    if (i == items.size()) return best;
  }
}

TEST(BudgetSolverTest, IsNearTheBestOfAllChoices) {
  std::mt19937 random(1);
  for (int round = 0; round < 200; ++round) {
    Items items(5);
    uint64_t least = 0;
    double step = 0;  // the greatest that one option can save
    for (std::vector<BudgetOption>& options : items) {
      const uint64_t weights = 1 + random() % 8;
      const double sensitivity = 1 + random() % 20;
      for (uint64_t bits : {4, 5, 6, 8}) {
        options.push_back(
            {bits * weights, sensitivity * std::exp2(-2.0 * bits)});
      }
      least += options.front().bytes;
      step = std::max(step, options.front().loss - options.back().loss);
    }
    const uint64_t budget = least + random() % 40;
    const auto chosen = ChooseOptions(items, budget);
    ASSERT_TRUE(chosen.has_value());
    EXPECT_LE(BytesOf(items, *chosen), budget);
    EXPECT_LE(LossOf(items, *chosen), BestLoss(items, budget) + step);
  }
}

}  // namespace
}  // namespace tessera
