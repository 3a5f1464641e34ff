// What is to be emptied, and where there is room for what lies in it.
#include <algorithm>
#include <utility>

#include "os/process.h"
#include "os/sync.h"
#include "server/mover.h"

namespace atollstore {
namespace {

// How long owners have to hand extents over before what has come is looked at; the others may follow.
constexpr int64_t kAnswerNanos = 10'000'000;
constexpr uint64_t kMostInLists = 64 << 10;  // objects: those of all extents that are filled at once
// How often it is looked whether much lies scattered; from how many leased bytes on that matters; how much of
// it at once is brought together.
constexpr int64_t kLookNanos = 100'000'000;
constexpr uint64_t kLeastLeased = 64 << 20, kMostTogether = 128 << 20;
// Holes that matter, and those that are left, as parts of what lives; what is fuller than that stays.
constexpr double kVeryScattered = 1.15, kScattered = 1.1, kTogether = 1.06, kSparse = 0.8;
// So much longer than it takes others have the server's thread to themselves while it is looked for that, and while some is
// moved; not at all where very much lies scattered.
constexpr int64_t kRestPerLook = 4, kRestPerMove = 1;

}  // namespace

bool Mover::Plan() { return goal_.extents == 0 ? PlanTogether() : PlanRun(); }

bool Mover::MayTake(uint64_t extent) {
  const uint32_t whose = owner(extent);
  // What is kept for somebody, and what the dead have left that is not known yet.
  if (whose == kKept) return goal_.kept.Has(extent);
  if (whose == kOrphan) return sweeper_->orphans().IsSettled(extent);
  return !IsClient(whose) || MayTakeFrom(whose);
}

// Whether what this client has can be had. One that is stopped hands nothing over.
bool Mover::MayTakeFrom(uint32_t owner) {
  const auto known = may_.find(owner);
  if (known != may_.end()) return known->second;
  const ClientRecord& record = control_.client(owner);
  const auto slow = slow_.find(owner);
  const bool may =
      control_.HasClient(owner) && (slow == slow_.end() || os::NowNanos() > slow->second) &&
      record.state.load(std::memory_order_acquire) == static_cast<uint32_t>(ClientState::kAttached) &&
      !os::IsStopped(static_cast<pid_t>(record.pid.load(std::memory_order_relaxed)));
  return may_[owner] = may;
}

// The end of those that objects join to the extent.
uint64_t Mover::Joined(uint64_t extent) const {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  while (extents[extent].crossed && extent + 1 < extents.size()) ++extent;
  return extent + 1;
}

void Mover::Empty(const Run& run) {
  for (uint64_t extent = run.first; run.Has(extent); ++extent) {
    roles_[extent] = Role::kToEmpty;
    place_of_[extent] = static_cast<uint32_t>(to_empty_.size());
    to_empty_.push_back(extent);
  }
}

void Mover::FillUp(const Run& run) {
  if (run.count == 0) return;
  for (uint64_t extent = run.first; run.Has(extent); ++extent) {
    roles_[extent] = Role::kToFill;
    place_of_[extent] = static_cast<uint32_t>(to_fill_.size());
  }
  to_fill_.push_back({run});
}

std::optional<Survey::Window> Mover::ChooseWindow(const std::vector<bool>& may) {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  std::vector<bool> begins(extents.size());
  const auto cheapest = [&](uint64_t count, auto&& suits) {
    for (uint64_t first = 0; first + count <= extents.size(); ++first) begins[first] = suits(Run{first, count});
    return Survey::Cheapest(extents, may, count, &begins);
  };
  const auto whole = cheapest(goal_.extents, [&](const Run& run) { return !goal_.well || LiesWell(run, extents.size()); });
  if (whole || goal_.bytes == 0 || goal_.extents < 2) return whole;
  return cheapest(goal_.extents - 1, [&](const Run& run) { return heap_->extents().WouldHold(run, goal_.bytes); });
}

bool Mover::PlanRun() {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  std::vector<bool> may(extents.size());
  for (uint64_t extent = 0; extent < extents.size(); ++extent)
    may[extent] = MayTake(extent) && (!reserver_->refused() || HasMemory(extent));
  for (const Run& run : others_) {
    for (uint64_t extent = run.first; extent < extents.size() && run.Has(extent); ++extent)
      may[extent] = false;
  }
  for (const uint64_t extent : stuck_) may[extent] = false;
  const auto window = ChooseWindow(may);
  if (!window) return false;
  // It is there, but whoever wants it cannot have it, for want of memory behind it.
  bool free = true;
  for (uint64_t extent = window->first; extent < window->first + window->count; ++extent)
    free = free && (owner(extent) == 0 || owner(extent) == kKept);
  if (free) return false;
  Empty({window->first, window->count});
  // What objects join to it at both ends can only be handed over with it.
  uint64_t before = window->first;
  while (before > 0 && extents[before - 1].crossed) --before;
  FillUp({before, window->first - before});
  const uint64_t end = window->first + window->count;
  FillUp({end, Joined(end - 1) - end});
  if (FindRoom(window->bytes) >= window->bytes || goal_.may_spill) return true;
  // Another window would need more.
  to_empty_.clear();
  to_fill_.clear();
  holes_.clear();
  return false;
}

Run Mover::RunToWaitFor(uint64_t extents, const std::vector<Run>& others) const {
  const uint64_t count = survey_.extents().size();
  std::vector<bool> may(count, true), free(count);
  for (uint64_t extent = 0; extent < count; ++extent) free[extent] = owner(extent) == 0;
  for (const Run& run : others) {
    for (uint64_t extent = run.first; extent < count && run.Has(extent); ++extent) may[extent] = false;
  }
  return Survey::ToWaitFor(survey_.extents(), may, free, extents).value_or(Run{});
}

// Blocks are larger than what lies in them, and of several sizes.
uint64_t Mover::Enough(uint64_t bytes) const { return bytes + bytes / 8 + control_.geometry().extent_bytes(); }

// Outside of what is to be emptied: free extents, the server's heap, and extents with holes that can be handed over as
// they are. As many of these get the role to be filled as are needed; the others are kept in mind. Returns the bytes of all.
uint64_t Mover::FindRoom(uint64_t bytes) {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  // What can go to disk is not stuffed into the last holes.
  const uint64_t fullest = spiller_ == nullptr ? extent_bytes - kSlabBytes : extent_bytes - extent_bytes / 4;
  uint64_t room = 0, in_holes = 0;
  for (uint64_t extent = 0; extent < extents.size();) {
    Holes holes{0, 0, {extent, Joined(extent) - extent}};
    bool may = true, ours = true;
    for (; holes.run.Has(extent); ++extent) {
      const uint32_t whose = owner(extent);
      if (whose == 0 && roles_[extent] == Role::kNone) room += extent_bytes;
      holes.used += std::min(extents[extent].used, extent_bytes);
      holes.objects += extents[extent].objects;
      ours = ours && whose == kRestorer && roles_[extent] == Role::kNone;
      may = may && roles_[extent] == Role::kNone && (whose == kOrphan || IsClient(whose)) &&
            extents[extent].unsealed == 0 && MayTake(extent);
    }
    const uint64_t left = holes.run.count * extent_bytes - holes.used;
    if (ours) room += left;
    if (!may || holes.used > fullest * holes.run.count) continue;
    in_holes += left;
    holes_.push_back(holes);
  }
  std::sort(holes_.begin(), holes_.end(),
            [](const Holes& a, const Holes& b) { return a.used * b.run.count > b.used * a.run.count; });
  const uint64_t enough = Enough(bytes);
  (void)FillMore(enough - std::min(enough, room));
  return room + in_holes;
}

// The emptiest that are left, until there is room for so much; no more than go into the lists. Returns whether there was one.
bool Mover::FillMore(uint64_t bytes) {
  // Those that have been filled are the server's.
  std::erase_if(to_fill_, [this](const ToFill& some) { return roles_[some.run.first] != Role::kToFill; });
  const std::vector<ToFill> others = std::exchange(to_fill_, {});
  for (const ToFill& other : others) FillUp(other.run);
  const size_t before = to_fill_.size();
  uint64_t room = 0, objects = 0;
  // All that are empty: what is large needs several in a row.
  while (!holes_.empty() && (holes_.back().used == 0 || (room < bytes && objects < kMostInLists))) {
    const Holes next = holes_.back();
    holes_.pop_back();
    bool may = true;
    for (uint64_t extent = next.run.first; next.run.Has(extent); ++extent)
      may = may && roles_[extent] == Role::kNone && (owner(extent) == kOrphan || IsClient(owner(extent))) && MayTake(extent);
    if (!may) continue;
    room += next.run.count * control_.geometry().extent_bytes() - next.used;
    objects += next.objects;
    FillUp(next.run);
  }
  return to_fill_.size() > before;
}

void Mover::Ask() {
  (void)HoldEmpty();
  std::map<uint32_t, bool> asked;
  EachWanted([&](uint64_t extent) {
    u32& word = control_.extent(extent);
    uint32_t now = word.load(std::memory_order_acquire);
    const uint32_t whose = now & kExtentOwnerMask;
    // Fails when it has another owner by now: then it is that one's.
    if ((IsClient(whose) || whose == kRestorer) &&
        word.compare_exchange_strong(now, now | kExtentWanted, std::memory_order_seq_cst)) {
      asked[whose] = true;
    }
  });
  // release; pairs with the acquire in ClientCore::KeepWarm().
  control_.header().wants_extents.store(1, std::memory_order_seq_cst);
  for (const auto& [whose, unused] : asked) {
    if (IsClient(whose)) nudge_(whose);
  }
  wait_until_ = os::NowNanos() + kAnswerNanos;
  phase_ = Phase::kAsk;
}

bool Mover::Answered() const {
  bool all = true;
  EachWanted([&](uint64_t extent) { all = all && !IsClient(owner(extent)); });
  return all;
}

// Whether an owner has said that it keeps some of the window (ClientHeap::HandOver()): then another one is to
// be found.
bool Mover::IsRefused() {
  bool refused = false;
  for (const uint64_t extent : to_empty_) {
    const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
    if (!IsClient(word & kExtentOwnerMask) || (word & kExtentWanted) != 0 || goal_.extents == 0) continue;
    stuck_.push_back(extent);
    refused = true;
  }
  return refused;
}

// The emptiest extents, as long as that sets free more than it fills.
bool Mover::PlanTogether() {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  uint64_t live = 0, leased = 0, room = 0;
  struct Sparse {
    double fill;
    uint64_t used;
    Run run;
  };
  std::vector<Sparse> sparse;
  for (uint64_t extent = 0; extent < extents.size();) {
    const Run run{extent, Joined(extent) - extent};
    uint64_t used = 0;
    bool may = true;
    for (; run.Has(extent); ++extent) {
      const Survey::Extent& use = extents[extent];
      if (owner(extent) == 0) room += extent_bytes;
      used += use.used;
      may =
          may && owner(extent) != 0 && use.fixed + use.fixed_reaching + use.unsealed == 0 && MayTake(extent);
    }
    // What is empty is its owner's to keep warm or give back.
    if (used == 0) continue;
    const uint64_t bytes = run.count * extent_bytes;
    live += used;
    leased += bytes;
    if (may && static_cast<double>(used) < kSparse * static_cast<double>(bytes))
      sparse.push_back({static_cast<double>(used) / static_cast<double>(bytes), used, run});
  }
  std::sort(sparse.begin(), sparse.end(), [](const Sparse& a, const Sparse& b) { return a.fill < b.fill; });
  uint64_t bytes = 0;
  for (const Sparse& some : sparse) {
    const uint64_t left = leased - to_empty_.size() * extent_bytes + bytes;
    if (static_cast<double>(left) <= kTogether * static_cast<double>(live)) break;
    if (bytes + some.used > std::min(kMostTogether, room / 2)) continue;
    bytes += some.used;
    Empty(some.run);
  }
  rest_per_work_ = static_cast<double>(leased) > kVeryScattered * static_cast<double>(live) ? 0 : kRestPerMove;
  // For less the copying is not worth it.
  return static_cast<double>(leased) > kScattered * static_cast<double>(live) &&
         to_empty_.size() * extent_bytes > bytes + bytes / 8 + 2 * extent_bytes;
}

uint64_t Mover::Frees() const {
  uint64_t frees = control_.header().served.freed.load(std::memory_order_relaxed);
  const auto add = [&](uint32_t client) {
    for (const Counters& counters : control_.client(client).counters)
      frees += counters.frees.load(std::memory_order_relaxed);
  };
  add(kServer);
  control_.EachClient(add);
  return frees;
}

// Where there is plenty of room nothing is copied for the sake of order.
void Mover::BeginWhenScattered(int64_t now) {
  if (now < look_at_) return;
  look_at_ = now + kLookNanos;
  const bool again = std::exchange(again_, false);
  const Geometry& g = control_.geometry();
  uint64_t leased = 0;
  bool handed_over = false;  // after it was looked
  for (uint64_t extent = 0; extent < g.extents(); ++extent) {
    leased += owner(extent) != 0 ? g.extent_bytes() : 0;
    handed_over = handed_over || sweeper_->orphans().IsHandedOver(extent);
  }
  const auto freed = [this] {  // since the last look
    const uint64_t frees = Frees();
    return std::exchange(seen_frees_, frees) != frees;
  };
  const bool scattered = leased >= std::max(kLeastLeased, g.capacity() / 8) && freed();
  if ((!scattered && !handed_over) || !heap_->Open().ok()) return;
  if (!again) rest_per_work_ = kRestPerLook;
  Begin({});
}

}  // namespace atollstore
