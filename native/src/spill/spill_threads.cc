#include "spill/spill_threads.h"

#include <unistd.h>

#include <utility>

#include "spill/checksum.h"

namespace atollstore {

Status SpillThreads::Start() {
  for (os::Thread& thread : threads_) ATOLL_RETURN_IF_ERROR(thread.Start("atoll-spill", Run, this));
  return {};
}

void SpillThreads::Run(void* self) {
  auto& me = *static_cast<SpillThreads*>(self);
  std::unique_lock lock(me.mutex_);
  const auto may_write = [&] { return !me.to_write_.empty() && !me.writing_; };
  const auto may_compute = [&] { return !me.to_write_.empty() && !me.to_write_.front().items.back().crc; };
  for (;;) {
    me.work_.wait(lock, [&] { return me.stopping_ || !me.to_read_.empty() || may_write() || may_compute(); });
    if (me.stopping_) return;
    if (me.to_read_.empty() && !may_write()) {
      me.ComputeChecksums(&lock);
      continue;
    }
    auto& queue = me.to_read_.empty() ? me.to_write_ : me.to_read_;
    SpillJob job = std::move(queue.front());
    queue.pop_front();
    const bool writes = job.writes();
    me.writing_ = me.writing_ || writes;
    lock.unlock();
    me.Do(&job);
    lock.lock();
    if (writes) {
      me.writing_ = false;
      if (may_write()) me.work_.notify_one();
    }
    me.done_.push_back(std::move(job));
    const uint64_t one = 1;
    (void)!::write(me.wake_fd_, &one, sizeof(one));
  }
}

void SpillThreads::ComputeChecksums(std::unique_lock<std::mutex>* lock) {
  SpillJob job = std::move(to_write_.front());
  to_write_.pop_front();
  for (SpillItem& item : job.items) {
    if (item.crc) continue;
    lock->unlock();
    item.crc = Crc32c(item.from, item.bytes);
    lock->lock();
    if (stopping_ || !to_read_.empty()) break;
  }
  to_write_.push_front(std::move(job));
}

void SpillThreads::Do(SpillJob* job) {
  job->outcome = job->writes() ? files_->Write(&job->items) : files_->Read(job->items[0], job->to);
  // A read that fails costs the object, and a lack of descriptors or memory passes: ask again first.
  for (int pause = 10'000; !job->writes() && job->outcome.code() == ATOLL_SYSTEM && pause <= 100'000;
       pause *= 10) {
    ::usleep(static_cast<useconds_t>(pause));
    job->outcome = files_->Read(job->items[0], job->to);
  }
  if (!job->outcome.ok()) job->failure = LastError();
}

void SpillThreads::HandIn(SpillJob job) {
  if (!threads_[0].IsRunning()) {
    Do(&job);
    std::lock_guard lock(mutex_);
    done_.push_back(std::move(job));
    return;
  }
  std::lock_guard lock(mutex_);
  (job.writes() ? to_write_ : to_read_).push_back(std::move(job));
  work_.notify_one();
}

std::vector<SpillJob> SpillThreads::TakeDone() {
  std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void SpillThreads::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  for (os::Thread& thread : threads_) thread.Join();
}

}  // namespace atollstore
