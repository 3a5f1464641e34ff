#include "points/operations.h"

#include "../tests/storm.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

constexpr uint64_t kLarge = 200'000;  // a run of slabs, with the extents of these stores (64 KiB)
constexpr int64_t kPatience = 5'000'000'000;

atoll_client* seer = nullptr;

void Nothing(atoll_client*, Stage*) {}

// So that the step is what it always is, and not the first of its kind.
void Warm(atoll_client* victim, Stage*) {
  const atoll_object_id id = PutSmall(victim);
  MUST(atoll_dereference(victim, &id));
}

// With no time it may fail: the others' wishes have the server ask for the entries that it holds.
int64_t CreateSmall(atoll_client** victim, Stage* stage) {
  uint64_t address = 0;
  return atoll_create(*victim, &stage->made, kSmall, 0, 0, kPatience, &address);
}

int64_t CreateLarge(atoll_client** victim, Stage* stage) {
  uint64_t address = 0;
  return atoll_create(*victim, &stage->target, kLarge, 0, 0, 5'000'000'000, &address);
}

// All that there is: the server grants it when everything else is on disk and all have given back what they do not need.
int64_t CreateAll(atoll_client** victim, Stage* stage) {
  uint64_t address = 0;
  return atoll_create(*victim, &stage->made, kStoreBytes, 0, 0, 20'000'000'000, &address);
}

// What this client holds itself keeps it from ever having that: the wish is withdrawn when its time is over.
void HoldSome(atoll_client* victim, Stage*) {
  atoll_object_id id{};
  uint64_t address = 0;
  MUST(atoll_create(victim, &id, kLarge, 0, 0, kPatience, &address));
}
int64_t WishInVain(atoll_client** victim, Stage* stage) {
  uint64_t address = 0;
  return atoll_create(*victim, &stage->made, kStoreBytes, 0, 0, 20'000'000, &address);
}

// One object that somebody waits for, one that contains another.
void BeginTwo(atoll_client* victim, Stage* stage) {
  uint64_t address = 0;
  MUST(atoll_create(victim, &stage->target, kSmall, 0, 0, kPatience, &address));
  FillBytes(address, kSmall, stage->target.place);
  stage->made = {};
  MUST(atoll_create(victim, &stage->made, kSmall, 1, 0, kPatience, &address));
  FillBytes(address, kSmall, stage->made.place);
}

int64_t SealTwo(atoll_client** victim, Stage* stage) {
  const int64_t code = atoll_seal(*victim, &stage->target, nullptr);
  return code != 0 ? code : atoll_seal(*victim, &stage->made, &stage->shared);
}

void Begin(atoll_client* victim, Stage* stage) {
  uint64_t address = 0;
  MUST(atoll_create(victim, &stage->target, kSmall, 0, 0, kPatience, &address));
}

// Larger in another block, larger where it lies, smaller there, smaller in another block.
int64_t Resize(atoll_client** victim, Stage* stage) {
  uint64_t address = 0;
  int64_t code = 0;
  for (const uint64_t size : {kLarge, kLarge + 100'000, kLarge - 50'000, kSmall / 2}) {
    if (code == 0) code = atoll_resize(*victim, &stage->target, size, kPatience, &address);
  }
  return code;
}

int64_t Abort(atoll_client** victim, Stage* stage) { return atoll_abort(*victim, &stage->target); }

int64_t Get(atoll_client** victim, Stage* stage) {
  atoll_view view;
  return atoll_get(*victim, &stage->target, 0, &view);
}

void Pin(atoll_client* victim, Stage* stage) {
  atoll_view view;
  MUST(atoll_get(victim, &stage->target, kPatience, &view));
}

int64_t Release(atoll_client** victim, Stage* stage) { return atoll_release(*victim, &stage->target); }

int64_t Reference(atoll_client** victim, Stage* stage) { return atoll_reference(*victim, &stage->target); }

// The last reference to an object of its own, and then the last pin.
void Own(atoll_client* victim, Stage* stage) {
  stage->made = PutSmall(victim);
  atoll_view view;
  MUST(atoll_get(victim, &stage->made, kPatience, &view));
}
int64_t Dereference(atoll_client** victim, Stage* stage) {
  const int64_t code = atoll_dereference(*victim, &stage->made);
  return code != 0 ? code : atoll_release(*victim, &stage->made);
}

int64_t Delete(atoll_client** victim, Stage* stage) { return atoll_delete(*victim, &stage->target); }

int64_t Wait(atoll_client** victim, Stage* stage) {
  const atoll_object_id ids[] = {stage->shared, stage->target};
  uint8_t ready[2];
  const int64_t code = atoll_wait(*victim, ids, 2, 2, 2'000'000, ready);
  return code >= 0 ? 0 : code;
}

int64_t Attach(atoll_client** victim, Stage* stage) { return atoll_attach(stage->socket, nullptr, victim); }

int64_t Detach(atoll_client** victim, Stage*) {
  atoll_client* leaving = *victim;
  *victim = nullptr;
  return atoll_detach(leaving);
}

// The victim has what it needs: from now on it is the only one.
void DropTarget(atoll_client* second, Stage* stage) { MUST(atoll_dereference(second, &stage->target)); }

void Refer(atoll_client* victim, Stage* stage) { MUST(atoll_reference(victim, &stage->target)); }
int64_t DereferenceTarget(atoll_client** victim, Stage* stage) {
  return atoll_dereference(*victim, &stage->target);
}

// It is named from now on.
void Look(atoll_client* victim, Stage* stage) {
  Pin(victim, stage);
  MUST(atoll_release(victim, &stage->target));
}

// The last references go, so that the server's next look frees them: one object dropped, one deleted. Others
// have seen either, else this client would free them itself.
void DropTwo(atoll_client* second, Stage* stage) {
  stage->made = PutSeen(second);
  MUST(atoll_delete(second, &stage->made));
  MUST(atoll_dereference(second, &stage->made));
  MUST(atoll_dereference(second, &stage->target));
}

// Of one that waits for room, and has all of it in the end.
Operation OfWish(const char* name, void (*prepare)(atoll_client*, Stage*), int64_t (*run)(atoll_client**, Stage*),
                 std::vector<int64_t> excused) {
  Operation operation{name, false, false, false, prepare, run, std::move(excused), false};
  operation.fills = true;
  return operation;
}

// Of the last holder of an object that another client has made.
Operation OfLast(const char* name, void (*prepare)(atoll_client*, Stage*), int64_t (*run)(atoll_client**, Stage*)) {
  Operation operation{name, false, false, false, prepare, run, {}, false};
  operation.before = DropTarget;
  operation.drops = true;
  return operation;
}

Operation OfServer(const char* name) {
  Operation operation{};
  operation.name = name;
  operation.server = true;
  return operation;
}

// The operations of the server.
std::vector<Operation> ServerOperations() {
  Operation free = OfServer("free"), spill = OfServer("spill"), evict = OfServer("evict");
  Operation grant = OfServer("grant"), restore = OfServer("restore"), move = OfServer("move");
  Operation recovery = OfServer("recovery"), takeover = OfServer("takeover");
  free.before = DropTwo;
  free.drops = true;
  spill.until = evict.until = Until::kSpilled;
  spill.wish = evict.wish = Wish::kWholeStore;
  evict.spills = true;  // it has its place on disk, nothing is written
  grant.until = Until::kGranted;
  grant.wish = Wish::kWholeStore;
  grant.spills = true;  // so there is room for it, once all have given back what they hold
  restore.until = Until::kSealed;
  restore.wish = Wish::kTarget;
  restore.spills = true;
  move.until = Until::kMoved;
  move.wish = Wish::kLongRun;
  move.amid = true;
  recovery.buries = true;
  takeover.buries = takeover.takes_over = true;
  return {free, spill, evict, grant, restore, move, recovery, takeover};
}

}  // namespace

void HoldAll(atoll_client* victim, Stage* stage) {
  Own(victim, stage);
  Pin(victim, stage);
  MUST(atoll_reference(victim, &stage->target));
  atoll_object_id id{};
  uint64_t address = 0;
  MUST(atoll_create(victim, &id, kSmall, 0, 0, kPatience, &address));
}

int64_t FillAndSeal(atoll_client* client, const atoll_object_id& id, uint64_t address, uint64_t size) {
  FillBytes(address, size, id.place);
  return atoll_seal(client, &id, nullptr);
}

atoll_object_id PutSmall(atoll_client* client) {
  atoll_object_id id{};
  uint64_t address = 0;
  MUST(atoll_create(client, &id, kSmall, 0, 0, 5'000'000'000, &address));
  MUST(FillAndSeal(client, id, address, kSmall));
  return id;
}

atoll_object_id PutSeen(atoll_client* client) {
  const atoll_object_id id = PutSmall(client);
  atoll_view view;
  MUST(atoll_get(seer, &id, kPatience, &view));
  MUST(atoll_release(seer, &id));
  return id;
}

void SetSeer(atoll_client* client) { seer = client; }

const std::vector<Operation>& Operations() {
  constexpr int64_t kGone = -ATOLL_NOT_FOUND, kLost = -ATOLL_LOST, kExists = -ATOLL_ALREADY_EXISTS;
  constexpr int64_t kLate = -ATOLL_TIMED_OUT;
  static const std::vector<Operation> operations = {
      {"create-small", false, false, false, Warm, CreateSmall, {kExists, kGone, kLost}, false},
      {"create-large", false, true, false, Nothing, CreateLarge, {kExists, kGone, kLost}, false},
      OfWish("wish", HoldSome, WishInVain, {kExists, kGone, kLost, -ATOLL_STORE_FULL}),
      OfWish("granted", Nothing, CreateAll, {kExists, kGone, kLost}),
      {"seal", true, true, false, BeginTwo, SealTwo, {}, false},
      {"resize", true, true, false, Begin, Resize, {}, false},
      {"abort", true, true, false, Begin, Abort, {}, false},
      {"get", false, false, false, Nothing, Get, {kGone, kLost, kLate}, true},
      {"get-again", false, false, false, Look, Get, {kGone, kLost, kLate}, true},
      {"release", false, false, false, Pin, Release, {}, false},
      OfLast("release-last", Pin, Release),
      OfLast("dereference-last", Refer, DereferenceTarget),
      {"reference", false, false, false, Nothing, Reference, {kGone}, false},
      {"dereference", false, false, false, Own, Dereference, {}, false},
      {"delete", false, false, false, Nothing, Delete, {kGone}, false},
      {"wait", false, true, false, Nothing, Wait, {kGone}, false},
      {"attach", false, false, true, Nothing, Attach, {}, false},
      {"detach", false, false, false, HoldAll, Detach, {}, false},
  };
  static const std::vector<Operation> all = [] {
    std::vector<Operation> both = operations;
    for (const Operation& operation : ServerOperations()) both.push_back(operation);
    return both;
  }();
  return all;
}

std::string Scene::Text() const {
  return std::string(Operations()[operation].name) + " made-by-" + (others_make ? "another" : "second") + " held-by-" +
         std::to_string(crowd) + (busy ? " two-threads" : " one-thread");
}

std::vector<Scene> Scenes() {
  std::vector<Scene> scenes;
  for (size_t i = 0; i < Operations().size(); ++i) {
    const Operation& operation = Operations()[i];
    // Nobody may use a client that comes or goes.
    const bool alone = operation.server || operation.detached || operation.run == Detach;
    for (const uint32_t crowd : {0u, 1u, 6u}) {
      if (crowd != 0 && operation.drops) continue;
      for (const bool others_make : {false, true}) {
        for (const bool busy : {false, true}) {
          if (!busy || !alone) scenes.push_back({i, crowd, others_make, busy});
        }
      }
    }
  }
  return scenes;
}

}  // namespace atollstore::torture
