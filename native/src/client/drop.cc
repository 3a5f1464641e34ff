// The last pin or reference of this client has gone.
#include "client/client_core.h"
#include "client/free_unseen.h"

namespace atollstore {

// Somebody waits for memory or entries: then the server frees, which knows whom to tell.
bool ClientCore::RoomIsShort() const {
  const Header& header = control_.header();
  return header.pressure.load(std::memory_order_seq_cst) != 0 ||
         header.room_queue.load(std::memory_order_seq_cst) != 0 || wishes_->any();
}

bool ClientCore::FreesItself(uint64_t index) {
  const Word word(entries_[index].word.load(std::memory_order_relaxed));
  if (word.owner() != me_ || word.state() != State::kSealed || Holders(entries_[index]).NameOther(me_) ||
      RoomIsShort() || freeing_.test_and_set(std::memory_order_acquire)) return false;
  const uint64_t bytes = ObjectBytes(entries_[index]);
  const Unseen end = FreeUnseen(control_, me_, index);
  bool much = false;
  if (end == Unseen::kFreed) {
    freed_bytes_ += bytes;
    much = freed_bytes_ >= 8 * control_.geometry().extent_bytes();
    if (much) freed_bytes_ = 0;
  }
  freeing_.clear(std::memory_order_release);
  if (end != Unseen::kFreed) return end == Unseen::kHeld;
  Count(&Counters::frees);
  // Whoever has begun to wait since then has looked before this was free.
  const bool waited_for = RoomIsShort();
  if (waited_for) wishes_->RingAll();
  if (waited_for || much) WakeBackground();
  return true;
}

void ClientCore::Drop(uint64_t index) {
  if (FreesItself(index)) return;
  SetDropped(control_, me_, index);
  WakeServer();
}

}  // namespace atollstore
