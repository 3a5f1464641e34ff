// Events of watched ids, for one thread or many.
#include "client/client_core.h"

namespace atollstore {

Status ClientCore::Watch(const atoll_object_id* ids, uint64_t count, uint64_t kind) {
  for (uint64_t i = 0; i < count; ++i) {
    ATOLL_RETURN_IF_ERROR(Check(ids[i]));
    if (Contains(ids[i]) == ATOLL_ABSENT || !Enter(ids[i])) return NotFound(ids[i]);
  }
  return watches_->Add(ids, count, kind);
}

Status ClientCore::ExpectAgain(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  Entry& entry = entries_[id.index()];
  for (uint64_t bits = entry.word.load(std::memory_order_seq_cst);;) {
    const Word word(bits);
    const Word live = word.state() == State::kDying ? word.Revived() : word;
    // Whoever was asked and comes too late was not asked about what has the entry next.
    const bool late = word.generation() != id.generation() || !word.Exists();
    const bool asked = HasSlots(id.index()) && WasAsked(control_, me_, id.index());
    if (asked && (late ? Visible(live) != ATOLL_EXPECTED : Visible(live) == ATOLL_IS_LOST))
      Answered(control_, me_, id.index());
    if (late) return NotFound(id);
    if (Visible(live) == ATOLL_IS_LOST) {
      if (live.state() != State::kLost || live.reason() == ATOLL_LOST_DELETED) return Lost(id);
      const Word again = Word::Of(id.generation(), kServer, State::kExpected);
      if (!entry.word.compare_exchange_weak(bits, again.bits(), std::memory_order_seq_cst)) continue;
      return {};
    }
    // Expected, or somebody makes it again already.
    if (MayAnswer(control_, me_, id.index())) {
      Answered(control_, me_, id.index());
      return {};
    }
    if (Visible(live) == ATOLL_EXPECTED) return {};
    return Status::Error(ATOLL_ALREADY_EXISTS, "object %lu.%lu: not lost", id.index(), id.generation());
  }
}

Status ClientCore::GiveUp(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  if (!HasSlots(id.index()) || !WasAsked(control_, me_, id.index()))
    return Status::Error(ATOLL_INVALID_ARGUMENT, "object %lu.%lu: client %u has not been asked about it", id.index(),
                         id.generation(), me_);
  GiveUpAsked(control_, me_, id.index(), id.generation());
  return {};
}

Result<int64_t> ClientCore::Unwatch(const atoll_object_id* ids, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) ATOLL_RETURN_IF_ERROR(Check(ids[i]));
  return static_cast<int64_t>(watches_->Remove(ids, count));
}

Result<int64_t> ClientCore::TakeReady(atoll_event* events, uint64_t max, int64_t timeout_ns) {
  const auto deadline = os::Deadline::After(timeout_ns);
  for (bool last = deadline.passed();;) {
    const uint32_t seen = watches_->bell().Read();
    const uint64_t taken = watches_->Take(events, max);
    if (taken != 0 || last) return static_cast<int64_t>(taken);
    if (Disconnected()) return Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for events");
    last = !watches_->bell().Wait(seen, deadline);
  }
}

}  // namespace atollstore
