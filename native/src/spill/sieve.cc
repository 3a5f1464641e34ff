#include "spill/sieve.h"

#include <algorithm>
#include <bit>

#include "directory/holders.h"

namespace atollstore {

bool MayLeaveMemory(const Entry& entry) {
  const Word word(entry.word.load(std::memory_order_acquire));
  const bool children_unknown = word.has(Word::kHasRefs) && !word.has(Word::kTaken);
  return word.state() == State::kSealed && !word.has(Word::kDeleted) && !children_unknown &&
         entry.block.load(std::memory_order_relaxed) != 0;
}

bool Pinned(const Control& control, uint64_t index) {
  bool pinned = control.pins(kServer)[index].load(std::memory_order_seq_cst) != 0;
  const Word word(control.entry(index).word.load(std::memory_order_seq_cst));
  Holders::Each(control, index, word, [&](uint32_t client) {
    pinned = pinned || control.pins(client)[index].load(std::memory_order_seq_cst) != 0;
  });
  return pinned;
}

bool Sieve::TakeMark(uint64_t index) {
  bool marked = false;
  const Word word(control_.entry(index).word.load(std::memory_order_relaxed));
  Holders::Each(control_, index, word, [&](uint32_t client) {
    u8& used = control_.used(client)[index];
    if (used.load(std::memory_order_relaxed) == 0) return;
    used.store(0, std::memory_order_relaxed);
    marked = true;
  });
  return marked;
}

bool Sieve::IsGone(const Node& node) const {
  const Word word(control_.entry(node.index).word.load(std::memory_order_acquire));
  return word.generation() != node.generation ||
         (word.state() != State::kSealed && word.state() != State::kDying);
}

// Round from where the last look has come to: a slice of them, or as many as it takes to find one; all, if
// `all`.
bool Sieve::TakeInNew(bool all) {
  constexpr uint64_t kWordsAtOnce = 256;
  const uint64_t high = control_.entries_high(), words = (high + 63) / 64;
  known_.resize(std::max<uint64_t>(known_.size(), words));
  bool any = false;
  for (uint64_t looked = 0; looked < words && (all || !any || looked < kWordsAtOnce);
       ++looked, ++take_in_at_) {
    if (take_in_at_ >= words) take_in_at_ = 0;
    for (uint64_t unknown = ~known_[take_in_at_]; unknown != 0; unknown &= unknown - 1) {
      const uint64_t index = take_in_at_ * 64 + static_cast<uint64_t>(std::countr_zero(unknown));
      if (index >= high) break;
      const Entry& entry = control_.entry(index);
      if (!MayLeaveMemory(entry)) continue;
      known_[take_in_at_] |= uint64_t{1} << (index % 64);
      queue_.push_back({index, Word(entry.word.load(std::memory_order_relaxed)).generation()});
      any = true;
    }
  }
  return any;
}

bool Sieve::TakeBackUnpinned(size_t most) {
  bool any = false;
  for (size_t looks = std::min(most, pinned_.size()); looks > 0; --looks) {
    ++looks_;
    const auto first = pinned_.begin();
    if (IsGone(*first)) {
      Forget(first->index);
      pinned_.erase(first);
    } else if (Pinned(control_, first->index)) {
      pinned_.splice(pinned_.end(), pinned_, first);
    } else {
      queue_.splice(queue_.end(), pinned_, first);
      any = true;
    }
  }
  return any;
}

uint64_t Sieve::Next(bool thorough, uint64_t most) {
  constexpr size_t kLooks = 4;
  (void)TakeBackUnpinned(kLooks);
  const uint64_t next = NextInQueue(most);
  if (next != kNone || !thorough) return next;
  const bool unpinned = TakeBackUnpinned(pinned_.size());
  return TakeInNew(true) || unpinned ? NextInQueue(most) : kNone;
}

uint64_t Sieve::NextInQueue(uint64_t most) {
  if (hand_ == queue_.end()) {
    (void)TakeInNew(false);
    hand_ = queue_.begin();
  }
  // Twice around: once to take the marks, once to find who has none.
  const uint64_t all = 2 * queue_.size() + 1;
  for (uint64_t looks = std::min(all, most); looks > 0 && !queue_.empty(); --looks) {
    if (hand_ == queue_.end()) {
      (void)TakeInNew(false);
      hand_ = queue_.begin();
    }
    ++looks_;
    const auto at = hand_++;
    if (IsGone(*at)) {  // when it comes back it is new
      Forget(at->index);
      queue_.erase(at);
    } else if (Pinned(control_, at->index)) {
      pinned_.splice(pinned_.end(), queue_, at);
    } else if (MayLeaveMemory(control_.entry(at->index)) && !TakeMark(at->index)) {
      return at->index;
    }
  }
  return all > most && !queue_.empty() ? kLater : kNone;
}

}  // namespace atollstore
