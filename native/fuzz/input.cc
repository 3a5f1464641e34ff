#include "input.h"

#include <iterator>

#include "directory/directory.h"
#include "layout/location.h"

namespace atollstore::fuzz {

void Write(const Control& control, uint8_t poke, uint16_t index, uint64_t value) {
  const Geometry& g = control.geometry();
  const uint64_t i = index % g.objects();
  const uint64_t client = (index >> 8) % g.columns();
  auto* base = reinterpret_cast<u64*>(&control.header());
  switch (poke % kPokes) {
    case kWord:
      return control.entry(i).word.store(value);
    case kLocation:
      return control.entry(i).location.store(value);
    case kSize:
      return control.entry(i).size.store(value);
    case kBlock:
      return control.entry(i).block.store(value);
    case kContained:
      return control.entry(i).contained.store(static_cast<uint32_t>(value));
    case kExtent:
      return control.extent(index % g.extents()).store(static_cast<uint32_t>(value));
    case kEntryBlock:
      control.entry_block(0).owner.store(static_cast<uint32_t>(value));
      control.open_blocks().Set((value >> 32) % g.entry_blocks());
      return control.freed_entries(client).Set((value >> 40) % g.entry_blocks());
    case kBlockWord:
      return control.block_word(index % (g.slabs() * kWordsPerSlab)).store(value);
    case kSlabFreed:
      return control.freed_slabs(client).Set(value % g.slabs());
    case kPins:
      return control.pins(client)[i].store(static_cast<uint32_t>(value));
    case kReferences:
      return control.references(client)[i].store(static_cast<uint32_t>(value));
    case kWaits:
      return control.waits(client)[i].store(static_cast<uint32_t>(value));
    case kUsed:
      return control.used(client)[i].store(static_cast<uint8_t>(value));
    case kDropped:
      return SetDropped(control, static_cast<uint32_t>(client), i);
    case kSummary:
      return control.header().droppers[index % kClientMarks].store(value);
    case kHeader:
      return base[index % (sizeof(Header) / 8)].store(value);
    case kClient:
      return reinterpret_cast<u64*>(&control.client(client))[index % (sizeof(ClientRecord) / 8)].store(value);
    case kName:
      return base[g.control_bytes / 8 - 1 - index % 4096].store(
          value);  // the end of the segment, whatever is there
    default:
      return base[(value >> 32) % (g.control_bytes / 8)].store(value & UINT32_MAX);
  }
}

void Furnish(const Control& control) {
  control.header().blocks_high.store(1);
  control.entry_block(0).owner.store(1);
  for (uint32_t extent = 0; extent < 3; ++extent)
    control.extent(extent).store(kExtentReserved | (1 + extent % 2));
  constexpr State kStates[] = {State::kSealed, State::kExpected, State::kCreating, State::kSealed,
                               State::kLost,   State::kDying,    State::kFreeing,  State::kSpilled,
                               State::kSealed, State::kFree,     State::kMoving};
  for (uint64_t i = 0; i < std::size(kStates); ++i) {
    Entry& entry = control.entry(i);
    const uint32_t owner = 1 + i % 2;
    const bool bytes =
        kStates[i] != State::kExpected && kStates[i] != State::kLost && kStates[i] != State::kFree;
    if (bytes) {
      const uint64_t slab = owner - 1;
      entry.size.store(64);
      entry.block.store(slab * kWordsPerSlab + i + 1);
      control.block_word(slab * kWordsPerSlab + i).store(ObjectId(0, i, 1).place);
    }
    Word word = Word::Of(1, owner, kStates[i]);
    if (i == 8) {  // a container of nothing that is there
      entry.contained.store(2);
      word = word.With(Word::kHasRefs);
    }
    if (bytes) {
      entry.location.store(
          Location::Of((owner - 1) * kSlabBytes + i * 64, Location::BoundOf(entry, ObjectId(0, i, 1).place))
              .bits());
    }
    entry.word.store(word.bits());
    control.references(owner)[i].store(1);
    control.pins(3 - owner)[i].store(i % 3 == 0 ? 1 : 0);
  }
}

}  // namespace atollstore::fuzz
