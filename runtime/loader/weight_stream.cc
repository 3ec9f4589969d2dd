#include "runtime/loader/weight_stream.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <algorithm>

#include "base/worker_threads.h"

namespace tessera {

WeightStream::WeightStream(const FileMapping& mapping,
                           absl::Span<const FileRange> hot,
                           const StreamSizes& sizes, int readers)
    : mapping_(mapping), plan_(PlanStream(hot, sizes)) {
  // Without any, page faults read.
  readers_ = StartThreads(std::max(readers, 1), [this] { ReaderLoop(); });
}

WeightStream::~WeightStream() {
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
  }
  wake_.notify_all();
  for (std::thread& reader : readers_) reader.join();
}

void WeightStream::Reading(const void* weights) {
  const uint64_t offset = static_cast<uint64_t>(
      static_cast<const uint8_t*>(weights) - mapping_.bytes().data());
  const uint64_t before = plan_.StreamedBefore(offset);
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (offset < offset_) ++pass_;
    offset_ = offset;
    const uint64_t passed = pass_ * plan_.streamed.size() + before;
    if (passed == passed_) return;
    passed_ = passed;
  }
  wake_.notify_all();
}

WeightStream::Report WeightStream::report() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return {plan_.resident_bytes, plan_.window_bytes, plan_.streamed_bytes,
          read_bytes_};
}

absl::Status WeightStream::status() const {
  const std::lock_guard<std::mutex> lock(mutex_);
  return status_;
}

void WeightStream::ReaderLoop() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_) {
    const std::optional<Job> job = NextJob();
    if (!job) {
      wake_.wait(lock);
      continue;
    }
    lock.unlock();
    if (job->drop) {
      Drop(job->unit);
    } else {
      Read(*job);
    }
    lock.lock();
  }
}

// Dropping first makes the room that is needed for reading.
std::optional<WeightStream::Job> WeightStream::NextJob() {
  const uint64_t count = plan_.streamed.size();
  // Units that were passed more than once need to be dropped once.
  dropped_ = std::max(dropped_, passed_ - std::min(passed_, count));
  if (dropped_ < passed_) {
    return Job{plan_.streamed[dropped_++ % count], true, std::nullopt};
  }
  if (resident_taken_ < plan_.resident.size()) {
    return Job{plan_.resident[resident_taken_++], false, std::nullopt};
  }
  // What the computation has passed it has read by itself.
  taken_ = std::max(taken_, passed_);
  if (taken_ < passed_ + plan_.window) {
    const uint64_t place = taken_++;
    return Job{plan_.streamed[place % count], false, place};
  }
  return std::nullopt;
}

void WeightStream::Read(const Job& job) {
  const absl::Status status = mapping_.Populate(job.unit);
  bool late = false;
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    if (status.ok()) {
      read_bytes_ += job.unit.size;
    } else if (status_.ok()) {
      status_ = status;
    }
    late = job.place && *job.place < passed_;
  }
  // Another thread may have dropped it before it was there.
  if (late) Drop(job.unit);
}

// The page cache frees pages that nobody has mapped any more.
void WeightStream::Drop(FileRange unit) const {
  madvise(const_cast<uint8_t*>(mapping_.bytes().data()) + unit.offset,
          unit.size, MADV_DONTNEED);
  posix_fadvise(mapping_.fd(), static_cast<off_t>(unit.offset),
                static_cast<off_t>(unit.size), POSIX_FADV_DONTNEED);
}

}  // namespace tessera
