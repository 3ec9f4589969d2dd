#include "base/populator.h"

#include <algorithm>
#include <utility>

#include "absl/time/clock.h"
#include "base/worker_threads.h"

namespace tessera {
Populator::Populator(const FileMapping& mapping,
                     const std::vector<FileRange>& ranges, int readers,
                     Check check)
    : mapping_(mapping),
      check_(std::move(check)),
      start_(absl::Now()),
      pieces_(CutIntoPieces(ranges, kPieceBytes)),
      unfinished_(static_cast<int>(std::min<uint64_t>(
          std::max(readers, 1), std::max<uint64_t>(pieces_.size(), 1)))) {
  const int count = unfinished_.load();
  readers_ = StartThreads(count, [this] {
    ReadPieces();
    Finish();
  });
  if (readers_.empty()) ReadPieces();
  for (int i = static_cast<int>(readers_.size()); i < count; ++i) Finish();
}

Populator::~Populator() {
  next_.store(pieces_.size());
  for (std::thread& reader : readers_) reader.join();
}

void Populator::ReadPieces() {
  while (!failed_.load(std::memory_order_relaxed)) {
    const uint64_t i = next_.fetch_add(1);
    if (i >= pieces_.size()) break;
    absl::Status status = mapping_.Populate(pieces_[i]);
    if (status.ok() && check_ != nullptr) status = check_(pieces_[i]);
    if (status.ok()) continue;
    const std::lock_guard<std::mutex> lock(mutex_);
    error_.Update(status);
    failed_.store(true, std::memory_order_release);
  }
}

void Populator::Finish() {
  const std::lock_guard<std::mutex> lock(mutex_);
  end_ = absl::Now();
  unfinished_.fetch_sub(1, std::memory_order_acq_rel);
  finished_.notify_all();
}

absl::Status Populator::Wait() {
  std::unique_lock<std::mutex> lock(mutex_);
  finished_.wait(lock, [this] { return done(); });
  return error_;
}

absl::Status Populator::status() const {
  if (!failed_.load(std::memory_order_acquire)) return absl::OkStatus();
  const std::lock_guard<std::mutex> lock(mutex_);
  return error_;
}

absl::Duration Populator::elapsed() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return (done() ? end_ : absl::Now()) - start_;
}

}  // namespace tessera
