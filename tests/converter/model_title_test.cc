#include "converter/model_title.h"

#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(ModelTitleTest, WordsInLowerCaseBeginWithACapital) {
  EXPECT_EQ(ModelTitle("llama-tied"), "Llama Tied");
  EXPECT_EQ(ModelTitle("seed_oss"), "Seed_Oss");
  EXPECT_EQ(ModelTitle("SmolLM2-135M-instruct"), "SmolLM2 135M Instruct");
  EXPECT_EQ(ModelTitle("command-r7b"), "Command R7B");
}

TEST(ModelTitleTest, VersionsAndNumbersStay) {
  EXPECT_EQ(ModelTitle("mistral-7b-v0.3"), "Mistral 7b v0.3");
  EXPECT_EQ(ModelTitle("v2.x"), "V2.X");
}

TEST(ModelTitleTest, SpacesAndHyphensAreOne) {
  EXPECT_EQ(ModelTitle(" a--b - c"), "A B C");
  EXPECT_EQ(ModelTitle(""), "");
}

}  // namespace
}  // namespace tessera
