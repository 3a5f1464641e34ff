// The client that shares the store with the victim.
#include <unistd.h>

#include <algorithm>
#include <cstdarg>
#include <cstdio>
#include <thread>
#include <vector>

#include "../tests/storm.h"
#include "points/actors.h"
#include "torture.h"

namespace atollstore::torture {
namespace {

std::string Text(const char* format, ...) __attribute__((format(printf, 1, 2)));
std::string Text(const char* format, ...) {
  char text[400];
  va_list values;
  va_start(values, format);
  std::vsnprintf(text, sizeof(text), format, values);
  va_end(values);
  return text;
}

// Longer than what is free on either side of the middle.
constexpr uint64_t kLongRun = kStoreBytes * 2 / 3;

class SecondClient {
 public:
  explicit SecondClient(Stage* stage) : stage_(stage) {
    MUST(atoll_attach(stage->socket, nullptr, &client_));
    MUST(atoll_attach(stage->socket, nullptr, &seer_));
    SetSeer(seer_);
    crowd_.resize(std::max(stage->crowd, stage->others_make ? 1u : 0u));
    for (atoll_client*& other : crowd_) MUST(atoll_attach(stage->socket, nullptr, &other));
    stage_->shared = PutSmall(client_);
  }

  std::string Answer(char command, const Operation* operation) {
    switch (command) {
      case kArrange:
        return Arrange(*operation);
      case kBefore:
        if (operation->before != nullptr) operation->before(client_, stage_);
        dropped_ = operation->drops;
        StartWish(operation->wish);
        return "";
      case kMeddle:
        return Meddle(*operation);
      case kVerify:
        return Verify(*operation);
      default:
        return "";
    }
  }

 private:
  std::string Arrange(const Operation& operation) {
    meddled_ = false;
    stage_->made = {};
    atoll_client* const maker = stage_->others_make ? crowd_[0] : client_;
    if (operation.amid) {
      if (std::string wrong = PutAmid(maker); !wrong.empty()) return wrong;
    } else if (operation.expected) {
      MUST(atoll_expect(maker, &stage_->target));
    } else {
      stage_->target = operation.server && operation.drops ? PutSeen(maker) : PutSmall(maker);
    }
    if (maker != client_) {
      MUST(atoll_reference(client_, &stage_->target));
      MUST(atoll_dereference(maker, &stage_->target));
    }
    for (uint32_t i = 0; i < stage_->crowd; ++i) MUST(atoll_reference(crowd_[i], &stage_->target));
    if (operation.spills) {
      if (std::string wrong = SpillAll(); !wrong.empty()) return wrong;
      // Evicting is to find it in memory again, with its place on disk.
      if (operation.until == Until::kSpilled) {
        atoll_view view;
        MUST(atoll_get(client_, &stage_->target, 20'000'000'000, &view));
        MUST(atoll_release(client_, &stage_->target));
      }
    }
    if (operation.waited) {
      waiter_ = std::thread([this] {
        atoll_view view;
        waited_ = atoll_get(client_, &stage_->target, 20'000'000'000, &view);
        if (waited_ != 0) return;
        if (!BytesAreRight(view, stage_->target.place)) waited_ = 1;
        atoll_release(client_, &stage_->target);
      });
      // Until it has said so in the entry and sleeps: its wait is over in some milliseconds otherwise.
      ::usleep(300);
    }
    return "";
  }

  // A thread that waits for what only the server can give.
  void StartWish(Wish wish) {
    if (wish == Wish::kNothing) return;
    waited_ = 0;
    waiter_ = std::thread([this, wish] {
      if (wish == Wish::kLongRun) {
        waited_ = Take(kLongRun);
        if (waited_ != 0) why_ = atoll_last_error();
        return;
      }
      if (wish == Wish::kWholeStore) {
        waited_ = Take(kStoreBytes);
        if (waited_ != 0) why_ = atoll_last_error();
        return;
      }
      atoll_view view;
      waited_ = atoll_get(client_, &stage_->target, 20'000'000'000, &view);
      if (waited_ != 0) return;
      if (!BytesAreRight(view, stage_->target.place)) waited_ = 1;
      atoll_release(client_, &stage_->target);
    });
    ::usleep(1500);  // until it has asked
  }

  // Objects of an extent each, pinned, so that each lies elsewhere, until one lies in the middle: that is the target, and
  // the others go.
  std::string PutAmid(atoll_client* maker) {
    std::vector<atoll_object_id> pieces;
    bool amid = false;
    for (uint64_t most = kStoreBytes / kExtentBytes; !amid && pieces.size() < most;) {
      stage_->target = {};
      uint64_t address = 0;
      MUST(atoll_create(maker, &stage_->target, kOneExtent, 0, 0, 5'000'000'000, &address));
      MUST(FillAndSeal(maker, stage_->target, address, kOneExtent));
      atoll_view view{};
      MUST(atoll_get(maker, &stage_->target, 0, &view));
      amid = view.offset > kStoreBytes * 2 / 5 && view.offset < kStoreBytes * 3 / 5;
      if (!amid) pieces.push_back(stage_->target);
    }
    if (amid) MUST(atoll_release(maker, &stage_->target));
    for (const atoll_object_id& id : pieces) {
      MUST(atoll_release(maker, &id));
      MUST(atoll_dereference(maker, &id));
    }
    return amid ? "" : Text("none of %zu objects lies in the middle", pieces.size());
  }

  // Room for it is there only when nothing else is in memory.
  int64_t Take(uint64_t bytes) {
    atoll_object_id id{};
    uint64_t address = 0;
    const int64_t code = atoll_create(client_, &id, bytes, 0, 0, 20'000'000'000, &address);
    if (code != 0) return code;
    MUST(atoll_abort(client_, &id));
    return atoll_dereference(client_, &id);
  }

  std::string SpillAll() {
    const int64_t code = Take(kStoreBytes);
    return code == 0 ? "" : Text("the whole store cannot be had: %ld %s", code, atoll_last_error());
  }

  // Everything another client may do, to every object there is; then room for the server to take away.
  std::string Meddle(const Operation& operation) {
    meddled_ = true;
    atoll_object_info infos[64];
    uint64_t cursor = 0;
    const int64_t count = atoll_list(client_, &cursor, infos, 64);
    for (int64_t i = 0; i < count; ++i) {
      const atoll_object_id id = infos[i].id;
      // A get of what is on disk waits for the server, and that is the one who is stopped.
      if (operation.server && infos[i].state == ATOLL_SEALED && infos[i].size == 0) continue;
      atoll_view view;
      const bool shared = id.place == stage_->shared.place;
      if (atoll_get(client_, &id, 0, &view) == 0) {
        const bool right = BytesAreRight(view, id.place);
        MUST(atoll_release(client_, &id));
        if (!right) return Text("object %lu has the bytes of another", id.place >> 40);
        continue;
      }
      uint64_t address = 0;
      atoll_object_id again = id;
      // With the server stopped, a create that needs memory would wait for it.
      if (!shared && !operation.server && atoll_create(client_, &again, kSmall, 0, 0, 0, &address) == 0) {
        MUST(FillAndSeal(client_, id, address, kSmall));
      }
    }
    if (operation.wish != Wish::kNothing) return "";  // it is wanted, and the store is full
    if (!operation.waited && !dropped_) {
      MUST(atoll_dereference(client_, &stage_->target));
      dropped_ = true;
    }
    // The server looks every millisecond while there is something to do; when it is stopped itself, it does
    // not.
    if (!operation.server) ::usleep(3000);
    if (operation.server || operation.fills) return "";
    // Whatever has been freed is used again at once.
    for (int i = 0; i < 4; ++i) {
      const atoll_object_id id = PutSmall(client_);
      reused_.push_back(id);
    }
    return "";
  }

  std::string Verify(const Operation& operation) {
    if (operation.waited) {
      // Sealed, or expected again: then this client is the one who makes it. Either way the waiter must wake.
      for (const double end = Now() + 10; Now() < end; ::usleep(200)) {
        uint64_t address = 0;
        const int64_t state = atoll_contains(client_, &stage_->target);
        if (state == ATOLL_SEALED) break;
        if (state != ATOLL_EXPECTED) return Text("the target is in state %ld", state);
        if (atoll_create(client_, &stage_->target, kSmall, 0, 0, 0, &address) == 0) {
          MUST(FillAndSeal(client_, stage_->target, address, kSmall));
        }
      }
      waiter_.join();
      if (waited_ != 0) return Text("the waiter came back with %ld", waited_);
    }
    for (const atoll_object_id& id : reused_) MUST(atoll_dereference(client_, &id));
    reused_.clear();
    if (operation.wish != Wish::kNothing) {
      waiter_.join();
      if (waited_ != 0) return Text("what it waited for came to %ld %s", waited_, why_.c_str());
    }
    if (operation.server && !dropped_) {
      // Wherever it is now, in memory or on disk.
      atoll_view view;
      if (atoll_get(client_, &stage_->target, 20'000'000'000, &view) != 0) {
        return Text("the target cannot be had: %s", atoll_last_error());
      }
      const bool right = BytesAreRight(view, stage_->target.place);
      MUST(atoll_release(client_, &stage_->target));
      if (!right) return "the target has changed";
    }
    if (!dropped_) {
      const int64_t code = atoll_dereference(client_, &stage_->target);
      if (code != 0) return Text("the reference to the target is lost: %ld %s", code, atoll_last_error());
    }
    dropped_ = false;
    for (uint32_t i = 0; i < stage_->crowd; ++i) {
      const int64_t code = atoll_dereference(crowd_[i], &stage_->target);
      if (code != 0) return Text("the reference of another to the target is lost: %ld %s", code, atoll_last_error());
    }
    if (std::string wrong = BecomesAsBefore(); !wrong.empty()) return wrong;
    return FullCycle();
  }

  // Nothing but this client, the seer, the crowd and the one object is there.
  std::string BecomesAsBefore() {
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    std::string wrong;
    for (const double end = Now() + 10; Now() < end; ::usleep(100)) {
      MUST(atoll_stats(client_, &stats));
      if (stats.clients != 2 + crowd_.size() || stats.objects != 1) {
        wrong = Text("%lu clients and %lu objects are left, %lu bytes", stats.clients, stats.objects, stats.allocated);
        continue;
      }
      atoll_object_info info;
      uint64_t cursor = 0;
      if (atoll_list(client_, &cursor, &info, 1) == 1 && info.id.place == stage_->shared.place && info.pins == 0 &&
          info.references == 1) {
        return "";
      }
      // Of one that has died, until it is buried.
      wrong = Text("the shared object has %lu pins and %lu references", info.pins, info.references);
    }
    return wrong;
  }

  // All that a client does, with small and large objects, and all of the memory there is.
  std::string FullCycle() {
    atoll_view view;
    if (atoll_get(client_, &stage_->shared, 20'000'000'000, &view) != 0)
      return "the shared object cannot be had";
    const bool right = BytesAreRight(view, stage_->shared.place);
    MUST(atoll_release(client_, &stage_->shared));
    if (!right) return "the shared object has changed";
    const atoll_object_id small = PutSmall(client_);
    atoll_object_id container{};
    uint64_t address = 0;
    if (atoll_create(client_, &container, kSmall, 1, 0, 5'000'000'000, &address) != 0) {
      return Text("no container: %s", atoll_last_error());
    }
    FillBytes(address, kSmall, container.place);
    MUST(atoll_seal(client_, &container, &small));
    MUST(atoll_dereference(client_, &small));
    if (atoll_get(client_, &small, 5'000'000'000, &view) != 0) return "a contained object cannot be had";
    MUST(atoll_release(client_, &small));
    MUST(atoll_dereference(client_, &container));
    // Nearly all: the shared object lies somewhere.
    atoll_object_id ids[64];
    size_t count = 0;
    // Others may hold empty extents, which they are asked for; on a busy machine that takes its time.
    const int64_t patience = most_ == 0 ? 0 : 5'000'000'000;
    for (; count < (most_ == 0 ? 64 : most_ - 1); ++count) {  // the last one would wait for room
      ids[count] = {};
      if (atoll_create(client_, &ids[count], 60'000, 0, 0, patience, &address) != 0) break;
    }
    for (size_t i = 0; i < count; ++i) {
      MUST(atoll_abort(client_, &ids[i]));
      MUST(atoll_dereference(client_, &ids[i]));
    }
    if (most_ == 0) most_ = count;
    if (count + 1 < most_) return Text("%zu objects fit into the store, %zu did before", count, most_);
    return BecomesAsBefore();
  }

  Stage* const stage_;
  atoll_client* client_ = nullptr;
  atoll_client* seer_ = nullptr;
  std::vector<atoll_client*> crowd_;
  std::thread waiter_;
  int64_t waited_ = 0;
  std::string why_;
  bool meddled_ = false, dropped_ = false;
  std::vector<atoll_object_id> reused_;
  size_t most_ = 0;
};

}  // namespace

Actor::Part MakeSecondClient(Stage* stage) {
  auto* client = new SecondClient(stage);  // lives as long as its process
  return {[client](char command, const Operation* operation) { return client->Answer(command, operation); },
          nullptr};
}

}  // namespace atollstore::torture
