#include "directory/holders.h"

namespace atollstore {

bool Holders::Names(const Control& control, uint64_t index, uint32_t client) {
  const Holders holders(control.entry(index));
  if (holders.InPlaces(InEach(client))) return true;
  if (!holders.many()) return false;
  return (control.row(index)[client / 64].load(std::memory_order_seq_cst) >> (client % 64) & 1) != 0;
}

void Holders::Add(const Control& control, uint64_t index, uint32_t client) {
  u64& here = control.entry(index).holders;
  uint64_t bits = here.load(std::memory_order_seq_cst);
  for (;;) {
    const Holders holders(bits);
    if (holders.InPlaces(InEach(client))) return;
    uint32_t free = 0;
    while (free < kPlaces && holders.Place(free) != 0) ++free;
    if (free == kPlaces) break;
    // seq_cst; pairs with Each(). What fails has found what is there now.
    if (here.compare_exchange_weak(bits, holders.With(free, client).bits(), std::memory_order_seq_cst)) return;
  }
  // The bit before MANY, which says that there is a row to look at. Both seq_cst, as above.
  control.row(index)[client / 64].fetch_or(uint64_t{1} << (client % 64), std::memory_order_seq_cst);
  here.fetch_or(kMany, std::memory_order_seq_cst);
}

void Holders::Remove(const Control& control, uint64_t index, uint32_t client) {
  u64& here = control.entry(index).holders;
  uint64_t bits = here.load(std::memory_order_seq_cst);
  for (uint32_t i = 0; i < kPlaces;) {
    const Holders holders(bits);
    if (holders.Place(i) != client ||
        here.compare_exchange_strong(bits, holders.With(i, 0).bits(), std::memory_order_seq_cst)) {
      ++i;
    }
  }
  if (!Holders(bits).many() && !Holders(control.entry(index)).many()) return;
  control.row(index)[client / 64].fetch_and(~(uint64_t{1} << (client % 64)), std::memory_order_seq_cst);
}

void Holders::Clear(const Control& control, uint64_t index) {
  u64& here = control.entry(index).holders;
  if (here.load(std::memory_order_seq_cst) == 0) return;
  // Killed in between, whoever ends this finds MANY gone and leaves bits in the row: they name too many.
  const Holders holders(here.exchange(0, std::memory_order_seq_cst));
  if (!holders.many()) return;
  u64* row = control.row(index);
  for (uint64_t at = 0; at < control.geometry().row_words; ++at) {
    if (row[at].load(std::memory_order_seq_cst) != 0) row[at].store(0, std::memory_order_seq_cst);
  }
}

}  // namespace atollstore
