#include "runtime/llm/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <utility>

namespace tessera {

LineReader::Result LineReader::Read(std::string* line) {
  size_t searched = 0;
  while (true) {
    const size_t end = pending_.find('\n', searched);
    if (end != std::string::npos) {
      line->assign(pending_, 0, end);
      pending_.erase(0, end + 1);
      if (!line->empty() && line->back() == '\r') line->pop_back();
      return Result::kLine;
    }
    if (ended_) {
      if (pending_.empty()) return Result::kEnd;
      *line = std::exchange(pending_, "");
      return Result::kLine;
    }
    searched = pending_.size();
    char buffer[4096];
    const ssize_t count = read(descriptor_, buffer, sizeof(buffer));
    if (count < 0 && errno == EINTR) {
      pending_.clear();
      return Result::kInterrupted;
    }
    if (count <= 0) {
      ended_ = true;
    } else {
      pending_.append(buffer, static_cast<size_t>(count));
    }
  }
}

}  // namespace tessera
