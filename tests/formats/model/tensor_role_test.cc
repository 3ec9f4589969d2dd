#include "formats/model/tensor_role.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/string_view.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

TEST(TensorRoleTest, RowsAreNumberedAsTheirRoles) {
  ASSERT_EQ(AllTensorRoles().size(), kTensorRoleCount);
  for (size_t i = 0; i < kTensorRoleCount; ++i) {
    EXPECT_EQ(static_cast<size_t>(AllTensorRoles()[i].role), i);
  }
  EXPECT_EQ(InfoOf(TensorRole::kGate).gguf_name, "ffn_gate");
}

// Two roles with one name could not be told apart.
TEST(TensorRoleTest, NamesAreUnique) {
  std::set<absl::string_view> gguf;
  std::set<std::pair<bool, absl::string_view>> hugging_face;
  for (const TensorRoleInfo& info : AllTensorRoles()) {
    EXPECT_TRUE(gguf.insert(info.gguf_name).second) << info.gguf_name;
    EXPECT_FALSE(info.gguf_name.empty());
    EXPECT_FALSE(absl::EndsWith(info.gguf_name, ".weight")) << info.gguf_name;
    if (info.hugging_face_name.empty()) continue;
    const bool in_layer = info.place == TensorPlace::kLayer;
    EXPECT_TRUE(hugging_face.insert({in_layer, info.hugging_face_name}).second)
        << info.hugging_face_name;
  }
}

// The order of the table is that of arenas.
TEST(TensorRoleTest, PlacesFollowEachOther) {
  for (size_t i = 1; i < kTensorRoleCount; ++i) {
    EXPECT_LE(AllTensorRoles()[i - 1].place, AllTensorRoles()[i].place)
        << AllTensorRoles()[i].gguf_name;
  }
}

TEST(TensorRoleTest, EveryTensorHasColumns) {
  for (const TensorRoleInfo& info : AllTensorRoles()) {
    EXPECT_NE(info.columns, Dimension::kNone) << info.gguf_name;
  }
}

// Matrices of a group are multiplied by the same vector, so they have as many
// columns; and they can be neighbours in a layer only.
TEST(TensorRoleTest, GroupsReadTheSameInput) {
  EXPECT_EQ(RolesOf(FuseGroup::kAttentionInputs),
            (std::vector<TensorRole>{TensorRole::kAttentionQuery,
                                     TensorRole::kAttentionKey,
                                     TensorRole::kAttentionValue}));
  EXPECT_EQ(RolesOf(FuseGroup::kGateAndUp),
            (std::vector<TensorRole>{TensorRole::kGate, TensorRole::kUp}));
  for (FuseGroup group : {FuseGroup::kAttentionInputs, FuseGroup::kGateAndUp}) {
    const std::vector<TensorRole> roles = RolesOf(group);
    for (TensorRole role : roles) {
      EXPECT_EQ(InfoOf(role).columns, InfoOf(roles[0]).columns);
      EXPECT_EQ(InfoOf(role).place, TensorPlace::kLayer);
      EXPECT_NE(InfoOf(role).rows, Dimension::kNone);
    }
  }
  EXPECT_EQ(FuseGroupName(FuseGroup::kAttentionInputs), "attn_qkv");
  EXPECT_EQ(FuseGroupName(FuseGroup::kGateAndUp), "ffn_gate_up");
  EXPECT_EQ(FuseGroupName(FuseGroup::kNone), "");
}

TEST(TensorRoleTest, AnUntiedEmbeddingIsCold) {
  EXPECT_TRUE(IsCold(TensorRole::kTokenEmbedding, /*tied_embeddings=*/false));
  EXPECT_FALSE(IsCold(TensorRole::kTokenEmbedding, /*tied_embeddings=*/true));
  for (bool tied : {false, true}) {
    EXPECT_TRUE(IsCold(TensorRole::kRopeFactors, tied));
    EXPECT_FALSE(IsCold(TensorRole::kOutput, tied));
    EXPECT_FALSE(IsCold(TensorRole::kAttentionNorm, tied));
  }
}

TEST(TensorRoleTest, LogitsComeFromTheOutputOrTheEmbedding) {
  for (const TensorRoleInfo& info : AllTensorRoles()) {
    EXPECT_EQ(IsOutputMatrix(info.role), info.rows == Dimension::kVocabulary)
        << info.gguf_name;
  }
}

}  // namespace
}  // namespace tessera
