// The client's background thread.
#include <poll.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <thread>
#include <utility>

#include "client/client_core.h"
#include "os/process.h"
#include "os/socket.h"

namespace atollstore {
namespace {

constexpr int64_t kFillNanos = 60'000'000'000;  // nobody waits for it

}  // namespace

void ClientCore::RunBackground(void* self) { static_cast<ClientCore*>(self)->Background(); }

uint64_t ClientCore::WarmShare() const {
  const Geometry& g = control_.geometry();
  return capacity_ / 4 / std::max<uint64_t>(1, control_.clients()) / g.extent_bytes() * g.extent_bytes();
}

uint64_t ClientCore::WarmCap() const { return std::min(control_.geometry().warm_bytes(), WarmShare()); }

// Whoever puts one large object after the other has two of them in turn, since the server frees the one while
// the next is written. To give back what the next but one will take costs more than to write it.
//
// And what is dropped may come back in bulk, after a collection of a JVM: who has made so much in the last second makes as
// much in the next. Mapped anew it would be written at a quarter of the speed. But no more than it had in use of late:
// who drops as much as it makes finds its room in what was dropped.
uint64_t ClientCore::MostFree() {
  constexpr int64_t kWindowNanos = 1'000'000'000;
  const uint64_t asked = heap_->AskedBytes();
  if (const int64_t now = os::NowNanos(); now >= window_begin_ + kWindowNanos) {
    turnover_ = asked - window_asked_;
    window_asked_ = asked;
    window_begin_ = now;
    std::shift_right(peaks_.begin(), peaks_.end(), 1);
    peaks_[0] = heap_->TakePeak();
  }
  const uint64_t two = 2 * largest_.load(std::memory_order_relaxed);
  const uint64_t peak = std::max(heap_->PeakBytes(), *std::max_element(peaks_.begin(), peaks_.end()));
  const uint64_t unused = peak - std::min(peak, heap_->UsedBytes());
  const uint64_t again = std::min(std::max({two, turnover_, asked - window_asked_}), unused);
  const uint64_t wanted = control_.geometry().warm_bytes() + again;
  return std::max(WarmCap(), std::min(wanted, WarmShare())) + control_.geometry().extent_bytes();
}

void ClientCore::WakeBackground() {
  wake_.Ring();
}

// Nobody of this client frees by itself meanwhile: what lies there is the server's to free from then on.
void ClientCore::HandOverExtents() {
  while (freeing_.test_and_set(std::memory_order_acquire)) std::this_thread::yield();
  const bool given = heap_->HandOver() != 0;
  freeing_.clear(std::memory_order_release);
  if (!given) return;
  peaks_ = {};  // what has gone with its extents does not come back
  (void)heap_->TakePeak();
  NoteWhetherKeeper();
  WakeServer();
}

void ClientCore::KeepWarm() {
  if (control_.header().wants_extents.load(std::memory_order_acquire) != 0) HandOverExtents();
  if (control_.header().pressure.load(std::memory_order_acquire) != 0) return GiveAllBack();
  const uint64_t cap = WarmCap();
  if (heap_->FreeBytes() > MostFree()) {
    if (heap_->GiveBack(MostFree()) != 0) WakeServer();
    return;
  }
  const uint64_t target = std::min(cap, warm_target_.load(std::memory_order_relaxed));
  // Before it looks for some: the server tells of those that come later.
  control_.Say(control_.header().warmers, me_, heap_->FreeBytes() < target);
  while (!leaving_.load() && MayLease() && heap_->FreeBytes() < target) {
    // Only what has memory already: asking for more is for those who need it.
    const Run run = heap_->Lease(1, true);
    if (run.count == 0) break;
    WakeServer();
    if (!heap_->Commit(run, os::Deadline::After(kFillNanos)).ok()) break;
  }
}

// What is free, since others lack it.
void ClientCore::GiveAllBack() {
  const uint64_t extents = heap_->GiveBack(0), blocks = pool_->GiveBack(true);
  NoteWhetherKeeper();
  if (extents != 0 || blocks != 0) WakeServer();
}

// Who has nothing is not asked. It says so first and looks then: a thread that takes something now says so
// again.
void ClientCore::NoteWhetherKeeper() {
  u64(&keepers)[kClientWords] = control_.header().keepers;
  if (heap_->OwnedBytes() != 0 || pool_->blocks() != 0) return;
  control_.Say(keepers, me_, false);
  if (heap_->OwnedBytes() != 0 || pool_->blocks() != 0) control_.Say(keepers, me_, true);
}

int ClientCore::GiveBackWhenIdle() {
  constexpr int64_t kIdleNanos = 3'000'000'000;
  constexpr int kLookMillis = 1'000, kIdleLookMillis = 10'000;
  // A client that has come to stay gets room for a first large object; not at once, others are starting too.
  constexpr int64_t kSettleNanos = 300'000'000;
  constexpr uint64_t kSettled = 80 << 20;
  const int64_t now = os::NowNanos();
  if (!settled_) {
    if (idle_since_ == 0) idle_since_ = now;
    const int64_t left = idle_since_ + kSettleNanos - now;
    if (left > 0) return static_cast<int>(left / 1'000'000) + 1;
    settled_ = true;
    warm_target_.store(std::max(warm_target_.load(std::memory_order_relaxed), std::min(WarmCap(), kSettled)),
                       std::memory_order_relaxed);
  }
  const uint64_t asked = heap_->AskedBytes();
  if (asked != asked_seen_) {
    asked_seen_ = asked;
    idle_since_ = now;
  }
  if (now < idle_since_ + kIdleNanos) return kLookMillis;
  warm_target_.store(0, std::memory_order_relaxed);  // until something is made again
  largest_.store(0, std::memory_order_relaxed);
  (void)pool_->GiveBack(false);
  if (heap_->GiveBack(0) != 0) WakeServer();
  NoteWhetherKeeper();
  control_.Say(control_.header().warmers, me_, false);
  // What is left holds objects; they may go while this client still does nothing.
  return heap_->OwnedBytes() == 0 ? -1 : kIdleLookMillis;
}

// The pidfd alone says that an unsupervised server has ended. Without one, the connection has to.
void ClientCore::LookAtServer(short revents, bool connected) {
  if (server_gone_.load() || Supervised()) return;
  const os::Watched seen = os::LookAt(server_pidfd_.get(), revents);
  if (seen == os::Watched::kLost) {
    const int lost = server_pidfd_.release();  // not to be closed: it may be another file by now
    auto peer = os::PeerOf(socket_.get());
    if (peer.ok()) server_pidfd_ = std::move(peer.value().pidfd);
    std::fprintf(stderr,
                 "atoll: descriptor %d, by which process %d watches the server of %s, was closed by somebody else in this "
                 "process; %s\n",
                 lost, ::getpid(), socket_path_.c_str(),
                 server_pidfd_.valid() ? "it has another one now" : "from now on it goes by the connection");
  }
  if (seen == os::Watched::kEnded || (!server_pidfd_.valid() && !connected && socket_.valid())) ServerHasGone();
}

bool ClientCore::LostConnection() {
  if (!socket_.valid() || socket_.ours()) return false;
  std::fprintf(stderr,
               "atoll: descriptor %d, the connection of process %d to the server of %s, was closed by somebody else in "
               "this process; it connects again\n",
               socket_.get(), ::getpid(), socket_path_.c_str());
  (void)socket_.Set(os::UniqueFd());
  return true;
}

void ClientCore::LookAtWake() {
  if (wake_.ours()) return wake_.Clear();
  if (!wake_.valid()) return (void)wake_.Make();
  std::fprintf(stderr,
               "atoll: descriptor %d, by which threads of process %d wake another one for %s, was closed by somebody else in "
               "this process; it has %s\n",
               wake_.get(), ::getpid(), socket_path_.c_str(), wake_.Make() ? "another one now" : "none now");
}

void ClientCore::Background() {
  constexpr int kRetryMillis = 10;
  constexpr int kOfferMillis = 200;  // while nobody serves the store
  constexpr int kLookMillis = 10'000;  // a descriptor that is another's file by now may wake nobody
  bool connected = true, lost_connection = false;
  os::UniqueFd reaching;  // a new connection that has not been answered yet
  while (!leaving_.load()) {
    for (uint64_t left = containers_->kept(); left > 0 && containers_->kept() != 0;)
      left -= std::min(left, DrainContainers());
    int timeout = -1;
    if (!Disconnected()) {
      timeout = GiveBackWhenIdle();
      KeepWarm();
    }
    if (connected && LostConnection()) {
      lost_connection = true;
      connected = false;
    }
    const bool again = Supervised() || (lost_connection && !server_gone_.load());
    const bool lost = !connected && again && !forgotten_ && control_.header().stopped.load() == 0;
    if (lost && !reaching.valid()) reaching = Reach();
    if (lost && !reaching.valid()) timeout = server_gone_.load() ? kOfferMillis : kRetryMillis;
    pollfd watched[] = {{wake_.get(), POLLIN, 0},
                        {server_gone_.load() ? -1 : server_pidfd_.get(), POLLIN, 0},
                        {connected ? socket_.get() : reaching.get(), POLLIN, 0}};
    const int some = ::poll(watched, 3, timeout < 0 ? kLookMillis : std::min(timeout, kLookMillis));
    if (some == 0) LookAtWake();
    if (some <= 0) continue;
    if (watched[0].revents != 0) LookAtWake();
    if (watched[2].revents != 0) {
      if (connected && !socket_.ours()) continue;
      if (connected) {
        connected = os::TakeNudges(socket_.get());
        if (!connected) end_bell_.Ring();  // the store may have been closed
        // Else the server has lost its end, and lives.
        lost_connection = lost_connection || !connected;
      } else {
        connected = Reconnected(std::move(reaching));
        reaching = os::UniqueFd();
        lost_connection = lost_connection && !connected;
        // A server that cannot be reached in this moment is not asked again in this moment.
        if (!connected && ::poll(watched, 1, kRetryMillis) < 0) continue;
      }
    }
    LookAtServer(watched[1].revents, connected);
  }
}

}  // namespace atollstore
