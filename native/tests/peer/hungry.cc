#include "hungry.h"

#include <dirent.h>
#include <unistd.h>

#include <cstdio>
#include <cstring>
#include <thread>
#include <vector>

#include "atoll/c.h"
#include "starve.h"

namespace atollstore {
namespace {

class Hungry {
 public:
  explicit Hungry(const char* path) : path_(path) {}

  std::string Run() {
    if (atoll_attach(path_, nullptr, &client_) != 0) return atoll_last_error();
    child_ = Put(100);
    const int before = Descriptors();
    for (int i = 0; i < 3000; ++i)
      Once(
          "create", [&] { return Create(64, 0); }, [&] { Seal(); });
    Each(
        "create a container", [&] { return Create(64, 1); }, [&] { Seal(); });
    Each(
        "seal a container", [&] { return atoll_seal(client_, &made_, &child_); }, [&] { Drop(); },
        [&] { (void)Create(64, 1); });
    Each(
        "expect", [&] { return atoll_expect(client_, &made_); }, [&] { Drop(); });
    Each(
        "resize", [&] { return Resize(300'000); }, [&] { Drop(); }, [&] { (void)Create(64, 0); });
    const atoll_object_id two[] = {child_, child_};
    atoll_view views[2];
    Each(
        "get_all", [&] { return atoll_get_all(client_, two, 2, 0, views); },
        [&] {
          for (int i = 0; i < 2; ++i) (void)atoll_release(client_, &child_);
        });
    Each(
        "publish", [&] { return atoll_publish(client_, "hungry", &child_, ATOLL_FOREVER); }, [] {});
    Each(
        "lookup", [&] { return atoll_lookup(client_, "hungry", &made_); }, [&] { Drop(); });
    Each(
        "unpublish", [&] { return atoll_unpublish(client_, "hungry", ATOLL_FOREVER); }, [] {});
    uint8_t ready[2];
    Each(
        "wait", [&] { return atoll_wait(client_, two, 2, 2, 0, ready); }, [] {});
    char byte = 0;
    Each(
        "read", [&] { return atoll_read(client_, &child_, 0, &byte, 1, 0); }, [] {});
    atoll_event event{};
    Each(
        "watch", [&] { return atoll_watch(client_, &child_, 1); },
        [&] { (void)atoll_take_ready(client_, &event, 1, 0); });
    Each(
        "take_ready", [&] { return atoll_take_ready(client_, &event, 1, 0); }, [] {},
        [&] { (void)atoll_watch(client_, &child_, 1); });
    Each(
        "unwatch", [&] { return atoll_unwatch(client_, &child_, 1); }, [] {});
    uint64_t cursor = 0;
    atoll_object_info info{};
    Each(
        "list", [&] { return atoll_list(client_, &cursor, &info, 1); }, [] {});
    atoll_client_stats_t mine{};
    mine.size = sizeof(mine);
    Each(
        "client_stats",
        [&] {
          return atoll_client_stats(client_, static_cast<uint64_t>(atoll_client_index(client_)), &mine);
        },
        [] {});
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    Each(
        "stats", [&] { return atoll_stats(client_, &stats); }, [] {});
    atoll_client* second = nullptr;
    Each(
        "attach", [&] { return atoll_attach(path_, nullptr, &second); }, [&] { (void)atoll_detach(second); });
    int64_t connection = -1;
    Each(
        "connect", [&] { return connection = atoll_connect(path_); },
        [&] { (void)::close(static_cast<int>(connection)); });
    const char* const arguments[] = {"/bin/true", nullptr};
    atoll_child child{};
    Each(
        "spawn", [&] { return atoll_spawn(path_, arguments, nullptr, &child); },
        [&] {
          for (const uint64_t fd : {child.in, child.out, child.err}) (void)::close(static_cast<int>(fd));
          (void)atoll_reap_child(child.pid);
        });
    // Everything is full: a create that waits for room.
    while (Create(1 << 20, 0) == 0) Seal();
    made_ = {};
    Each(
        "create without room", [&] { return Create(1 << 20, 0, 1'000'000); }, [&] { Seal(); }, [] {},
        -ATOLL_STORE_FULL);
    for (const atoll_object_id& id : kept_) (void)atoll_dereference(client_, &id);
    kept_.clear();
    if (Descriptors() != before) Wrong("descriptors", "%d before, %d now", before, Descriptors());
    (void)atoll_dereference(client_, &child_);
    (void)atoll_detach(client_);
    return wrong_.empty() ? "ok " + std::to_string(failures_) : wrong_;
  }

 private:
  template <typename... Arguments>
  void Wrong(const char* what, const char* format, Arguments... arguments) {
    char text[300];
    std::snprintf(text, sizeof(text), format, arguments...);
    if (wrong_.empty()) wrong_ = std::string(what) + ": " + text;
  }

  static int Descriptors() {
    DIR* const all = ::opendir("/proc/self/fd");
    int count = 0;
    while (::readdir(all) != nullptr) ++count;
    ::closedir(all);
    return count;
  }

  atoll_object_id Put(uint64_t size) {
    atoll_object_id id{};
    uint64_t address = 0;
    if (atoll_create(client_, &id, size, 0, 0, 1'000'000'000, &address) != 0 ||
        atoll_seal(client_, &id, nullptr) != 0)
      Wrong("put", "%s", atoll_last_error());
    return id;
  }
  int64_t Create(uint64_t size, uint64_t contained, int64_t timeout = 0) {
    made_ = {};
    contained_ = contained;
    uint64_t address = 0;
    return atoll_create(client_, &made_, size, contained, 0, timeout, &address);
  }
  int64_t Resize(uint64_t size) {
    uint64_t address = 0;
    return atoll_resize(client_, &made_, size, 0, &address);
  }
  void Seal() {
    if (atoll_seal(client_, &made_, contained_ != 0 ? &child_ : nullptr) != 0)
      Wrong("seal", "%s", atoll_last_error());
    kept_.push_back(made_);
  }
  void Drop() {
    (void)atoll_abort(client_, &made_);
    (void)atoll_dereference(client_, &made_);
  }

  // Another thread finds no lock held. Whoever hangs is ended by the alarm.
  void Probe(const char* what) {
    std::thread([&] {
      ::alarm(20);
      atoll_object_id id{};
      uint64_t address = 0;
      const int64_t code = atoll_create(client_, &id, 64, 0, 0, 0, &address);
      if (code == 0) {
        if (atoll_seal(client_, &id, nullptr) != 0) Wrong(what, "then seal: %s", atoll_last_error());
        if (atoll_dereference(client_, &id) != 0) Wrong(what, "then dereference: %s", atoll_last_error());
      } else if (code != -ATOLL_STORE_FULL) {
        Wrong(what, "then create on another thread: %ld %s", code, atoll_last_error());
      }
      ::alarm(0);
    }).join();
  }

  // The call, with its first allocation failing if it makes one. `undo` after it has succeeded.
  template <typename Call, typename Undo>
  void Once(const char* what, Call call, Undo undo, int64_t number = 0, int64_t other = 0) {
    starve::FailAfter(number);
    const int64_t code = call();
    const bool failed = starve::HasFailed();
    if (code >= 0) undo();
    if (!failed) {
      if (code < 0 && code != other) Wrong(what, "without any failure: %ld %s", code, atoll_last_error());
      return;
    }
    ++failures_;
    if (code < 0 && code != -ATOLL_OUT_OF_MEMORY && code != other)
      Wrong(what, "allocation %ld fails: %ld %s", number, code, atoll_last_error());
    Probe(what);
  }
  // Again and again, with one allocation failing after the other, until none is left.
  template <typename Call, typename Undo>
  void Each(const char* what, Call call, Undo undo) {
    Each(what, call, undo, [] {});
  }
  template <typename Call, typename Undo, typename Prepare>
  void Each(const char* what, Call call, Undo undo, Prepare prepare, int64_t other = 0) {
    for (int64_t number = 0; number < 1000; ++number) {
      prepare();
      bool done = false;
      Once(
          what, call,
          [&] {
            done = true;
            undo();
          },
          number, other);
      if (!starve::HasFailed()) return;
      // What was prepared for a call that failed is still there.
      if (!done && made_.store != 0) {
        Drop();
        made_ = {};
      }
    }
    Wrong(what, "%s", "never comes to its end");
  }

  const char* const path_;
  atoll_client* client_ = nullptr;
  atoll_object_id child_{}, made_{};
  uint64_t contained_ = 0;
  std::vector<atoll_object_id> kept_;
  int64_t failures_ = 0;
  std::string wrong_;
};

}  // namespace

std::string StarveAllocations(const char* path) { return Hungry(path).Run(); }

}  // namespace atollstore
