#include "client/wish.h"

#include <bit>

#include "heap/client_heap.h"
#include "os/process.h"

namespace atollstore {

uint32_t Wishes::TakePlace() {
  uint32_t free = free_.load(std::memory_order_relaxed);
  while (free != 0) {
    const uint32_t lowest = free & -free;
    // acquire; pairs with ReturnPlace(): the record is written after its last user has left it.
    if (free_.compare_exchange_weak(free, free & ~lowest, std::memory_order_acquire))
      return static_cast<uint32_t>(std::countr_zero(lowest));
  }
  return kNone;
}

void Wishes::ReturnPlace(uint32_t place) {
  control_.client(me_).wishing.fetch_and(~(1u << place), std::memory_order_seq_cst);
  free_.fetch_or(1u << place, std::memory_order_seq_cst);
  // seq_cst; pairs with Wish::Look(): who waits for a place has counted itself before it looked for one.
  if (without_place_.load(std::memory_order_seq_cst) != 0) place_bell_.Ring();
}

void Wishes::RingAll() {
  ClientRecord& record = control_.client(me_);
  for (uint32_t bits = record.wishing.load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
    record.wishes[std::countr_zero(bits)].bell.Ring();
  }
  place_bell_.Ring();
}

pid_t Wishes::ServerPid() const {
  return static_cast<pid_t>(control_.header().server_pid.load(std::memory_order_relaxed));
}

Wish::Wish(Wishes* wishes, const Want& want, int64_t timeout_ns)
    : wishes_(wishes),
      want_(want),
      begun_(os::NowNanos()),
      deadline_(timeout_ns < kAtOnceNanos ? os::Deadline::After(kMostForAnswerNanos) : os::Deadline::After(timeout_ns)),
      urgent_(timeout_ns < kAtOnceNanos) {
  wishes_->without_place_.fetch_add(1, std::memory_order_seq_cst);
}

Wish::~Wish() {
  if (place_ == Wishes::kNone) {
    wishes_->without_place_.fetch_sub(1, std::memory_order_relaxed);
    return;
  }
  Withdraw();
  wishes_->ReturnPlace(place_);
  wishes_->wake_server_();  // others may have what was kept for this
}

uint32_t Wish::Look(const Run& instead) {
  if (place_ == Wishes::kNone) {
    const uint32_t seen = wishes_->place_bell_.Read();
    place_ = wishes_->TakePlace();
    if (place_ == Wishes::kNone) return seen;
    wishes_->without_place_.fetch_sub(1, std::memory_order_relaxed);
  }
  const uint32_t seen = record().bell.Read();
  if (const WishState now = state(); now == WishState::kIdle || now == WishState::kTaken) Publish(instead);
  return seen;
}

void Wish::Publish(const Run& instead) {
  const Control& control = wishes_->control_;
  WishRecord& mine = record();
  if (ticket_ == 0) ticket_ = control.header().next_ticket.fetch_add(1, std::memory_order_relaxed) + 1;
  mine.kind.store(static_cast<uint32_t>(want_.kind) | (urgent_ ? kUrgent : 0), std::memory_order_relaxed);
  mine.ticket.store(ticket_, std::memory_order_relaxed);
  mine.until.store(static_cast<uint64_t>(deadline_.at()), std::memory_order_relaxed);
  mine.bytes.store(want_.bytes, std::memory_order_relaxed);
  mine.instead_first.store(static_cast<uint32_t>(instead.first), std::memory_order_relaxed);
  mine.instead_count.store(static_cast<uint32_t>(instead.count), std::memory_order_relaxed);
  const WishWord word(mine.word.load(std::memory_order_relaxed));
  // release; pairs with the acquire in WishList::TakeIn(), which reads the rest after it.
  mine.word.store(word.Next().As(WishState::kWaits).bits(), std::memory_order_seq_cst);
  control.client(wishes_->me_).wishing.fetch_or(1u << place_, std::memory_order_seq_cst);
  control.wishers().Set(wishes_->me_);
  wishes_->wake_server_();
}

// The urgent are answered at once by every server that runs, however busy the machine is. One that is stopped, or dead,
// answers nobody.
bool Wish::WaitForBell(uint32_t seen) const {
  if (!urgent()) {
    while (!bell().Wait(seen, deadline_.AtMost(kNudgeAgainNanos))) {
      if (deadline_.passed()) return false;
      // The nudge has not come through.
      if (place_ != Wishes::kNone && record().seen.load(std::memory_order_acquire) != ticket_) wishes_->wake_server_();
    }
    return true;
  }
  if (place_ == Wishes::kNone) return false;  // others wait for the places, too
  while (!bell().Wait(seen, deadline_.AtMost(kAtOnceNanos))) {
    if (deadline_.passed() || !MayBeAnswered()) return false;
  }
  return true;
}

bool Wish::MayBeAnswered() const {
  const pid_t server = wishes_->ServerPid();
  return os::CanRun(server) || (!os::IsStopped(server) && os::NowNanos() - begun_ < kNextLifeNanos);
}

bool Wish::Wait(uint32_t seen) {
  const bool rung = WaitForBell(seen);
  // Nobody knows those who have no place: what may help them rings for one who has.
  if (rung && place_ != Wishes::kNone && wishes_->without_place_.load(std::memory_order_relaxed) != 0)
    wishes_->place_bell_.Ring();
  return rung;
}

// acquire; pairs with the server's CAS: what it says of the grant is there.
WishState Wish::state() const {
  if (place_ == Wishes::kNone) return WishState::kIdle;
  return WishWord(record().word.load(std::memory_order_acquire)).state();
}

bool Wish::ignored() const {
  if (place_ == Wishes::kNone) return !os::CanRun(wishes_->ServerPid());  // as those of this client that have one
  if (record().seen.load(std::memory_order_acquire) == ticket_) return false;
  // One that runs, on a machine that is busy, may just not have had its turn; one that recovers sends the urgent away.
  return state() == WishState::kRefused || os::NowNanos() - begun_ >= kMostForAnswerNanos || !os::CanRun(wishes_->ServerPid());
}

Run Wish::Take() {
  uint32_t bits = record().word.load(std::memory_order_acquire);
  const WishWord word(bits);
  if (word.state() == WishState::kGranted) {
    // Fails when the server takes it back, since nobody came.
    if (!record().word.compare_exchange_strong(bits, word.As(WishState::kTaken).bits(), std::memory_order_seq_cst))
      return {};
    return {record().first.load(std::memory_order_relaxed), record().count.load(std::memory_order_relaxed)};
  }
  return {};
}

void Wish::Withdraw() {
  uint32_t bits = record().word.load(std::memory_order_acquire);
  for (;;) {
    const WishWord word(bits);
    if (word.state() == WishState::kGranted) {
      GiveBackKept(wishes_->control_, Take());
      bits = record().word.load(std::memory_order_acquire);
    } else if (record().word.compare_exchange_weak(bits, word.As(WishState::kIdle).bits(), std::memory_order_seq_cst)) {
      return;
    }
  }
}

}  // namespace atollstore
