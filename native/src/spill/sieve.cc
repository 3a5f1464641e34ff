#include "spill/sieve.h"

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

void Sieve::TakeInNew() {
  const uint64_t high = control_.entries_high();
  if (known_.size() < high) known_.resize(high);
  for (uint64_t i = 0; i < high; ++i) {
    if (known_[i] || !MayLeaveMemory(control_.entry(i))) continue;
    known_[i] = true;
    queue_.push_back({i, Word(control_.entry(i).word.load(std::memory_order_relaxed)).generation()});
  }
}

uint64_t Sieve::Next() {
  if (hand_ == queue_.end()) {
    TakeInNew();
    hand_ = queue_.begin();
  }
  // Twice around: once to take the marks, once to find who has none.
  for (size_t looks = 2 * queue_.size() + 1; looks > 0 && !queue_.empty(); --looks) {
    if (hand_ == queue_.end()) {
      TakeInNew();
      hand_ = queue_.begin();
    }
    const Node node = *hand_;
    const Entry& entry = control_.entry(node.index);
    const Word word(entry.word.load(std::memory_order_acquire));
    const bool gone = word.generation() != node.generation ||
                      (word.state() != State::kSealed && word.state() != State::kDying);
    if (gone) {  // when it comes back it is new
      known_[node.index] = false;
      hand_ = queue_.erase(hand_);
      continue;
    }
    ++hand_;
    if (MayLeaveMemory(entry) && !Pinned(control_, node.index) && !TakeMark(node.index)) return node.index;
  }
  return kNone;
}

}  // namespace atollstore
