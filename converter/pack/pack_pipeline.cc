#include "converter/pack/pack_pipeline.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "base/scratch_memory.h"
#include "base/status_macros.h"
#include "base/worker_threads.h"

namespace tessera {
namespace {

using Step = StreamPacker::Step;

// Steps in work per thread: one is packed while others wait to be written.
constexpr size_t kStepsPerThread = 3;

// Of the source, that the system is asked to read ahead of the steps in work.
constexpr uint64_t kReadAheadBytes = uint64_t{128} << 20;

// A step that has been opened.
struct OpenStep {
  PackJob* job = nullptr;
  Step step;
  bool last_of_job = false;
  ScratchMemory blocks;
  StreamPacker::Rows rows;
  uint8_t* window = nullptr;
  uint64_t next_task = 0;
  uint64_t tasks_done = 0;
};

// Everything is guarded by mutex_ but the insides of open steps, which belong
// to whoever runs their tasks, and to the writer once all have run. Mutexes are
// those of the standard library, which ThreadSanitizer sees into.
class Pipeline {
 public:
  Pipeline(absl::Span<PackJob> jobs, const PipelineOptions& options)
      : jobs_(jobs), options_(options) {}

  absl::Status Run();

 private:
  void Work();
  void ReadAhead();
  OpenStep* StepWithTasks();
  bool MayOpen() const;
  absl::Status OpenNext();
  absl::StatusOr<ScratchMemory> AllocateMemory(uint64_t size);
  void GiveMemory(ScratchMemory memory);
  absl::Status WriteAll();
  absl::Status Take(OpenStep& open);
  bool IsFrontDone() const {
    return !open_.empty() &&
           open_.front()->tasks_done == open_.front()->step.tasks;
  }
  // What `size` bytes count for; what is larger goes to a file.
  uint64_t InMemory(uint64_t size) const {
    return size <= options_.memory_bytes / 2 ? size : 0;
  }
  const Step& next_step() const {
    return jobs_[next_job_].packer->steps()[next_index_];
  }

  const absl::Span<PackJob> jobs_;
  const PipelineOptions options_;
  std::mutex mutex_;
  std::condition_variable work_;    // a step may be opened, or the end has come
  std::condition_variable ready_;   // all tasks of a step have run
  std::condition_variable opened_;  // another job
  std::deque<std::unique_ptr<OpenStep>> open_;
  uint64_t opened_bytes_ = 0;          // of the source, by all opened jobs
  size_t next_job_ = 0;                // of the step to open next
  size_t next_index_ = 0;              // within its job
  std::deque<ScratchMemory> windows_;  // those of open steps, in order
  std::vector<ScratchMemory> free_;    // used before
  uint64_t memory_in_use_ = 0;
  bool stop_ = false;
  absl::Status status_;
};

absl::Status Pipeline::Run() {
  std::vector<std::thread> threads =
      StartThreads(options_.threads, [this] { Work(); });
  const bool can_work = !threads.empty();
  for (std::thread& reader : StartThreads(1, [this] { ReadAhead(); })) {
    threads.push_back(std::move(reader));
  }
  absl::Status status =
      can_work
          ? WriteAll()
          : absl::ResourceExhaustedError("the system gives no more threads");
  {
    const std::lock_guard<std::mutex> lock(mutex_);
    stop_ = true;
    work_.notify_all();
    opened_.notify_all();
  }
  for (std::thread& thread : threads) thread.join();
  return status;
}

// A thread takes several tasks at a time, so that it seldom asks, but never so
// many that others have none.
void Pipeline::Work() {
  std::unique_lock<std::mutex> lock(mutex_);
  while (!stop_) {
    OpenStep* open = StepWithTasks();
    if (open == nullptr) {
      if (next_job_ == jobs_.size()) return;
      if (!MayOpen()) {
        work_.wait(lock);
        continue;
      }
      status_ = OpenNext();
      if (!status_.ok()) {
        stop_ = true;
        ready_.notify_all();
        return;
      }
      if (open_.back()->step.tasks == 0) ready_.notify_all();
      work_.notify_one();
      continue;
    }
    const uint64_t left = open->step.tasks - open->next_task;
    const uint64_t share = left / (2 * static_cast<uint64_t>(options_.threads));
    const uint64_t begin = open->next_task;
    const uint64_t end = begin + std::clamp<uint64_t>(share, 1, left);
    open->next_task = end;
    lock.unlock();
    for (uint64_t task = begin; task < end; ++task) {
      open->job->packer->RunTask(open->step, task, open->rows, open->window);
    }
    lock.lock();
    open->tasks_done += end - begin;
    if (open->tasks_done == open->step.tasks) ready_.notify_all();
  }
}

void Pipeline::ReadAhead() {
  uint64_t bytes = 0;  // asked for so far, by the jobs before
  for (size_t i = 0; i < jobs_.size(); ++i) {
    std::unique_lock<std::mutex> lock(mutex_);
    opened_.wait(lock, [&] {
      return stop_ || i <= next_job_ ||
             bytes <= opened_bytes_ + kReadAheadBytes;
    });
    if (stop_) return;
    lock.unlock();
    if (jobs_[i].will_need != nullptr) jobs_[i].will_need();
    bytes += jobs_[i].source_bytes;
  }
}

OpenStep* Pipeline::StepWithTasks() {
  for (const auto& open : open_) {
    if (open->next_task < open->step.tasks) return open.get();
  }
  return nullptr;
}

bool Pipeline::MayOpen() const {
  if (open_.empty()) return true;
  if (open_.size() >= kStepsPerThread * static_cast<size_t>(options_.threads)) {
    return false;
  }
  const StreamPacker& packer = *jobs_[next_job_].packer;
  const Step& step = next_step();
  uint64_t needed = InMemory(packer.RowsBytes(step));
  if (step.begins_window()) needed += InMemory(packer.WindowBytes(step));
  return memory_in_use_ + needed <= options_.memory_bytes;
}

absl::Status Pipeline::OpenNext() {
  PackJob& job = jobs_[next_job_];
  const Step& step = next_step();
  auto open = std::make_unique<OpenStep>();
  open->job = &job;
  open->step = step;
  TESSERA_ASSIGN_OR_RETURN(open->blocks,
                           AllocateMemory(job.packer->RowsBytes(step)));
  open->rows.blocks = open->blocks.data();
  job.packer->PrepareRows(step, &open->rows);
  if (step.begins_window()) {
    TESSERA_ASSIGN_OR_RETURN(ScratchMemory window,
                             AllocateMemory(job.packer->WindowBytes(step)));
    windows_.push_back(std::move(window));
  }
  open->window = windows_.back().data();
  if (next_index_ == 0) opened_bytes_ += job.source_bytes;
  open->last_of_job = ++next_index_ == job.packer->steps().size();
  if (open->last_of_job) {
    next_index_ = 0;
    ++next_job_;
  }
  open_.push_back(std::move(open));
  opened_.notify_all();
  return absl::OkStatus();
}

// Memory that was used before is used again: its pages need not be made anew.
absl::StatusOr<ScratchMemory> Pipeline::AllocateMemory(uint64_t size) {
  if (InMemory(size) != size) {
    return ScratchMemory::InFile(options_.scratch_folder, size);
  }
  ScratchMemory memory;
  const auto fits =
      std::find_if(free_.begin(), free_.end(), [&](const ScratchMemory& free) {
        return free.size() >= size && free.size() / 2 <= size;
      });
  if (fits != free_.end()) {
    memory = std::move(*fits);
    free_.erase(fits);
  } else {
    free_.clear();
    TESSERA_ASSIGN_OR_RETURN(memory, ScratchMemory::Anonymous(size));
  }
  memory_in_use_ += memory.size();
  return memory;
}

void Pipeline::GiveMemory(ScratchMemory memory) {
  if (InMemory(memory.size()) != memory.size()) return;
  memory_in_use_ -= memory.size();
  if (memory.size() != 0) free_.push_back(std::move(memory));
}

absl::Status Pipeline::WriteAll() {
  for (PackJob& job : jobs_) {
    for (bool last = false; !last;) {
      std::unique_lock<std::mutex> lock(mutex_);
      ready_.wait(lock, [this] { return stop_ || IsFrontDone(); });
      if (stop_) return status_;
      OpenStep& open = *open_.front();
      last = open.last_of_job;
      lock.unlock();
      TESSERA_RETURN_IF_ERROR(Take(open));
      lock.lock();
      GiveMemory(std::move(open.blocks));
      if (open.step.ends_window()) {
        GiveMemory(std::move(windows_.front()));
        windows_.pop_front();
      }
      open_.pop_front();
      work_.notify_all();
    }
    TESSERA_RETURN_IF_ERROR(job.finish());
  }
  return absl::OkStatus();
}

absl::Status Pipeline::Take(OpenStep& open) {
  StreamPacker& packer = *open.job->packer;
  TESSERA_RETURN_IF_ERROR(packer.HashRows(open.step, open.rows));
  if (!open.step.ends_window()) return absl::OkStatus();
  return open.job->write(packer.FinishWindow(open.step, open.window));
}

}  // namespace

absl::Status RunPackJobs(absl::Span<PackJob> jobs,
                         const PipelineOptions& options) {
  if (jobs.empty()) return absl::OkStatus();
  return Pipeline(jobs, options).Run();
}

}  // namespace tessera
