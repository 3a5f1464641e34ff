// The steps of a move. What is moved, and to where, is chosen in mover_plan.cc.
#include "server/mover.h"

#include <algorithm>
#include <utility>

#include "os/sync.h"

namespace atollstore {
namespace {

constexpr int64_t kSliceNanos = 1'000'000;
// So long a run is made for who has no time and comes again.
constexpr int64_t kLingerNanos = 200'000'000;
// So long there is no sense in asking again.
constexpr int64_t kSameAnswerNanos = 50'000'000;
// For owners to give back what is empty by now, and for files to be written.
constexpr int64_t kSettleNanos = 10'000'000;
constexpr int64_t kSlowNanos = 1'000'000'000;
constexpr int kMostRounds = 4, kMostWindows = 8;

}  // namespace

Mover::Mover(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper,
             Reserver* reserver, std::function<void(uint32_t client)> nudge)
    : control_(control),
      heap_(heap),
      sweeper_(sweeper),
      reserver_(reserver),
      nudge_(std::move(nudge)),
      classes_(control.geometry().slabs_per_extent()),
      survey_(control),
      copier_(control, data, heap, sweeper, reserver) {}

Mover::Answer Mover::MakeRun(Goal goal, bool lingers, std::vector<Run> others) {
  goal.may_spill = goal.may_spill && spiller_ != nullptr;
  const int64_t now = os::NowNanos();
  const int64_t wanted_until = lingers ? now + kLingerNanos : 0;
  if (goal_ == goal) {
    asked_ = true;
    wanted_until_ = std::max(wanted_until_, wanted_until);
  }
  // What is done for the sake of order makes way.
  if (phase_ != Phase::kIdle && goal_.extents == 0 && !ending_) End(Answer::kWorking);
  if (phase_ != Phase::kIdle) return Answer::kWorking;
  if (ended_ == goal && std::exchange(outcome_, Answer::kWorking) == Answer::kReady) return Answer::kReady;
  if (ended_ == goal && now < ended_at_ + kSameAnswerNanos) return Answer::kImpossible;
  if (goal.extents == 0 || goal.extents > control_.geometry().extents() || !heap_->Open().ok())
    return Answer::kImpossible;
  asked_ = true;
  wanted_until_ = wanted_until;
  others_ = std::move(others);
  Begin(goal);
  return Answer::kWorking;
}

void Mover::MakeWay(const Run& run) {
  if (phase_ == Phase::kIdle || ending_ || asked_) return;
  if (std::any_of(to_empty_.begin(), to_empty_.end(), [&](uint64_t extent) { return run.Has(extent); }))
    End(Answer::kWorking);
}

void Mover::Begin(const Goal& goal) {
  goal_ = goal;
  outcome_ = Answer::kWorking;
  copier_.Hope();
  rest_until_ = 0;
  windows_ = 0;
  took_ = 0;
  stuck_.clear();
  BeginSurvey();
}

void Mover::BeginSurvey() {
  ending_ = false;
  rounds_ = 0;
  const uint64_t extents = control_.geometry().extents();
  roles_.assign(extents, Role::kNone);
  place_of_.assign(extents, 0);
  to_empty_.clear();
  to_fill_.clear();
  holes_.clear();
  may_.clear();
  survey_.Begin();
  phase_ = Phase::kSurvey;
}

bool Mover::Poll() {
  const int64_t now = os::NowNanos();
  if (phase_ == Phase::kIdle) BeginWhenScattered(now);
  if (phase_ == Phase::kIdle) return again_;
  if (now < rest_until_) return true;
  const bool asked = std::exchange(asked_, false);
  if (goal_.extents != 0 && !asked && now > wanted_until_ && !ending_) End(Answer::kWorking);
  // Only who has just asked still keeps what it has said.
  if (!asked && goal_.kept.count != 0 && !ending_) return true;
  if (phase_ != Phase::kIdle) GoOn(now + kSliceNanos);
  const int64_t after = os::NowNanos();
  took_ += after - now;
  // What took longer was not work: the thread waited for a processor, or the machine stood still.
  if (goal_.extents == 0) rest_until_ = after + rest_per_work_ * std::min(after - now, 2 * kSliceNanos);
  return true;
}

void Mover::GoOn(int64_t until) {
  switch (phase_) {
    case Phase::kIdle:
      return;
    case Phase::kSurvey:
      if (!survey_.Go(until)) return;
      return Plan() ? Ask() : End(Answer::kImpossible);
    case Phase::kAsk:
      if (IsRefused()) return End(Answer::kImpossible);
      if (Answered() || os::NowNanos() > wait_until_) BeginScan();
      return;
    case Phase::kScan:
      if (!Scan(until)) return;
      if (ending_) return Register();
      phase_ = Phase::kMove;
      return;
    case Phase::kMove:
      if (!MoveOn(until)) return;
      if (!to_spill_.empty() && goal_.may_spill) spiller_->EvictThese(to_spill_);
      for (const uint64_t extent : to_empty_) {
        if (IsClient(owner(extent))) nudge_(owner(extent));
      }
      wait_until_ = os::NowNanos() + kSettleNanos;
      phase_ = Phase::kSettle;
      return;
    case Phase::kSettle:
      return Settle();
  }
}

// What lies in the extents that have a role, and in others of which the sweeper is not told yet. Those that
// are handed over later are left to the next scan.
void Mover::BeginScan() {
  if (!ending_ && heap_->is_open()) (void)heap_->extents().HandOver();
  const uint64_t extents = control_.geometry().extents();
  scanning_.assign(extents, false);
  for (uint64_t extent = 0; extent < extents; ++extent)
    scanning_[extent] = sweeper_->orphans().IsUnsettled(extent);
  for (ToFill& some : to_fill_) {
    some.blocks = {};
    some.crossed = false;
    some.settled = IsOrphan(some.run);
  }
  to_move_.clear();
  to_spill_.clear();
  next_ = next_fill_ = 0;
  phase_ = Phase::kScan;
}

bool Mover::Scan(int64_t until) {
  constexpr uint64_t kBetweenLooks = 256;  // at the clock
  const uint64_t high = control_.entries_high();
  while (next_ < high) {
    for (const uint64_t end = std::min(high, next_ + kBetweenLooks); next_ < end; ++next_) Look(next_);
    if (os::NowNanos() >= until) return false;
  }
  for (; next_fill_ < to_fill_.size(); ++next_fill_) {
    if (os::NowNanos() >= until) return false;
    Fill(&to_fill_[next_fill_]);
  }
  for (uint64_t extent = 0; extent < scanning_.size(); ++extent) {
    if (scanning_[extent]) sweeper_->orphans().Settle(extent);
  }
  if (!ending_) {
    wanted_to_move_ = to_move_.size();
    moved_before_ = control_.header().served.moved.load(std::memory_order_relaxed);
  }
  return true;
}

void Mover::Look(uint64_t index) {
  const Entry& entry = control_.entry(index);
  const auto range = ExtentsOf(control_, classes_, entry);
  if (!range) return;
  if (scanning_[range->first]) sweeper_->orphans().Count(entry);
  if (ending_) return;
  const auto fill_at = [this](uint64_t extent) {
    return roles_[extent] == Role::kToFill ? &to_fill_[place_of_[extent]] : nullptr;
  };
  ToFill* const fill = fill_at(range->first);
  if (fill != nullptr) fill->blocks.push_back({range->block, range->bytes});
  bool leaves = false;
  for (uint64_t extent = range->first; extent <= range->last; ++extent) {
    leaves = leaves || roles_[extent] == Role::kToEmpty;
    ToFill* const here = fill_at(extent);
    if (here == fill) continue;
    if (here != nullptr) here->crossed = true;
    if (fill != nullptr) fill->crossed = true;
  }
  if (!leaves) return;
  // For a run the largest first: the small ones find their place between them. What lies scattered leaves one extent after
  // the other, so that each is free as soon as can be, and much as it was made, which the caches like.
  to_move_.push_back(goal_.extents != 0 ? ToMove{0, range->bytes, index} : ToMove{place_of_[range->first], 0, index});
  std::push_heap(to_move_.begin(), to_move_.end());
}

bool Mover::IsOrphan(const Run& run) const {
  for (uint64_t extent = run.first; run.Has(extent); ++extent) {
    if (owner(extent) != kOrphan) return false;
  }
  return true;
}

// Its holes are room from now on. Not when it was handed over within the scan: what its owner made there just before may
// have an entry that had been looked at by then.
void Mover::Fill(ToFill* some) {
  const Run run = some->run;
  if (!some->settled || some->crossed || roles_[run.first] != Role::kToFill || !IsOrphan(run)) return;
  // What was freed since; nobody makes blocks there.
  std::erase_if(some->blocks, [this](const ClientHeap::Block& block) {
    return control_.block_word(block.number - 1).load(std::memory_order_acquire) == 0;
  });
  std::sort(some->blocks.begin(), some->blocks.end(),
            [](const auto& a, const auto& b) { return a.number < b.number; });
  const bool adopted = heap_->extents().Adopt(run, std::exchange(some->blocks, {}));
  for (uint64_t extent = run.first; run.Has(extent); ++extent) {
    roles_[extent] = Role::kNone;
    if (adopted) sweeper_->orphans().Forget(extent);
    if (adopted) scanning_[extent] = false;
  }
}

bool Mover::MoveOn(int64_t until) {
  (void)HoldEmpty();
  if (!copier_.IsReady()) return false;
  do {
    if (copier_.going()) {
      copier_.Go();
      continue;
    }
    if (to_move_.empty()) return true;
    const uint64_t index = to_move_.front().entry;
    const Copier::Begun begun = Leaves(control_.entry(index)) ? copier_.Begin(index) : Copier::Begun::kStays;
    if (begun == Copier::Begun::kLater) return false;
    std::pop_heap(to_move_.begin(), to_move_.end());
    to_move_.pop_back();
    // Not from one extent that is to be empty into another.
    const bool in_vain = begun == Copier::Begun::kYes && LandsInWindow();
    if (in_vain) copier_.GiveUp();
    if (in_vain || begun == Copier::Begun::kNoRoom) to_spill_.push_back(index);
  } while (os::NowNanos() < until);
  return false;
}

bool Mover::LandsInWindow() const {
  const uint64_t extent_bytes = control_.geometry().extent_bytes();
  const uint64_t first = copier_.offset() / extent_bytes;
  const uint64_t end =
      (copier_.offset() + std::max<uint64_t>(1, copier_.bytes()) + extent_bytes - 1) / extent_bytes;
  return std::any_of(roles_.begin() + first, roles_.begin() + end,
                     [](Role role) { return role == Role::kToEmpty; });
}

bool Mover::Leaves(const Entry& entry) const {
  const auto range = ExtentsOf(control_, classes_, entry);
  bool leaves = false;
  for (uint64_t extent = range ? range->first : 1; range && extent <= range->last; ++extent)
    leaves = leaves || roles_[extent] == Role::kToEmpty;
  return leaves;
}

// Takes what has become nobody's of the run, so that nobody gets a part of it. Returns whether that is all.
bool Mover::HoldEmpty() {
  bool all = true;
  for (const uint64_t extent : to_empty_) {
    u32& word = control_.extent(extent);
    uint32_t now = word.load(std::memory_order_acquire);
    if ((now & kExtentOwnerMask) == 0 && goal_.extents == 0) {
      roles_[extent] = Role::kNone;
    } else if ((now & kExtentOwnerMask) == 0) {
      // acquire; pairs with the release of its owner before.
      word.compare_exchange_strong(now, (now & ~kExtentWanted) | kKept, std::memory_order_acq_rel);
    }
    all = all && owner(extent) == kKept;
  }
  return all;
}

// Whether there are extents to fill that were not handed over before the last scan, or into which something reached then that
// has gone since.
bool Mover::CanFill() const {
  return std::any_of(to_fill_.begin(), to_fill_.end(), [this](const ToFill& some) {
    return (some.crossed || !some.settled) && roles_[some.run.first] == Role::kToFill && owner(some.run.first) == kOrphan;
  });
}

void Mover::Settle() {
  const bool all = HoldEmpty();
  // What the server has handed over itself is to be its own again.
  if (goal_.extents != 0 && all && CanFill() && ++rounds_ < kMostRounds) return BeginScan();
  if (goal_.extents == 0 || all) return End(Answer::kReady);
  if (IsRefused()) return End(Answer::kImpossible);
  // What has found no room in those that were filled may find some in the next.
  if (!goal_.may_spill && !to_spill_.empty() && !holes_.empty()) {
    uint64_t bytes = 0;
    for (const uint64_t index : to_spill_) bytes += ObjectBytes(control_.entry(index));
    rounds_ = 0;
    if (FillMore(Enough(std::min(bytes, control_.geometry().capacity())))) return Ask();
  }
  const bool writing = spiller_ != nullptr && spiller_->evicting() && !to_spill_.empty();
  if (writing || os::NowNanos() < wait_until_) return;
  // Once more, when that may help: some came too late, or somebody has made objects there meanwhile.
  if (++rounds_ < kMostRounds && (to_spill_.empty() || goal_.may_spill)) return BeginScan();
  Blame();
  End(Answer::kImpossible);
}

// What has no room elsewhere stays where it is. Else whose extents are left is stopped, or too busy to
// answer, or goes on making objects there.
void Mover::Blame() {
  for (const uint64_t index : to_spill_) {
    const auto range = ExtentsOf(control_, classes_, control_.entry(index));
    for (uint64_t extent = range ? range->first : 1; range && extent <= range->last; ++extent)
      stuck_.push_back(extent);
  }
  if (!to_spill_.empty()) return;
  for (const uint64_t extent : to_empty_) {
    if (IsClient(owner(extent))) slow_[owner(extent)] = os::NowNanos() + kSlowNanos;
  }
}

// kWorking: it is not wanted any more.
void Mover::End(Answer outcome) {
  copier_.Stop();
  outcome_ = outcome;
  ending_ = true;
  EachWanted([this](uint64_t extent) {
    control_.extent(extent).fetch_and(~kExtentWanted, std::memory_order_seq_cst);
  });
  control_.header().wants_extents.store(0, std::memory_order_seq_cst);
  std::fill(roles_.begin(), roles_.end(), Role::kNone);
  bool held = false;
  for (const uint64_t extent : to_empty_) {
    if (owner(extent) != kKept || goal_.kept.Has(extent)) continue;
    GiveBackKept(control_, {extent, 1});
    held = true;
  }
  if (held) control_.header().extent_moves.fetch_add(1, std::memory_order_seq_cst);
  // A scan that has begun goes on to its end: what it has not told yet may hold objects.
  if (phase_ != Phase::kScan) Register();
}

// Until the sweeper knows of all that was handed over. Who is just doing that, and was not seen, is found by
// the next look for what lies scattered.
void Mover::Register() {
  for (uint64_t extent = 0; extent < control_.geometry().extents(); ++extent) {
    if (sweeper_->orphans().IsUnsettled(extent)) return BeginScan();
  }
  Close();
}

void Mover::Close() {
  if (goal_.extents != 0 && outcome_ == Answer::kImpossible && !to_empty_.empty() &&
      ++windows_ < kMostWindows)
    return BeginSurvey();
  phase_ = Phase::kIdle;
  again_ = goal_.extents == 0 && outcome_ == Answer::kReady;
  // There may be more; not when owners hand nothing over, or nothing finds room.
  const uint64_t moved = control_.header().served.moved.load(std::memory_order_relaxed) - moved_before_;
  if (again_ && rest_per_work_ == 0 && moved != 0 && moved >= wanted_to_move_ / 2) look_at_ = 0;
  ended_ = goal_;
  ended_at_ = outcome_ == Answer::kImpossible ? os::NowNanos() : 0;
  if (heap_->is_open()) (void)heap_->GiveBack();
}

}  // namespace atollstore
