#include "converter/check_content.h"

#include <algorithm>
#include <utility>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/strings/str_cat.h"
#include "base/digest.h"
#include "base/mapped_file.h"
#include "base/status_macros.h"

namespace tessera {
namespace {

bool WasTouched(const WeightSource& source) {
  return std::any_of(source.files.begin(), source.files.end(),
                     [](const MappedFile& file) { return file.WasTouched(); });
}

// With the same tensors, of files that are opened anew.
absl::StatusOr<WeightSource> OpenAgain(const WeightSource& source) {
  WeightSource again;
  again.tensors = source.tensors;
  for (const MappedFile& file : source.files) {
    absl::StatusOr<MappedFile> opened = MappedFile::Open(file.path());
    if (absl::IsNotFound(opened.status())) {
      return absl::FailedPreconditionError(
          absl::StrCat(file.path(), ": the file is no longer there"));
    }
    TESSERA_RETURN_IF_ERROR(opened.status());
    again.files.push_back(*std::move(opened));
  }
  return again;
}

}  // namespace

absl::Status CheckSizes(const WeightSource& source) {
  for (const MappedFile& file : source.files) {
    TESSERA_RETURN_IF_ERROR(file.CheckSize());
  }
  return absl::OkStatus();
}

absl::Status CheckContent(
    const WeightSource& source, absl::Span<const std::string> sha256,
    absl::FunctionRef<absl::Status(const WeightSource&)> check_tensors) {
  TESSERA_RETURN_IF_ERROR(CheckSizes(source));
  if (!WasTouched(source)) return absl::OkStatus();
  TESSERA_ASSIGN_OR_RETURN(const WeightSource again, OpenAgain(source));
  for (size_t i = 0; i < sha256.size(); ++i) {
    const MappedFile& file = again.files[i];
    if (sha256[i].empty() || Sha256(file.bytes()) == sha256[i]) continue;
    return absl::FailedPreconditionError(
        absl::StrCat(file.path(), ": the file changed while it was read"));
  }
  TESSERA_RETURN_IF_ERROR(check_tensors(again));
  for (const MappedFile& file : again.files) {
    TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  }
  return absl::OkStatus();
}

}  // namespace tessera
