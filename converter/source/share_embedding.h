// The embedding and the output matrix, which may be one.
#ifndef CONVERTER_SOURCE_SHARE_EMBEDDING_H_
#define CONVERTER_SOURCE_SHARE_EMBEDDING_H_

#include "converter/source/weight_source.h"

namespace tessera {

// Of a checkpoint whose tensors have GGUF's names, and whose configuration says
// whether the two are `tied`. Where there is only one of them, it is the
// embedding, which the runtime takes for both. Where they are tied and there
// are both, the output matrix goes if its values are those of the embedding; if
// not, both stay, as in transformers 5. Whatever differs from what the
// configuration says is in a note, and in source->model.
void ShareEmbedding(bool tied, WeightSource* source);

}  // namespace tessera

#endif  // CONVERTER_SOURCE_SHARE_EMBEDDING_H_
