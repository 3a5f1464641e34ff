// Moves objects so that what is free lies together: so many extents in a row for who waits for them, and, where many
// extents are nearly empty, few that are full. The server's thread alone; it works in slices, and who looks at an object
// waits only while the entry changes, never while its bytes are copied.
//
// For a run it surveys the store and chooses the window of extents that is emptied at the least cost. The owners hand the
// window's extents over with what lies in them, so that nothing new comes there; when the bytes have no room elsewhere,
// extents with holes as well, which the server takes into its heap. Then object after object is copied under the server's
// pin and moved (Sweeper::Move), or goes to disk. Pinned objects stay where they are, and a window is given up for them.
//
//   kIdle -> kSurvey -> kAsk -> kScan -> kMove -> kSettle -> kIdle
//                               ^------------------|        while something is left there
#ifndef ATOLL_SERVER_MOVER_H_
#define ATOLL_SERVER_MOVER_H_

#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "os/shared_memory.h"
#include "server/reserver.h"
#include "server/server_heap.h"
#include "server/survey.h"
#include "server/sweeper.h"
#include "spill/spiller.h"

namespace atollstore {

class Mover {
 public:
  // `nudge` wakes the background thread of a client.
  Mover(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper, Reserver* reserver,
        std::function<void(uint32_t client)> nudge);
  void UseSpiller(Spiller* spiller) { spiller_ = spiller; }

  enum class Run { kWorking, kReady, kImpossible };
  // Begins, or goes on, to make so many neighbouring extents nobody's, for which nothing goes to disk unless it may.
  // kReady: a moment ago they were. kImpossible: no such window can be emptied, for now; asked again at once it says the
  // same without looking. To be called as long as the run is wanted: what nobody asks for any more is given up.
  Run MakeRun(uint64_t extents, bool may_spill);
  // Does a slice of what there is to do. Returns whether something is under way.
  bool Poll();
  bool busy() const { return phase_ != Phase::kIdle; }
  // Whether the next slice should come at once.
  bool in_a_hurry() const {
    return wish_.extents != 0 && phase_ != Phase::kIdle && phase_ != Phase::kAsk && phase_ != Phase::kSettle &&
           leased_.count == 0;
  }

 private:
  enum class Phase { kIdle, kSurvey, kAsk, kScan, kMove, kSettle };
  enum class Role : uint8_t { kNone, kToEmpty, kToFill };
  struct Wish {
    uint64_t extents = 0;  // 0: bring together what lies scattered
    bool may_spill = false;
    bool operator==(const Wish&) const = default;
  };
  struct Copy {
    bool going = false;
    uint64_t index = 0, place = 0, from = 0, bytes = 0, done = 0;
    Entry to{};  // stands for the entry: its block and location are the new ones
  };

  // mover.cc
  void Begin(Wish wish);
  void GoOn(int64_t until);
  void BeginScan();
  bool Scan(int64_t until);
  void Look(uint64_t index);
  void Fill(uint64_t extent);
  bool MoveOn(int64_t until);
  void BeginCopy(uint64_t index);
  bool Leaves(const Entry& entry) const;
  bool Grow(uint64_t bytes);
  bool HasPages();
  void EndCopy(bool move);
  void Unpin(uint64_t index);
  bool HoldEmpty();
  void BeginSurvey();
  void Settle();
  void Blame();
  void End(Run outcome);
  void Register();
  void Close();

  // mover_plan.cc
  bool Plan();
  bool PlanRun();
  bool PlanTogether();
  uint64_t FindRoom(uint64_t bytes);
  void BeginWhenScattered(int64_t now);
  uint64_t Frees() const;
  bool MayTakeFrom(uint32_t owner);
  void GiveRole(uint64_t extent, Role role);
  void Ask();
  bool Answered() const;

  uint32_t owner(uint64_t extent) const {
    return control_.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
  }
  bool IsClient(uint32_t owner) const { return owner != 0 && owner < control_.geometry().columns(); }

  const Control control_;
  const os::Mapping* const data_;
  ServerHeap* const heap_;
  Sweeper* const sweeper_;
  Reserver* const reserver_;
  const std::function<void(uint32_t)> nudge_;
  Spiller* spiller_ = nullptr;
  const SizeClasses classes_;
  Survey survey_;

  Phase phase_ = Phase::kIdle;
  bool ending_ = false;  // the outcome is known, but not all that was handed over is registered yet
  Wish wish_;
  Run outcome_ = Run::kWorking;
  Wish ended_;  // the wish before, and when it came to kImpossible
  int64_t ended_at_ = 0;
  int64_t wanted_until_ = 0, wait_until_ = 0, rest_until_ = 0;
  int rounds_ = 0, windows_ = 0;

  std::vector<Role> roles_;  // by extent, and the extents that have one
  std::vector<uint64_t> to_empty_, to_fill_;
  // By extent: handed over before the scan began; the sweeper, or our heap, knows all blocks in it.
  std::vector<bool> scanning_, registered_;
  std::map<uint64_t, std::vector<ClientHeap::Block>> blocks_;  // in extents to fill
  std::vector<std::pair<uint64_t, uint64_t>> to_move_;         // bytes, entry
  std::vector<uint64_t> to_spill_;
  uint64_t next_ = 0, next_fill_ = 0;                          // of the scan: an entry, an extent of to_fill_
  Copy copy_;
  atollstore::Run leased_;            // for the next copy, and being backed
  std::vector<uint64_t> stuck_;       // of this wish: extents with objects that had no room elsewhere
  std::map<uint32_t, bool> may_;      // of this plan: clients that may be asked
  std::map<uint32_t, int64_t> slow_;  // clients that did not hand over, until when they are not asked

  int64_t look_at_ = 0;      // when it is looked next whether much lies scattered
  uint64_t seen_frees_ = 0;  // at the last look
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_MOVER_H_
