// The word of an entry: which use of the entry, whose it is, and what state it is in. Every transition is one
// compare-and-swap of this word.
//
//    63                            24 23         13 12        4 3    0
//   +--------------------------------+-------------+-----------+------+
//   |           generation           |    owner    |   flags   | state|
//   +--------------------------------+-------------+-----------+------+
#ifndef ATOLL_LAYOUT_WORD_H_
#define ATOLL_LAYOUT_WORD_H_

#include <cstdint>

#include "object_id.h"

namespace atollstore {

enum class State : uint8_t {
  kFree = 0,       // no object; the generation is that of the last one
  kExpected = 1,   // an id, no bytes yet
  kCreating = 2,   // the owner writes the bytes
  kSealed = 3,     // immutable and visible
  kDying = 4,      // the owner looks whether it can be taken away; anybody may put it back
  kFreeing = 5,    // it is being taken away
  kSpilled = 6,    // its bytes are in a spill file, and it has no block
  kRestoring = 7,  // the server is reading them back into a block of its own
  kLost = 8,       // the bytes cannot be had any more; the word's owner is an atoll_lost_reason
  kMoving = 9,     // the server has copied its bytes elsewhere, and changes where the entry points to
  kChanging = 10,  // the owner gives up what it creates, or changes its size
  kLast = kChanging,
};

class Word {
 public:
  static constexpr uint64_t kDoomed = 1u << 4;   // unreferenced but in use: whoever leaves last says so
  static constexpr uint64_t kTellAlone = 1u << 5;  // a client wants to know when nobody else refers to it
  static constexpr uint64_t kWaited = 1u << 6;   // somebody may wait for it: the sealer looks at wait slots
  static constexpr uint64_t kHasRefs = 1u << 7;  // its bytes hold ids of other objects
  static constexpr uint64_t kTaken = 1u << 8;    // the server keeps those alive on its behalf
  static constexpr uint64_t kDeleted = 1u << 9;  // to be freed although referenced; get no longer succeeds
  static constexpr int kBeforeShift = 10;        // two bits, only while DYING: what it was and goes back to
  static constexpr uint64_t kBeforeMask = 3u << kBeforeShift;
  static constexpr uint64_t kByCreator = 1u << 12;  // DYING or FREEING, and it is the creator who does it
  static constexpr uint64_t kFlags = 0x1ff0;

  static constexpr int kOwnerShift = 13;
  static constexpr uint64_t kOwnerMask = uint64_t{0x7ff} << kOwnerShift;
  static constexpr uint64_t kStateMask = 0xf;
  static constexpr int kGenerationShift = 24;

  // What get compares: generation and state, and that nobody has deleted it.
  static constexpr uint64_t kReadableMask = ~uint64_t{0} << kGenerationShift | kStateMask | kDeleted;

  constexpr explicit Word(uint64_t bits = 0) : bits_(bits) {}
  static constexpr Word Of(uint64_t generation, uint32_t owner, State state) {
    return Word(generation << kGenerationShift | uint64_t{owner} << kOwnerShift |
                static_cast<uint64_t>(state));
  }
  // LOST for an atoll_lost_reason.
  static constexpr Word LostBecause(uint64_t generation, uint32_t reason) {
    return Of(generation, reason, State::kLost);
  }
  // The bits of a readable object, under kReadableMask.
  static constexpr uint64_t Readable(uint64_t generation) {
    return generation << kGenerationShift | static_cast<uint64_t>(State::kSealed);
  }

  constexpr uint64_t bits() const { return bits_; }
  constexpr uint64_t generation() const { return bits_ >> kGenerationShift; }
  constexpr uint32_t owner() const { return static_cast<uint32_t>((bits_ & kOwnerMask) >> kOwnerShift); }
  constexpr uint32_t reason() const { return owner(); }  // REQUIRES: state() == kLost
  // The client whose slots count although Entry::holders need not name it; 0: there is none.
  constexpr uint32_t maker() const {
    const bool lost =
        state() == State::kLost || (state() == State::kDying && Revived().state() == State::kLost);
    return lost ? 0 : owner();
  }
  constexpr State state() const { return static_cast<State>(bits_ & kStateMask); }
  constexpr bool has(uint64_t flag) const { return (bits_ & flag) != 0; }
  constexpr bool being_created() const { return state() == State::kCreating || state() == State::kChanging; }
  constexpr bool on_disk() const { return state() == State::kSpilled || state() == State::kRestoring; }
  // Sealed, but only the server can say where the bytes are: on disk, or changing their place in this moment.
  constexpr bool away() const { return on_disk() || state() == State::kMoving; }

  constexpr Word With(uint64_t flag) const { return Word(bits_ | flag); }
  constexpr Word Without(uint64_t flag) const { return Word(bits_ & ~flag); }
  constexpr Word As(State state) const { return Word((bits_ & ~kStateMask) | static_cast<uint64_t>(state)); }
  constexpr Word OwnedBy(uint32_t owner) const {
    return Word((bits_ & ~kOwnerMask) | uint64_t{owner} << kOwnerShift);
  }

  // DYING, remembering the state. The owner stays: it is the creator, whose burial looks for its objects.
  // REQUIRES: CanDie()
  constexpr Word Dying() const {
    const uint64_t before = state() == State::kSealed     ? 0
                            : state() == State::kExpected ? 1
                            : state() == State::kLost     ? 2
                                                          : 3;
    return Without(kBeforeMask).With(before << kBeforeShift).As(State::kDying);
  }
  // What it was before. REQUIRES: state() == kDying
  constexpr Word Revived() const {
    constexpr State kBefore[] = {State::kSealed, State::kExpected, State::kLost, State::kSpilled};
    return Without(kBeforeMask | kByCreator).As(kBefore[(bits_ & kBeforeMask) >> kBeforeShift]);
  }
  // Whether an object is there that can be pinned, referred to or waited for.
  constexpr bool Exists() const { return state() != State::kFree && state() != State::kFreeing; }
  constexpr bool CanDie() const {
    return state() == State::kSealed || state() == State::kExpected || state() == State::kLost ||
           state() == State::kSpilled;
  }
  friend constexpr bool operator==(Word, Word) = default;

 private:
  uint64_t bits_;
};

static_assert(Word::kGenerationShift + ObjectId::kGenerationBits == 64);
static_assert(Word::Of(7, 5, State::kSealed).With(Word::kDoomed).Dying().Revived() ==
              Word::Of(7, 5, State::kSealed).With(Word::kDoomed));
static_assert(Word::Of(7, 5, State::kExpected).Dying().Revived().state() == State::kExpected);

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_WORD_H_
