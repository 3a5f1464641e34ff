#include "spill/spill_threads.h"

#include <unistd.h>

#include <cstdio>
#include <utility>

#include "spill/checksum.h"

namespace atollstore {

SpillThreads::SpillThreads(SpillFiles* files, const os::WakeFd* wake) : files_(files), wake_(wake) {
  files_->UseRemover([this](SpillRemoval removal) { HandIn(std::move(removal)); });
}

Status SpillThreads::Start() {
  for (os::Thread& thread : threads_) ATOLL_RETURN_IF_ERROR(thread.Start("atoll-spill", Run, this));
  return {};
}

void SpillThreads::Run(void* self) {
  auto& me = *static_cast<SpillThreads*>(self);
  std::unique_lock lock(me.mutex_);
  while (!me.stopping_) {
    if (!me.to_read_.empty()) {
      me.DoNext(&me.to_read_, &lock);
    } else if (me.MayWrite()) {  // one at a time: the other thread removes meanwhile
      me.writing_ = true;
      me.DoNext(&me.to_write_, &lock);
      me.writing_ = false;
      if (me.MayWrite()) me.work_.notify_one();
    } else if (!me.to_remove_.empty()) {
      me.RemoveNext(&lock);
    } else if (me.MayCompute()) {
      me.ComputeChecksums(&lock);
    } else {
      me.work_.wait(lock);
    }
  }
}

void SpillThreads::DoNext(std::deque<SpillJob>* queue, std::unique_lock<std::mutex>* lock) {
  SpillJob job = std::move(queue->front());
  queue->pop_front();
  lock->unlock();
  Do(&job);
  lock->lock();
  done_.push_back(std::move(job));
  wake_->Ring();
}

void SpillThreads::RemoveNext(std::unique_lock<std::mutex>* lock) {
  const SpillRemoval removal = std::move(to_remove_.front());
  to_remove_.pop_front();
  lock->unlock();
  files_->Remove(removal);
  lock->lock();
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

Status SpillThreads::Try(SpillJob* job) {
  switch (job->kind) {
    case SpillJob::Kind::kWrite:
      return files_->Write(&job->items);
    case SpillJob::Kind::kRead:
      files_->ReadAll(&job->items);
      return {};
    case SpillJob::Kind::kIds:
      return files_->ReadIds(job->items[0], &job->ids);
    default:
      return files_->Check(job->items[0]);
  }
}

bool SpillThreads::MayPass(const Status& outcome) {
  return outcome.code() == ATOLL_SYSTEM || outcome.code() == ATOLL_OUT_OF_MEMORY;
}

// A read that fails costs the object, and a lack of descriptors or memory passes: ask again first.
void SpillThreads::Do(SpillJob* job) {
  job->outcome = Try(job);
  if (job->kind == SpillJob::Kind::kRead) return ReadAgain(job);
  for (int pause = 10'000; job->kind != SpillJob::Kind::kWrite && MayPass(job->outcome) && pause <= 100'000;
       pause *= 10) {
    ::usleep(static_cast<useconds_t>(pause));
    job->outcome = Try(job);
  }
  if (!job->outcome.ok()) std::snprintf(job->failure, sizeof(job->failure), "%s", LastError());
}

void SpillThreads::ReadAgain(SpillJob* job) {
  for (int pause = 10'000; pause <= 100'000; pause *= 10) {
    bool again = false;
    for (SpillItem& item : job->items) {
      if (!MayPass(item.outcome)) continue;
      if (!std::exchange(again, true)) ::usleep(static_cast<useconds_t>(pause));
      item.outcome = files_->Read(item, item.to);
    }
    if (!again) return;
  }
}

void SpillThreads::HandIn(SpillJob job) {
  if (!threads_[0].IsRunning()) {
    Do(&job);
    std::lock_guard lock(mutex_);
    done_.push_back(std::move(job));
    return;
  }
  std::lock_guard lock(mutex_);
  (job.kind == SpillJob::Kind::kWrite ? to_write_ : to_read_).push_back(std::move(job));
  work_.notify_one();
}

void SpillThreads::HandIn(SpillRemoval removal) {
  if (!threads_[0].IsRunning()) return files_->Remove(removal);
  std::lock_guard lock(mutex_);
  // What lies together mostly goes together, and one call is enough for that.
  constexpr auto kBlocks = SpillRemoval::Kind::kBlocks;
  if (!to_remove_.empty() && removal.kind == kBlocks && to_remove_.back().kind == kBlocks) {
    SpillRemoval& last = to_remove_.back();
    if (last.file == removal.file && last.offset + last.bytes == removal.offset) {
      last.bytes += removal.bytes;
      return;
    }
  }
  to_remove_.push_back(std::move(removal));
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
  files_->GiveUp();
  for (os::Thread& thread : threads_) thread.Join();
}

}  // namespace atollstore
