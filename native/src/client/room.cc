// Room: leasing extents, and waiting for them in turn.
#include <algorithm>

#include "client/client_core.h"

namespace atollstore {

// While somebody waits for room, what becomes free is for the one whose turn it is.
bool ClientCore::MayLease() const {
  const uint32_t turn = control_.header().room_turn.load(std::memory_order_acquire);
  return turn == 0 || turn == me_;
}

// Leases extents for `bytes` and opens them. Returns false when the store has no such run, or no memory for
// it, or others are to have it first.
bool ClientCore::Grow(uint64_t bytes) {
  std::lock_guard lock(growth_mutex_);
  // What lacks control memory is not helped by extents.
  return !budget_->low() && MayLease() && Open(heap_->Lease(bytes, false));
}

// The same for the extents that the block lacks behind its end.
bool ClientCore::GrowBehind(uint64_t block, uint64_t bytes) {
  std::lock_guard lock(growth_mutex_);
  return MayLease() && Open(heap_->LeaseBehind(block, bytes));
}

// REQUIRES: growth_mutex_ is held
bool ClientCore::Open(const Run& run) {
  if (run.count == 0) return false;
  WakeServer();  // it reserves others ahead
  bool reserved = true;
  for (uint64_t i = run.first; i < run.first + run.count; ++i) {
    reserved = reserved && (control_.extent(i).load(std::memory_order_acquire) & kExtentReserved) != 0;
  }
  // The server backs with memory what this client owns.
  if (!reserved) (void)AskServer(os::Deadline::After(60'000'000'000));
  return heap_->Commit(run, os::Deadline::After(60'000'000'000)).ok();
}

// One thread's wish for room, as the server sees it: all of a client's threads wait as one.
class ClientCore::RoomRequest {
 public:
  RoomRequest(ClientCore* client, uint64_t bytes) : client_(client) {
    client_->record_->wanted_bytes.store(bytes, std::memory_order_relaxed);
    if (client_->waiting_for_room_.fetch_add(1) == 0)
      client_->record_->wants_room.store(1, std::memory_order_seq_cst);
  }
  ~RoomRequest() {
    if (client_->waiting_for_room_.fetch_sub(1) != 1) return;
    client_->record_->wanted_bytes.store(0, std::memory_order_relaxed);
    client_->record_->wants_room.store(0, std::memory_order_seq_cst);
  }
  RoomRequest(const RoomRequest&) = delete;
  RoomRequest& operator=(const RoomRequest&) = delete;

 private:
  ClientCore* const client_;
};

Status ClientCore::AllocateInTurn(uint64_t bytes, Entry& entry, uint64_t place, int64_t timeout_ns) {
  const uint64_t target = warm_target_.load(std::memory_order_relaxed);
  if (target < WarmCap()) warm_target_.store(std::max(2 * target, LeastWarm()), std::memory_order_relaxed);
  if (Grow(bytes)) {
    WakeBackground();
    if (heap_->Allocate(bytes, entry, place)) return {};
  }
  return AwaitRoom(bytes, timeout_ns, [&] {
    return heap_->Allocate(bytes, entry, place) || (Grow(bytes) && heap_->Allocate(bytes, entry, place));
  });
}

// Lets the server sweep, whoever holds empty extents give them back, and objects go to disk; takes the room
// after each.
Status ClientCore::AwaitRoom(uint64_t bytes, int64_t timeout_ns, const std::function<bool()>& take) {
  const auto deadline = os::Deadline::After(timeout_ns);
  const RoomRequest request(this, bytes);
  Bell& room = control_.header().room_bell;
  for (int round = 0;; ++round) {
    const uint32_t seen = room.Read();
    const bool answered = AskServer(deadline);
    if (take()) return {};
    if (Disconnected()) {
      return Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for %lu bytes", bytes);
    }
    // Somebody may be about to give back what is empty: that is worth a little time even to the impatient.
    // The patient ask again now and then, for memory limits may have changed.
    const bool patient = !deadline.passed();
    const bool changed = answered && room.Wait(seen, patient ? deadline.AtMost(1'000'000'000)
                                                             : os::Deadline::After(20'000'000));
    if (take()) return {};
    if (!patient && !(changed && round < 3)) return StoreFull(bytes);
  }
}

}  // namespace atollstore
