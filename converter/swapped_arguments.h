// INPUT and OUTPUT given in the wrong order.
#ifndef CONVERTER_SWAPPED_ARGUMENTS_H_
#define CONVERTER_SWAPPED_ARGUMENTS_H_

#include <string>

namespace tessera {

// "INPUT comes first: convert model.gguf out.arena" if `input` does not exist,
// but would do as an output, and `output` exists; otherwise empty.
std::string SwapAdvice(const std::string& input, const std::string& output);

}  // namespace tessera

#endif  // CONVERTER_SWAPPED_ARGUMENTS_H_
