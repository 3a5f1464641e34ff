// The word of a WishRecord: who may write the record, and which wish it is.
//
//            client                server                 client
//   kIdle ---------> kWaits ------------------> kGranted -------> kTaken ---> kIdle
//     ^                | |  ^                      |                client
//     |   client       | |  +----------------------+
//     +----------------+ |      server: not taken for long
//     |                  |  server
//     +----------------- +--------> kRefused
//            client
//
// Every arrow out of kWaits and kGranted is a CAS, since both sides may go: a thread whose time is over finds its wish
// withdrawn, or an answer that it takes or gives back. The sequence makes each wish another word.
//
// A granted run of extents is kKept until the client, having made it kTaken, makes it its own. So whoever cleans up
// after a client or a server that was killed knows from the words whose each kept extent is.
#ifndef ATOLL_LAYOUT_WISH_H_
#define ATOLL_LAYOUT_WISH_H_

#include "layout/records.h"

namespace atollstore {

enum class WishKind : uint32_t {
  kRoom = 1,     // a run of extents for a block of so many bytes
  kEntry = 2,    // a free entry, which it looks for itself when it is rung
  kControl = 3,  // pages in the control budget
};
// With a kind: of a thread that has no time. It is granted what is free, or refused, as soon as the server looks.
constexpr uint32_t kUrgent = 1u << 8;

enum class WishState : uint32_t { kIdle = 0, kWaits = 1, kGranted = 2, kTaken = 3, kRefused = 4 };

class WishWord {
 public:
  constexpr explicit WishWord(uint32_t bits) : bits_(bits) {}
  constexpr uint32_t bits() const { return bits_; }
  constexpr WishState state() const { return static_cast<WishState>(bits_ & kStateMask); }
  constexpr WishWord As(WishState state) const {
    return WishWord((bits_ & ~kStateMask) | static_cast<uint32_t>(state));
  }
  // Of the wish after this one.
  constexpr WishWord Next() const { return WishWord((bits_ & ~kStateMask) + kStateMask + 1); }

 private:
  static constexpr uint32_t kStateMask = 7;
  uint32_t bits_;
};

// Both states in which extents of the record's run may be kept for it.
inline bool HasRun(WishWord word) {
  return word.state() == WishState::kGranted || word.state() == WishState::kTaken;
}

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_WISH_H_
