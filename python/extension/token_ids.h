// Token ids from Python.
#ifndef PYTHON_EXTENSION_TOKEN_IDS_H_
#define PYTHON_EXTENSION_TOKEN_IDS_H_

#include <pybind11/pybind11.h>

#include <cstdint>
#include <vector>

namespace tessera {

// The ids in a numpy array of any integer type, or whatever numpy makes one of,
// of one dimension. Throws TypeError for what is no integers, ValueError for
// more dimensions, negative ids and those beyond 32 bits.
std::vector<int32_t> TokenIds(pybind11::handle ids);

}  // namespace tessera

#endif  // PYTHON_EXTENSION_TOKEN_IDS_H_
