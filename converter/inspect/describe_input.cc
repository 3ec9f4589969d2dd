#include "converter/inspect/describe_input.h"

#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "base/file_error.h"
#include "base/name_hint.h"
#include "base/nearest_name.h"
#include "base/status_macros.h"
#include "converter/check_model.h"
#include "converter/inspect/describe.h"
#include "converter/inspect/describe_model.h"
#include "converter/inspect/describe_source.h"
#include "converter/source/open_source.h"
#include "converter/source/tokens_without_rows.h"
#include "formats/model/architecture.h"
#include "formats/model/rope_factors.h"
#include "formats/model/tensor_name.h"

namespace tessera {
namespace {

bool IsFolder(const std::string& path) {
  std::error_code error;
  return std::filesystem::is_directory(path, error);
}

// Of JSON, which none of the formats of tensors begins as.
bool IsIndex(absl::Span<const uint8_t> file) {
  return !file.empty() && file.front() == '{';
}

// What run refuses beyond what a conversion does.
void NoteBadDivisors(WeightSource* source) {
  for (const TensorRole role :
       {TensorRole::kRopeFactors, TensorRole::kRopeFactorsShort,
        TensorRole::kRopeFactorsLong}) {
    const std::string name = GgufName(role);
    for (const SourceTensor& tensor : source->tensors) {
      if (tensor.name != name || tensor.type != DType::kF32 ||
          tensor.shape.size() != 1) {
        continue;
      }
      std::vector<float> divisors(tensor.columns());
      source->ReadRows(tensor, 0, 1,
                       reinterpret_cast<uint8_t*>(divisors.data()));
      const absl::Status valid = CheckRopeDivisors(name, divisors);
      if (!valid.ok()) source->AddNotRun(std::string(valid.message()));
      break;
    }
  }
}

// With what `convert` and `run` would say to it.
ModelDescription CheckedModel(const std::string& path, WeightSource* source) {
  const absl::Status checked = CheckModel(path, source);
  if (source->format == "arena" && !source->tensors_only) {
    NoteTokensWithoutRows(source);
  }
  if (!source->tensors_only) NoteBadDivisors(source);
  ModelDescription model = DescribeModel(*source);
  if (!checked.ok()) {
    model.runs = false;
    model.why_not = std::string(checked.message());
  }
  return model;
}

// What the metadata say of a file that is no model.
ModelDescription NoModel(const absl::Status& why, const FileDescription& file) {
  ModelDescription model;
  model.why_not = std::string(why.message());
  const std::pair<absl::string_view, std::string*> known[] = {
      {"general.architecture", &model.architecture},
      {"general.name", &model.name},
      {"general.license", &model.license}};
  for (const FactGroup& group : file.groups) {
    for (const FactGroup::Fact& fact : group.facts) {
      for (const auto& [name, value] : known) {
        if (fact.name == name) *value = fact.value;
      }
    }
  }
  model.architecture_known = FindArchitecture(model.architecture) != nullptr;
  return model;
}

FileDescription DescribeSet(const std::string& path, WeightSource* source) {
  ModelDescription model = CheckedModel(path, source);
  FileDescription description = DescribeSource(path, *source);
  description.model = std::move(model);
  return description;
}

absl::StatusOr<FileDescription> DescribeOne(const std::string& path,
                                            const MappedFile& file,
                                            ThreadPool* verify_with) {
  absl::StatusOr<FileDescription> description =
      DescribeFile(path, file.bytes(), {verify_with});
  // What could not be read must not be called damaged.
  TESSERA_RETURN_IF_ERROR(file.CheckUnchanged());
  if (description.ok()) return description;
  return WithNameHint(path, WithPath(path, description.status()));
}

}  // namespace

absl::StatusOr<MappedFile> OpenInputFile(const std::string& path) {
  absl::StatusOr<MappedFile> file = MappedFile::Open(path);
  if (!file.ok()) return WithNearestName(path, file.status());
  return file;
}

absl::StatusOr<FileDescription> DescribeInput(const std::string& path,
                                              ThreadPool* verify_with) {
  const bool is_folder = IsFolder(path);
  if (is_folder && verify_with != nullptr) {
    return absl::InvalidArgumentError(
        absl::StrCat(path, ": is a folder; --verify takes one of its files"));
  }
  if (is_folder) {
    TESSERA_ASSIGN_OR_RETURN(WeightSource source, OpenWeightSource(path));
    return DescribeSet(path, &source);
  }
  TESSERA_ASSIGN_OR_RETURN(const MappedFile file, OpenInputFile(path));
  if (IsIndex(file.bytes())) {
    if (verify_with != nullptr) {
      return absl::InvalidArgumentError(
          absl::StrCat(path, ": is an index; --verify takes one of its files"));
    }
    TESSERA_ASSIGN_OR_RETURN(WeightSource source, OpenWeightSource(path));
    return DescribeSet(path, &source);
  }
  absl::StatusOr<WeightSource> source = OpenWeightSource(path);
  if (source.ok() && source->files.size() > 1 && verify_with == nullptr) {
    return DescribeSet(path, &*source);
  }
  TESSERA_ASSIGN_OR_RETURN(FileDescription description,
                           DescribeOne(path, file, verify_with));
  description.model = source.ok() ? CheckedModel(path, &*source)
                                  : NoModel(source.status(), description);
  return description;
}

absl::StatusOr<FileDescription> DescribeForMap(const std::string& path) {
  if (!IsFolder(path)) {
    TESSERA_ASSIGN_OR_RETURN(const MappedFile file, OpenInputFile(path));
    const absl::StatusOr<WeightSource> source = OpenWeightSource(path);
    const bool is_set = source.ok() && source->files.size() > 1;
    if (is_set || IsIndex(file.bytes())) {
      TESSERA_RETURN_IF_ERROR(source.status());
      return DescribeSourceBytes(path, *source);
    }
    return DescribeOne(path, file, nullptr);
  }
  TESSERA_ASSIGN_OR_RETURN(const WeightSource source, OpenWeightSource(path));
  return DescribeSourceBytes(path, source);
}

}  // namespace tessera
