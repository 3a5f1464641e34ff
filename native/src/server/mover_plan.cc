// What is to be emptied, and where there is room for what lies in it.
#include <algorithm>

#include "os/process.h"
#include "os/sync.h"
#include "server/mover.h"

namespace atollstore {
namespace {

// How long owners have to hand extents over before what has come is looked at; the others may follow.
constexpr int64_t kAnswerNanos = 10'000'000;
constexpr uint64_t kMostToFill = 64;  // at once: what lies in them is kept in lists
// How often it is looked whether much lies scattered; from how many leased bytes on that matters; how much of it at once
// is brought together.
constexpr int64_t kLookNanos = 1'000'000'000;
constexpr uint64_t kLeastLeased = 64 << 20, kMostTogether = 64 << 20;

}  // namespace

bool Mover::Plan() { return wish_.extents == 0 ? PlanTogether() : PlanRun(); }

// Whether what this owner has can be had. A client that is stopped hands nothing over.
bool Mover::MayTakeFrom(uint32_t owner) {
  if (!IsClient(owner)) return owner != kHeld;
  const auto known = may_.find(owner);
  if (known != may_.end()) return known->second;
  const ClientRecord& record = control_.client(owner);
  const auto slow = slow_.find(owner);
  const bool may = control_.HasClient(owner) && (slow == slow_.end() || os::NowNanos() > slow->second) &&
                   record.state.load(std::memory_order_acquire) == static_cast<uint32_t>(ClientState::kAttached) &&
                   !os::IsStopped(static_cast<pid_t>(record.pid.load(std::memory_order_relaxed)));
  return may_[owner] = may;
}

void Mover::GiveRole(uint64_t extent, Role role) {
  roles_[extent] = role;
  (role == Role::kToEmpty ? to_empty_ : to_fill_).push_back(extent);
}

bool Mover::PlanRun() {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  std::vector<bool> may(extents.size());
  for (uint64_t extent = 0; extent < extents.size(); ++extent) may[extent] = MayTakeFrom(owner(extent));
  for (const uint64_t extent : stuck_) may[extent] = false;
  const auto window = Survey::Cheapest(extents, may, wish_.extents);
  if (!window) return false;
  // It is there, but whoever wants it cannot have it, for want of memory behind it.
  bool free = true;
  for (uint64_t extent = window->first; extent < window->first + window->count; ++extent) free = free && owner(extent) == 0;
  if (free) return false;
  for (uint64_t i = 0; i < window->count; ++i) GiveRole(window->first + i, Role::kToEmpty);
  if (FindRoom(window->bytes) >= window->bytes || wish_.may_spill) return true;
  // Another window would need more.
  to_empty_.clear();
  to_fill_.clear();
  return false;
}

// Outside of what is to be emptied. Where free extents and the server's heap are too little, extents with holes that can
// be handed over as they are get the role to be filled, the emptiest first. Returns the bytes.
uint64_t Mover::FindRoom(uint64_t bytes) {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  // What can go to disk is not stuffed into the last holes.
  const uint64_t fullest = spiller_ == nullptr ? extent_bytes - kSlabBytes : extent_bytes - extent_bytes / 4;
  // Blocks are larger than what lies in them, and of several sizes.
  const uint64_t enough = bytes + bytes / 8 + extent_bytes;
  uint64_t room = 0;
  std::vector<std::pair<uint64_t, uint64_t>> holes;  // bytes in use, extent
  for (uint64_t extent = 0; extent < extents.size(); ++extent) {
    if (roles_[extent] != Role::kNone) continue;
    const uint32_t whose = owner(extent);
    const uint64_t used = std::min(extents[extent].used, extent_bytes);
    if (whose == 0) {
      room += extent_bytes;
    } else if (whose == kRestorer) {
      room += extent_bytes - used;
    } else if ((whose == kOrphan || IsClient(whose)) && used <= fullest &&
               extents[extent].unsealed == 0 && !extents[extent].crossed &&
               (extent == 0 || !extents[extent - 1].crossed) && MayTakeFrom(whose)) {
      holes.emplace_back(used, extent);
    }
  }
  std::sort(holes.begin(), holes.end());
  for (const auto& [used, extent] : holes) {
    // All that are empty: what is large needs several in a row.
    if (used != 0 && (room >= enough || to_fill_.size() >= kMostToFill)) break;
    room += extent_bytes - used;
    GiveRole(extent, Role::kToFill);
  }
  return room;
}

void Mover::Ask() {
  (void)HoldEmpty();
  std::map<uint32_t, bool> asked;
  for (const auto* some : {&to_empty_, &to_fill_}) {
    for (const uint64_t extent : *some) {
      if (some == &to_empty_ && wish_.extents != 0) sweeper_->orphans().HoldWhenEmpty(extent, true);
      u32& word = control_.extent(extent);
      uint32_t now = word.load(std::memory_order_acquire);
      const uint32_t whose = now & kExtentOwnerMask;
      // Fails when it has another owner by now: then it is that one's.
      if ((IsClient(whose) || whose == kRestorer) &&
          word.compare_exchange_strong(now, now | kExtentWanted, std::memory_order_seq_cst)) {
        asked[whose] = true;
      }
    }
  }
  // release; pairs with the acquire in ClientCore::KeepWarm().
  control_.header().wants_extents.store(1, std::memory_order_seq_cst);
  for (const auto& [whose, unused] : asked) {
    if (IsClient(whose)) nudge_(whose);
  }
  wait_until_ = os::NowNanos() + kAnswerNanos;
  phase_ = Phase::kAsk;
}

bool Mover::Answered() const {
  for (const auto* some : {&to_empty_, &to_fill_}) {
    for (const uint64_t extent : *some) {
      if (IsClient(owner(extent))) return false;
    }
  }
  return true;
}

// The emptiest extents, as long as that sets free more than it fills.
bool Mover::PlanTogether() {
  const std::vector<Survey::Extent>& extents = survey_.extents();
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  uint64_t live = 0, leased = 0, room = 0;
  std::vector<std::pair<uint64_t, uint64_t>> sparse;  // bytes in use, extent
  for (uint64_t extent = 0; extent < extents.size(); ++extent) {
    const Survey::Extent& use = extents[extent];
    const uint32_t whose = owner(extent);
    if (whose == 0) room += extent_bytes;
    // What is empty is its owner's to keep warm or give back.
    if (whose == 0 || use.used == 0) continue;
    live += use.used;
    leased += extent_bytes;
    const bool stays = use.fixed + use.fixed_reaching + use.unsealed != 0;
    if (!stays && use.used < extent_bytes - extent_bytes / 4 && MayTakeFrom(whose)) sparse.emplace_back(use.used, extent);
  }
  std::sort(sparse.begin(), sparse.end());
  uint64_t bytes = 0;
  for (const auto& [used, extent] : sparse) {
    const uint64_t left = leased - to_empty_.size() * extent_bytes + bytes;
    if (left <= live + live / 8 || bytes + used > std::min(kMostTogether, room / 2)) break;
    bytes += used;
    GiveRole(extent, Role::kToEmpty);
  }
  // For less the copying is not worth it.
  return leased > live + live / 5 && to_empty_.size() * extent_bytes > bytes + bytes / 8 + 2 * extent_bytes;
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
  const Geometry& g = control_.geometry();
  uint64_t leased = 0;
  for (uint64_t extent = 0; extent < g.extents(); ++extent) leased += owner(extent) != 0 ? g.extent_bytes() : 0;
  if (leased < std::max(kLeastLeased, g.capacity() / 8)) return;
  const uint64_t frees = Frees();
  if (std::exchange(seen_frees_, frees) == frees || !heap_->Open().ok()) return;
  Begin({});
}

}  // namespace atollstore
