// Every rule of docs/arena_format.md about the manifest, broken one at a time.
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <vector>

#include "absl/strings/match.h"
#include "formats/arena/arena_reader.h"
#include "tests/testing/arena_builder.h"

namespace tessera {
namespace {

constexpr uint64_t kMax = ~uint64_t{0};
constexpr uint64_t kMiB = uint64_t{1} << 20;

// Indices of SmallArena's tensors.
constexpr int kNorm = 0;
constexpr int kQ = 1;
constexpr int kK = 2;
constexpr int kGate = 4;
constexpr int kUp = 5;
constexpr int kDown = 6;
constexpr int kOutput = 7;
constexpr int kEmbedding = 8;
constexpr int kExperts = 9;

struct BrokenRule {
  const char* name;
  std::function<void(Manifest&)> damage;
  absl::StatusCode code;
  std::vector<const char*> message_parts;
};

constexpr absl::StatusCode kLoss = absl::StatusCode::kDataLoss;
constexpr absl::StatusCode kUnknown = absl::StatusCode::kUnimplemented;

Tensor& At(Manifest& manifest, int i) { return *manifest.mutable_tensors(i); }

Layout& LayoutAt(Manifest& manifest, int i) {
  return *At(manifest, i).mutable_layout();
}

Extent& SectionExtent(Manifest& manifest, int i) {
  return *manifest.mutable_sections(i)->mutable_extent();
}

std::vector<BrokenRule> SectionRules() {
  return {
      {"kind missing",
       [](Manifest& m) { m.mutable_sections(0)->clear_kind(); },
       kLoss,
       {"section 0: has no kind"}},
      {"kind unknown",
       [](Manifest& m) {
         m.mutable_sections(1)->set_kind(static_cast<Section::Kind>(9));
       },
       kUnknown,
       {"section 1: kind 9 is not known"}},
      {"offset unaligned",
       [](Manifest& m) { SectionExtent(m, 0).set_offset(2 * kMiB + 4096); },
       kLoss,
       {"section 0: offset 2101248", "multiples of 2097152"}},
      {"size unaligned",
       [](Manifest& m) { SectionExtent(m, 0).set_size(64); },
       kLoss,
       {"section 0", "size 64"}},
      {"empty",
       [](Manifest& m) { SectionExtent(m, 1).set_size(0); },
       kLoss,
       {"section 1", "size 0"}},
      {"over the header",
       [](Manifest& m) { SectionExtent(m, 0).set_offset(0); },
       kLoss,
       {"section 0: extent [0, 2097152) is not in [2097152, 6291456)"}},
      {"over the manifest",
       [](Manifest& m) { SectionExtent(m, 1).set_size(4 * kMiB); },
       kLoss,
       {"section 1: extent [4194304, 8388608) is not in"}},
      {"overflow",
       [](Manifest& m) { SectionExtent(m, 1).set_size(kMax - 2 * kMiB + 1); },
       kLoss,
       {"section 1: extent [4194304, 4194304 + 18446744073707454464)"}},
      {"overlap",
       [](Manifest& m) { SectionExtent(m, 1).set_offset(2 * kMiB); },
       kLoss,
       {"section 1: extent [2097152, 4194304) overlaps section 0"}},
      {"chunk size zero",
       [](Manifest& m) { m.mutable_sections(0)->set_chunk_bytes(0); },
       kLoss,
       {"section 0: chunks of 0 bytes"}},
      {"chunk size odd",
       [](Manifest& m) { m.mutable_sections(0)->set_chunk_bytes(kMax); },
       kLoss,
       {"section 0: chunks of 18446744073709551615 bytes"}},
      {"hash missing",
       [](Manifest& m) { m.mutable_sections(0)->clear_chunk_xxh128(); },
       kLoss,
       {"section 0: 0 bytes of hashes, expected 16 for each of 1 chunks"}},
      {"hash too many",
       [](Manifest& m) {
         m.mutable_sections(1)->mutable_chunk_xxh128()->append(16, 'x');
       },
       kLoss,
       {"section 1: 32 bytes of hashes"}},
      {"none",
       [](Manifest& m) { m.clear_sections(); },
       kLoss,
       {"'blk.0.attn_norm.weight': in section 0, but there are 0"}},
      {"execution order",
       [](Manifest& m) { m.set_execution_order(2, 10); },
       kLoss,
       {"execution order: entry 2 is tensor 10, but there are 10"}},
  };
}

std::vector<BrokenRule> TensorRules() {
  return {
      {"name empty",
       [](Manifest& m) { At(m, kQ).clear_name(); },
       kLoss,
       {"tensor '': name has 0 bytes"}},
      {"name too long",
       [](Manifest& m) { At(m, kQ).set_name(std::string(2000, 'n')); },
       kLoss,
       {"name has 2000 bytes, expected 1 to 1024"}},
      {"name twice",
       [](Manifest& m) { At(m, kK).set_name(At(m, kQ).name()); },
       kLoss,
       {"tensor 'blk.0.attn_q.weight': occurs twice"}},
      {"type unknown",
       [](Manifest& m) {
         At(m, kQ).set_type(4711);
         At(m, kQ).set_type_name("Q9_X");
       },
       kUnknown,
       {"'blk.0.attn_q.weight': type 'Q9_X' (4711) is not known"}},
      {"type has another name",
       [](Manifest& m) { At(m, kQ).set_type_name("Q4_1"); },
       kLoss,
       {"type 2 is Q4_0, but is called 'Q4_1'"}},
      {"type without blocks",
       [](Manifest& m) {
         At(m, kQ).set_type(31);
         At(m, kQ).set_type_name("Q4_0_4_4");
         LayoutAt(m, kQ).set_order(Layout::ORDER_ROWMAJOR);
       },
       kUnknown,
       {"Q4_0_4_4 has no known block"}},
      {"type without interleaved layout",
       [](Manifest& m) {
         At(m, kExperts).set_type(16);
         At(m, kExperts).set_type_name("IQ2_XXS");
       },
       kUnknown,
       {"'experts.weight': IQ2_XXS has no interleaved layout"}},
      {"columns no multiple of the block",
       [](Manifest& m) { At(m, kQ).set_shape(1, 63); },
       kLoss,
       {"rows of 63 columns are no multiple of Q4_0's block of 32"}},
      {"interleaved and empty",
       [](Manifest& m) { At(m, kQ).set_shape(0, 0); },
       kLoss,
       {"needs rows and columns, got 0 x 64"}},
      {"shape overflows",
       [](Manifest& m) {
         At(m, kExperts).set_shape(0, uint64_t{1} << 40);
         At(m, kExperts).set_shape(1, uint64_t{1} << 40);
       },
       kLoss,
       {"shape [1099511627776, 1099511627776, 256] overflows"}},
      {"shape wraps to zero",
       [](Manifest& m) {
         At(m, kExperts).set_shape(0, uint64_t{1} << 32);
         At(m, kExperts).set_shape(1, uint64_t{1} << 32);
       },
       kLoss,
       {"overflows 64 bits"}},
      {"too many rows",
       [](Manifest& m) { At(m, kOutput).set_shape(0, uint64_t{1} << 57); },
       kLoss,
       {"does not fit in 64-bit offsets"}},
      {"too many dimensions",
       [](Manifest& m) {
         for (int i = 0; i < 7; ++i) At(m, kQ).add_shape(1);
       },
       kLoss,
       {"has 9 dimensions, at most 8"}},
      {"stored hash missing",
       [](Manifest& m) { At(m, kQ).clear_stored_xxh128(); },
       kLoss,
       {"hashes have 0 and 16 bytes"}},
      {"row-major hash short",
       [](Manifest& m) { At(m, kQ).mutable_rowmajor_xxh128()->pop_back(); },
       kLoss,
       {"hashes have 16 and 15 bytes"}},
      {"more rows than tiles",
       [](Manifest& m) { At(m, kOutput).set_shape(0, 49); },
       kLoss,
       {"'output.weight': row tiles of 2048 bytes, from 0 at a stride of 2048, "
        "do not fit in the extent ["}},
      {"more matrices than tiles",
       [](Manifest& m) { At(m, kExperts).set_shape(0, 4); },
       kLoss,
       {"'experts.weight': row tiles of 2304 bytes"}},
      {"section out of range",
       [](Manifest& m) { At(m, kQ).set_section(2); },
       kLoss,
       {"'blk.0.attn_q.weight': in section 2, but there are 2"}},
      {"other section",
       [](Manifest& m) { At(m, kEmbedding).set_section(0); },
       kLoss,
       {"'token_embd.weight': extent [4194304,", "is not in section 0"}},
  };
}

std::vector<BrokenRule> LayoutRules() {
  return {
      {"layout missing",
       [](Manifest& m) { At(m, kQ).clear_layout(); },
       kUnknown,
       {"kernel ABI 0 is not known, only 1"}},
      {"order missing",
       [](Manifest& m) { LayoutAt(m, kQ).clear_order(); },
       kUnknown,
       {"layout unknown (0) is not supported"}},
      {"order transposed",
       [](Manifest& m) { LayoutAt(m, kQ).set_order(Layout::ORDER_TRANSPOSED); },
       kLoss,
       {"layout's tile_columns is 0, expected 64 for transposed Q4_0"}},
      {"order swizzled",
       [](Manifest& m) { LayoutAt(m, kQ).set_order(Layout::ORDER_SWIZZLED); },
       kLoss,
       {"layout's tile_columns is 0, expected 256 for swizzled Q4_0"}},
      {"order unknown",
       [](Manifest& m) {
         LayoutAt(m, kQ).set_order(static_cast<Layout::Order>(77));
       },
       kUnknown,
       {"'blk.0.attn_q.weight': layout unknown (77) is not supported; use a "
        "newer Tessera"}},
      {"kernel ABI",
       [](Manifest& m) { LayoutAt(m, kQ).set_kernel_abi(2); },
       kUnknown,
       {"'blk.0.attn_q.weight': kernel ABI 2 is not known, only 1"}},
      {"ISA family",
       [](Manifest& m) { LayoutAt(m, kQ).set_isa_family("amx"); },
       kUnknown,
       {"ISA family 'amx' is not known, only 'portable'"}},
      {"tile rows",
       [](Manifest& m) { LayoutAt(m, kQ).set_tile_rows(8); },
       kLoss,
       {"layout's tile_rows is 8, expected 16 for interleaved Q4_0"}},
      {"tile blocks",
       [](Manifest& m) { LayoutAt(m, kQ).set_tile_blocks(1); },
       kLoss,
       {"layout's tile_blocks is 1, expected 2"}},
      {"tile columns",
       [](Manifest& m) { LayoutAt(m, kQ).set_tile_columns(64); },
       kLoss,
       {"layout's tile_columns is 64, expected 0 for interleaved Q4_0"}},
      {"interleave bytes",
       [](Manifest& m) { LayoutAt(m, kQ).set_interleave_bytes(8); },
       kLoss,
       {"layout's interleave_bytes is 8, expected 4"}},
      {"value xor",
       [](Manifest& m) { LayoutAt(m, kDown).set_value_xor(0); },
       kLoss,
       {"layout's value_xor is 0, expected 128 for interleaved INT8"}},
      {"row tile bytes",
       [](Manifest& m) { LayoutAt(m, kQ).set_row_tile_bytes(64); },
       kLoss,
       {"layout's row_tile_bytes is 64, expected 576"}},
      {"row-major with tile rows",
       [](Manifest& m) { LayoutAt(m, kEmbedding).set_tile_rows(16); },
       kLoss,
       {"layout's tile_rows is 16, expected 1 for rowmajor F16"}},
      {"stride too small",
       [](Manifest& m) { LayoutAt(m, kOutput).set_row_tile_stride(1024); },
       kLoss,
       {"row tile stride is 1024, expected at least 2048"}},
      {"stride unaligned",
       [](Manifest& m) { LayoutAt(m, kOutput).set_row_tile_stride(2049); },
       kLoss,
       {"row tile stride 2049 is no multiple of 64"}},
      {"stride overflows",
       [](Manifest& m) {
         LayoutAt(m, kOutput).set_row_tile_stride(uint64_t{1} << 63);
       },
       kLoss,
       {"do not fit in the extent"}},
  };
}

// On ArenaOfSpreadTiles.
std::vector<BrokenRule> SpreadTileRules() {
  return {
      {"other tile columns",
       [](Manifest& m) { LayoutAt(m, 1).set_tile_columns(128); },
       kLoss,
       {"'k': layout's tile_columns is 128, expected 256 for swizzled Q8_0"}},
      {"other order",
       [](Manifest& m) { LayoutAt(m, 1).set_order(Layout::ORDER_TRANSPOSED); },
       kLoss,
       {"'k': layout's tile_columns is 256, expected 64 for transposed Q8_0"}},
      {"larger stride",
       [](Manifest& m) {
         LayoutAt(m, 0).set_row_tile_stride(LayoutAt(m, 0).row_tile_stride() +
                                            64);
       },
       kLoss,
       {"'q': row tile stride is 1536, expected 1472: transposed tiles have no "
        "gaps"}},
      {"members overlap",
       [](Manifest& m) { At(m, 1).set_first_tile_offset(64); },
       kLoss,
       {"tensors 'q' and 'k': row tiles overlap in fused group 'group'"}},
      {"more matrices than fit",
       [](Manifest& m) { At(m, 3).set_shape(0, 4); },
       kLoss,
       {"'experts': row tiles of 9600 bytes", "do not fit in the extent ["}},
  };
}

std::vector<BrokenRule> ExtentRules() {
  return {
      {"extent missing",
       [](Manifest& m) { At(m, kOutput).clear_extent(); },
       kLoss,
       {"'output.weight'", "do not fit in the extent [0, 0)"}},
      {"extent too small",
       [](Manifest& m) {
         Extent& extent = *At(m, kOutput).mutable_extent();
         extent.set_size(extent.size() - 1);
       },
       kLoss,
       {"do not fit in the extent"}},
      {"extent overflows",
       [](Manifest& m) { At(m, kOutput).mutable_extent()->set_size(kMax); },
       kLoss,
       {"do not fit in the extent", "18446744073709551615"}},
      {"first tile overflows",
       [](Manifest& m) { At(m, kOutput).set_first_tile_offset(kMax - 63); },
       kLoss,
       {"from 18446744073709551552"}},
      {"extent unaligned",
       [](Manifest& m) {
         Extent& extent = *At(m, kNorm).mutable_extent();
         extent.set_offset(extent.offset() + 4);
       },
       kLoss,
       {"'blk.0.attn_norm.weight': extent starts at 2097156",
        "expected multiples of 64"}},
      {"first tile unaligned",
       [](Manifest& m) {
         At(m, kNorm).mutable_extent()->set_size(1024);
         At(m, kNorm).set_first_tile_offset(32);
       },
       kLoss,
       {"row tiles at 2097184"}},
      {"extent outside the file",
       [](Manifest& m) {
         At(m, kOutput).mutable_extent()->set_offset(uint64_t{1} << 40);
       },
       kLoss,
       {"'output.weight': extent [1099511627776", "is not in section 0"}},
      {"extents overlap",
       [](Manifest& m) {
         *At(m, kNorm).mutable_extent() = At(m, kOutput).extent();
       },
       kLoss,
       {"tensors 'blk.0.attn_norm.weight' and 'output.weight': extents",
        "overlap"}},
      {"extents overlap partly",
       [](Manifest& m) { At(m, kNorm).mutable_extent()->set_size(320); },
       kLoss,
       {"tensors 'blk.0.attn_norm.weight' and 'blk.0.attn_q.weight'",
        "overlap"}},
      {"group without its name",
       [](Manifest& m) { At(m, kK).clear_fused_group(); },
       kLoss,
       {"'blk.0.attn_k.weight'", "overlap"}},
      {"group with two extents",
       [](Manifest& m) { At(m, kOutput).set_fused_group("blk.0.ffn_gate_up"); },
       kLoss,
       {"tensors 'blk.0.ffn_gate.weight' and 'output.weight'",
        "differ, but both are in fused group 'blk.0.ffn_gate_up'"}},
      {"sequence overlaps",
       [](Manifest& m) { At(m, kK).set_first_tile_offset(576); },
       kLoss,
       {"tensors 'blk.0.attn_q.weight' and 'blk.0.attn_k.weight': row tiles "
        "overlap in fused group 'blk.0.attn_qkv'"}},
      {"alternating members overlap",
       [](Manifest& m) { At(m, kUp).set_first_tile_offset(512); },
       kLoss,
       {"'blk.0.ffn_gate.weight' and 'blk.0.ffn_up.weight': row tiles"}},
      {"alternating members at two strides",
       [](Manifest& m) { LayoutAt(m, kGate).set_row_tile_stride(1728); },
       kLoss,
       {"'blk.0.ffn_gate.weight' and 'blk.0.ffn_up.weight': row tiles"}},
      {"too many members",
       [](Manifest& m) {
         for (int i = 0; i < 70; ++i) {
           Tensor& tensor = *m.add_tensors();
           tensor = m.tensors(kQ);
           tensor.set_name("copy " + std::to_string(i));
         }
       },
       kLoss,
       {"fused group 'blk.0.attn_qkv' has 73 members, at most 64"}},
  };
}

// Breaks each of `rules` in an arena of `builder`.
void ExpectEach(const std::vector<BrokenRule>& rules, ArenaBuilder builder) {
  const Manifest good = builder.Finish();
  for (const BrokenRule& rule : rules) {
    SCOPED_TRACE(rule.name);
    Manifest manifest = good;
    rule.damage(manifest);
    const absl::Status status = ParseArena(builder.FileWith(manifest)).status();
    EXPECT_EQ(status.code(), rule.code) << status;
    for (const char* part : rule.message_parts) {
      EXPECT_TRUE(absl::StrContains(status.message(), part))
          << part << "\nnot in\n"
          << status;
    }
  }
}

TEST(ArenaRulesTest, Sections) { ExpectEach(SectionRules(), SmallArena()); }
TEST(ArenaRulesTest, Tensors) { ExpectEach(TensorRules(), SmallArena()); }
TEST(ArenaRulesTest, Layouts) { ExpectEach(LayoutRules(), SmallArena()); }
TEST(ArenaRulesTest, Extents) { ExpectEach(ExtentRules(), SmallArena()); }
TEST(ArenaRulesTest, SpreadTiles) {
  ExpectEach(SpreadTileRules(), ArenaOfSpreadTiles());
}

}  // namespace
}  // namespace tessera
