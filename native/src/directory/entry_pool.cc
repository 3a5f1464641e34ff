#include "directory/entry_pool.h"

#include <algorithm>
#include <new>

#include "directory/holders.h"

namespace atollstore {
namespace {

// So many marks are looked at, and so many blocks of nobody tried, before a fresh block is leased.
constexpr uint64_t kMarksAtOnce = 32;
constexpr int kOpenAtOnce = 8;
// Under one hold of the lock.
constexpr uint64_t kBlocksAtOnce = 4096;

}  // namespace

void MarkFreedEntry(const Control& control, uint64_t block) {
  // seq_cst, as the store of the FREE word before it; pairs with Lease(). Who is read here may have given the
  // block back since, and then finds a mark of a block that is not its own; who leases it next looks at all
  // entries after that.
  const uint32_t owner = control.entry_block(block).owner.load(std::memory_order_seq_cst);
  if (owner == 0) {
    control.open_blocks().Set(block);
  } else if (owner < control.geometry().columns()) {
    control.freed_entries(owner).Set(block);
  }
}

void MarkBlockOfNobody(const Control& control, uint64_t block) {
  if (control.entry_block(block).owner.load(std::memory_order_seq_cst) == 0) control.open_blocks().Set(block);
}

Result<std::unique_ptr<EntryPool>> EntryPool::Create(const Control& control, uint32_t me,
                                                     ControlBudget* budget) {
  std::unique_ptr<EntryPool> pool(new (std::nothrow) EntryPool(control, me, budget));
  if (pool == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory for a pool of entries");
  auto blocks = os::Zeros<Block>::Create(control.geometry().entry_blocks());
  if (!blocks.ok()) return blocks.status();
  pool->blocks_ = std::move(blocks).value();
  return pool;
}

uint64_t EntryPool::Expect(bool shared) {
  std::lock_guard lock(mutex_);
  if (const uint64_t place = TakeFromList(shared); place != 0) return place;
  (void)TakeMarks(kMarksAtOnce);
  if (const uint64_t place = TakeFromList(shared); place != 0) return place;
  for (int tries = 0; tries < kOpenAtOnce && LeaseOpen(); ++tries) {
    if (const uint64_t place = TakeFromList(shared); place != 0) return place;
  }
  if (LeaseFresh()) {
    if (const uint64_t place = TakeFromList(shared); place != 0) return place;
  }
  // All have been leased: whatever there is, then.
  while (TakeMarks(kBlocksAtOnce) != 0) {
    if (const uint64_t place = TakeFromList(shared); place != 0) return place;
  }
  while (LeaseOpen()) {
    if (const uint64_t place = TakeFromList(shared); place != 0) return place;
  }
  return 0;
}

uint64_t EntryPool::TakeFromList(bool shared) {
  while (first_ != 0) {
    const uint64_t number = first_ - 1;
    if (const uint64_t place = TakeFrom(number, shared); place != 0) return place;
    Block& block = blocks_[number];
    if ((block.flags & kAgain) == 0) {
      Unlist(number);
    } else {
      block.flags &= static_cast<uint8_t>(~kAgain);
      block.cursor = 0;
    }
  }
  return 0;
}

uint64_t EntryPool::TakeFrom(uint64_t number, bool shared) {
  Block& block = blocks_[number];
  while (block.cursor < kEntriesPerBlock) {
    const uint64_t index = number * kEntriesPerBlock + block.cursor++;
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
    if (block.cursor < kEntriesPerBlock) __builtin_prefetch(&control_.entry(index + 1), 1);
    return ObjectId(0, index, generation).place;
  }
  return 0;
}

void EntryPool::Enlist(uint64_t number) {
  Block& block = blocks_[number];
  block.cursor = 0;
  block.flags = kMine | kListed;
  block.next = 0;
  block.before = last_;
  (last_ != 0 ? blocks_[last_ - 1].next : first_) = static_cast<uint32_t>(number + 1);
  last_ = static_cast<uint32_t>(number + 1);
}

void EntryPool::Unlist(uint64_t number) {
  Block& block = blocks_[number];
  (block.before != 0 ? blocks_[block.before - 1].next : first_) = block.next;
  (block.next != 0 ? blocks_[block.next - 1].before : last_) = block.before;
  block.flags = kMine;
}

void EntryPool::LookAt(uint64_t number) {
  Block& block = blocks_[number];
  if ((block.flags & kMine) == 0) {
    // It was given back while somebody freed an entry in it, and took it for this client's.
    if (number < control_.entries_high() / kEntriesPerBlock) MarkFreedEntry(control_, number);
  } else if ((block.flags & kListed) != 0) {
    block.flags |= kAgain;
  } else {
    Enlist(number);
  }
}

uint64_t EntryPool::TakeMarks(uint64_t most) {
  const Marks marks = control_.freed_entries(me_);
  if (!marks.Any()) return 0;
  return marks.Take([this, left = most](uint64_t number) mutable {
    LookAt(number);
    return --left > 0 && first_ == 0;
  });
}

bool EntryPool::Lease(uint64_t number) {
  u32& owner = control_.entry_block(number).owner;
  uint32_t nobody = 0;
  if (owner.load(std::memory_order_relaxed) != 0) return false;
  // Before it is this client's: the burial looks for its blocks and objects there.
  control_.touched(me_).Set(number);
  // seq_cst; pairs with MarkFreedEntry(): an entry that was freed while the block was another's is seen free.
  if (!owner.compare_exchange_strong(nobody, me_, std::memory_order_seq_cst)) return false;
  Enlist(number);
  mine_.fetch_add(1, std::memory_order_seq_cst);
  control_.Say(control_.header().keepers, me_, true);
  return true;
}

// Several clients may do this at once. Then one of them has the marks for a moment, and the others find none
// and take a fresh block: no mark is lost, but with who is killed here (MarkBlockOfNobody()).
bool EntryPool::LeaseOpen() {
  const Marks open = control_.open_blocks();
  if (!open.Any()) return false;
  const uint64_t high = control_.entries_high() / kEntriesPerBlock;
  bool leased = false;
  uint64_t unpaid = high;
  open.Take([&](uint64_t number) {
    if (number >= high) return true;
    if (!budget_->PaySlots(number)) {
      unpaid = number;
      return false;
    }
    leased = Lease(number);
    return !leased;
  });
  if (unpaid < high) open.Set(unpaid);
  return leased;
}

bool EntryPool::LeaseFresh() {
  u64& high = control_.header().blocks_high;
  for (uint64_t number = high.load(std::memory_order_acquire); number < control_.geometry().entry_blocks();) {
    if (!budget_->PaySlots(number) || !budget_->Pay(ControlBudget::kPagesOfBlock)) return false;
    // Counted before it is owned: a burial looks at what lies below. Killed in between it is nobody's, and
    // that burial marks it.
    if (!high.compare_exchange_strong(number, number + 1, std::memory_order_acq_rel)) continue;
    if (Lease(number)) return true;
    ++number;
  }
  return false;
}

void EntryPool::ForgetHints() {
  const uint64_t high = control_.entries_high() / kEntriesPerBlock;
  for (uint64_t begin = 0; begin < high; begin += kBlocksAtOnce) {
    std::lock_guard lock(mutex_);
    for (uint64_t number = begin; number < std::min(high, begin + kBlocksAtOnce); ++number) {
      if ((blocks_[number].flags & kMine) != 0) LookAt(number);
    }
  }
}

void EntryPool::Count(uint64_t number, bool* any, bool* all) const {
  *any = false;
  *all = true;
  for (uint64_t i = number * kEntriesPerBlock; i < (number + 1) * kEntriesPerBlock; ++i) {
    const Word word(control_.entry(i).word.load(std::memory_order_seq_cst));
    const bool free = word.state() == State::kFree;
    *any = *any || free;
    *all = *all && free;
  }
}

uint64_t EntryPool::GiveBack(bool everything) {
  uint64_t given = 0;
  if (blocks() == 0) return given;
  const uint64_t high = control_.entries_high() / kEntriesPerBlock;
  for (uint64_t begin = 0; begin < high; begin += kBlocksAtOnce) {
    std::lock_guard lock(mutex_);
    for (uint64_t number = begin; number < std::min(high, begin + kBlocksAtOnce); ++number) {
      Block& block = blocks_[number];
      if ((block.flags & kMine) == 0 || (!everything && number + 1 == first_)) continue;
      bool any, all;
      Count(number, &any, &all);
      if (!all && !everything) continue;
      if ((block.flags & kListed) != 0) Unlist(number);
      block.flags = 0;
      // seq_cst; pairs with MarkFreedEntry(): who frees an entry after this marks it for everybody.
      control_.entry_block(number).owner.store(0, std::memory_order_seq_cst);
      if (any) control_.open_blocks().Set(number);
      mine_.fetch_sub(1, std::memory_order_seq_cst);
      ++given;
    }
  }
  return given;
}

}  // namespace atollstore
