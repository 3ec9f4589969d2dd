// Lines that a person types.
#ifndef RUNTIME_LLM_LINE_READER_H_
#define RUNTIME_LLM_LINE_READER_H_

#include <string>

namespace tessera {

// Reads a file descriptor line by line, and notices signals meanwhile. Not
// thread-safe.
class LineReader {
 public:
  // Does not own `descriptor`.
  explicit LineReader(int descriptor) : descriptor_(descriptor) {}

  enum class Result {
    kLine,         // a line, without its end; the last one may have none
    kEnd,          // nothing follows
    kInterrupted,  // a signal came; what was typed of the line is forgotten
  };
  Result Read(std::string* line);

 private:
  const int descriptor_;
  std::string pending_;  // read, and not returned
  bool ended_ = false;
};

}  // namespace tessera

#endif  // RUNTIME_LLM_LINE_READER_H_
