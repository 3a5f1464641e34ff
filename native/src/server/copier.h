// Copies one object after the other into the server's heap, and has the entry point there. The bytes are
// copied under the server's pin, in parts; only then is the object taken from its old place (Sweeper::Move),
// unless somebody has pinned it meanwhile. The server's thread alone.
#ifndef ATOLL_SERVER_COPIER_H_
#define ATOLL_SERVER_COPIER_H_

#include "heap/choose_run.h"
#include "layout/geometry.h"
#include "os/shared_memory.h"
#include "server/reserver.h"
#include "server/server_heap.h"
#include "server/sweeper.h"

namespace atollstore {

class Copier {
 public:
  // All of them live longer than this.
  Copier(const Control& control, const os::Mapping* data, ServerHeap* heap, Sweeper* sweeper,
         Reserver* reserver)
      : control_(control), data_(data), heap_(heap), sweeper_(sweeper), reserver_(reserver) {}

  enum class Begun {
    kYes,     // it has a block, and is pinned
    kStays,   // it is pinned by others, or not to be moved
    kNoRoom,  // for a block
    kLater,   // room for it is being backed with memory: IsReady() says when to begin again
  };
  // REQUIRES: the heap is open; nothing is going; IsReady()
  Begun Begin(uint64_t index);
  // Copies the next part; after the last one the object lies elsewhere, or stays where it was if it has been
  // pinned or dropped. REQUIRES: going()
  void Go();
  // The object stays where it is. REQUIRES: going()
  void GiveUp() { End(false); }

  // False while memory is put behind what was leased for the next one.
  bool IsReady() { return leased_.count == 0 || HasPages(); }
  bool waits() const { return leased_.count != 0; }
  bool going() const { return going_; }
  // Where to. REQUIRES: going()
  uint64_t offset() const;
  uint64_t bytes() const { return bytes_; }

  // Asks for memory again that the limits have refused.
  void Hope() { refused_ = false; }
  // Stops whatever it is doing; what it has leased is the heap's.
  void Stop();

 private:
  bool Grow(uint64_t bytes);
  bool HasPages();
  void End(bool move);
  void Unpin(uint64_t index);

  const Control control_;
  const os::Mapping* const data_;
  ServerHeap* const heap_;
  Sweeper* const sweeper_;
  Reserver* const reserver_;

  bool going_ = false;
  uint64_t index_ = 0, place_ = 0, from_ = 0, bytes_ = 0, done_ = 0;
  Entry to_{};            // stands for the entry: its block and location are the new ones
  Run leased_;            // for the next one, and being backed
  bool refused_ = false;  // memory, by the limits
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_COPIER_H_
