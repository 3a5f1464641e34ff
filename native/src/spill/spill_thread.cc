#include "spill/spill_thread.h"

#include <unistd.h>

#include <utility>

namespace atollstore {

void SpillThread::Run(void* self) {
  auto& me = *static_cast<SpillThread*>(self);
  std::unique_lock lock(me.mutex_);
  for (;;) {
    me.work_.wait(lock, [&] { return me.stopping_ || !me.to_read_.empty() || !me.to_write_.empty(); });
    if (me.stopping_) return;
    auto& queue = me.to_read_.empty() ? me.to_write_ : me.to_read_;
    SpillJob job = std::move(queue.front());
    queue.pop_front();
    lock.unlock();
    me.Do(&job);
    lock.lock();
    me.done_.push_back(std::move(job));
    const uint64_t one = 1;
    (void)!::write(me.wake_fd_, &one, sizeof(one));
  }
}

void SpillThread::Do(SpillJob* job) {
  job->outcome = job->writes() ? files_->Write(&job->items) : files_->Read(job->items[0], job->to);
  // A read that fails costs the object, and a lack of descriptors or memory passes: ask again first.
  for (int pause = 10'000; !job->writes() && job->outcome.code() == ATOLL_SYSTEM && pause <= 100'000;
       pause *= 10) {
    ::usleep(static_cast<useconds_t>(pause));
    job->outcome = files_->Read(job->items[0], job->to);
  }
  if (!job->outcome.ok()) job->failure = LastError();
}

void SpillThread::HandIn(SpillJob job) {
  if (!thread_.IsRunning()) {
    Do(&job);
    std::lock_guard lock(mutex_);
    done_.push_back(std::move(job));
    return;
  }
  std::lock_guard lock(mutex_);
  (job.writes() ? to_write_ : to_read_).push_back(std::move(job));
  work_.notify_one();
}

std::vector<SpillJob> SpillThread::TakeDone() {
  std::lock_guard lock(mutex_);
  return std::exchange(done_, {});
}

void SpillThread::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_one();
  }
  thread_.Join();
}

}  // namespace atollstore
