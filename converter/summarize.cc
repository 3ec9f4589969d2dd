#include "converter/summarize.h"

#include <google/protobuf/util/json_util.h>
#include <simdjson.h>

#include "absl/strings/escaping.h"
#include "formats/dtype/dtype.h"

namespace tessera {
namespace {

// JSON is UTF-8; file names need not be.
std::string AsUtf8(const std::string& text) {
  return simdjson::validate_utf8(text) ? text : absl::CHexEscape(text);
}

double BitsPerWeight(const Manifest& manifest) {
  double bits = 0;
  double weights = 0;
  for (const Tensor& tensor : manifest.tensors()) {
    const std::vector<uint64_t> shape(tensor.shape().begin(),
                                      tensor.shape().end());
    const auto type = static_cast<DType>(tensor.type());
    bits += 8.0 * static_cast<double>(TensorBytes(type, shape).value_or(0));
    double count = 1;
    for (uint64_t dimension : shape) count *= static_cast<double>(dimension);
    weights += count;
  }
  return weights == 0 ? 0 : bits / weights;
}

}  // namespace

ConvertSummary Summarize(const std::string& input, const WeightSource& source,
                         const std::vector<ConvertReport>& reports,
                         double seconds) {
  ConvertSummary summary;
  summary.set_input(AsUtf8(input));
  double bytes = 0;
  for (const SourceTensor& tensor : source.tensors) {
    bytes += static_cast<double>(tensor.size);
  }
  summary.set_input_bytes(bytes);
  summary.set_seconds(seconds);
  if (seconds > 0) summary.set_bytes_per_second(bytes / seconds);
  for (const ConvertReport& report : reports) {
    ConvertSummary::Output& output = *summary.add_outputs();
    output.set_path(AsUtf8(report.path));
    output.set_bytes(static_cast<double>(report.file_size));
    output.set_tensors(report.manifest.tensors_size());
    output.set_resumed_streams(static_cast<double>(report.resumed_streams));
    for (const EffectiveOption& option : report.manifest.options()) {
      if (option.name() == "quantize") output.set_quantize(option.value());
    }
    output.set_bits_per_weight(BitsPerWeight(report.manifest));
  }
  return summary;
}

std::string SummaryAsJson(const ConvertSummary& summary) {
  google::protobuf::util::JsonPrintOptions options;
  options.add_whitespace = true;
  options.always_print_primitive_fields = true;
  options.preserve_proto_field_names = true;
  std::string json;
  const auto status =
      google::protobuf::util::MessageToJsonString(summary, &json, options);
  return status.ok() ? json : "";
}

}  // namespace tessera
