#include "server/room_queue.h"

#include <algorithm>

#include "layout/control_budget.h"

namespace atollstore {
namespace {

// How long those who have no time wait for what is swept, or backed with memory, meanwhile.
constexpr int64_t kAtOnceNanos = 5'000'000;
constexpr uint64_t kMuchToBack = 8 << 20;
// How long they wait for what another thread of their client is opening or giving back: some microseconds, when it runs.
constexpr int64_t kOwnNanos = 100'000'000;
// How long a grant may lie there. It takes microseconds to take it, unless the client was stopped (SIGSTOP, a
// debugger): then others go first.
constexpr int64_t kTakeNanos = 100'000'000;
// How long those who hold empty extents have to give them back before more is evicted.
constexpr int64_t kSettleNanos = 2'000'000;
// How often clients are asked to let go of what they do not need, and how long they have for it before the
// first object is evicted: about a collection of a small heap.
constexpr int64_t kAskNanos = 1'000'000'000;
constexpr int64_t kLetGoNanos = 20'000'000;
// Writing so much takes longer than that: then the larger heaps of busy machines are waited for too.
constexpr uint64_t kMuch = 64 << 20;
constexpr int64_t kLetGoOfMuchNanos = 200'000'000;
// Before memory is asked for again that the limits have refused.
constexpr int64_t kNoMemoryNanos = 50'000'000;
// An unpin is not told to anybody: those who wait for one are looked at so often, and less often when a look
// is dear.
constexpr int64_t kLookAgainNanos = 20'000'000, kPartOfTime = 30;
// And everything is, so often, in case something was missed.
constexpr int kLookMillis = 100;
// Also those in whose extents nothing was freed, which may have had something to give all the time.
constexpr int kAskAllMillis = 1'000;

bool Heard(const os::Bell& bell) { return bell.waiters.load(std::memory_order_relaxed) != 0; }

}  // namespace

void RoomQueue::Press() {
  if (pressure_) return;
  pressure_ = true;
  // seq_cst; pairs with ClientCore::FreesItself().
  control_.header().pressure.store(1, std::memory_order_seq_cst);
  ask_(Asked::kAll);
}

void RoomQueue::Recover() {
  pressure_ = control_.header().pressure.load() != 0;
  wishes_.Recover();
}

// Whoever leases a block of entries has free ones in it that nobody has freed.
RoomQueue::Asked RoomQueue::WhomToAsk() const {
  const auto& all = wishes_.all();
  const bool entries = std::any_of(all.begin(), all.end(), [](const KnownWish& wish) {
    return wish.kind == WishKind::kEntry && wish.word.state() == WishState::kWaits;
  });
  return entries ? Asked::kAll : Asked::kWhereFreed;
}

bool RoomQueue::Serve() {
  wishes_.ForgetTheGone();
  now_ = os::NowNanos();
  soon_ = false;
  if (now_ >= ring_all_at_) {
    ring_all_ = true;
    ring_all_at_ = now_ + kLookMillis * int64_t{1'000'000};
  }
  NoteRestores();
  TakeBackStale();
  bool blocked = false, room = false;
  for (KnownWish& wish : wishes_.all()) {
    if (wish.client == kServer) {
      room = true;
      if (!blocked) blocked = wish.aside ? ServeAside(wish) : ServeRestores(wish);
    } else if (wish.word.state() != WishState::kWaits) {
      continue;
    } else if (wish.kind != WishKind::kRoom) {
      ServeSmall(wish);
    } else if (!blocked) {
      blocked = ServeRoom(wish);
      room = room || wish.word.state() == WishState::kWaits;
    } else {
      if (wish.urgent) wishes_.Refuse(wish);
      room = room || !wish.urgent;
    }
  }
  // A nudge may not have come through, and what is free lie in somebody's extents.
  if (ring_all_ && pressure_) {
    const bool all = now_ >= ask_all_at_;
    if (all) ask_all_at_ = now_ + kAskAllMillis * int64_t{1'000'000};
    ask_(all ? Asked::kAll : WhomToAsk());
  }
  freed_ = ring_all_ = false;
  MemoryRefused refused = MemoryRefused::kNo;
  if (reserver_->refused() || !MayTakeBare()) refused = reserver_->lost() ? MemoryRefused::kLost : MemoryRefused::kLimits;
  control_.header().memory_refused.store(static_cast<uint32_t>(refused), std::memory_order_relaxed);
  control_.header().room_queue.store(room ? 1 : 0, std::memory_order_seq_cst);
  return soon_ || blocked;
}

// Entries and control memory: who waits for these tries for itself, and gives up by itself.
void RoomQueue::ServeSmall(KnownWish& wish) {
  const bool low = control_.header().control_budget.load(std::memory_order_relaxed) < ControlBudget::kLow;
  if (wish.kind == WishKind::kControl) {
    if (!low) return wishes_.Grant(wish);
  } else if (!low && MayLeaseFresh()) {
    return wishes_.Ring(wish);  // it lacked control memory when it looked, and is not short of entries
  } else if (freed_ || ring_all_ || control_.open_blocks().Any()) {
    wishes_.Ring(wish);
  }
  if (wish.kind == WishKind::kEntry && !low) Ask(0);
  if (wish.urgent && ((sweeper_->more() && !IsLate(wish)) || (low && !reserver_->Refill()))) {
    soon_ = true;
  } else if (wish.urgent) {
    wishes_.Refuse(wish);
  } else {
    Press();
  }
}

bool RoomQueue::MayLeaseFresh() const {
  return control_.header().blocks_high.load(std::memory_order_relaxed) < control_.geometry().entry_blocks();
}

bool RoomQueue::ServeRoom(KnownWish& wish) {
  if (control_.header().control_budget.load(std::memory_order_relaxed) < ControlBudget::kLow) {
    // Extents are no help: there are no block words to be had.
    if (!reserver_->Refill()) {
      soon_ = true;
    } else if (wish.urgent) {
      wishes_.Refuse(wish);
    }
    return false;
  }
  if (ComesBehind(wish)) {
    soon_ = true;
    return false;
  }
  if (wish.whole || FindRun(wish)) {
    if (Back(wish)) wishes_.Grant(wish);
    // What is little has memory in a moment.
    if (wish.granted() || (wish.whole && !(IsLate(wish) && LacksMuch(wish.kept)))) return false;
  }
  if (wish.extents > control_.geometry().extents()) {
    wishes_.Refuse(wish);
    return false;
  }
  if (wish.urgent) {
    if (!IsLate(wish) && MayComeAtOnce()) {
      soon_ = true;
    } else {
      // Room is made all the same, for whoever tries again.
      Press();
      (void)MakeRoom(wish, 1);
      wishes_.Refuse(wish);
    }
    return false;
  }
  Press();
  if (wish.stuck && now_ >= wish.look_at) LookAgain(wish);
  if (wish.stuck) {
    Ask(0);
    wish.whole = wishes_.Keep(wish.kept) && wish.kept.count != 0;
    soon_ = soon_ || wish.whole;
    return false;
  }
  // A thread whose time is over is about to leave, or stopped.
  if (wish.until != os::Deadline::kForever && now_ >= wish.until) return false;
  if (MakeRoom(wish, 1)) return true;
  BecomeStuck(wish);
  soon_ = true;
  return false;
}

// What a client has dropped before it asked is looked at first. And clients are asked to give back what they keep without
// use, which is more than nothing where many have just come; once in a while, so that who asks again and again is told at
// once.
bool RoomQueue::MayComeAtOnce() {
  if (sweeper_->more() || reserver_->opening()) return true;
  if (!pressure_ && now_ >= answers_again_at_) {
    Press();
    answers_until_ = now_ + kAtOnceNanos;
    answers_again_at_ = now_ + kAskNanos;
  }
  return now_ < answers_until_;
}

// Whether one that is urgent must not wait for what is only a matter of time.
bool RoomQueue::IsLate(const KnownWish& wish) const {
  return wish.urgent && now_ - wish.since >= kAtOnceNanos;
}

// Of what is kept, not of what was asked: an object that grows where it lies has most of that.
bool RoomQueue::LacksMuch(const Run& run) const {
  uint64_t bare = 0;
  for (uint64_t at = run.first; run.Has(at); ++at)
    bare += (control_.extent(at).load(std::memory_order_acquire) & kExtentReserved) == 0;
  return bare * control_.geometry().extent_bytes() > kMuchToBack;
}

// Looks again at what lies behind the object that grows, which needs less than a run for all of it. What its own client is
// just opening or giving back there is nobody's, or room that the thread finds by itself, in a moment. Returns whether that
// is waited for: elsewhere it may come to lie where it has no room to grow on.
bool RoomQueue::ComesBehind(KnownWish& wish) {
  if (wish.instead.count == 0 || wish.kept == wish.instead) return false;
  if (wish.urgent) mover_->MakeWay(wish.instead);
  bool free = true, coming = true;
  for (uint64_t at = wish.instead.first; wish.instead.Has(at); ++at) {
    const uint32_t owner = control_.extent(at).load(std::memory_order_acquire) & kExtentOwnerMask;
    const bool free_here = owner == 0 || (owner == kKept && wish.kept.Has(at));
    free = free && free_here;
    coming = coming && (free_here || owner == wish.client);
  }
  if (free && wish.whole) {  // less than the run that was chosen when it was not
    wishes_.Release(wish.kept);
    wish.kept = {};
    wish.whole = wish.stuck = false;
  }
  coming = coming && !free && now_ - wish.since < kOwnNanos;
  if (coming) wishes_.Ring(wish);
  return coming;
}

// Free extents, or those kept for it already.
bool RoomQueue::FindRun(KnownWish& wish) {
  const auto room_at = [&](uint64_t at) {
    const uint32_t word = control_.extent(at).load(std::memory_order_acquire);
    const uint32_t owner = word & kExtentOwnerMask;
    if (owner != 0 && !(owner == kKept && wish.kept.Has(at))) return Room::kNone;
    if ((word & kExtentReserved) != 0) return Room::kBacked;
    return MayTakeBare() ? Room::kBare : Room::kNone;
  };
  Run run = wish.instead;
  for (uint64_t at = run.first; at < run.first + run.count; ++at) {
    if (room_at(at) == Room::kNone) run = {};
  }
  if (run.count == 0) run = ChooseRun(control_.geometry().extents(), wish.extents, false, room_at);
  if (run.count == 0) return false;
  wishes_.Release(wish.kept);
  wish.kept = run;
  // Else a client was faster, which had looked before anybody waited.
  wish.whole = wishes_.Keep(run);
  // seq_cst, as in ClientHeap::Take(): others are made ready.
  control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
  return wish.whole;
}

// Has memory put behind what is kept. Returns whether all of it has some.
bool RoomQueue::Back(KnownWish& wish) {
  switch (reserver_->Back(kKept, wish.kept)) {
    case Reserver::Backing::kUnderWay:
      soon_ = true;
      return false;
    case Reserver::Backing::kDone:
      return true;
    case Reserver::Backing::kRefused:
      no_memory_before_ = now_ + kNoMemoryNanos;
      wishes_.Release(wish.kept);
      wish.kept = {};
      wish.whole = false;
  }
  return false;
}

void RoomQueue::TakeBackStale() {
  auto& all = wishes_.all();
  const bool others = std::any_of(all.begin(), all.end(), [](const KnownWish& wish) {
    return wish.kind == WishKind::kRoom && wish.word.state() == WishState::kWaits;
  });
  for (auto wish = all.begin(); wish != all.end();) {
    const auto next = std::next(wish);
    if (wish->granted() && wish->kind == WishKind::kRoom) {
      if (wish->granted_at == 0) wish->granted_at = now_;
      soon_ = soon_ || others;
      if (others && now_ - wish->granted_at > kTakeNanos && wishes_.TakeBack(*wish)) {
        wish->granted_at = 0;
        all.splice(all.end(), all, wish);
      }
    }
    wish = next;
  }
}

// Everybody, to let go of what is not needed: that takes a little time.
void RoomQueue::Ask(uint64_t bytes) {
  if (now_ < ask_again_at_) return;
  os::Bell& bell = control_.header().pressure_bell;
  ask_again_at_ = now_ + kAskNanos;
  settle_until_ = now_ + (!Heard(bell) ? kSettleNanos : bytes < kMuch ? kLetGoNanos : kLetGoOfMuchNanos);
  bell.Ring();
}

// What the server holds empty, after what it had read back or moved has gone. Not while that is to be filled.
bool RoomQueue::GiveBack() { return !mover_->busy() && heap_->GiveBack() != 0; }

std::vector<Run> RoomQueue::KeptForOthers(const KnownWish& wish) {
  std::vector<Run> others;
  for (const KnownWish& other : wishes_.all()) {
    if (&other != &wish && other.kept.count != 0) others.push_back(other.kept);
  }
  return others;
}

Mover::Answer RoomQueue::MakeRun(const KnownWish& wish, uint64_t extents, bool may_spill) {
  const bool restores = wish.client == kServer && extents == wish.extents;
  const bool well = restores && !wish.stuck && IsLong(extents, control_.geometry().extents());
  return mover_->MakeRun({extents, restores ? WantedOf(wish).bytes : 0, may_spill, well, wish.kept}, wish.urgent,
                         KeptForOthers(wish));
}

// First by moving alone. Then the objects that were looked at least lately go to disk; when what that frees
// lies too scattered, whatever there is no room for of a whole run.
bool RoomQueue::MakeRoom(KnownWish& wish, uint64_t runs) {
  const uint64_t bytes = wish.extents * control_.geometry().extent_bytes();
  Ask(bytes);
  if (spiller_ != nullptr && spiller_->evicting()) settle_until_ = now_ + kSettleNanos;
  // What is being moved, and evicted for it, goes on as long as it is asked for.
  if (!mover_->busy() && (now_ < settle_until_ || GiveBack())) return true;
  const uint64_t together = std::min(wish.extents * runs, control_.geometry().extents());
  if (wish.step == KnownWish::Step::kMove) {
    // Who has no time does not come again, and whoever does is to find room.
    if (MakeRun(wish, together, false) != Mover::Answer::kImpossible && !wish.urgent) return true;
    wish.step = KnownWish::Step::kEvict;
  }
  if (wish.step == KnownWish::Step::kEvict) {
    wish.step = KnownWish::Step::kMoveAndEvict;
    const uint64_t goal = std::max(bytes * runs, control_.geometry().capacity() / 16);
    if (spiller_ != nullptr && spiller_->Evict(goal) != 0) {
      settle_until_ = now_ + kSettleNanos;
      ask_(Asked::kWhereFreed);
      return true;
    }
  }
  if (spiller_ != nullptr && MakeRun(wish, together, true) != Mover::Answer::kImpossible) return true;
  wish.step = KnownWish::Step::kMove;
  return false;
}

void RoomQueue::BecomeStuck(KnownWish& wish) {
  wish.stuck = true;
  wish.kept = mover_->RunToWaitFor(wish.extents, KeptForOthers(wish));
  wish.whole = wishes_.Keep(wish.kept) && wish.kept.count != 0;
  const int64_t took = mover_->took() + os::NowNanos() - now_;
  wish.look_at = now_ + std::max(kLookAgainNanos, kPartOfTime * took);
}

// Whether room can be made for it by now; if not, where that would take least.
void RoomQueue::LookAgain(KnownWish& wish) {
  const bool evicting = spiller_ != nullptr && spiller_->evicting();
  const bool later = !mover_->busy() && (evicting || GiveBack());
  const Mover::Answer answer = later ? Mover::Answer::kWorking : MakeRun(wish, wish.extents, true);
  soon_ = soon_ || answer == Mover::Answer::kWorking;
  if (answer == Mover::Answer::kWorking) return;
  wishes_.Release(wish.kept);
  wish.kept = {};
  wish.stuck = wish.whole = false;
  if (answer == Mover::Answer::kImpossible) BecomeStuck(wish);
}

// And with memory behind it, or maybe some to be had.
bool RoomQueue::IsFree(uint64_t extent) const {
  const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
  return (word & kExtentOwnerMask) == 0 && ((word & kExtentReserved) != 0 || !reserver_->refused());
}

int RoomQueue::MillisToLook() const {
  int millis = -1;
  for (const KnownWish& wish : wishes_.all()) {
    const int64_t left = wish.stuck ? (wish.look_at - os::NowNanos()) / 1'000'000 + 1 : kLookMillis;
    const int to_it = static_cast<int>(std::clamp<int64_t>(left, 1, kLookMillis));
    millis = millis < 0 ? to_it : std::min(millis, to_it);
  }
  return millis;
}

void RoomQueue::Tell(bool freed) {
  freed_ = freed_ || freed;
  if (!pressure_) return;
  pressure_ = false;
  for (const KnownWish& wish : wishes_.all()) {
    if (wish.client != kServer && wish.word.state() != WishState::kWaits) continue;
    pressure_ = true;
    // It may lie in extents or entry blocks that are its client's.
    if (freed && wish.client != kServer) wishes_.Ring(wish);
  }
  if (!pressure_) control_.header().pressure.store(0, std::memory_order_seq_cst);
  // The owners of what became free look whether an extent of theirs is empty now.
  if (freed) ask_(WhomToAsk());
}

}  // namespace atollstore
