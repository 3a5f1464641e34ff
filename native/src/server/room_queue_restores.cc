// What is to come back from disk, in its turn among those who wait for room.
#include <algorithm>

#include "server/room_queue.h"

namespace atollstore {
namespace {

// How long objects that are wanted together wait for room for all of them.
constexpr int64_t kGatherNanos = 100'000'000;
// And a long one for a place that is not in the way of the next.
constexpr int64_t kGatherLongNanos = 1'000'000'000;

}  // namespace

uint64_t RoomQueue::FreeRuns(uint64_t extents) const {
  uint64_t runs = 0, run = 0;
  for (uint64_t at = 0; at < control_.geometry().extents(); ++at) {
    run = IsFree(at) ? run + 1 : 0;
    if (run < extents) continue;
    ++runs;
    run = 0;
  }
  return runs;
}

void RoomQueue::NoteRestores() {
  if (spiller_ == nullptr) return;
  // Whoever waits before it: it has its room already, and would only withhold it.
  (void)spiller_->GoOn();
  // What is being backed is wanted no more, and is not there yet.
  Note(false, spiller_->backing() || spiller_->wanted().runs != 0);
  Note(true, spiller_->wanted_aside().runs != 0);
}

void RoomQueue::Note(bool aside, bool wanted) {
  auto& all = wishes_.all();
  const auto known = OwnWish(aside);
  if (wanted && known == all.end()) {
    const uint64_t ticket = control_.header().next_ticket.fetch_add(1, std::memory_order_relaxed) + 1;
    all.push_back(
        {kServer, 0, WishWord(0), WishKind::kRoom, false, ticket, os::Deadline::kForever, 1, {}, now_});
    all.back().aside = aside;
  } else if (!wanted && known != all.end()) {
    wishes_.Release(known->kept);
    all.erase(known);
  }
}

std::list<KnownWish>::iterator RoomQueue::OwnWish(bool aside) {
  auto& all = wishes_.all();
  return std::find_if(all.begin(), all.end(),
                      [&](const KnownWish& wish) { return wish.client == kServer && wish.aside == aside; });
}

Spiller::Wanted RoomQueue::WantedOf(const KnownWish& wish) const {
  return wish.aside ? spiller_->wanted_aside() : spiller_->wanted();
}

// At least one.
uint64_t RoomQueue::ExtentsFor(uint64_t bytes) const {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  return std::max<uint64_t>(1, (bytes + extent_bytes - 1) / extent_bytes);
}

bool RoomQueue::ServeRestores(KnownWish& wish) {
  const Spiller::Wanted wanted = spiller_->wanted();
  wish.extents = ExtentsFor(wanted.bytes);
  wishes_.Release(wish.kept);  // in this thread nobody else takes it
  if (MayRestore(wish, wanted)) soon_ = spiller_->Poll(true) || soon_;
  if (spiller_->wanted().runs < wanted.runs) wish.step = KnownWish::Step::kMove;
  soon_ = soon_ || spiller_->backing();
  if (spiller_->wanted().runs == 0) {
    gather_until_ = 0;
    return false;
  }
  if (spiller_->backing() || HasRoom(wanted, wish.extents)) return true;
  Press();
  if (wish.stuck && now_ >= wish.look_at) {
    LookAgain(wish);
    if (wish.stuck && now_ < wish.look_at) return SetAside(wish);
  }
  if (!wish.stuck) {
    if (MakeRoom(wish, wanted.runs)) return true;
    BecomeStuck(wish);
  }
  Ask(0);
  (void)wishes_.Keep(wish.kept);
  return false;
}

// Only an unpin makes room for so much: the others go on without those that need it, and room is made for them.
bool RoomQueue::SetAside(KnownWish& wish) {
  spiller_->SetAside((wish.extents - 1) * control_.geometry().extent_bytes() + 1);
  soon_ = true;
  gather_until_ = 0;
  if (OwnWish(true) == wishes_.all().end()) {
    wish.aside = true;  // with its place, and what is kept for it
    (void)wishes_.Keep(wish.kept);
    return false;
  }
  wishes_.Release(wish.kept);
  wish.kept = {};
  wish.stuck = false;
  wish.step = KnownWish::Step::kMove;
  return false;
}

// The largest has the run that is kept, the others what is free elsewhere.
bool RoomQueue::ServeAside(KnownWish& wish) {
  wish.extents = ExtentsFor(spiller_->wanted_aside().bytes);
  wishes_.Release(wish.kept);  // in this thread nobody else takes it
  if (spiller_->RestoreAside(true)) {
    wish.kept = {};
    wish.stuck = false;
    soon_ = true;
  }
  (void)wishes_.Keep(wish.kept);
  soon_ = spiller_->RestoreAside(false) || soon_;
  const Spiller::Wanted wanted = spiller_->wanted_aside();
  if (wanted.runs == 0) return false;
  Press();
  wish.extents = ExtentsFor(wanted.bytes);
  if (wish.stuck && now_ >= wish.look_at) {
    LookAgain(wish);
    if (!wish.stuck) {
      soon_ = true;  // the next round takes it
      return true;
    }
  }
  if (!wish.stuck && MakeRoom(wish, 1)) return true;
  if (!wish.stuck) BecomeStuck(wish);
  Ask(0);
  return false;
}

// What is wanted together gets its room together, if that comes about soon. Each by itself would take the
// first that becomes free, wherever it lies, and leave holes between them that are too short for the last
// ones. And a long one is not put where another one of that length has no room beside it, when that can be
// helped: whoever looks at one may want the next before it lets go of the first.
bool RoomQueue::MayRestore(const KnownWish& wish, const Spiller::Wanted& wanted) {
  const bool anywhere = !IsLong(wish.extents, control_.geometry().extents());
  const auto have_room = [&] { return HasRoom(wanted, wish.extents); };
  // What the server holds empty, after what it had read back was evicted, is room too.
  if ((wanted.runs <= 1 && anywhere) || have_room() || (GiveBack() && have_room())) {
    gather_until_ = 0;
    return true;
  }
  if (wanted.runs <= 1 && wish.stuck) return true;
  if (gather_until_ == 0) gather_until_ = now_ + (wanted.runs <= 1 ? kGatherLongNanos : kGatherNanos);
  return now_ >= gather_until_;
}

bool RoomQueue::HasRoom(const Spiller::Wanted& wanted, uint64_t extents) const {
  if (wanted.runs == 1 && IsLong(extents, control_.geometry().extents())) return HasLongRun(extents, wanted.bytes);
  return FreeRuns(extents) >= wanted.runs;
}

// One that lies well; or one extent less, where the server's heap has the rest beside it.
bool RoomQueue::HasLongRun(uint64_t extents, uint64_t bytes) const {
  const uint64_t all = control_.geometry().extents();
  uint64_t free = 0;
  for (uint64_t at = 0; at < all; ++at) {
    free = IsFree(at) ? free + 1 : 0;
    for (const uint64_t count : {extents, extents - 1}) {
      if (count == 0 || free < count) continue;
      const Run run{at + 1 - count, count};
      if (count == extents ? LiesWell(run, all) : heap_->extents().WouldHold(run, bytes)) return true;
    }
  }
  return false;
}

}  // namespace atollstore
