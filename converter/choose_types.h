// What is left to decide about types once the source is open.
#ifndef CONVERTER_CHOOSE_TYPES_H_
#define CONVERTER_CHOOSE_TYPES_H_

#include "absl/status/status.h"
#include "converter/convert_command.h"
#include "converter/source/weight_source.h"

namespace tessera {

// Fills the budget of the command's target, if there is one, for the first of
// its outputs, and says on stderr what was chosen, unless
// the command is quiet. Fills the command's warnings: rules of --tensor_type
// that match nothing, what an importance matrix has not seen, and matrices that
// cannot have their types; prints them unless the command is silent. The choice
// is the same whatever the number of threads and on every machine of a group.
// InvalidArgument for an importance matrix of another model, or a budget that
// is too small.
absl::Status ChooseTypes(const WeightSource& source, ConvertCommand* command);

}  // namespace tessera

#endif  // CONVERTER_CHOOSE_TYPES_H_
