// The operations whose every point is a place to die or to be stopped at. Each runs in a fresh process, the
// victim, against a store that a second client shares. The victim's part is prepared untraced, then stepped.
#ifndef ATOLL_TORTURE_POINTS_OPERATIONS_H_
#define ATOLL_TORTURE_POINTS_OPERATIONS_H_

#include <atomic>
#include <string>
#include <vector>

#include "atoll/c.h"

namespace atollstore::torture {

// What the processes of a run tell each other; shared memory that no store knows of.
struct Stage {
  char socket[256];
  atoll_object_id shared;       // sealed, kept by the second client all the time
  atoll_object_id target;       // made by the second client for this point, what the operation is about
  atoll_object_id made;         // by the victim
  std::atomic<int64_t> code;    // of the operation, when it came to its end
  std::atomic<uint32_t> ready;  // a client that is to be buried holds all
  int segments[4];              // descriptors of the store: every server life gets a copy
  // The scene, which does not change while the store lives.
  uint32_t crowd;     // so many others refer to the target
  bool others_make;   // one of them has made it, and has no reference any more
  bool busy;          // another thread of the victim looks at the shared object all the time
  std::atomic<uint32_t> wrong;  // the victim saw what it must not see
  char what[200];               // what that was
};

// How long the server's rounds go on.
enum class Until { kRounds, kSpilled, kSealed, kGranted, kMoved };
enum class Wish { kNothing, kWholeStore, kTarget, kLongRun };

struct Operation {
  const char* name;
  bool waited;    // a thread of the second client waits for the target
  bool expected;  // the target is an id without bytes yet
  bool detached;  // the victim attaches (or leaves) in the operation
  void (*prepare)(atoll_client* victim, Stage* stage);
  int64_t (*run)(atoll_client** victim, Stage* stage);
  // Codes besides 0 that the operation may end with when another client meddles.
  std::vector<int64_t> excused;
  bool pins;  // a success leaves the victim with a pinned view of the target
  bool fills = false;  // it may hold all the room that there is

  // Of operations of the server, which is the victim then; `prepare` and `run` are of no use.
  bool server = false;
  Until until = Until::kRounds;
  bool buries = false;      // a client that held all there is to hold has just been killed
  bool takes_over = false;  // the server of before has just been killed, too
  bool spills = false;      // the target has been on disk: once, and is in memory again, or not
  bool amid = false;        // the target lies in the middle of a store that is free to both sides
  // What the second client does when the victim is ready (while the server does nothing yet, when that is the victim),
  // and whether that drops the target.
  void (*before)(atoll_client* second, Stage* stage) = nullptr;
  bool drops = false;
  // What a thread of the second client waits for meanwhile.
  Wish wish = Wish::kNothing;
};

const std::vector<Operation>& Operations();

// Who else is there while an operation runs: operation x who created the target x who else holds it x threads of the
// victim. Whether the victim is the last holder is an operation's own: then nobody else holds.
struct Scene {
  size_t operation;
  uint32_t crowd;  // 6: more than an entry has places for in its own line
  bool others_make, busy;
  std::string Text() const;
};
// All there are.
std::vector<Scene> Scenes();

// Takes one of each kind: a pin, a reference, a sealed and an unsealed object.
void HoldAll(atoll_client* client, Stage* stage);

constexpr uint64_t kSmall = 600, kStoreBytes = 4 << 20, kExtentBytes = 64 << 10;
constexpr uint64_t kOneExtent = 60'000;  // an object that takes an extent
// Makes a sealed object of kSmall bytes that say whose they are; the client holds one reference.
atoll_object_id PutSmall(atoll_client* client);
// The same, and the seer has seen it: only the server frees it.
atoll_object_id PutSeen(atoll_client* client);
// A client of this process, with which PutSeen() looks.
void SetSeer(atoll_client* client);
// Fills the bytes of an object that is being created, and seals it.
int64_t FillAndSeal(atoll_client* client, const atoll_object_id& id, uint64_t address, uint64_t size);

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_POINTS_OPERATIONS_H_
