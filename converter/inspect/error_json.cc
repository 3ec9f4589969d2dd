#include "converter/inspect/error_json.h"

namespace tessera {

void WriteErrorField(const ErrorDescription& error, JsonWriter* json) {
  json->Key("error");
  json->BeginObject();
  json->NumberField("rmse", error.rmse);
  json->NumberField("max_abs", error.max_abs);
  json->NumberField("snr_db", error.snr_db);
  json->EndObject();
}

}  // namespace tessera
