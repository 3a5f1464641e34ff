#include "directory/entry_pool.h"

#include <algorithm>

#include "directory/holders.h"

namespace atollstore {

uint64_t EntryPool::Expect(bool shared) {
  std::lock_guard lock(mutex_);
  if (const uint64_t place = TakeFromAny(64, shared); place != 0) return place;
  while (Lease()) {  // a block somebody gave back may be full of live objects
    at_ = blocks_.size() - 1;
    if (const uint64_t place = TakeFrom(blocks_.back(), shared); place != 0) return place;
  }
  return TakeFromAny(blocks_.size(), shared);
}

uint64_t EntryPool::TakeFromAny(size_t tries, bool shared) {
  tries = std::min(tries, blocks_.size());
  for (size_t i = 0; i < tries; ++i) {
    if (at_ >= blocks_.size()) at_ = 0;
    if (const uint64_t place = TakeFrom(blocks_[at_], shared); place != 0) return place;
    ++at_;
  }
  return 0;
}

uint64_t EntryPool::TakeFrom(Leased& leased, bool shared) {
  for (;;) {
    while (leased.cursor < kEntriesPerBlock) {
      const uint64_t index = leased.block * kEntriesPerBlock + leased.cursor++;
      Entry& entry = control_.entry(index);
      const Word word(entry.word.load(std::memory_order_acquire));  // pairs with the freeing store
      if (word.state() != State::kFree || word.generation() >= ObjectId::kGenerationMask) continue;
      entry.claim.store(0, std::memory_order_relaxed);
      entry.block.store(0, std::memory_order_relaxed);
      // release; pairs with the acquires in ClientCore::Peek().
      entry.size.store(0, std::memory_order_release);
      entry.contained.store(0, std::memory_order_release);
      entry.spill.store(0, std::memory_order_relaxed);
      // The reference first: an EXPECTED entry nobody refers to is the server's to free.
      control_.references(me_)[index].fetch_add(1, std::memory_order_seq_cst);
      const uint64_t generation = word.generation() + 1;
      // What only this client knows is its in the word; what others are told of names it from birth, for it will
      // be theirs to make. Numbers that are there came too late for the last object, and stay.
      if (shared) Holders::Add(control_, index, me_);
      entry.word.store(Word::Of(generation, shared ? 0 : me_, State::kExpected).bits(),
                       std::memory_order_seq_cst);
      // The server has written the next one last: fetch it while this one is being filled.
      if (leased.cursor < kEntriesPerBlock) __builtin_prefetch(&control_.entry(index + 1), 1);
      return ObjectId(0, index, generation).place;
    }
    const uint32_t freed = control_.entry_block(leased.block).freed.load(std::memory_order_acquire);
    if (freed == leased.seen) return 0;
    leased.seen = freed;
    leased.cursor = 0;
  }
}

bool EntryPool::Lease() {
  const uint64_t count = control_.geometry().entry_blocks();
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t block = (next_ + i) % count;
    EntryBlock& record = control_.entry_block(block);
    uint32_t nobody = 0;
    if (record.owner.load(std::memory_order_relaxed) != 0) continue;
    // Before it is this client's: the burial looks for its blocks and objects there.
    control_.touched(me_).Set(block);
    if (!record.owner.compare_exchange_strong(nobody, me_, std::memory_order_acq_rel)) {
      continue;
    }
    u64& high = control_.header().blocks_high;
    uint64_t now = high.load(std::memory_order_relaxed);
    while (now < block + 1 && !high.compare_exchange_weak(now, block + 1, std::memory_order_acq_rel)) {
    }
    next_ = block + 1;
    blocks_.push_back({static_cast<uint32_t>(block), 0, record.freed.load(std::memory_order_acquire)});
    return true;
  }
  return false;
}

void EntryPool::ForgetHints() {
  std::lock_guard lock(mutex_);
  for (Leased& leased : blocks_) leased.cursor = 0;
}

void EntryPool::GiveBack() {
  std::lock_guard lock(mutex_);
  if (blocks_.size() < 2) return;
  if (at_ >= blocks_.size()) at_ = 0;
  std::swap(blocks_.front(), blocks_[at_]);
  for (size_t i = 1; i < blocks_.size(); ++i) {
    control_.entry_block(blocks_[i].block).owner.store(0, std::memory_order_release);
  }
  blocks_.resize(1);
  at_ = 0;
  next_ = 0;
}

}  // namespace atollstore
