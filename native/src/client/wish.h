// How a thread waits for what only the server can give: it publishes a wish in its client's record (layout/wish.h),
// sleeps on that wish's own bell, and takes the answer or withdraws. No lock is held while it waits, and no thread
// depends on another: each ends by its own deadline, whatever the server and its siblings do.
//
//   Wish wish(&wishes, {...}, timeout_ns);
//   for (bool last = false;; last = last || !wish.Wait(seen)) {
//     const uint32_t seen = wish.Look();   // first, so that no ring after it is missed
//     ... what may have come about by itself; wish.state(); if (last) fail ...
//   }
//
// A client has kWishes places. More threads than that wait for a place, as patiently as they would for the server.
// Whoever gives up while the server answers gets both right: the withdrawal is a CAS, and an answer that was faster is
// given back.
#ifndef ATOLL_CLIENT_WISH_H_
#define ATOLL_CLIENT_WISH_H_

#include <sys/types.h>

#include <atomic>
#include <functional>

#include "heap/choose_run.h"
#include "layout/geometry.h"
#include "layout/wish.h"
#include "os/sync.h"

namespace atollstore {

// The places of one client. Any thread.
class Wishes {
 public:
  // `wake_server` has it look at shared memory, should it sleep.
  Wishes(const Control& control, uint32_t me, std::function<void()> wake_server)
      : control_(control), me_(me), wake_server_(std::move(wake_server)) {}

  // Something has become free in this client, or no server comes any more: all that wait look for themselves.
  void RingAll();
  bool any() const {
    // seq_cst; pairs with Wish::Look(): who frees something and finds none here has freed it before the other looked.
    return control_.client(me_).wishing.load(std::memory_order_seq_cst) != 0 ||
           without_place_.load(std::memory_order_seq_cst) != 0;
  }

 private:
  friend class Wish;
  static constexpr uint32_t kNone = kWishes;
  pid_t ServerPid() const;
  uint32_t TakePlace();
  void ReturnPlace(uint32_t place);

  const Control control_;
  const uint32_t me_;
  const std::function<void()> wake_server_;
  std::atomic<uint32_t> free_{UINT32_MAX};  // a bit for each place
  static_assert(kWishes == 32);
  std::atomic<uint32_t> without_place_{0};
  os::Bell place_bell_{};  // rung when a place is free, and for those who have none with all others
};

// One thread's.
class Wish {
 public:
  struct Want {
    WishKind kind;
    uint64_t bytes = 0;  // kRoom
  };
  // Who has less than this does not wait for others, but asks all the same: what is free may have no memory behind it
  // yet, and what has been dropped may not have been looked at. The server grants what is free, or refuses, within that
  // time.
  static constexpr int64_t kAtOnceNanos = 5'000'000;
  Wish(Wishes* wishes, const Want& want, int64_t timeout_ns);
  // Withdraws; what was granted and not taken goes back.
  ~Wish();
  Wish(const Wish&) = delete;
  Wish& operator=(const Wish&) = delete;

  // Publishes the wish when it is not, and there is a place. Returns the count of the bell to wait for. A run of
  // extents that would do as well as any other may be named, and be another one each time it is published.
  uint32_t Look(const Run& instead = {});
  // Returns false when time is over.
  bool Wait(uint32_t seen);
  WishState state() const;
  // The run that was granted, whose extents are kept for this client: to be made its own (ClientHeap::Adopt), or given
  // back. From then on Look() publishes the wish again, with its place in the queue. Empty when there is none.
  Run Take();
  bool urgent() const { return urgent_; }
  const os::Deadline& deadline() const { return deadline_; }
  // Whether no server has taken notice of it, because it is stopped or dead, or recovers, or though it has had the time.
  bool ignored() const;

 private:
  WishRecord& record() const { return wishes_->control_.client(wishes_->me_).wishes[place_]; }
  os::Bell& bell() const { return place_ == Wishes::kNone ? wishes_->place_bell_ : record().bell; }
  void Publish(const Run& instead);
  void Withdraw();
  bool WaitForBell(uint32_t seen) const;
  bool MayBeAnswered() const;

  // For an answer that is as good as given.
  static constexpr int64_t kMostForAnswerNanos = 2'000'000'000;
  // In which the next server life has begun, when it is to follow.
  static constexpr int64_t kNextLifeNanos = 10'000'000;
  // Who is not noticed nudges the server again after so long.
  static constexpr int64_t kNudgeAgainNanos = 100'000'000;

  Wishes* const wishes_;
  const Want want_;
  const int64_t begun_;
  const os::Deadline deadline_;
  const bool urgent_;
  uint64_t ticket_ = 0;
  uint32_t place_ = Wishes::kNone;
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_WISH_H_
