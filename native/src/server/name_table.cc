#include "server/name_table.h"

#include <algorithm>
#include <cstring>

#include "directory/directory.h"
#include "layout/control_budget.h"

namespace atollstore {

NameTable::NameTable(const Control& control) : control_(control) {
  // So that nobody's first look gives them memory.
  for (uint64_t page = 0; page < control.geometry().name_slots() / kNamesPerPage; page += 64)
    (void)WasWritten(control, page * kNamesPerPage);
}

void NameTable::Write(uint64_t slot, std::string_view name, uint64_t place, bool chained) {
  const uint64_t page = SlotOf(slot) / kNamesPerPage;
  // release; pairs with the acquire in WasWritten().
  control_.written_names()[page / 64].fetch_or(uint64_t{1} << (page % 64), std::memory_order_release);
  NameRecord& record = At(slot);
  const uint64_t sequence = record.sequence.load(std::memory_order_relaxed) | 1;
  record.sequence.store(sequence, std::memory_order_relaxed);
  // All release, so that none comes before the odd number; pairs with the acquires in ReadName().
  record.place.store(place, std::memory_order_release);
  record.chained.store(chained, std::memory_order_release);
  record.hash.store(HashOf(name), std::memory_order_release);
  record.length.store(static_cast<uint32_t>(name.size()), std::memory_order_release);
  for (uint64_t at = 0; at < name.size(); at += sizeof(uint64_t)) {
    uint64_t part = 0;
    std::memcpy(&part, name.data() + at, std::min(sizeof(part), name.size() - at));
    record.text[at / sizeof(uint64_t)].store(part, std::memory_order_release);
  }
  record.sequence.store(sequence + 1, std::memory_order_release);
}

Status NameTable::Publish(std::string_view name, uint64_t place) {
  ATOLL_RETURN_IF_ERROR(CheckName(name));
  const Geometry& g = control_.geometry();
  const uint64_t hash = HashOf(name);
  uint64_t free = UINT64_MAX;
  for (uint64_t i = 0; i < g.name_slots(); ++i) {
    const NameSeen seen = Seen(hash + i);
    if (seen.Is(name, hash)) {
      if (seen.place == place) return {};
      const ObjectId other({1, seen.place});
      return Status::Error(ATOLL_ALREADY_EXISTS, "the name is that of object %lu.%lu", other.index(),
                           other.generation());
    }
    if (seen.place == 0 && free == UINT64_MAX) free = hash + i;
    if (!seen.chained) break;
  }
  u64& names = control_.header().served.names;
  if (free == UINT64_MAX || names.load(std::memory_order_relaxed) >= g.max_names()) {
    return Status(ATOLL_TOO_MANY_NAMES);
  }
  const ObjectId id({1, place});
  if (id.index() >= control_.entries_high()) return Status(ATOLL_NOT_FOUND);
  if (!WasWritten(control_, SlotOf(free)) && !ControlBudget::PayFrom(control_, 1)) return Status(ATOLL_STORE_FULL);
  // The reference before the name: whoever finds the name finds the object.
  u32& references = control_.references(kServer)[id.index()];
  references.fetch_add(1, std::memory_order_seq_cst);
  Word word;
  if (Validate(control_.entry(id.index()), id.generation(), &word) == Found::kGone) {
    references.fetch_sub(1, std::memory_order_seq_cst);
    return Status(ATOLL_NOT_FOUND);
  }
  Write(free, name, place, true);
  names.fetch_add(1, std::memory_order_relaxed);
  return {};
}

Result<uint64_t> NameTable::Unpublish(std::string_view name) {
  const uint64_t hash = HashOf(name);
  for (uint64_t i = 0; i < control_.geometry().name_slots(); ++i) {
    const NameSeen seen = Seen(hash + i);
    if (!seen.Is(name, hash)) {
      if (!seen.chained) break;
      continue;
    }
    Write(hash + i, {}, 0, true);
    Unchain(hash + i);
    control_.header().served.names.fetch_sub(1, std::memory_order_relaxed);
    const uint64_t index = ObjectId({1, seen.place}).index();
    if (index >= control_.entries_high()) return Status(ATOLL_CORRUPT);
    u32& references = control_.references(kServer)[index];
    if (references.load(std::memory_order_relaxed) != 0) references.fetch_sub(1, std::memory_order_seq_cst);
    return index;
  }
  return Status(ATOLL_NOT_FOUND);
}

void NameTable::Unchain(uint64_t slot) {
  const uint64_t slots = control_.geometry().name_slots();
  if (Seen(slot + 1).chained) return;
  for (uint64_t i = 0; i < slots; ++i, slot += slots - 1) {
    const NameSeen seen = Seen(slot);
    if (seen.place != 0 || !seen.chained) return;
    Write(slot, {}, 0, false);
  }
}

bool NameTable::Recover(uint64_t* slot, Slice* slice, const std::function<void(uint64_t)>& visit) {
  if (*slot == 0) recovered_ = 0;
  for (; *slot < control_.geometry().name_slots(); ++*slot) {
    if (slice->Over()) return false;
    if (!WasWritten(control_, *slot)) continue;
    const NameRecord& record = At(*slot);
    const NameSeen seen = ReadName(record);
    const ObjectId id({1, seen.place});
    bool good = record.sequence.load(std::memory_order_relaxed) % 2 == 0;
    if (seen.place != 0) {
      const bool known = id.index() < control_.entries_high() &&
                         HashOf(std::string_view(seen.text, seen.length)) == seen.hash;
      const Word word(known ? control_.entry(id.index()).word.load(std::memory_order_acquire) : 0);
      good = good && known && word.generation() == id.generation() && word.state() != State::kFree &&
             word.state() != State::kFreeing;
    }
    if (!good) {
      Write(*slot, {}, 0, true);
    } else if (seen.place != 0) {
      ++recovered_;
      visit(seen.place);
    }
  }
  control_.header().served.names.store(recovered_, std::memory_order_relaxed);
  return true;
}

}  // namespace atollstore
