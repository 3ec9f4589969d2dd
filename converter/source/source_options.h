// How an input is opened.
#ifndef CONVERTER_SOURCE_SOURCE_OPTIONS_H_
#define CONVERTER_SOURCE_SOURCE_OPTIONS_H_

namespace tessera {

struct SourceOptions {
  // Only the tensors are wanted: that they are no model that can be understood
  // (quantized in a way that is not read, an adapter) is no error.
  bool tensors_only = false;
};

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SOURCE_OPTIONS_H_
