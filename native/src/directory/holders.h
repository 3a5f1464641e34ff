// Which clients may hold an entry: have a pin, a reference or a wait in its slots. Whoever takes an object away,
// moves it or wakes who waits looks at the slots of these, of the maker in the word and of the server, and at no
// others: the cost follows who holds, not who is there.
//
//    63    60 59    48 47    36 35    24 23    12 11     0
//   +------+--------+--------+--------+--------+--------+     five client numbers, 0: a free place
//   | MANY |   e    |   d    |   c    |   b    |   a    |     MANY: the others are in the entry's row, a bit
//   +------+--------+--------+--------+--------+--------+     for each client
//
// A client that is not the maker in the word
//   looks at the word: the object exists; sets its touched bit; adds its number; adds to its slot; looks again.
// So whoever reads the holders after a change of the word finds it, or it finds the change. Numbers come to an
// object that exists and leave when it is freed (Clear(), in FREEING and before FREE) or when the client is
// buried; one that comes too late stays for the next object and names somebody too many, which does no harm.
// Nobody remembers that it has registered: an entry says so itself, and is asked each time.
//
// A word whose maker is taken out names it here first.
#ifndef ATOLL_DIRECTORY_HOLDERS_H_
#define ATOLL_DIRECTORY_HOLDERS_H_

#include <bit>

#include "layout/geometry.h"

namespace atollstore {

class Holders {
 public:
  static constexpr uint32_t kPlaces = 5;
  static constexpr uint32_t kPlaceBits = 12;
  static constexpr uint64_t kPlaceMask = (uint64_t{1} << kPlaceBits) - 1;
  static constexpr uint64_t kMany = uint64_t{1} << 63;
  static_assert(kMaxClients <= kPlaceMask && kPlaces * kPlaceBits <= 60);

  constexpr explicit Holders(uint64_t bits) : bits_(bits) {}
  // seq_cst: pairs with Add(), of which this reads either the outcome or is seen by its caller's second look.
  explicit Holders(const Entry& entry) : bits_(entry.holders.load(std::memory_order_seq_cst)) {}

  constexpr uint64_t bits() const { return bits_; }
  constexpr bool many() const { return (bits_ & kMany) != 0; }
  // What InPlaces() compares with, to be computed once.
  static constexpr uint64_t InEach(uint32_t client) { return kOnes * client; }
  // Whether one of the places has the client of which `in_each` is InEach().
  constexpr bool InPlaces(uint64_t in_each) const {
    const uint64_t differs = (bits_ ^ in_each) & kNumbers;
    return ((differs - kOnes) & ~differs & kTops) != 0;  // a place that became zero borrows
  }
  // Whether who comes next needs a bit in the row.
  constexpr bool full() const {
    for (uint32_t i = 0; i < kPlaces; ++i) {
      if (Place(i) == 0) return false;
    }
    return true;
  }
  // Whether somebody besides the client may hold it.
  constexpr bool NameOther(uint32_t client) const {
    if (many()) return true;
    for (uint32_t i = 0; i < kPlaces; ++i) {
      const auto here = Place(i);
      if (here != 0 && here != client) return true;
    }
    return false;
  }

  static bool Names(const Control& control, uint64_t index, uint32_t client);
  // REQUIRES: the client's touched bit of the entry's block is set. Any process, on any client's behalf.
  static void Add(const Control& control, uint64_t index, uint32_t client);
  // REQUIRES: the client is dead, and its slots are clear.
  static void Remove(const Control& control, uint64_t index, uint32_t client);
  // REQUIRES: the word is FREEING, and the caller is who frees.
  static void Clear(const Control& control, uint64_t index);

  // Visits each client that is there and may hold the entry once: those that are named, and the maker in `word`,
  // which has been read before. The server's own column is not among them.
  template <typename F>
  static void Each(const Control& control, uint64_t index, Word word, F&& visit) {
    const Holders holders(control.entry(index));
    const uint32_t maker = word.maker();
    if (maker != kServer && control.HasClient(maker)) visit(maker);
    for (uint32_t i = 0; i < kPlaces; ++i) {
      const uint32_t client = holders.Place(i);
      // Nothing may be read of clients that are not there; and anybody may have written here.
      if (client != 0 && client != maker && !holders.Before(i, client) && control.HasClient(client)) visit(client);
    }
    if (!holders.many()) return;
    const u64* row = control.row(index);
    for (uint64_t at = 0; at < control.geometry().row_words; ++at) {
      for (uint64_t bits = row[at].load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
        const auto client = static_cast<uint32_t>(at * 64 + static_cast<uint64_t>(std::countr_zero(bits)));
        if (client != maker && !holders.InPlaces(InEach(client)) && control.HasClient(client)) visit(client);
      }
    }
  }

  // Visits the numbers that the entry names, whether such clients are there or not; some twice, maybe.
  template <typename F>
  static void EachNumber(const Control& control, uint64_t index, F&& visit) {
    const Holders holders(control.entry(index));
    for (uint32_t i = 0; i < kPlaces; ++i) {
      if (holders.Place(i) != 0) visit(holders.Place(i));
    }
    for (uint64_t at = 0; holders.many() && at < control.geometry().row_words; ++at) {
      for (uint64_t bits = control.row(index)[at].load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1)
        visit(static_cast<uint32_t>(at * 64 + static_cast<uint64_t>(std::countr_zero(bits))));
    }
  }

 private:
  static constexpr uint64_t kOnes = 0x001001001001001;
  static constexpr uint64_t kTops = kOnes << (kPlaceBits - 1);
  static constexpr uint64_t kNumbers = (uint64_t{1} << kPlaces * kPlaceBits) - 1;

  constexpr uint32_t Place(uint32_t i) const {
    return static_cast<uint32_t>(bits_ >> (i * kPlaceBits) & kPlaceMask);
  }
  // Whether the client is in a place before the i-th.
  constexpr bool Before(uint32_t i, uint32_t client) const {
    for (uint32_t j = 0; j < i; ++j) {
      if (Place(j) == client) return true;
    }
    return false;
  }
  constexpr Holders With(uint32_t i, uint32_t client) const {
    return Holders((bits_ & ~(kPlaceMask << (i * kPlaceBits))) | uint64_t{client} << (i * kPlaceBits));
  }

  uint64_t bits_;
};

static_assert(Holders(0x005000000000000).InPlaces(Holders::InEach(5)));
static_assert(!Holders(0x015051050004006).InPlaces(Holders::InEach(5)));

}  // namespace atollstore

#endif  // ATOLL_DIRECTORY_HOLDERS_H_
