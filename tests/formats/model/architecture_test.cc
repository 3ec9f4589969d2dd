#include "formats/model/architecture.h"

#include <set>
#include <string>
#include <utility>
#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_replace.h"
#include "formats/model/tensor_name.h"
#include "formats/model/tensor_role.h"
#include "gtest/gtest.h"

namespace tessera {
namespace {

std::vector<TensorSpec> SpecsOf(const Architecture& architecture) {
  std::vector<TensorSpec> specs;
  for (TensorSpecs part : architecture.tensors) {
    specs.insert(specs.end(), part.begin(), part.end());
  }
  return specs;
}

// Hugging Face's modules of a role: those of the architecture, else the usual.
std::vector<std::string> ModulesOf(const Architecture& architecture,
                                   TensorRole role) {
  std::vector<std::string> modules;
  for (const HuggingFaceName& name : architecture.hugging_face_names) {
    if (name.role == role) modules.emplace_back(name.module);
  }
  if (modules.empty()) modules.emplace_back(InfoOf(role).hugging_face_name);
  return modules;
}

TEST(ArchitectureTest, NoTensorIsListedTwice) {
  for (const Architecture& architecture : AllArchitectures()) {
    std::set<std::pair<TensorRole, TensorPart>> seen;
    for (const TensorSpec& spec : SpecsOf(architecture)) {
      EXPECT_TRUE(seen.insert({spec.role, spec.part}).second)
          << architecture.name << " " << InfoOf(spec.role).gguf_name;
    }
  }
}

TEST(ArchitectureTest, EveryModelHasWhatATokenNeeds) {
  for (const Architecture& architecture : AllArchitectures()) {
    SCOPED_TRACE(architecture.name);
    for (TensorRole role : {TensorRole::kTokenEmbedding, TensorRole::kOutput,
                            TensorRole::kAttentionOutput}) {
      EXPECT_TRUE(ListsRole(architecture, role)) << InfoOf(role).gguf_name;
    }
    // The columns say the same as the list.
    const bool has_norms = architecture.norm != NormKind::kPlainLayerNorm;
    const bool before = architecture.norms != NormPlacement::kAfter;
    EXPECT_EQ(ListsRole(architecture, TensorRole::kOutputNorm), has_norms);
    EXPECT_EQ(ListsRole(architecture, TensorRole::kAttentionNorm),
              has_norms && before);
    EXPECT_EQ(
        ListsRole(architecture, architecture.feed_forward_norm),
        has_norms && before && architecture.residual != Residual::kParallel);
    EXPECT_EQ(ListsRole(architecture, TensorRole::kPostFeedForwardNorm),
              architecture.norms != NormPlacement::kBefore);
    EXPECT_EQ(ListsRole(architecture, TensorRole::kPositionEmbedding),
              architecture.rope_pairs == RopePairs::kNone);
    EXPECT_EQ(ListsRole(architecture, TensorRole::kGate) ||
                  ListsRole(architecture, TensorRole::kExpertGate),
              architecture.feed_forward != FeedForwardKind::kPlain &&
                  !architecture.gate_is_in_up);
    EXPECT_EQ(ListsRole(architecture, TensorRole::kRouter),
              architecture.feed_forward == FeedForwardKind::kExperts);
    EXPECT_EQ(ListsRole(architecture, TensorRole::kLatentKeyValueDown),
              architecture.mixer == MixerKind::kLatentAttention);
  }
}

// All tensors can be read from a checkpoint, but for rope factors, which are
// computed from config.json.
TEST(ArchitectureTest, EveryTensorHasAHuggingFaceName) {
  for (const Architecture& architecture : AllArchitectures()) {
    for (const TensorSpec& spec : SpecsOf(architecture)) {
      if (spec.role == TensorRole::kRopeFactors ||
          spec.role == TensorRole::kRopeFactorsLong ||
          spec.role == TensorRole::kRopeFactorsShort) {
        continue;
      }
      TensorName expected = {.role = spec.role, .part = spec.part};
      std::string prefix;
      if (InfoOf(spec.role).place == TensorPlace::kLayer) {
        expected.layer = 4;
        prefix = absl::StrCat(architecture.hugging_face_layers, "4.");
      }
      for (std::string module : ModulesOf(architecture, spec.role)) {
        if (absl::StrContains(module, '*')) expected.expert = 5;
        module = absl::StrReplaceAll(module, {{"*", "5"}});
        const std::string suffix =
            spec.part == TensorPart::kBias ? ".bias" : ".weight";
        const std::string name = absl::StrCat(
            prefix, module, absl::EndsWith(module, "_bias") ? "" : suffix);
        EXPECT_EQ(ParseHuggingFaceName(name, architecture), expected)
            << architecture.name << ": " << name;
      }
    }
  }
}

TEST(ArchitectureTest, OwnNamesAreOfTensorsThatItHas) {
  for (const Architecture& architecture : AllArchitectures()) {
    std::set<absl::string_view> modules;
    for (const HuggingFaceName& name : architecture.hugging_face_names) {
      SCOPED_TRACE(absl::StrCat(architecture.name, " ", name.module));
      EXPECT_TRUE(ListsRole(architecture, name.role));
      EXPECT_TRUE(modules.insert(name.module).second);
      // One star, that stands for a whole number between dots.
      const size_t star = name.module.find('*');
      if (star == absl::string_view::npos) continue;
      EXPECT_EQ(InfoOf(name.role).place, TensorPlace::kLayer);
      EXPECT_EQ(name.module.rfind('*'), star);
      EXPECT_TRUE(name.module.substr(star - 1, 3) == ".*." ||
                  name.module.substr(star - 1) == ".*");
    }
  }
}

TEST(ArchitectureTest, TypesOfHuggingFaceAreUnique) {
  std::set<absl::string_view> types;
  for (const Architecture& architecture : AllArchitectures()) {
    EXPECT_NE(FindArchitecture(architecture.name), nullptr);
    EXPECT_FALSE(architecture.hugging_face_types.empty());
    for (absl::string_view type : architecture.hugging_face_types) {
      EXPECT_TRUE(types.insert(type).second) << type;
      EXPECT_EQ(FindHuggingFaceArchitecture(type), &architecture);
    }
  }
}

TEST(ArchitectureTest, TheFirstOfAGgufNameIsFound) {
  EXPECT_EQ(FindArchitecture("llama"), FindHuggingFaceArchitecture("mistral"));
  EXPECT_NE(FindArchitecture("llama"), FindHuggingFaceArchitecture("mixtral"));
  EXPECT_EQ(FindHuggingFaceArchitecture("mixtral")->name, "llama");
  for (const char* name : {"", "Llama", "llama4", "mamba"}) {
    EXPECT_EQ(FindArchitecture(name), nullptr) << name;
    EXPECT_EQ(FindHuggingFaceArchitecture(name), nullptr) << name;
  }
}

TEST(ArchitectureTest, RowsArePermutedWhereGgufRotatesNeighbours) {
  EXPECT_TRUE(FindArchitecture("llama")->permutes_rope_rows());
  EXPECT_TRUE(FindHuggingFaceArchitecture("mixtral")->permutes_rope_rows());
  EXPECT_FALSE(FindArchitecture("qwen2")->permutes_rope_rows());
  // Both have neighbours.
  EXPECT_FALSE(FindArchitecture("glm4")->permutes_rope_rows());
}

}  // namespace
}  // namespace tessera
