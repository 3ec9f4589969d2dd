// Arguments of Python's calls, with errors of one line.
#ifndef PYTHON_EXTENSION_ARGUMENT_H_
#define PYTHON_EXTENSION_ARGUMENT_H_

#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace tessera {

// What a value of this type is called in an error.
template <typename Value>
inline constexpr const char* kExpected = "another type";
template <>
inline constexpr const char* kExpected<bool> = "True or False";
template <>
inline constexpr const char* kExpected<int32_t> = "an integer";
template <>
inline constexpr const char* kExpected<int64_t> = "an integer";
template <>
inline constexpr const char* kExpected<double> = "a number";
template <>
inline constexpr const char* kExpected<std::string> = "a text";
template <>
inline constexpr const char* kExpected<std::vector<std::string>> = "texts";
template <>
inline constexpr const char* kExpected<std::map<int32_t, float>> =
    "numbers by token ids";

// Throws TypeError: `name` is `value`, and `expected` is expected; ValueError
// if `value` is an integer, and one is expected, but of fewer bits.
[[noreturn]] void ThrowWrongArgument(pybind11::handle value, const char* name,
                                     const char* expected);

// `value` as C++ has it. Throws what ThrowWrongArgument does if it is no
// `Value`. pybind11 would list the types of the whole function, on many lines.
template <typename Value>
Value Argument(pybind11::handle value, const char* name) {
  try {
    return value.cast<Value>();
  } catch (const pybind11::cast_error&) {
    ThrowWrongArgument(value, name, kExpected<Value>);
  }
}

// The same of the keyword `name`, which must be there.
template <typename Value>
Value Argument(const pybind11::kwargs& keywords, const char* name) {
  return Argument<Value>(pybind11::object(keywords[name]), name);
}

}  // namespace tessera

#endif  // PYTHON_EXTENSION_ARGUMENT_H_
