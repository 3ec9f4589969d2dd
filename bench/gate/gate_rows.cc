#include "bench/gate/gate_rows.h"

#include <algorithm>
#include <set>
#include <utility>

#include "absl/strings/str_cat.h"
#include "base/status_macros.h"
#include "bench/find_shape.h"
#include "bench/gate/row_filter.h"
#include "bench/kernel_suite.h"
#include "bench/synthetic_arenas.h"

namespace tessera {
namespace {

// One token is decode; 64 are many on every instruction set, and few enough to
// be timed quickly.
constexpr int64_t kTokens[] = {1, 64};
constexpr DType kTypesInAllLayouts[] = {
    DType::kQ4_0, DType::kQ8_0, DType::kQ4_K, DType::kQ6_K, DType::kF16};
constexpr LayoutOrder kOtherLayouts[] = {
    LayoutOrder::kTransposed, LayoutOrder::kSwizzled, LayoutOrder::kRowMajor};
constexpr uint64_t kModelLayers = 4;
constexpr ModelTestCase kModelTests[] = {{.n_prompt = 128}, {.n_gen = 16}};

using Size = std::pair<int64_t, int64_t>;  // rows, columns

// TinyLlama's ffn_down, and a part of it for several tokens, which take longer.
constexpr Size kGemvSize = {2048, 5632};
constexpr Size kGemmSize = {512, 5632};

std::vector<Size> MatrixSizes(const GateRequest& request, int64_t tokens) {
  if (request.shapes.empty()) return {tokens == 1 ? kGemvSize : kGemmSize};
  std::set<Size> sizes;
  for (const ModelShape& shape : request.shapes) {
    for (const ShapeMatrix& matrix : shape.matrices) {
      sizes.insert({matrix.rows, matrix.columns});
    }
  }
  return {sizes.begin(), sizes.end()};
}

std::vector<LayoutOrder> LayoutsOf(DType type) {
  std::vector<LayoutOrder> layouts = {LayoutOrder::kInterleaved};
  if (std::find(std::begin(kTypesInAllLayouts), std::end(kTypesInAllLayouts),
                type) != std::end(kTypesInAllLayouts)) {
    layouts.insert(layouts.end(), std::begin(kOtherLayouts),
                   std::end(kOtherLayouts));
  }
  return layouts;
}

absl::StatusOr<ModelShape> FourLayers() {
  TESSERA_ASSIGN_OR_RETURN(ModelShape shape, FindShape("tinyllama-1.1b"));
  shape.name = "tinyllama-4-layers";
  shape.model.set_num_hidden_layers(kModelLayers);
  TESSERA_ASSIGN_OR_RETURN(shape.matrices, MatricesOf(shape.model));
  return shape;
}

}  // namespace

std::vector<GateRow> KernelRows(const GateRequest& request) {
  std::vector<GateRow> rows;
  for (const DType type : KernelTypes()) {
    for (const LayoutOrder layout : LayoutsOf(type)) {
      for (const int64_t tokens : kTokens) {
        for (const auto& [matrix_rows, matrix_columns] :
             MatrixSizes(request, tokens)) {
          GateRow row;
          row.isa = request.isa;
          row.type = type;
          row.layout = layout;
          row.rows = matrix_rows;
          row.columns = matrix_columns;
          row.tokens = tokens;
          const bool fits =
              MakeTensorLayout(layout, type, row.rows, row.columns).ok();
          if (fits && MatchesFilter(row.Name(), request.filter)) {
            rows.push_back(std::move(row));
          }
        }
      }
    }
  }
  return rows;
}

absl::StatusOr<std::vector<GateRow>> ModelRows(const GateRequest& request,
                                               const std::string& folder,
                                               ThreadPool& pool) {
  TESSERA_ASSIGN_OR_RETURN(const ModelShape shape, FourLayers());
  const LayoutChoice layout = {"interleaved", LayoutOrder::kInterleaved, {}};
  std::vector<GateRow> all;
  for (const std::string& type : request.models) {
    std::vector<GateRow> rows;
    for (const ModelTestCase& test : kModelTests) {
      GateRow row;
      row.kind = GateRow::Kind::kModel;
      row.isa = request.isa;
      row.all_threads = true;
      row.test = test;
      row.arena = absl::StrCat(folder, "/", shape.name, "-", type, "-",
                               layout.name, ".arena");
      if (MatchesFilter(row.Name(), request.filter)) {
        rows.push_back(std::move(row));
      }
    }
    if (rows.empty()) continue;
    TESSERA_ASSIGN_OR_RETURN(
        const SyntheticFiles files,
        MakeSyntheticFiles(shape, type, {layout}, folder, pool));
    for (GateRow& row : rows) {
      row.arena = files.arenas[0];
      all.push_back(std::move(row));
    }
  }
  return all;
}

}  // namespace tessera
