// Moves objects so that what is free lies together: so many extents in a row for who waits for them, and,
// where many extents are nearly empty, few that are full. The server's thread alone; it works in slices, and
// who looks at an object waits only while the entry changes, never while its bytes are copied.
//
// For a run it surveys the store and chooses the window of extents that is emptied at the least cost. The
// owners hand the window's extents over with what lies in them, so that nothing new comes there; when the
// bytes have no room elsewhere, extents with holes as well, which the server takes into its heap. Then object
// after object is copied under the server's pin and moved (Sweeper::Move), or goes to disk. Pinned objects
// stay where they are, and a window is given up for them.
//
//   kIdle -> kSurvey -> kAsk -> kScan -> kMove -> kSettle -> kIdle
//                               ^------------------|        while something is left there
#ifndef ATOLL_SERVER_MOVER_H_
#define ATOLL_SERVER_MOVER_H_

#include <functional>
#include <map>
#include <optional>
#include <tuple>
#include <vector>

#include "os/shared_memory.h"
#include "server/copier.h"
#include "server/reserver.h"
#include "server/server_heap.h"
#include "server/survey.h"
#include "server/sweeper.h"
#include "spill/spiller.h"

namespace atollstore {

class Mover {
 public:
  // `nudge` wakes the background thread of a client.
  Mover(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper,
        Reserver* reserver, std::function<void(uint32_t client)> nudge);
  void UseSpiller(Spiller* spiller) { spiller_ = spiller; }

  // A run of so many neighbouring extents (0: none, but what lies scattered is brought together); for so many bytes of
  // the server's heap, else 0: then it may be an extent shorter where what is free of that heap lies beside it. For which
  // objects go to disk or not, and which lies well (LiesWell()) or anywhere; those of `kept` are kept for who asks.
  struct Goal {
    uint64_t extents = 0, bytes = 0;
    bool may_spill = false, well = false;
    Run kept{};
    bool operator==(const Goal&) const = default;
  };
  enum class Answer { kWorking, kReady, kImpossible };
  // Begins, or goes on, to make the run nobody's, or kept for who asks; `others` are left alone. kReady: a
  // moment ago it was. kImpossible: no such window can be emptied, for now; asked again at once it says
  // the same without looking. To be called before each Poll() as long as the run is wanted: what nobody asks
  // for any more is given up, at once or, if it `lingers`, after a while. Who asks for another one meanwhile
  // waits.
  Answer MakeRun(Goal goal, bool lingers, std::vector<Run> others);
  // After kImpossible, from the same look at the store: the run to wait for, as Survey::ToWaitFor(), that has
  // none of `others`. Empty when there is none.
  Run RunToWaitFor(uint64_t extents, const std::vector<Run>& others) const;
  // What is done for who has gone, and may come again, is given up where it holds some of the run.
  void MakeWay(const Run& run);
  // The time that the last answer has taken of this thread.
  int64_t took() const { return took_; }
  // Does a slice of what there is to do. Returns whether something is under way.
  bool Poll();
  bool busy() const { return phase_ != Phase::kIdle; }
  // Whether the next slice should come at once.
  bool in_a_hurry() const {
    return (goal_.extents != 0 || rest_per_work_ == 0) && phase_ != Phase::kIdle && phase_ != Phase::kAsk &&
           phase_ != Phase::kSettle && !copier_.waits();
  }

 private:
  enum class Phase { kIdle, kSurvey, kAsk, kScan, kMove, kSettle };
  enum class Role : uint8_t { kNone, kToEmpty, kToFill };
  // Extents that objects join, and what lies in them; whether an object reaches out of them.
  struct ToFill {
    Run run;
    std::vector<ClientHeap::Block> blocks{};
    bool crossed = false;
    bool settled = false;  // handed over before the scan began
  };

  // Extents with holes that may be filled.
  struct Holes {
    uint64_t used = 0, objects = 0;
    Run run{};
  };

  struct ToMove {
    uint32_t after;  // so many extents that are to be empty before its own
    uint64_t bytes, entry;
    bool operator<(const ToMove& other) const {  // of the turn: what is moved first is the largest
      return std::tie(other.after, bytes, other.entry) < std::tie(after, other.bytes, entry);
    }
  };

  // mover.cc
  void Begin(const Goal& goal);
  void GoOn(int64_t until);
  void BeginScan();
  bool Scan(int64_t until);
  void Look(uint64_t index);
  bool IsOrphan(const Run& run) const;
  void Fill(ToFill* some);
  bool MoveOn(int64_t until);
  bool Leaves(const Entry& entry) const;
  bool LandsInWindow() const;
  bool HoldEmpty();
  bool CanFill() const;
  void BeginSurvey();
  void Settle();
  void Blame();
  void End(Answer outcome);
  void Register();
  void Close();

  // mover_plan.cc
  bool Plan();
  bool PlanRun();
  std::optional<Survey::Window> ChooseWindow(const std::vector<bool>& may);
  bool PlanTogether();
  uint64_t FindRoom(uint64_t bytes);
  bool FillMore(uint64_t bytes);
  uint64_t Enough(uint64_t bytes) const;
  template <typename F>
  void EachWanted(F&& visit) const {
    for (const uint64_t extent : to_empty_) visit(extent);
    for (const ToFill& some : to_fill_) {
      for (uint64_t extent = some.run.first; some.run.Has(extent); ++extent) visit(extent);
    }
  }
  void BeginWhenScattered(int64_t now);
  uint64_t Frees() const;
  bool MayTake(uint64_t extent);
  bool MayTakeFrom(uint32_t owner);
  uint64_t Joined(uint64_t extent) const;
  void Empty(const Run& run);
  void FillUp(const Run& run);
  void Ask();
  bool Answered() const;
  bool IsRefused();

  uint32_t owner(uint64_t extent) const {
    return control_.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
  }
  bool HasMemory(uint64_t extent) const {
    return (control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0;
  }
  bool IsClient(uint32_t owner) const { return owner != 0 && owner < control_.geometry().columns(); }

  const Control control_;
  ServerHeap* const heap_;
  Sweeper* const sweeper_;
  Reserver* const reserver_;
  const std::function<void(uint32_t)> nudge_;
  Spiller* spiller_ = nullptr;
  const SizeClasses classes_;
  Survey survey_;
  Copier copier_;

  Phase phase_ = Phase::kIdle;
  bool asked_ = false;   // since the last slice
  bool again_ = false;   // much lay scattered a moment ago
  bool ending_ = false;  // the outcome is known, but not all that was handed over is registered yet
  Goal goal_;
  Answer outcome_ = Answer::kWorking;
  Goal ended_;  // the one before, and when it came to kImpossible
  int64_t ended_at_ = 0;
  int64_t took_ = 0;
  int64_t wanted_until_ = 0, wait_until_ = 0, rest_until_ = 0;
  int rounds_ = 0, windows_ = 0;

  std::vector<Role> roles_;  // by extent, and the extents that have one
  std::vector<uint64_t> to_empty_;
  std::vector<ToFill> to_fill_;
  std::vector<uint32_t> place_of_;  // by extent with a role: its place there
  std::vector<bool> scanning_;      // by extent: it was nobody's when the scan began, and not settled
  std::vector<ToMove> to_move_;     // a heap, the next one first
  std::vector<Holes> holes_;        // that are not filled yet, the emptiest last
  uint64_t wanted_to_move_ = 0, moved_before_ = 0;  // objects, at the last scan: in it, and ever
  std::vector<uint64_t> to_spill_;
  uint64_t next_ = 0, next_fill_ = 0;  // of the scan: an entry, a place in to_fill_
  std::vector<Run> others_;            // runs that are left to others
  std::vector<uint64_t> stuck_;        // of this goal: extents that cannot be had
  std::map<uint32_t, bool> may_;       // of this plan: clients that may be asked
  std::map<uint32_t, int64_t> slow_;   // clients that did not hand over, until when they are not asked

  int64_t look_at_ = 0;        // when it is looked next whether much lies scattered
  uint64_t seen_frees_ = 0;    // at the last look
  int64_t rest_per_work_ = 0;  // what lies scattered is brought together beside others' work
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_MOVER_H_
