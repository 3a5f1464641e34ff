// Room in a full store. Whoever waits for it is served in turn, first come first served: while somebody
// waits, clients lease extents only when `room_turn` names them. For the first in the queue, and for objects
// that are to come back from disk, the server evicts.
#include <algorithm>

#include "server/server_core.h"

namespace atollstore {
namespace {

// How long the first in the queue has to take a run that is there. It needs microseconds, unless it was
// stopped (SIGSTOP, a debugger): then the others go first.
constexpr int64_t kTakeNanos = 100'000'000;
// How long those who hold empty extents have to give them back before more is evicted.
constexpr int64_t kSettleNanos = 2'000'000;
// How often clients are asked to let go of what they do not need, and how long they have for it before the
// first object is evicted: about a collection of a small heap.
constexpr int64_t kAskNanos = 1'000'000'000;
constexpr int64_t kLetGoNanos = 20'000'000;
// How long objects that are wanted together wait for room for all of them.
constexpr int64_t kGatherNanos = 100'000'000;
// Writing so much takes longer than that: then the larger heaps of busy machines are waited for too.
constexpr uint64_t kMuch = 64 << 20;
constexpr int64_t kLetGoOfMuchNanos = 200'000'000;

bool Heard(const os::Bell& bell) { return bell.waiters.load(std::memory_order_relaxed) != 0; }

}  // namespace

void ServerCore::QueueForRoom(uint32_t client) {
  if (control_.client(client).wanted_bytes.load(std::memory_order_relaxed) == 0) return;
  if (std::find(room_queue_.begin(), room_queue_.end(), client) == room_queue_.end())
    room_queue_.push_back(client);
}

bool ServerCore::WaitsForRoom(uint32_t client) const {
  const ClientRecord& record = control_.client(client);
  return slots_[client].used && !slots_[client].dead &&
         record.wants_room.load(std::memory_order_seq_cst) != 0 &&
         record.wanted_bytes.load(std::memory_order_relaxed) != 0;
}

// Whether so many times so many extents in a row are nobody's, and can have memory.
bool ServerCore::HasFreeRuns(uint64_t runs, uint64_t extents) const {
  uint64_t run = 0;
  for (uint64_t e = 0; e < control_.geometry().extents() && runs != 0; ++e) {
    const uint32_t word = control_.extent(e).load(std::memory_order_acquire);
    const bool usable = (word & kExtentReserved) != 0 || !reserver_->refused();
    run = (word & kExtentOwnerMask) == 0 && usable ? run + 1 : 0;
    if (run < extents) continue;
    --runs;
    run = 0;
  }
  return runs == 0;
}

// What is wanted together gets its room together, if that comes about soon. Each by itself would take the
// first that becomes free, wherever it lies, and leave holes between them that are too short for the last
// ones.
bool ServerCore::MayRestore() {
  const Spiller::Wanted wanted = spiller_->wanted();
  const auto have_room = [&] { return HasFreeRuns(wanted.runs, ExtentsFor(wanted.bytes)); };
  // What the server holds empty, after what it had read back was evicted, is room too.
  if (wanted.runs <= 1 || have_room() || (spiller_->GiveBack() != 0 && have_room())) {
    gather_until_ = 0;
    return true;
  }
  const int64_t now = os::NowNanos();
  if (gather_until_ == 0) gather_until_ = now + kGatherNanos;
  return now >= gather_until_;
}

uint64_t ServerCore::ExtentsFor(uint64_t bytes) const {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  return std::max<uint64_t>(1, bytes / extent_bytes + (bytes % extent_bytes != 0));
}

bool ServerCore::LeavesItsTurn(uint32_t client) {
  const uint64_t bytes = control_.client(client).wanted_bytes.load(std::memory_order_relaxed);
  if (!HasFreeRuns(1, ExtentsFor(bytes))) {
    offered_since_ = 0;
    return false;
  }
  const int64_t now = os::NowNanos();
  if (offered_since_ == 0) offered_since_ = now;
  return now - offered_since_ > kTakeNanos;
}

void ServerCore::SetPressure() {
  if (!pressure_) reserver_->LookAhead();
  pressure_ = true;
  control_.header().pressure.store(1, std::memory_order_seq_cst);
}

// Returns whether somebody waits.
bool ServerCore::ServeRoom() {
  Header& header = control_.header();
  while (!room_queue_.empty() && !WaitsForRoom(room_queue_.front())) room_queue_.pop_front();
  const uint32_t turn = room_queue_.empty() ? 0 : room_queue_.front();
  if (header.room_turn.load(std::memory_order_relaxed) != turn) {
    header.room_turn.store(turn, std::memory_order_release);
    header.room_bell.Ring();  // it looks again, and so does everybody when nobody's turn is left
    rounds_for_turn_ = 0;
    offered_since_ = 0;
  }
  if (room_queue_.size() > 1 && LeavesItsTurn(turn)) {
    room_queue_.pop_front();
    room_queue_.push_back(turn);
    return true;
  }
  const Spiller::Wanted restores = spiller_ == nullptr ? Spiller::Wanted() : spiller_->wanted();
  const uint64_t restore = restores.bytes;
  const uint64_t create = turn == 0 ? 0 : control_.client(turn).wanted_bytes.load(std::memory_order_relaxed);
  if (restore + create == 0) return turn != 0;
  const int64_t now = os::NowNanos();
  if (now >= ask_again_at_) {
    ask_again_at_ = now + kAskNanos;
    const int64_t let_go = std::max(restore, create) < kMuch ? kLetGoNanos : kLetGoOfMuchNanos;
    settle_until_ = now + (Heard(header.pressure_bell) ? let_go : kSettleNanos);
    header.pressure_bell.Ring();
  }
  if (spiller_ == nullptr) return true;
  SetPressure();
  if (spiller_->evicting()) settle_until_ = now + kSettleNanos;
  if (now < settle_until_) return true;
  const uint64_t extents = ExtentsFor(std::max(restore, create));
  if (create != 0 && spiller_->GiveBack() != 0) header.room_bell.Ring();
  const bool has_room = (create == 0 || HasFreeRuns(1, ExtentsFor(create))) &&
                        (restore == 0 || HasFreeRuns(restores.runs, ExtentsFor(restore)));
  if (extents > control_.geometry().extents() || has_room) return true;
  // First the objects that were looked at least lately; when what that frees lies too scattered, a whole run.
  const uint64_t goal = std::max({create, restore * restores.runs, control_.geometry().capacity() / 16});
  const bool scattered = rounds_for_turn_++ % 2 == 1;
  if ((scattered ? spiller_->EvictRun(extents) : spiller_->Evict(goal)) == 0) {
    if (scattered) {
      (void)spiller_->Evict(goal);
    } else {
      (void)spiller_->EvictRun(extents);
    }
  }
  settle_until_ = now + kSettleNanos;
  NudgeAll();
  return true;
}

}  // namespace atollstore
