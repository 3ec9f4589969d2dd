#include "app/packing_error.h"

#include <gtest/gtest.h>

#include <string>

#include "absl/status/status.h"
#include "absl/strings/string_view.h"
#include "base/tool_name.h"

namespace tessera {
namespace {

std::string Said(absl::string_view message, absl::string_view quantize) {
  SetToolName("tessera run");
  const absl::Status error =
      PackingError(absl::DataLossError(message), "my model.gguf", quantize);
  EXPECT_TRUE(absl::IsDataLoss(error));
  return std::string(error.message());
}

TEST(PackingErrorTest, LeavesAloneWhatNamesNoFlag) {
  EXPECT_TRUE(PackingError(absl::OkStatus(), "m", "keep").ok());
  EXPECT_EQ(Said("m: is cut", "keep"), "m: is cut");
}

TEST(PackingErrorTest, GivesTheCommandForFlagsOfConvert) {
  EXPECT_EQ(Said("m: is Q4_0; give --allow_requantize", "Q8_0"),
            "m: is Q4_0; give --allow_requantize; to pack it yourself: tessera "
            "convert --allow_requantize --quantize Q8_0 'my model.gguf' "
            "model.arena");
  EXPECT_EQ(Said("m: NaN; --allow_nonfinite converts it", "keep"),
            "m: NaN; --allow_nonfinite converts it; to pack it yourself: "
            "tessera convert --allow_nonfinite 'my model.gguf' model.arena");
}

TEST(PackingErrorTest, LeavesOutWhatWouldNotRun) {
  EXPECT_EQ(Said("m: missing; --tensors_only converts the rest", "keep"),
            "m: missing");
  EXPECT_EQ(Said("m: no; --tensors_only does; or merge it", "keep"),
            "m: no; or merge it");
}

TEST(PackingErrorTest, SaysWhoTakesAnImportanceMatrix) {
  EXPECT_EQ(Said("m: is one; give it as --imatrix beside the model", "keep"),
            "m: is one; give it to tessera convert as --imatrix beside the "
            "model");
}

}  // namespace
}  // namespace tessera
