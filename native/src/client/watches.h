// The ids that a client watches, and what has become of them: a wake-up that says which. Whoever makes an object
// ready finds the watch bit in the client's wait slot, sets the client's ready mark of that entry and rings one bell;
// who takes events takes the marks. So N events cost N, however many ids are watched beside them.
//
// Who rings may be killed after it has taken the bit and before it has set the mark; its burial rings, and whoever sees
// that somebody was buried, or that another server life has begun, looks at all its ids once, some thousands at a time.
//
// Thread-safe. Nothing is allocated under the lock, and it is held for a slice of what there is to do.
#ifndef ATOLL_CLIENT_WATCHES_H_
#define ATOLL_CLIENT_WATCHES_H_

#include <map>
#include <mutex>

#include "atoll/c.h"
#include "client/containers.h"
#include "object_id.h"
#include "result.h"
#include "directory/directory.h"
#include "os/sync.h"

namespace atollstore {

class Watches {
 public:
  // `containers`: those of this client. They live longer than this.
  Watches(const Control& control, uint32_t me, const Containers* containers)
      : control_(control), me_(me), containers_(containers) {}

  // Watches all of the ids for events of this kind, or none: INVALID_ARGUMENT when one is watched for it already. What
  // has happened already is an event at once. REQUIRES: the ids are of this store.
  Status Add(const atoll_object_id* ids, uint64_t count, uint64_t kind);
  // Ends all watches of these ids. Returns how many there were. Whoever was asked about one has said no with that.
  uint64_t Remove(const atoll_object_id* ids, uint64_t count);
  // The events that there are, at most `max`; their watches end with that. Never waits.
  uint64_t Take(atoll_event* events, uint64_t max);
  // Rung when there may be events.
  os::Bell& bell() const { return control_.client(me_).object_bells[kWatchBell]; }

 private:
  struct Watch {
    uint64_t place = 0;
    bool happened = false;
    Watch *next = nullptr, *before = nullptr;  // in the order in which they happened
  };
  static constexpr uint64_t kKinds[] = {ATOLL_EVENT_READY, ATOLL_EVENT_ALONE, ATOLL_EVENT_DAMAGED};
  static uint64_t Key(uint64_t index, uint64_t kind) { return index * 4 + kind; }
  static uint64_t KindOf(uint64_t key) { return key % 4; }
  // All REQUIRE: mutex_ is held.
  void Look(uint64_t key, Watch* watch);
  bool Arm(uint64_t key, const Watch& watch);
  void LookAtSome();
  void Unlink(Watch* watch);
  // Ends the watch, if there is one. Returns whether there was.
  bool Forget(uint64_t key, uint64_t place);

  const Control control_;
  const uint32_t me_;
  const Containers* const containers_;
  std::mutex mutex_;
  std::map<uint64_t, Watch> watches_;  // by Key()
  Watch* first_ = nullptr;
  Watch* last_ = nullptr;
  uint64_t buried_ = 0;  // served.buried and server_epoch at the last look at all
  uint32_t epoch_ = 0;
  // The look at all: round from where the last one has come to, as many as there were when it was asked for.
  uint64_t look_from_ = 0;  // a key
  uint64_t to_look_at_ = 0;
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_WATCHES_H_
