// A bitmap in shared memory with summaries over it: any process sets a bit, one at a time takes bits away.
// Finding the next of n bits costs log64(n) words, whatever n is, and nobody reads words in which nothing was
// set.
//
//   bits:       n                            64 bits of a level are one bit of the level above, which is set
//   when summaries:  n/64, n/4096, ... 1 word     any of them may be
//
// A bit is set first, then each summary above it that is not set yet; they are taken from the top. So a taker
// finds every bit whose Set() has ended, and what a mark stands for was there before it. Who is killed within
// Set() may leave a bit without its summaries: the next Set() in the same 64 mends that, and a burial looks
// at what the dead touched.
//
// All accesses are seq_cst: Set() pairs with Take(), so that either Set() finds the bit gone and sets it
// again, or the taker sees what Set()'s caller had done before.
#ifndef ATOLL_LAYOUT_MARKS_H_
#define ATOLL_LAYOUT_MARKS_H_

#include <bit>
#include <cstdint>

#include "layout/records.h"

namespace atollstore {

class Marks {
 public:
  static constexpr uint64_t WordsFor(uint64_t bits) {
    uint64_t words = 0, level = bits;
    do {
      level = (level + 63) / 64;
      words += level;
    } while (level > 1);
    return words;
  }
  static constexpr uint64_t BytesFor(uint64_t bits) { return WordsFor(bits) * sizeof(u64); }

  // REQUIRES: `words` has WordsFor(bits) words, zeros at first.
  Marks(u64* words, uint64_t bits) : words_(words), bits_(bits) {}

  // Any process, any thread. REQUIRES: i < bits
  void Set(uint64_t i) const {
    u64* level = words_;
    for (uint64_t count = bits_;;) {
      const uint64_t words = (count + 63) / 64;
      const uint64_t bit = uint64_t{1} << (i % 64);
      i /= 64;
      if ((level[i].load(std::memory_order_seq_cst) & bit) == 0)
        level[i].fetch_or(bit, std::memory_order_seq_cst);
      if (words == 1) return;
      level += words;
      count = words;
    }
  }
  bool Has(uint64_t i) const { return (words_[i / 64].load(std::memory_order_seq_cst) >> (i % 64) & 1) != 0; }
  // Whether any bit may be set. One load.
  bool Any() const { return words_[WordsFor(bits_) - 1].load(std::memory_order_seq_cst) != 0; }

  // The first mark from `from` on, kNone when there is none. Takes nothing.
  static constexpr uint64_t kNone = UINT64_MAX;
  uint64_t Next(uint64_t from) const {
    for (;;) {
      Level level{words_, (bits_ + 63) / 64, 0};
      uint64_t at = from;
      uint64_t here = 0;
      // Up until something is marked in the same word, from `at` on.
      for (;;) {
        if (at / 64 >= level.count) return kNone;
        here = level.words[at / 64].load(std::memory_order_seq_cst) & ~uint64_t{0} << (at % 64);
        if (here != 0) break;
        if (level.count == 1) return kNone;
        at = at / 64 + 1;
        level = {level.words + level.count, (level.count + 63) / 64, level.height + 1};
      }
      // Down to the first of what that stands for.
      at = at / 64 * 64 + static_cast<uint64_t>(std::countr_zero(here));
      while (level.height != 0 && at < Below(level).count) {
        level = Below(level);
        here = level.words[at].load(std::memory_order_seq_cst);
        if (here == 0) break;
        at = at * 64 + static_cast<uint64_t>(std::countr_zero(here));
      }
      if (level.height == 0 && here != 0) return at < bits_ ? at : kNone;
      // A summary of nothing.
      const uint64_t behind = (at + 1) << (6 * (level.height + (here == 0 ? 1 : 0)));
      if (behind <= from || behind >= bits_) return kNone;
      from = behind;
    }
  }

  // Takes marks, and calls `take(index)` for each until that returns false; what is left stays marked.
  // Returns how many were taken. REQUIRES: one taker at a time
  template <typename F>
  uint64_t Take(F&& take) const {
    uint64_t taken = 0;
    (void)TakeWord(Top(), 0, take, &taken);
    return taken;
  }

 private:
  struct Level {
    u64* words;
    uint64_t count;  // of words
    uint32_t height;
  };
  Level Top() const {
    Level level{words_, (bits_ + 63) / 64, 0};
    while (level.count > 1) level = {level.words + level.count, (level.count + 63) / 64, level.height + 1};
    return level;
  }
  Level Below(const Level& above) const {
    Level level{words_, (bits_ + 63) / 64, 0};
    while (level.height + 1 < above.height) {
      level = {level.words + level.count, (level.count + 63) / 64, level.height + 1};
    }
    return level;
  }
  template <typename F>
  bool TakeWord(const Level& level, uint64_t word, F& take, uint64_t* taken) const {
    u64& here = level.words[word];
    if (here.load(std::memory_order_seq_cst) == 0) return true;
    for (uint64_t bits = here.exchange(0, std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
      const uint64_t at = word * 64 + static_cast<uint64_t>(std::countr_zero(bits));
      bool more = true;
      if (level.height != 0) {
        const Level below = Below(level);
        // Anybody may have written here.
        if (at < below.count) more = TakeWord(below, at, take, taken);
      } else if (at < bits_) {
        ++*taken;
        more = take(at);
        if (!more) bits &= bits - 1;
      }
      if (more) continue;
      // The one below a summary may have more too.
      if (bits != 0) here.fetch_or(bits, std::memory_order_seq_cst);
      return false;
    }
    return true;
  }

  u64* words_;
  uint64_t bits_;
};

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_MARKS_H_
