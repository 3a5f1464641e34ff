#include "server/reserve_thread.h"

#include <unistd.h>

#include <algorithm>
#include <utility>

namespace atollstore {

ReserveThread::ReserveThread(os::SharedMemory* control, os::SharedMemory* data, const os::Mapping* mapping,
                             uint64_t extent_bytes, uint64_t keep, const os::WakeFd* wake)
    : control_(control),
      data_(data),
      extent_bytes_(extent_bytes),
      wake_(wake),
      backer_(data, mapping, keep) {}

Status ReserveThread::Start() { return thread_.Start("atoll-reserve", Run, this); }

void ReserveThread::Stop() {
  {
    std::lock_guard lock(mutex_);
    stopping_ = true;
    work_.notify_all();
  }
  thread_.Join();
}

void ReserveThread::HandIn(const PageJob& job) {
  ++jobs_;
  std::lock_guard lock(mutex_);
  to_do_.push_back(job);
  work_.notify_one();
}

std::vector<PageJob> ReserveThread::TakeDone() {
  std::vector<PageJob> done;
  if (thread_.IsRunning()) {
    std::lock_guard lock(mutex_);
    done.swap(done_);
  } else {
    // At least one step in a round, however slowly this thread runs.
    const Slice slice;
    while (!to_do_.empty()) {
      if (Step(&to_do_.front())) {
        done.push_back(to_do_.front());
        to_do_.pop_front();
      }
      if (slice.over()) break;
    }
  }
  jobs_ -= done.size();
  return done;
}

void ReserveThread::Run(void* self) { static_cast<ReserveThread*>(self)->Loop(); }

void ReserveThread::Loop() {
  std::unique_lock lock(mutex_);
  while (!stopping_) {
    if (to_do_.empty()) {
      work_.wait(lock);
      continue;
    }
    PageJob job = to_do_.front();
    lock.unlock();
    const bool is_done = Step(&job);
    lock.lock();
    to_do_.front() = job;
    if (!is_done) continue;
    to_do_.pop_front();
    done_.push_back(job);
    wake_->Ring();
  }
}

// What cannot be punched stays what it is: nobody looks at the bytes, and the memory is missed by nobody for long.
bool ReserveThread::Step(PageJob* job) {
  switch (job->kind) {
    case PageJob::Kind::kLook:
      job->result = backer_.Available();
      return true;
    case PageJob::Kind::kPunch:
      if (job->data.bytes != 0) (void)data_->Punch(job->data.at, job->data.bytes);
      if (job->control.bytes != 0) (void)control_->Punch(job->control.at, job->control.bytes);
      return true;
    case PageJob::Kind::kBack: {
      const uint64_t bytes = std::min(extent_bytes_, job->data.bytes - job->result);
      if (!backer_.Back(job->data.at + job->result, bytes)) {
        job->lost = !data_->ours();
        return true;
      }
      job->result += bytes;
      return job->result == job->data.bytes;
    }
  }
  return true;
}

}  // namespace atollstore
