// How an input is opened.
#ifndef CONVERTER_SOURCE_SOURCE_OPTIONS_H_
#define CONVERTER_SOURCE_SOURCE_OPTIONS_H_

namespace tessera {

struct SourceOptions {
  // Tensors alone: what lies beside them, or stands in their file, is not read
  // as a model's configuration or tokenizer, and that they are no model that
  // can be understood (packed weights, an adapter) is no error. Names and rows
  // stay as they are. Of a GGUF, the metadata is kept, for the way back.
  bool tensors_only = false;
};

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SOURCE_OPTIONS_H_
