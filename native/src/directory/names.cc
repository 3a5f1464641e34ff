#include "directory/names.h"

#include <cstring>

#include "os/sync.h"

namespace atollstore {

Status CheckName(std::string_view name) {
  if (!name.empty() && name.size() <= kMaxNameBytes) return {};
  return Status::Error(ATOLL_INVALID_ARGUMENT, "a name of %zu bytes: names have 1 to %lu", name.size(),
                       kMaxNameBytes);
}

uint64_t HashOf(std::string_view name) {
  uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, and a last mix, for the table takes the low bits
  for (const char c : name) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return hash ^ hash >> 32;
}

NameSeen ReadName(const NameRecord& record) {
  NameSeen seen;
  // The server writes a record in well under a microsecond. Who finds it odd for long, after the server was
  // killed there, or ever changing, reads nothing of it.
  for (int tries = 0; tries < 100; ++tries) {
    const uint64_t before = record.sequence.load(std::memory_order_acquire);
    if (before % 2 != 0) break;
    // All acquire, so that the second look at the sequence comes after them; pairs with the releases in
    // NameTable::Write().
    seen.place = record.place.load(std::memory_order_acquire);
    seen.chained = record.chained.load(std::memory_order_acquire) != 0;
    seen.hash = record.hash.load(std::memory_order_acquire);
    seen.length = record.length.load(std::memory_order_acquire);
    if (seen.length > kMaxNameBytes) break;
    for (uint64_t at = 0; seen.place != 0 && at < seen.length; at += sizeof(uint64_t)) {
      const uint64_t part = record.text[at / sizeof(uint64_t)].load(std::memory_order_acquire);
      std::memcpy(seen.text + at, &part, sizeof(part));
    }
    if (record.sequence.load(std::memory_order_relaxed) == before) return seen;
    os::Relax();
  }
  seen.place = 0;
  seen.chained = true;
  seen.length = 0;
  return seen;
}

// acquire; pairs with the release in NameTable::Write(): who knows that the name is there finds the bit.
bool WasWritten(const Control& control, uint64_t slot) {
  const uint64_t page = slot / kNamesPerPage;
  return (control.written_names()[page / 64].load(std::memory_order_acquire) >> (page % 64) & 1) != 0;
}

NameSeen NameAt(const Control& control, uint64_t slot) {
  return WasWritten(control, slot) ? ReadName(control.name(slot)) : NameSeen();
}

uint64_t FindName(const Control& control, std::string_view name) {
  const uint64_t hash = HashOf(name);
  const uint64_t slots = control.geometry().name_slots();
  for (uint64_t i = 0; i < slots; ++i) {
    const NameSeen seen = NameAt(control, (hash + i) % slots);
    if (seen.Is(name, hash)) return seen.place;
    if (!seen.chained) return 0;
  }
  return 0;
}

}  // namespace atollstore
