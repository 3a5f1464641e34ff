// A text in shared memory that the server's thread writes and anybody reads. The sequence number is odd while
// it changes; every access but the last look at the number orders itself against it, as in directory/names.h.
// A server that is killed while it writes leaves a notice that nobody can read, until its follower writes
// one.
#ifndef ATOLL_LAYOUT_NOTICE_H_
#define ATOLL_LAYOUT_NOTICE_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace atollstore {

template <uint32_t kWords>
struct Notice {
  static constexpr uint64_t kMostBytes = kWords * 8;

  std::atomic<uint32_t> sequence;
  std::atomic<uint32_t> length;
  std::atomic<uint64_t> words[kWords];

  // A text that is too long is cut. REQUIRES: the server's thread
  void Write(std::string_view text) {
    const uint64_t bytes = std::min<uint64_t>(text.size(), kMostBytes);
    const uint32_t odd = sequence.load(std::memory_order_relaxed) | 1;
    sequence.store(odd, std::memory_order_relaxed);
    // release, each: who sees one of these sees the odd number; pairs with the acquires in Read().
    length.store(static_cast<uint32_t>(bytes), std::memory_order_release);
    for (uint64_t at = 0; at < bytes; at += 8) {
      uint64_t word = 0;
      std::memcpy(&word, text.data() + at, std::min<uint64_t>(8, bytes - at));
      words[at / 8].store(word, std::memory_order_release);
    }
    sequence.store(odd + 1, std::memory_order_release);
  }

  // The text into `to`, of kMostBytes + 1 bytes, with a zero behind it. Returns its length; 0 when there is
  // none, or it changed again and again meanwhile.
  uint64_t Read(char* to) const {
    for (int tries = 0; tries < 100; ++tries) {
      const uint32_t before = sequence.load(std::memory_order_acquire);
      const uint64_t bytes = std::min<uint64_t>(length.load(std::memory_order_acquire), kMostBytes);
      for (uint64_t at = 0; at < bytes; at += 8) {
        const uint64_t word = words[at / 8].load(std::memory_order_acquire);
        std::memcpy(to + at, &word, std::min<uint64_t>(8, bytes - at));
      }
      to[bytes] = 0;
      if (before % 2 == 0 && sequence.load(std::memory_order_relaxed) == before) return bytes;
    }
    to[0] = 0;
    return 0;
  }
};

// Where spilled objects lie, and what was wrong with the disk. In the header's page.
struct SpillHeader {
  static constexpr uint64_t kMostPath = 127 * 8, kMostTrouble = 31 * 8;
  Notice<127> directory;  // absolute; empty: nothing is spilled, or the path is too long
  Notice<31> trouble;     // why the last file could not be written; empty: it could
};
constexpr uint64_t kSpillHeaderAt = 2048;
static_assert(sizeof(SpillHeader) == 1024 + 256);

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_NOTICE_H_
