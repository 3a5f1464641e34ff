// Entries, and what the columns and containers say about them. The rest is in check_space.cc.
#include "check/checker.h"

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <cstring>

#include "directory/holders.h"
#include "directory/names.h"
#include "layout/location.h"

namespace atollstore {
namespace {

const char* Name(State state) {
  static constexpr const char* kNames[] = {"FREE",    "EXPECTED",  "CREATING", "SEALED", "DYING",   "FREEING",
                                           "SPILLED", "RESTORING", "LOST",     "MOVING", "CHANGING"};
  const auto i = static_cast<size_t>(state);
  return i < std::size(kNames) ? kNames[i] : "no state";
}

}  // namespace

Checker::Checker(const Control& control, const os::Mapping& data)
    : control_(control),
      data_(data),
      g_(control_.geometry()),
      classes_(g_.slabs_per_extent()),
      high_(control.entries_high()),
      columns_(control.geometry().columns()),
      pins_(high_),
      references_(high_),
      dropped_(high_),
      contained_(high_),
      blocks_of_extent_(g_.extents()) {}

void Checker::Wrong(uint64_t where, const char* rule, ...) {
  char text[512];
  va_list values;
  va_start(values, rule);
  std::vsnprintf(text, sizeof(text), rule, values);
  va_end(values);
  report_.findings.push_back({rule, where, text});
}

FsckReport Checker::Run() {
  CheckHeader();
  // What is gathered first may only be too old when it is used: a reference that is dropped meanwhile leaves
  // a bit behind, which the next look finds.
  GatherColumns();
  GatherNames();
  for (uint64_t i = 0; i < high_; ++i) CheckEntry(i);
  CheckOverlaps();
  CheckExtents();
  CheckEntryBlocks();
  CheckSlots();
  CheckServerReferences();
  return std::move(report_);
}

void Checker::CheckHeader() {
  const Header& header = control_.header();
  if (header.magic.load() != kMagic) Wrong(0, "header: magic %016lx", header.magic.load());
  if (header.layout_version.load() != kLayoutVersion)
    Wrong(0, "header: layout version %u", header.layout_version.load());
  if (header.capacity.load() != g_.capacity() || header.max_objects.load() != g_.objects() ||
      header.max_clients.load() != g_.columns() - 1 || header.extent_bytes.load() != g_.extent_bytes()) {
    Wrong(0, "header: its sizes are no longer those of the segments");
  }
  if (header.blocks_high.load() > g_.entry_blocks())
    Wrong(0, "header: blocks_high %lu of %lu entry blocks", header.blocks_high.load(), g_.entry_blocks());
}

bool Checker::SlotInUse(uint64_t client) const {
  return client > 0 && control_.HasClient(client) &&
         control_.client(client).state.load(std::memory_order_acquire) !=
             static_cast<uint32_t>(ClientState::kFree);
}

void Checker::GatherColumns() {
  GatherColumn(kServer);
  control_.EachClient([this](uint32_t client) {
    if (SlotInUse(client)) GatherColumn(client);
  });
}

void Checker::GatherColumn(uint32_t client) {
  const auto gather = [&](const u32* slots, std::vector<uint64_t>* sums) {
    control_.EachWritten(slots, 0, high_, [&](uint64_t begin, uint64_t end) {
      for (uint64_t i = begin; i < end; ++i) {
        const uint32_t held = slots[i].load(std::memory_order_seq_cst);
        if (held == 0) continue;
        (*sums)[i] += held;
        if (client != kServer) CheckHolder(i, client);
      }
    });
  };
  gather(control_.pins(client), &pins_);
  gather(control_.references(client), &references_);
  const Marks dropped = control_.dropped(client);
  for (uint64_t i = dropped.Next(0); i < high_; i = dropped.Next(i + 1)) dropped_[i] = 1;
}

// Who has something in a slot is found by who takes away, and by its burial.
void Checker::CheckHolder(uint64_t index, uint32_t client) {
  const Word word(control_.entry(index).word.load(std::memory_order_seq_cst));
  if (word.maker() != client && !Holders::Names(control_, index, client))
    Wrong(index, "entry %lu.%lu: client %u holds it, and is not named", index, word.generation(), client);
  if (!control_.touched(client).Has(index / kEntriesPerBlock))
    Wrong(index, "entry %lu.%lu: client %u holds it, and has not touched its block", index, word.generation(),
          client);
}

// Who is named is there, and its burial will find that.
void Checker::CheckNamed(uint64_t index, Word word) {
  Holders::EachNumber(control_, index, [&](uint32_t client) {
    if (!SlotInUse(client)) {
      Wrong(index, "entry %lu.%lu: names client %u, which does not exist", index, word.generation(), client);
    } else if (!control_.touched(client).Has(index / kEntriesPerBlock)) {
      Wrong(index, "entry %lu.%lu: names client %u, which has not touched its block", index,
            word.generation(), client);
    }
  });
  const uint32_t maker = word.maker();
  if (word.state() == State::kFree || maker == kServer) return;
  if (!SlotInUse(maker)) {
    Wrong(index, "entry %lu.%lu: made by client %u, which does not exist", index, word.generation(), maker);
  } else if (!control_.touched(maker).Has(index / kEntriesPerBlock)) {
    Wrong(index, "entry %lu.%lu: made by client %u, which has not touched its block", index,
          word.generation(), maker);
  }
}

void Checker::GatherNames() {
  control_.EachWritten(&control_.name(0), 0, g_.name_slots(), [&](uint64_t begin, uint64_t end) {
    for (uint64_t slot = begin; slot < end; ++slot) {
      if (control_.name(slot).sequence.load(std::memory_order_acquire) % 2 != 0)
        Wrong(slot, "name %lu: half written", slot);
      const NameSeen seen = ReadName(control_.name(slot));
      if (seen.place == 0) continue;
      if (!WasWritten(control_, slot)) Wrong(slot, "name %lu: nobody looks there", slot);
      const ObjectId id(atoll_object_id{0, seen.place});
      const bool exists = id.index() < high_;
      const Word word(exists ? control_.entry(id.index()).word.load(std::memory_order_acquire) : 0);
      if (!exists || word.generation() != id.generation() || word.state() == State::kFree) {
        Wrong(slot, "name %lu: its object %lu.%lu is gone", slot, id.index(), id.generation());
      } else {
        ++contained_[id.index()];
      }
    }
  });
}

void Checker::CheckEntry(uint64_t index) {
  const Entry& entry = control_.entry(index);
  const Word word(entry.word.load(std::memory_order_acquire));
  const uint64_t generation = word.generation();
  const State state = word.state();
  const uint64_t block = entry.block.load(std::memory_order_relaxed);
  if (state > State::kLast) return Wrong(index, "entry %lu: state %u does not exist", index, unsigned(state));
  CheckNamed(index, word);
  if (state == State::kFree) {
    if (word.owner() != 0 || (word.bits() & Word::kFlags) != 0)
      Wrong(index, "entry %lu: FREE with owner %u and flags %lx", index, word.owner(),
            word.bits() & Word::kFlags);
    if (block != 0) Wrong(index, "entry %lu: FREE but names block %lu", index, block - 1);
    if (references_[index] != 0 || pins_[index] != 0)
      Wrong(index, "entry %lu: FREE with %lu references and %lu pins", index, references_[index],
            pins_[index]);
    return;
  }
  ++report_.objects;
  // A creator that frees what it alone knows may be stopped on the way.
  const bool by_creator = word.has(Word::kByCreator) && SlotInUse(word.owner());
  if (state == State::kFreeing && by_creator) return;
  if (state == State::kDying && by_creator) return CheckBlock(index, word);
  if (state == State::kDying || state == State::kFreeing || state == State::kMoving)
    return Wrong(index, "entry %lu.%lu: left in %s", index, generation, Name(state));
  if (word.has(Word::kBeforeMask))
    Wrong(index, "entry %lu.%lu: %s remembers another state", index, generation, Name(state));
  if (word.has(Word::kTaken) && !word.has(Word::kHasRefs))
    Wrong(index, "entry %lu.%lu: taken in without ids", index, generation);
  if (state == State::kLost && word.reason() == 0)
    Wrong(index, "entry %lu.%lu: LOST without a reason", index, generation);
  if (references_[index] == 0 && pins_[index] == 0 && dropped_[index] == 0 && !word.being_created())
    Wrong(index, "entry %lu.%lu: %s, unreferenced, and nobody has told the server", index, generation,
          Name(state));
  if (word.has(Word::kByCreator))
    Wrong(index, "entry %lu.%lu: %s by its creator", index, generation, Name(state));
  const bool has_bytes = state == State::kSealed;
  const bool may_have = has_bytes || word.being_created() || state == State::kRestoring;
  if (block == 0 && has_bytes) Wrong(index, "entry %lu.%lu: SEALED without a block", index, generation);
  if (block != 0 && !may_have)
    Wrong(index, "entry %lu.%lu: %s with block %lu", index, generation, Name(state), block - 1);
  if (block != 0) CheckBlock(index, word);
  if (has_bytes && word.has(Word::kHasRefs)) GatherContainer(index, word);
  if (word.on_disk() && word.has(Word::kTaken))
    contained_on_disk_ += entry.contained.load(std::memory_order_relaxed);
}

void Checker::CheckBlock(uint64_t index, Word word) {
  const Entry& entry = control_.entry(index);
  const uint64_t generation = word.generation();
  const Location location(entry.location.load(std::memory_order_relaxed));
  const Location::Bound bound = Location::BoundOf(entry, ObjectId(0, index, generation).place);
  const uint64_t block = bound.block - 1, offset = location.offset(), size = bound.size,
                 ids = bound.contained;
  const uint64_t asked = ids == 0 ? size : (size + 15) / 16 * 16 + ids * 16;
  if (block >= g_.slabs() * kWordsPerSlab)
    return Wrong(index, "entry %lu.%lu: block %lu does not exist", index, generation, block);
  if (size > g_.capacity() || asked > g_.capacity() || offset > g_.capacity() - asked)
    return Wrong(index, "entry %lu.%lu: %lu bytes at %lu end outside the store", index, generation, asked,
                 offset);
  const uint64_t place = control_.block_word(block).load(std::memory_order_acquire);
  const ObjectId id(0, index, generation);
  if (place != id.place && !(place == 0 && word.being_created()))
    Wrong(index, "entry %lu.%lu: block %lu is of place %016lx", index, generation, block, place);
  const uint32_t c = classes_.For(asked);
  const bool small = c < classes_.count();
  const uint64_t bytes =
      small ? classes_[c].bytes : std::max<uint64_t>(1, (asked + kSlabBytes - 1) / kSlabBytes) * kSlabBytes;
  const uint64_t number = block % kWordsPerSlab;
  if (number >= (small ? classes_[c].blocks : 1) ||
      offset != block / kWordsPerSlab * kSlabBytes + number * bytes)
    Wrong(index, "entry %lu.%lu: block %lu of %lu bytes is not at %lu", index, generation, block, bytes,
          offset);
  if (word.state() == State::kSealed && !location.Fits(bound))
    Wrong(index, "entry %lu.%lu: location %016lx does not fit block %lu, size %lu, tag %lx and %lu ids",
          index, generation, location.bits(), block, size, bound.tag, ids);
  placed_.push_back({offset, offset + bytes, index});
  ++report_.blocks;
  for (uint64_t e = offset / g_.extent_bytes(); e < g_.extents() && e * g_.extent_bytes() < offset + bytes;
       ++e) {
    ++blocks_of_extent_[e];
    const uint32_t extent = control_.extent(e).load(std::memory_order_acquire);
    if ((extent & kExtentOwnerMask) == 0)
      Wrong(index, "entry %lu.%lu: its extent %lu is free", index, generation, e);
    if ((extent & kExtentReserved) == 0)
      Wrong(index, "entry %lu.%lu: its extent %lu has no memory", index, generation, e);
  }
}

void Checker::GatherContainer(uint64_t index, Word word) {
  const Entry& entry = control_.entry(index);
  const uint64_t generation = word.generation();
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint64_t offset = Location(entry.location.load(std::memory_order_relaxed)).offset();
  const uint64_t count = entry.contained.load(std::memory_order_relaxed);
  const uint64_t ids_at = (size + 15) / 16 * 16;
  if (size > g_.capacity() || offset > g_.capacity() || ids_at + count * 16 > g_.capacity() - offset) return;
  for (uint64_t i = 0; i < count; ++i) {
    atoll_object_id raw;
    std::memcpy(&raw, data_.data() + offset + ids_at + i * sizeof(raw), sizeof(raw));
    const ObjectId id(raw);
    const bool exists =
        id.store == control_.header().store.load(std::memory_order_relaxed) && id.index() < high_;
    const Word child(exists ? control_.entry(id.index()).word.load(std::memory_order_acquire) : 0);
    if (!exists || child.generation() != id.generation() || child.state() == State::kFree) {
      Wrong(index, "entry %lu.%lu: the object it contains as number %lu (%lu.%lu) is gone", index, generation,
            i, id.index(), id.generation());
    } else if (word.has(Word::kTaken)) {
      ++contained_[id.index()];
    }
  }
}

void Checker::CheckServerReferences() {
  // Whom the containers on disk name cannot be seen from here, but how many they are.
  uint64_t beyond = 0;
  for (uint64_t i = 0; i < high_; ++i) {
    const uint64_t held = control_.references(kServer)[i].load(std::memory_order_acquire);
    if (held > contained_[i]) beyond += held - contained_[i];
  }
  for (uint64_t i = 0; i < high_; ++i) {
    const uint64_t held = control_.references(kServer)[i].load(std::memory_order_acquire);
    if (held < contained_[i] || (held > contained_[i] && beyond > contained_on_disk_))
      Wrong(i, "entry %lu: the server holds %lu references, containers and names call for %lu", i, held,
            contained_[i]);
  }
}

}  // namespace atollstore
