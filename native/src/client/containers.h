// Containers of one client, from create to the server's taking in: how many ids each was promised to hold,
// and the references that are held for its children until the server holds some of its own.
//
// Any thread. Everything is allocated by Make(), before anything of the store has changed; nothing else here
// can fail, and no memory is asked for under the lock.
#ifndef ATOLL_CLIENT_CONTAINERS_H_
#define ATOLL_CLIENT_CONTAINERS_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>

#include "layout/geometry.h"

namespace atollstore {

// One that will hold `count` children.
struct Container {
  uint64_t place;
  Container* next;
  uint32_t count;
  uint32_t held;         // so many of `children` have a reference of ours
  uint32_t children[1];  // indices, `count` of them
};
struct ContainerEnd {
  void operator()(Container* container) const { ::operator delete(container); }
};
using OwnContainer = std::unique_ptr<Container, ContainerEnd>;

class Containers {
 public:
  explicit Containers(const Control& control) : control_(control) {}
  ~Containers();
  Containers(const Containers&) = delete;
  Containers& operator=(const Containers&) = delete;

  // Null: no memory. REQUIRES: count != 0
  static OwnContainer Make(uint32_t count);
  // From now on the object of this place is known to become that container. What the entry says of it may be
  // written by anybody.
  void Promise(uint64_t place, OwnContainer container);
  // How many ids it was promised, 0: it is none, or was sealed or given up since.
  uint32_t Promised(uint64_t place) const;
  // The promised one, null when there is none. REQUIRES: the caller alone may end this creation
  // (Creations::Take).
  Container* Find(uint64_t place) const;
  void Forget(uint64_t place);
  // It is about to be sealed: from then on the server may take it in at any time. REQUIRES: Find() found it
  void Keep(uint64_t place);

  // Whether one of those that the server has not taken in holds it, so that a reference of this client is
  // theirs.
  bool KeepsFor(uint64_t child) const;

  uint64_t kept() const { return kept_count_.load(std::memory_order_relaxed); }
  // Takes out those that the server has taken in since, or that have gone, and calls give(index) for each
  // child: of one container at a time, for so many children at most. Looks at as many that are kept, in turn. Returns
  // with how many it is done: those wait still, or have gone.
  template <typename F>
  uint64_t Drain(uint32_t most, F&& give) {
    uint64_t done = 0;
    OwnContainer settled = TakeSettled(most, &done);
    if (settled == nullptr) return done;
    const uint32_t left = settled->held - std::min(most, settled->held);
    for (uint32_t i = settled->held; i > left; --i) give(uint64_t{settled->children[i - 1]});
    settled->held = left;
    if (left == 0) return done + 1;
    PutBack(std::move(settled));
    return done;
  }

 private:
  static constexpr uint32_t kBuckets = 256;
  Container** Bucket(uint64_t place) const { return &promised_[place % kBuckets]; }
  // The pointer that points to it, or to null. REQUIRES: mutex_ is held
  Container** Link(uint64_t place) const;
  OwnContainer Unlink(uint64_t place);
  // The first of so many. Counts those before it.
  OwnContainer TakeSettled(uint32_t most, uint64_t* before);
  void PutBack(OwnContainer container);
  // REQUIRES: mutex_ is held
  void Append(OwnContainer container);
  OwnContainer TakeFirst();

  const Control control_;
  mutable std::mutex mutex_;  // of the lists
  mutable Container* promised_[kBuckets] = {};
  Container* kept_ = nullptr;    // the one that was looked at last is last
  Container** kept_end_ = &kept_;  // what points to null
  // Hints that spare the lock: whoever asks about a place was told of it after the promise.
  std::atomic<uint64_t> promises_{0};
  std::atomic<uint64_t> kept_count_{0};
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_CONTAINERS_H_
