// Room for blocks: extents that are free, taken by the client itself, or granted by the server in turn.
#include <algorithm>

#include "client/client_core.h"

namespace atollstore {
// While anybody waits for room the server alone gives extents away. What lacks control memory is not helped by them.
bool ClientCore::MayLease() const {
  return control_.header().room_queue.load(std::memory_order_acquire) == 0 && !budget_->low();
}

// Takes free extents with memory behind them.
Placed ClientCore::Grow(const BlockFor& wanted, const os::Deadline& deadline) {
  const Run run = MayLease() ? heap_->Lease(wanted.bytes, true) : Run();
  if (run.count == 0) return Placed::kNowhere;
  WakeServer();  // it makes others ready
  return heap_->CommitFor(run, deadline, wanted);
}

// The same for those that the block lacks behind its end.
Placed ClientCore::GrowBehind(const BlockFor& wanted, const os::Deadline& deadline) {
  const Run run = heap_->Behind(wanted.block, wanted.bytes);
  if (!MayLease() || !heap_->LeaseThese(run)) return Placed::kNowhere;
  WakeServer();  // it makes others ready
  return heap_->CommitFor(run, deadline, wanted);
}

// Whether the server may have them for the block: bare ones get memory, and what another thread of this client is opening
// or giving back is there in a moment. Anywhere else all of the block has to move, maybe to where it cannot grow on.
bool ClientCore::MayComeBehind(const BlockFor& wanted) const {
  if (wanted.block == 0 || Disconnected()) return false;
  const Run run = heap_->Behind(wanted.block, wanted.bytes);
  bool may = run.count != 0;
  for (uint64_t extent = run.first; run.Has(extent); ++extent) {
    const uint32_t owner = control_.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
    may = may && (owner == 0 || owner == kKept || owner == me_);
  }
  return may;
}

Result<Placed> ClientCore::PlaceInTurn(const BlockFor& wanted, int64_t timeout_ns) {
  const uint64_t target = warm_target_.load(std::memory_order_relaxed);
  if (target < WarmCap()) warm_target_.store(std::max(2 * target, LeastWarm()), std::memory_order_relaxed);
  heap_->HopeToMap();
  const auto deadline = os::Deadline::After(timeout_ns);
  if (!MayComeBehind(wanted)) {
    if (const Placed placed = Grow(wanted, deadline); placed != Placed::kNowhere) {
      WakeBackground();
      return placed;
    }
  }
  return AwaitRoom(wanted, deadline.left());
}

Result<Placed> ClientCore::AwaitRoom(const BlockFor& wanted, int64_t timeout_ns) {
  Wish wish(wishes_.get(), {WishKind::kRoom, wanted.bytes}, timeout_ns);
  const os::Deadline deadline = wish.urgent() ? os::Deadline::After(timeout_ns) : wish.deadline();
  for (bool last = false;;) {
    const uint32_t seen = wish.Look(wanted.block == 0 ? Run{} : heap_->Behind(wanted.block, wanted.bytes));
    const WishState answer = wish.state();
    // Room of this client's own first: siblings and the server make some.
    if (const Placed placed = heap_->Place(wanted); placed != Placed::kNowhere) return placed;
    if (const Run run = wish.Take(); run.count != 0) {
      if (const Placed placed = TakeOver(run, deadline, wanted); placed != Placed::kNowhere) return placed;
      if (!last) continue;  // it lacks control memory or mappings
    }
    if (Disconnected())
      return Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for %lu bytes", wanted.bytes);
    // The server rings for that.
    const ObjectId id({store_, wanted.place});
    if (Word(entries_[id.index()].word.load(std::memory_order_seq_cst)).has(Word::kDeleted)) return Lost(id);
    if ((last || answer == WishState::kRefused) && wish.ignored()) return Ignored("room", timeout_ns);
    if (last || answer == WishState::kRefused) return StoreFull(wanted.bytes);
    last = !wish.Wait(seen);
  }
}

Placed ClientCore::TakeOver(const Run& run, const os::Deadline& deadline, const BlockFor& wanted) {
  return heap_->Adopt(run) ? heap_->CommitFor(run, deadline, wanted) : Placed::kNowhere;
}

Status ClientCore::Ignored(const char* what, int64_t timeout_ns) const {
  return Status::Error(ATOLL_TIMED_OUT,
                       "the server (pid %lu) has taken no notice of a wish for %s within %ld ns: it may be stopped",
                       control_.header().server_pid.load(std::memory_order_relaxed), what, timeout_ns);
}

// The budget is filled by the server whenever it looks.
bool ClientCore::PayInTurn(const os::Deadline* until, const std::function<bool()>& pay) {
  if (pay()) return true;
  Wish wish(wishes_.get(), {WishKind::kControl}, until == nullptr ? 0 : until->left());
  for (bool last = false;;) {
    const uint32_t seen = wish.Look();
    const WishState answer = wish.state();
    if (pay()) return true;
    const bool granted = answer == WishState::kGranted;
    if (last || answer == WishState::kRefused || (granted && wish.urgent()) || Disconnected()) return false;
    if (granted) {  // others were faster
      (void)wish.Take();
    } else {
      last = !wish.Wait(seen);
    }
  }
}

}  // namespace atollstore
