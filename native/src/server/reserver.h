// Has memory ready where it is needed, and gives it back where it is not: backs extents on demand and ahead of it,
// returns what nobody has needed for a while, clears pages of the control segment, and fills the budget from which
// clients touch it (layout/control_budget.h). The server's thread alone. It decides; what may take long is done by a
// ReserveThread, and nothing here waits for it but Stop().
//
// An extent that is being backed belongs to whom it did: nobody touches it before kExtentReserved is set. One that is
// being punched is the server's (kReserver) for as long, so that whoever follows a killed server opens it again.
#ifndef ATOLL_SERVER_RESERVER_H_
#define ATOLL_SERVER_RESERVER_H_

#include <deque>
#include <utility>
#include <vector>

#include "heap/choose_run.h"
#include "layout/geometry.h"
#include "os/shared_fd.h"
#include "os/shared_memory.h"
#include "server/reserve_thread.h"

namespace atollstore {

class Reserver {
 public:
  static constexpr uint64_t kControlTarget = 4096;  // pages of the budget

  // `data` is mapped at `mapping`; `wake` as for ReserveThread. All live longer than this.
  Reserver(const Control& control, os::SharedMemory* control_memory, os::SharedMemory* data,
           const os::Mapping* mapping, const os::WakeFd* wake);

  // What is handed in from now on is done by a thread.
  Status Start() { return thread_.Start(); }
  void Stop() { thread_.Stop(); }

  // A round: takes what has been done, and hands in what comes next. While somebody waits for room nothing is given
  // back. Returns whether there is more to come.
  bool Poll(bool pressure);

  enum class Backing { kUnderWay, kDone, kRefused };
  // Backs the extents of the run that are the owner's, kKept or kRestorer, and have no memory. Begins with it or says how
  // far it has come: to be asked in every round until it is not under way any more, or it is forgotten.
  Backing Back(uint32_t owner, const Run& run);

  // Makes an extent of the server's free, after its block words are zeros.
  void Open(uint64_t extent);
  // Makes a range of the control segment zeros without memory. HasCleared() with the ticket says when that is so.
  uint64_t Clear(const Range& range);
  bool HasCleared(uint64_t ticket) const { return cleared_ >= ticket; }

  // Fills the budget when it is half empty. False as long as it may yet become more than next to nothing.
  bool Refill();

  // Clients have come, or have asked: what is ready is counted anew.
  void LookAhead() { look_ahead_ = true; }
  // Whether there are extents that will be free in a moment.
  bool opening() const { return opening_ != 0; }
  // Whether no memory was to be had at the last try: the limits of the machine or a cgroup have refused it, or, lost(), the
  // descriptor by which it is asked for was closed by somebody else in this process.
  bool refused() const { return refused_; }
  bool lost() const { return lost_; }
  // How long to sleep until memory is to be given back; -1: there is none.
  int MillisToGiveBack() const;

  // Since the last call: whether extents have become free, whether as much is ready as shall be, and whether memory is
  // so short that clients must give back what they do not need.
  bool TakeFreed() { return std::exchange(freed_, false); }
  bool TakeReady() { return std::exchange(ready_, false); }
  bool TakePressure() { return std::exchange(pressure_, false); }
  // Whether it has become lost().
  bool TakeLost() { return std::exchange(tell_lost_, false); }

 private:
  // What an owner lacks in a run. One job at a time, so that those of several take turns.
  struct Request {
    uint32_t owner;
    Run run;
    uint64_t number;
    uint64_t at;  // extents of the run below it have been looked at
    bool handed_in = false, refused = false, done = false;
    bool asked = true;  // in this round
  };
  // A count of the free extents.
  struct Census {
    uint64_t at = 0, ready = 0;
    std::vector<uint64_t> bare;  // the first of those without memory
    bool complete = false;
  };

  uint32_t OwnerOf(uint64_t extent) const;
  void GiveTo(uint64_t extent, uint32_t owner);
  void Done(const PageJob& job);
  void Backed(const PageJob& job);
  void Looked(uint64_t available);
  void HandInBacking(uint64_t first, uint64_t count, uint64_t request);
  void HandInOpening(uint64_t extent, const Range& data);
  void Advance(Request* request);
  uint64_t Target() const;
  bool Count();
  bool Ahead();
  void NoteSurplus(uint64_t extents);
  bool Unreserve(uint64_t extent);
  uint64_t GiveBack(uint64_t most);
  bool GiveBackSurplus();

  const Control control_;
  const uint64_t extents_, extent_bytes_;
  std::vector<bool> being_backed_;  // by extent
  std::deque<Request> requests_;
  uint64_t last_request_ = 0;
  bool refused_ = false, lost_ = false, tell_lost_ = false, freed_ = false, ready_ = false, pressure_ = false;
  uint64_t opening_ = 0;
  uint64_t clears_ = 0, cleared_ = 0;

  bool look_ahead_ = true, backs_ahead_ = false;
  uint32_t seen_moves_ = 0;  // extent_moves when the last count began
  Census census_;
  int64_t window_end_ = 0;      // of a time in which some free extents were not needed; 0: all are
  uint64_t least_surplus_ = 0;  // in that time

  bool looking_ = false;
  int64_t refill_again_at_ = 0;  // after a refusal

  ReserveThread thread_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_RESERVER_H_
