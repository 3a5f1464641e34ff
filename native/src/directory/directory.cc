#include "directory/directory.h"

#include <bit>

namespace atollstore {

Found Validate(Entry& entry, uint64_t generation, Word* seen) {
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  for (;;) {
    const Word word(bits);
    *seen = word;
    if (word.generation() != generation) return Found::kGone;
    switch (word.state()) {
      case State::kSealed:
        return word.has(Word::kDeleted) ? Found::kLost : Found::kSealed;
      case State::kExpected:
      case State::kCreating:
      case State::kChanging:
      case State::kSpilled:
      case State::kRestoring:
      case State::kMoving:
        return word.has(Word::kDeleted) ? Found::kLost : Found::kPending;
      case State::kLost:
        return Found::kLost;
      case State::kDying:
        // seq_cst; the second CAS of whoever made it DYING now fails. When this one fails, look at what it
        // found.
        entry.word.compare_exchange_strong(bits, word.Revived().bits(), std::memory_order_seq_cst);
        if (bits == word.bits()) bits = word.Revived().bits();
        break;
      default:
        return Found::kGone;
    }
  }
}

bool Enter(const Control& control, uint32_t me, uint64_t index, uint64_t generation) {
  const Word word(control.entry(index).word.load(std::memory_order_seq_cst));
  if (word.generation() != generation || !word.Exists()) return false;
  if (word.maker() != me && !Holders::Names(control, index, me)) Register(control, me, index);
  return true;
}

void Register(const Control& control, uint32_t me, uint64_t index) {
  control.touched(me).Set(index / kEntriesPerBlock);
  Holders::Add(control, index, me);
}

atoll_object_state Visible(Word word) {
  const State state = word.state() == State::kDying ? word.Revived().state() : word.state();
  if (state == State::kFree || state == State::kFreeing) return ATOLL_ABSENT;
  if (word.has(Word::kDeleted) || state == State::kLost) return ATOLL_IS_LOST;
  return state == State::kExpected || word.being_created() ? ATOLL_EXPECTED : ATOLL_SEALED;
}

void SetDropped(const Control& control, uint32_t client, uint64_t index) {
  control.dropped(client).Set(index);
  control.droppers().Set(client);
}

bool SetWait(const Control& control, uint32_t client, uint64_t index, uint64_t generation, uint32_t bell) {
  if (!Enter(control, client, index, generation)) return false;
  // The slot first, then the flag: the sealer takes the flag with its CAS and then looks at the slots.
  control.waits(client)[index].fetch_or(1u << bell, std::memory_order_seq_cst);
  Entry& entry = control.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  for (;;) {
    const Word word(bits);
    if (word.generation() != generation || word.has(Word::kDeleted)) return false;
    const bool dying = word.state() == State::kDying;
    const Word live = dying ? word.Revived() : word;
    const State state = live.state();
    const bool pending = state == State::kExpected || live.being_created() || live.away();
    if (!pending) return false;
    if (live.has(Word::kWaited) && !dying) return true;
    const Word waited = live.With(Word::kWaited);
    if (entry.word.compare_exchange_weak(bits, waited.bits(), std::memory_order_seq_cst)) return true;
  }
}

bool SetWaitAlone(const Control& control, uint32_t client, uint64_t index, uint64_t generation) {
  if (!Enter(control, client, index, generation)) return false;
  // The slot, then the flag, then a look at the others: who drops the last reference after that look has the server
  // look at the entry, which finds the flag.
  control.waits(client)[index].fetch_or(1u << kAloneBell, std::memory_order_seq_cst);
  Entry& entry = control.entry(index);
  uint64_t bits = entry.word.load(std::memory_order_seq_cst);
  for (;;) {
    const Word word(bits);
    if (word.generation() != generation || !word.Exists() || Visible(word) == ATOLL_IS_LOST) return false;
    const Word live = word.state() == State::kDying ? word.Revived() : word;
    const Word told = live.With(Word::kTellAlone);
    if (told == word || entry.word.compare_exchange_weak(bits, told.bits(), std::memory_order_seq_cst)) break;
  }
  bool others = control.references(kServer)[index].load(std::memory_order_seq_cst) != 0;
  Holders::Each(control, index, Word(bits), [&](uint32_t other) {
    others = others || (other != client && control.references(other)[index].load(std::memory_order_seq_cst) != 0);
  });
  return others;
}

void TellAlone(const Control& control, uint32_t client, uint64_t index) {
  u32& slot = control.waits(client)[index];
  const uint32_t bit = 1u << kAloneBell;
  if ((slot.fetch_and(~bit, std::memory_order_seq_cst) & bit) == 0) return;
  control.ready(client).Set(index);
  control.client(client).object_bells[kWatchBell].Ring();
}

namespace {
constexpr uint32_t kAsk = 1u << kAskBell, kAsked = 1u << kAskedBell;
}  // namespace

bool SetAsk(const Control& control, uint32_t client, uint64_t index, uint64_t generation) {
  if (!Enter(control, client, index, generation)) return false;
  u32& slot = control.waits(client)[index];
  for (uint32_t bits = slot.load(std::memory_order_seq_cst); (bits & kAsked) == 0;) {
    if (!slot.compare_exchange_weak(bits, bits | kAsk, std::memory_order_seq_cst)) continue;
    const Word word(control.entry(index).word.load(std::memory_order_seq_cst));
    return word.generation() == generation && Visible(word) != ATOLL_IS_LOST && Visible(word) != ATOLL_ABSENT;
  }
  return false;
}

bool WasAsked(const Control& control, uint32_t client, uint64_t index) {
  return (control.waits(client)[index].load(std::memory_order_seq_cst) & kAsked) != 0;
}

bool MayAnswer(const Control& control, uint32_t client, uint64_t index) {
  const Word word(control.entry(index).word.load(std::memory_order_seq_cst));
  return !word.on_disk() && WasAsked(control, client, index);
}

void Answered(const Control& control, uint32_t client, uint64_t index) {
  control.waits(client)[index].fetch_and(~kAsked, std::memory_order_seq_cst);
}

// The object first, so that a burial finds the answer or gives it. Then once more: the server, which sets the bit before
// the object is EXPECTED and looks at it afterwards, may have come to that meanwhile.
void GiveUpAsked(const Control& control, uint32_t client, uint64_t index, uint64_t generation) {
  if (WasAsked(control, client, index)) (void)LoseExpected(control, index, generation);
  const uint32_t before = control.waits(client)[index].fetch_and(~(kAsk | kAsked), std::memory_order_seq_cst);
  if ((before & kAsked) != 0) (void)LoseExpected(control, index, generation);
}

uint32_t AskHolder(const Control& control, uint64_t index, uint32_t except) {
  uint32_t wants = 0, asked = 0;
  const Word word(control.entry(index).word.load(std::memory_order_seq_cst));
  Holders::Each(control, index, word, [&](uint32_t client) {
    const uint32_t bits = control.waits(client)[index].load(std::memory_order_seq_cst);
    if (client == except) return;
    if ((bits & kAsked) != 0) asked = client;
    if ((bits & kAsk) != 0) wants = client;
  });
  if (asked != 0 || wants == 0) return asked;
  u32& slot = control.waits(wants)[index];
  for (uint32_t bits = slot.load(std::memory_order_seq_cst); (bits & kAsk) != 0;) {
    if (slot.compare_exchange_weak(bits, (bits & ~kAsk) | kAsked, std::memory_order_seq_cst)) return wants;
  }
  return AskHolder(control, index, except);  // it has just changed its mind
}

void TellAsked(const Control& control, uint32_t client, uint64_t index) {
  control.ready(client).Set(index);
  control.client(client).object_bells[kWatchBell].Ring();
}

bool LoseExpected(const Control& control, uint64_t index, uint64_t generation) {
  Entry& entry = control.entry(index);
  for (uint64_t bits = entry.word.load(std::memory_order_seq_cst);;) {
    const Word word(bits);
    const Word live = word.state() == State::kDying ? word.Revived() : word;
    if (word.generation() != generation || live.state() != State::kExpected) return false;
    // The word no longer says who made it.
    if (live.maker() != kServer && control.HasClient(live.maker())) Holders::Add(control, index, live.maker());
    const Word lost = Word::LostBecause(generation, ATOLL_LOST_DAMAGED);
    if (!entry.word.compare_exchange_weak(bits, lost.bits(), std::memory_order_seq_cst)) continue;
    if (live.has(Word::kWaited)) RingWaiters(control, index);
    return true;
  }
}

void RingWaiters(const Control& control, uint64_t index) {
  constexpr uint32_t kOthers = 1u << kAloneBell | kAsk | kAsked;  // what is not told by this
  const Word word(control.entry(index).word.load(std::memory_order_seq_cst));
  Holders::Each(control, index, word, [&](uint32_t client) {
    u32& slot = control.waits(client)[index];
    if ((slot.load(std::memory_order_seq_cst) & ~kOthers) == 0) return;
    uint32_t bells = slot.fetch_and(kOthers, std::memory_order_seq_cst) & ~kOthers;
    // The mark before the bell: who is woken finds which.
    if ((bells >> kWatchBell & 1) != 0) control.ready(client).Set(index);
    for (; bells != 0; bells &= bells - 1) control.client(client).object_bells[std::countr_zero(bells)].Ring();
  });
}

void RingWishes(const Control& control, uint32_t client) {
  ClientRecord& record = control.client(client);
  for (uint32_t bits = record.wishing.load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
    record.wishes[std::countr_zero(bits)].bell.Ring();
  }
}

void RingAll(const Control& control) {
  control.EachClient([&](uint32_t client) {
    ClientRecord& record = control.client(client);
    record.mailbox.Ring();
    for (Bell& bell : record.object_bells) bell.Ring();
    RingWishes(control, client);
  });
  control.header().scheduler_bell.Ring();
  control.header().list_bell.Ring();
  control.header().pressure_bell.Ring();
}

}  // namespace atollstore
