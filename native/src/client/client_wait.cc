// Waiting for objects and for room.
#include <bit>

#include "client/client_core.h"

namespace atollstore {

// A waiting thread leases one of the client's object bells. When all are taken, threads share.
uint32_t ClientCore::LeaseBell() {
  uint32_t free = free_bells_.load(std::memory_order_relaxed);
  while (free != 0) {
    const uint32_t lowest = free & -free;
    if (free_bells_.compare_exchange_weak(free, free & ~lowest, std::memory_order_acquire)) {
      return static_cast<uint32_t>(std::countr_zero(lowest));
    }
  }
  return kObjectBells;  // shared: the last one
}

void ClientCore::ReturnBell(uint32_t bell) {
  if (bell < kObjectBells) free_bells_.fetch_or(1u << bell, std::memory_order_release);
}

namespace {
uint32_t Slot(uint32_t leased) { return leased < kObjectBells ? leased : kObjectBells - 1; }
}  // namespace

Status ClientCore::GetSlowly(ObjectId id, int64_t timeout_ns, atoll_view* view) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const uint64_t index = id.index();
  const auto deadline = os::Deadline::After(timeout_ns);
  uint32_t bell = UINT32_MAX;
  Status result;
  for (bool last = timeout_ns == 0;;) {
    const uint32_t seen = bell == UINT32_MAX ? 0 : record_->object_bells[Slot(bell)].Read();
    const bool registered = bell != UINT32_MAX && SetWait(control_, me_, index, id.generation(), Slot(bell));
    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    Word word;
    const Found found = Validate(entries_[index], id.generation(), &word);
    if (found == Found::kSealed) {
      if (used_[index].load(std::memory_order_relaxed) == 0) used_[index].store(1, std::memory_order_relaxed);
      if (!Describe(index, view)) {
        result = Status::Error(ATOLL_CORRUPT, "object %lu.%lu: its entry points outside the store", index,
                               id.generation());
      }
      break;
    }
    Unpin(index);
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
      last = !record_->object_bells[Slot(bell)].Wait(seen, deadline);
    }
  }
  if (bell != UINT32_MAX) ReturnBell(bell);
  return result;
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
  for (bool last = timeout_ns == 0;;) {
    const uint32_t seen = bell == UINT32_MAX ? 0 : record_->object_bells[Slot(bell)].Read();
    for (uint64_t i = 0; i < count; ++i) {
      if (ready[i] != 0) continue;
      if (bell != UINT32_MAX) {
        (void)SetWait(control_, me_, ObjectId(ids[i]).index(), ObjectId(ids[i]).generation(), Slot(bell));
      }
      const int64_t state = Contains(ids[i]);
      if (state == ATOLL_ABSENT) {
        failure = NotFound(ids[i]);
      } else if (state != ATOLL_EXPECTED) {
        ready[i] = 1;
        ++found;
      }
    }
    if (!failure.ok() || found >= wanted || last) break;
    if (Disconnected()) {
      failure = Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for %lu objects", count);
      break;
    }
    if (bell == UINT32_MAX) {
      bell = LeaseBell();
    } else {
      last = !record_->object_bells[Slot(bell)].Wait(seen, deadline);
    }
  }
  if (bell != UINT32_MAX) ReturnBell(bell);
  if (!failure.ok()) return failure;
  Count(&Counters::waits);
  return static_cast<int64_t>(found);
}

// ---- room ---------------------------------------------------------------------------------------------

// Leases extents for `bytes` and opens them. Returns false when the store has no such run, or no memory for
// it.
bool ClientCore::Grow(uint64_t bytes) {
  std::lock_guard lock(growth_mutex_);
  const Run run = heap_->Lease(bytes, false);
  if (run.count == 0) return false;
  bool reserved = true;
  for (uint64_t i = run.first; i < run.first + run.count; ++i) {
    reserved = reserved && (control_.extent(i).load(std::memory_order_acquire) & kExtentReserved) != 0;
  }
  // The server backs with memory what this client owns.
  if (!reserved) (void)AskServer(os::Deadline::After(60'000'000'000));
  return heap_->Commit(run, true) == 0;
}

Status ClientCore::MakeRoom(uint64_t bytes, const os::Deadline& deadline, int round) {
  Bell& room = control_.header().room_bell;
  const uint64_t target = warm_target_.load(std::memory_order_relaxed);
  if (target < WarmCap()) warm_target_.store(2 * target, std::memory_order_relaxed);
  if (Grow(bytes)) {
    WakeBackground();
    return {};
  }
  // Let the server sweep, then whoever holds empty extents give them back, and wait for either.
  if (waiting_for_room_.fetch_add(1) == 0) record_->wants_room.store(1, std::memory_order_seq_cst);
  const uint32_t seen = room.Read();
  const bool answered = AskServer(deadline);
  bool grown = Grow(bytes);
  bool changed = false;
  if (answered && !grown) {
    // Somebody may be about to give back what is empty: that is worth a little time even to the impatient.
    // The patient ask again now and then, for memory limits may have changed.
    changed =
        room.Wait(seen, deadline.passed() ? os::Deadline::After(20'000'000) : deadline.AtMost(1'000'000'000));
    grown = Grow(bytes);
  }
  if (waiting_for_room_.fetch_sub(1) == 1) record_->wants_room.store(0, std::memory_order_seq_cst);
  if (grown) return {};
  if (Disconnected()) {
    return Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for %lu bytes", bytes);
  }
  if (!deadline.passed() || (changed && round < 3)) return {};  // try again
  return Status::Error(
      ATOLL_STORE_FULL, "%lu bytes asked, the store has %lu, of which %lu are backed by memory%s", bytes,
      capacity_, control_.header().reserved_bytes.load(std::memory_order_relaxed),
      record_->refused.load(std::memory_order_relaxed) != 0 ? "; memory limits allow no more" : "");
}

}  // namespace atollstore
