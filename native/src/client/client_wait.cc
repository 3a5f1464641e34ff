// Waiting for objects: until they are sealed, until any of many are, until they are back from disk.
#include <algorithm>
#include <bit>

#include "client/client_core.h"

namespace atollstore {
namespace {

// For an object that the server is moving, which takes it some instructions, unless it is stopped there; also
// by those who have no time.
constexpr int64_t kLeastMovingNanos = 8'000'000;
// Between two looks of who cannot be rung for all it waits for.
constexpr int64_t kUnpaidNanos = 10'000'000;

}  // namespace

// A waiting thread leases one of the client's object bells. When all are taken, threads share.
uint32_t ClientCore::LeaseBell() {
  uint32_t free = free_bells_.load(std::memory_order_relaxed);
  while (free != 0) {
    const uint32_t lowest = free & -free;
    if (free_bells_.compare_exchange_weak(free, free & ~lowest, std::memory_order_acquire)) {
      return static_cast<uint32_t>(std::countr_zero(lowest));
    }
  }
  return kLeasedBells;  // shared: the last one
}

void ClientCore::ReturnBell(uint32_t bell) {
  if (bell < kLeasedBells) free_bells_.fetch_or(1u << bell, std::memory_order_release);
}

Status ClientCore::GetSlowly(ObjectId id, int64_t timeout_ns, atoll_view* view) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const uint64_t index = id.index();
  const auto deadline = os::Deadline::After(timeout_ns);
  uint32_t bell = UINT32_MAX;
  Status result;
  for (bool last = timeout_ns <= 0;;) {
    const uint32_t seen = bell == UINT32_MAX ? 0 : record_->object_bells[BellSlot(bell)].Read();
    const bool registered =
        bell != UINT32_MAX && SetWait(control_, me_, index, id.generation(), BellSlot(bell));
    if (!Enter(id, &deadline)) {
      result = NotFound(id);
      break;
    }
    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    Word word;
    Found found = Validate(entries_[index], id.generation(), &word);
    if (found == Found::kPending && word.away()) {
      result = AwaitServer(id, deadline);
      if (result.ok()) found = Validate(entries_[index], id.generation(), &word);
    }
    if (result.ok() && found == Found::kSealed) {
      if (used_[index].load(std::memory_order_relaxed) == 0) used_[index].store(1, std::memory_order_relaxed);
      if (!Describe(id.place, view)) {
        result = Corrupted(id);
      }
      break;
    }
    Unpin(index);
    if (!result.ok()) break;
    if (found == Found::kGone) {
      result = NotFound(id);
      break;
    }
    if (found == Found::kLost) {
      result = Lost(id);
      break;
    }
    if (last) {
      result = Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: not sealed within %ld ns", index,
                             id.generation(), timeout_ns);
      break;
    }
    if (Disconnected()) {
      result = Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for object %lu.%lu",
                             index, id.generation());
      break;
    }
    if (bell == UINT32_MAX) {
      bell = LeaseBell();
    } else if (registered) {
      last = !record_->object_bells[BellSlot(bell)].Wait(seen, deadline);
    }
  }
  if (bell != UINT32_MAX) ReturnBell(bell);
  return result;
}

// Until the object is back from disk, as long as the caller has said, or has its new place, which takes the
// server some instructions. The pin that the caller has is what tells the server that the object is wanted,
// and what keeps it where it is from then on.
Status ClientCore::AwaitServer(ObjectId id, const os::Deadline& callers) {
  const uint64_t index = id.index();
  const auto least = os::Deadline::After(kLeastMovingNanos);
  const os::Deadline moved = callers.at() > least.at() ? callers : least;
  bool waited = false;
  const uint32_t bell = LeaseBell();
  Status result;
  for (;;) {
    const uint32_t seen = record_->object_bells[BellSlot(bell)].Read();
    (void)SetWait(control_, me_, index, id.generation(),
                  BellSlot(bell));  // it is pinned: its slots are paid for
    Word word;
    if (Validate(entries_[index], id.generation(), &word) != Found::kPending || !word.away()) break;
    const os::Deadline& deadline = word.on_disk() ? callers : moved;
    if (deadline.passed()) {
      result = word.on_disk()
                   ? NotBack(id, waited)
                   : Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: the server does not end moving it",
                                   index, id.generation());
      break;
    }
    if (word.state() == State::kSpilled) Drop(index);
    if (Disconnected()) {
      result = Status::Error(ATOLL_DISCONNECTED, "the server has gone while it brought object %lu.%lu", index,
                             id.generation());
      break;
    }
    (void)record_->object_bells[BellSlot(bell)].Wait(seen, deadline.AtMost(1'000'000'000));
    waited = true;
  }
  ReturnBell(bell);
  return result;
}

// For who has waited it may be room that was lacking: the server says so as long as anybody waits for some.
Status ClientCore::NotBack(ObjectId id, bool waited) const {
  const Entry& entry = entries_[id.index()];
  const bool lacks_room = waited && control_.header().room_queue.load(std::memory_order_relaxed) != 0 &&
                          Word(entry.word.load(std::memory_order_relaxed)).state() == State::kSpilled;
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  if (lacks_room) return StoreFull(size);
  return Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: its %lu bytes are on disk, and are not back in time",
                       id.index(), id.generation(), size);
}

Result<int64_t> ClientCore::Wait(const atoll_object_id* ids, uint64_t count, uint64_t wanted,
                                 int64_t timeout_ns, uint8_t* ready) {
  const auto deadline = os::Deadline::After(timeout_ns);
  if (wanted > count) wanted = count;
  for (uint64_t i = 0; i < count; ++i) {
    ATOLL_RETURN_IF_ERROR(Check(ids[i]));
    ready[i] = 0;
  }
  uint64_t found = 0;
  uint32_t bell = UINT32_MAX;
  Status failure;
  // The first look is at all, whatever it takes; those that follow end with the time.
  constexpr uint64_t kLooksPerClock = 256;
  for (bool last = timeout_ns <= 0;;) {
    const uint32_t seen = bell == UINT32_MAX ? 0 : record_->object_bells[BellSlot(bell)].Read();
    bool unpaid = false;  // the others are looked at all the same, but no more is asked for
    for (uint64_t i = 0; i < count; ++i) {
      if (bell != UINT32_MAX && i % kLooksPerClock == 0 && (last = last || deadline.passed())) break;
      if (ready[i] != 0) continue;
      // Who cannot say that it waits would not be rung.
      const uint64_t index = ObjectId(ids[i]).index();
      const bool paid = bell == UINT32_MAX || (HasSlots(index) && !NeedsRow(index)) ||
                        (!unpaid && PaySlots(index, nullptr) && PayRow(index, nullptr));
      unpaid = unpaid || !paid;
      if (bell != UINT32_MAX && paid) {
        (void)SetWait(control_, me_, index, ObjectId(ids[i]).generation(), BellSlot(bell));
      }
      const int64_t state = Contains(ids[i]);
      if (state == ATOLL_ABSENT) {
        failure = NotFound(ids[i]);
      } else if (state != ATOLL_EXPECTED) {
        ready[i] = 1;
        ++found;
      }
      if (!failure.ok()) break;
    }
    if (failure.ok() && found < wanted && last && unpaid) failure = NoControlMemory();
    if (!failure.ok() || found >= wanted || last) break;
    if (Disconnected()) {
      failure = Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for %lu objects", count);
      break;
    }
    if (bell == UINT32_MAX) {
      bell = LeaseBell();
    } else if (unpaid) {  // there may be control memory in a moment, and nobody rings for that
      (void)record_->object_bells[BellSlot(bell)].Wait(seen, deadline.AtMost(kUnpaidNanos));
      last = deadline.passed();
    } else {
      last = !record_->object_bells[BellSlot(bell)].Wait(seen, deadline);
    }
  }
  if (bell != UINT32_MAX) ReturnBell(bell);
  if (!failure.ok()) return failure;
  Count(&Counters::waits);
  return static_cast<int64_t>(found);
}

}  // namespace atollstore
