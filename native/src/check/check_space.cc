// Space and slots: blocks against each other, extents, entry blocks, clients.
#include <algorithm>

#include "check/checker.h"
#include "os/process.h"

namespace atollstore {

void Checker::CheckOverlaps() {
  std::sort(placed_.begin(), placed_.end(),
            [](const Extent& a, const Extent& b) { return a.begin < b.begin; });
  for (size_t i = 1; i < placed_.size(); ++i) {
    if (placed_[i].begin < placed_[i - 1].end)
      Wrong(placed_[i].entry, "entry %lu: its bytes at %lu overlap those of entry %lu", placed_[i].entry,
            placed_[i].begin, placed_[i - 1].entry);
  }
}

// A creator that resizes its object has two blocks for it for a while, and so has the server when it moves one: under its
// pin while it copies.
bool Checker::IsMoving(uint64_t extent, const Entry& entry, const ObjectId& id) const {
  const Word word(entry.word.load(std::memory_order_relaxed));
  if (word.generation() != id.generation()) return false;
  const uint32_t owner = control_.extent(extent).load(std::memory_order_relaxed) & kExtentOwnerMask;
  if (word.state() == State::kMoving) return true;
  if (owner == kRestorer) return control_.pins(kServer)[id.index()].load(std::memory_order_relaxed) != 0;
  return word.being_created() && word.owner() == owner;
}

// Words that no entry points back to are blocks nobody can free.
void Checker::CheckBlockWords(uint64_t extent) {
  const uint64_t words = g_.slabs_per_extent() * kWordsPerSlab;
  control_.EachWritten(&control_.block_word(0), extent * words, (extent + 1) * words, [&](uint64_t begin, uint64_t end) {
    for (uint64_t block = begin; block < end; ++block) {
      const uint64_t place = control_.block_word(block).load(std::memory_order_acquire);
      if (place == 0) continue;
      const ObjectId id(atoll_object_id{0, place});
      const bool exists = id.index() < high_;
      const Entry& entry = control_.entry(exists ? id.index() : 0);
      if (exists && IsMoving(extent, entry, id)) continue;
      if (!exists || entry.block.load(std::memory_order_relaxed) != block + 1 ||
          Word(entry.word.load(std::memory_order_relaxed)).generation() != id.generation()) {
        Wrong(block, "block %lu: names object %lu.%lu, which does not name it", block, id.index(),
              id.generation());
      }
    }
  });
}

void Checker::CheckExtents() {
  uint64_t reserved = 0;
  for (uint64_t extent = 0; extent < g_.extents(); ++extent) {
    const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
    const uint32_t owner = word & kExtentOwnerMask;
    reserved += (word & kExtentReserved) != 0 ? g_.extent_bytes() : 0;
    if (owner == 0) continue;
    ++report_.extents;
    if (owner == kOrphan) {
      if (blocks_of_extent_[extent] == 0)
        Wrong(extent, "extent %lu: kept for the blocks of a dead client, but has none", extent);
    } else if (owner == kKept) {
      if (blocks_of_extent_[extent] != 0)
        Wrong(extent, "extent %lu: kept for who waits for room, but has blocks", extent);
    } else if (owner != kRestorer && owner != kReserver && !SlotInUse(owner)) {
      Wrong(extent, "extent %lu: of client %u, which does not exist", extent, owner);
    } else {
      CheckBlockWords(extent);
    }
  }
  const uint64_t told = control_.header().reserved_bytes.load();
  if (told != reserved)
    Wrong(0, "header: reserved_bytes %lu, the extents with memory make %lu", told, reserved);
}

void Checker::CheckEntryBlocks() {
  // Behind these nobody has ever been.
  for (uint64_t i = 0; i < high_ / kEntriesPerBlock; ++i) {
    const uint32_t owner = control_.entry_block(i).owner.load(std::memory_order_acquire);
    if (owner != 0 && !SlotInUse(owner))
      Wrong(i, "entry block %lu: of client %u, which does not exist", i, owner);
  }
}

void Checker::CheckSlots() {
  for (uint32_t client = 1; client < columns_; ++client) {
    if (control_.HasClient(client) && !SlotInUse(client))
      Wrong(client, "slot %u: free, but on the list of clients", client);
    if (SlotInUse(client)) {
      ++report_.clients;
      const ClientRecord& record = control_.client(client);
      if (record.state.load() > static_cast<uint32_t>(ClientState::kLast))
        Wrong(client, "slot %u: state %u does not exist", client, record.state.load());
      if (record.pid.load() == 0) Wrong(client, "slot %u: a client without a pid", client);
      continue;
    }
    for (u32* column : {control_.pins(client), control_.references(client)}) {
      control_.EachWritten(column, 0, high_, [&](uint64_t begin, uint64_t end) {
        for (uint64_t i = begin; i < end; ++i) {
          if (column[i].load(std::memory_order_relaxed) != 0)
            Wrong(client * g_.objects() + i, "slot %u: free, but it holds entry %lu", client, i);
        }
      });
    }
  }
}

}  // namespace atollstore
