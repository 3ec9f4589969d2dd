// The description of a model as lines for people.
#ifndef CONVERTER_INSPECT_MODEL_FACTS_H_
#define CONVERTER_INSPECT_MODEL_FACTS_H_

#include "converter/inspect/file_description.h"
#include "converter/inspect/model_description.h"

namespace tessera {

// "architecture  llama", "context  2,048 tokens, as trained", ...: what is not
// stated says so. Text of the file is made fit for a terminal and cut.
// `is_arena`: it can be run as it is.
FactGroup ModelFacts(const ModelDescription& model, bool is_arena);

}  // namespace tessera

#endif  // CONVERTER_INSPECT_MODEL_FACTS_H_
