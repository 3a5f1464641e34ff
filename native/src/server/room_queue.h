// Room in a full store, and who gets it. Wishes are served in the order of their tickets:
//
//   - there is a run of free extents: it is kept for the wish, backed with memory, and granted;
//   - room can be made for it: then it is, by moving and evicting, and those behind it wait;
//   - only somebody's unpin can make room: it keeps its place, and the cheapest run of extents for itself.
//   What becomes
//     free there is kept for it, and those behind it are served from all the rest.
//
// What is to come back from disk waits in the same queue: all of it has one place, and what only an unpin makes room for
// another one, so that nothing waits behind that. Wishes for entries and for control memory wait for
// no turn: each is rung when there may be some, and nobody takes another's ring. While anybody waits for
// room, clients lease nothing by themselves (Header::room_queue).
//
// A grant is a promise: the extents are kept until the client has made them its own. One that is not taken
// for long, since its client was stopped, is taken back when others wait. The server's thread alone.
#ifndef ATOLL_SERVER_ROOM_QUEUE_H_
#define ATOLL_SERVER_ROOM_QUEUE_H_

#include <functional>
#include <list>

#include "server/mover.h"
#include "server/reserver.h"
#include "server/server_heap.h"
#include "server/sweeper.h"
#include "server/wish_list.h"
#include "spill/spiller.h"

namespace atollstore {

class RoomQueue {
 public:
  // `ask` has clients give back what is free: all that have extents or entry blocks, or those in whose slabs or
  // entries something has become free since they looked.
  enum class Asked { kAll, kWhereFreed };
  RoomQueue(const Control& control, const Sweeper* sweeper, Reserver* reserver, ServerHeap* heap,
            Mover* mover, std::function<void(Asked)> ask)
      : control_(control),
        sweeper_(sweeper),
        reserver_(reserver),
        heap_(heap),
        mover_(mover),
        ask_(std::move(ask)),
        wishes_(control) {}
  // From now on objects may go to disk. It lives longer than the queue.
  void Use(Spiller* spiller) { spiller_ = spiller; }

  // Wishes since the last call: their clients have dropped what they did not need before. Returns whether
  // there are.
  bool TakeIn() { return wishes_.TakeIn(); }
  // Goes on with all that wait. Returns whether there is something to be done soon.
  bool Serve();
  // When to look again though nothing was said, in ms; -1: never.
  int MillisToLook() const;
  // Something has become free, if so; and is there still anybody who waits?
  void Tell(bool freed);
  // Clients are to give back what they hold without use.
  void Press();
  bool pressure() const { return pressure_; }

  void Bury(uint32_t client) { wishes_.Bury(client); }
  void Recover();
  // While what the last life has left is put in order.
  void SendUrgentAway() const { wishes_.SendUrgentAway(); }

 private:
  Asked WhomToAsk() const;
  void ServeSmall(KnownWish& wish);
  bool MayLeaseFresh() const;  // a block of entries that nobody has leased yet
  // Returns whether those behind it are to wait.
  bool ServeRoom(KnownWish& wish);
  bool IsFree(uint64_t extent) const;
  void TakeBackStale();
  // Whether it takes long until all of the run has memory behind it.
  bool LacksMuch(const Run& run) const;
  bool ComesBehind(KnownWish& wish);
  bool FindRun(KnownWish& wish);
  bool Back(KnownWish& wish);
  void Ask(uint64_t bytes);
  // Goes one step towards room for so many runs of so many extents. False when nothing can be taken away.
  bool MakeRoom(KnownWish& wish, uint64_t runs);
  Mover::Answer MakeRun(const KnownWish& wish, uint64_t extents, bool may_spill);
  bool GiveBack();
  bool IsLate(const KnownWish& wish) const;
  bool MayComeAtOnce();
  void BecomeStuck(KnownWish& wish);
  void LookAgain(KnownWish& wish);
  std::vector<Run> KeptForOthers(const KnownWish& wish);
  bool MayTakeBare() const { return now_ >= no_memory_before_; }

  // room_queue_restores.cc
  void NoteRestores();
  void Note(bool aside, bool wanted);
  std::list<KnownWish>::iterator OwnWish(bool aside);
  Spiller::Wanted WantedOf(const KnownWish& wish) const;
  uint64_t ExtentsFor(uint64_t bytes) const;
  bool ServeRestores(KnownWish& wish);
  bool SetAside(KnownWish& wish);
  bool ServeAside(KnownWish& wish);
  bool MayRestore(const KnownWish& wish, const Spiller::Wanted& wanted);
  bool HasRoom(const Spiller::Wanted& wanted, uint64_t extents) const;
  bool HasLongRun(uint64_t extents, uint64_t bytes) const;
  uint64_t FreeRuns(uint64_t extents) const;

  const Control control_;
  const Sweeper* const sweeper_;
  Reserver* const reserver_;
  ServerHeap* const heap_;
  Mover* const mover_;
  const std::function<void(Asked)> ask_;
  WishList wishes_;
  Spiller* spiller_ = nullptr;

  int64_t now_ = 0;  // at the beginning of Serve()
  bool pressure_ = false;
  bool soon_ = false;      // something is to be done in the next round
  bool freed_ = false;     // something, since the last round
  bool ring_all_ = false;  // now and then, in case something was missed
  int64_t ring_all_at_ = 0;
  int64_t ask_all_at_ = 0;
  int64_t no_memory_before_ = 0;  // after the limits allowed no more
  int64_t settle_until_ = 0;      // what was asked for, or is being written, may come about until then
  int64_t ask_again_at_ = 0;      // clients, to let go
  int64_t answers_until_ = 0, answers_again_at_ = 0;  // of clients, on behalf of who has no time
  int64_t gather_until_ = 0;      // room for all that is to come back together is waited for so long
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_ROOM_QUEUE_H_
