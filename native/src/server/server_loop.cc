// The loop of the server's thread: whose turn it is, what it waits for, and what happens then.
#include <algorithm>

#include "os/sync.h"
#include "server/events.h"
#include "server/lost.h"
#include "server/server_core.h"

namespace atollstore {

void ServerCore::Run(void* self) { static_cast<ServerCore*>(self)->Loop(); }

bool ServerCore::Work() {
  deaths_->TakeAsked();
  bool busy = reserver_->Poll(room_->pressure());
  if (reserver_->TakePressure()) room_->Press();
  if (reserver_->TakeLost()) TellLost(doorway_->path(), data_memory_->fd(), "of the store's memory", false);
  if (reserver_->TakeReady()) TellWhoKeepsWarm();
  busy = doorway_->ListenAgain() || busy;
  busy = requests_->AnswerLate() || busy;
  if (recovery_ != nullptr) {
    if (!recovery_->Go()) {
      room_->SendUrgentAway();
      return true;
    }
    recovery_.reset();
  }
  busy = deaths_->GoOn() || busy;
  // Before the sweep: what their clients have dropped before is swept when they are served.
  busy = room_->TakeIn() || busy;
  busy = sweeper_->Sweep() || busy;
  if (spiller_ != nullptr) {
    for (const uint64_t index : sweeper_->TakeWanted()) spiller_->Restore(index);
    busy = spiller_->Poll(false) || busy;
  }
  busy = room_->Serve() || busy;
  busy = mover_->Poll() || busy;
  const bool freed = sweeper_->TakeFreed(), opened = reserver_->TakeFreed();
  room_->Tell(freed || opened);
  control_.header().served.control_resident.store(control_memory_->Resident(), std::memory_order_relaxed);
  for (const uint32_t client : sweeper_->TakeClientsToTell()) admission_->Nudge(client);
  return busy;
}

void ServerCore::AskToGiveBack(RoomQueue::Asked asked) {
  control_.EachIn(control_.header().keepers, [&](uint32_t client) {
    if (!control_.HasClient(client)) return;  // nothing may be read of it
    const bool freed = control_.freed_slabs(client).Any() || control_.freed_entries(client).Any();
    if (freed || asked == RoomQueue::Asked::kAll) admission_->Nudge(client);
  });
}

void ServerCore::TellWhoKeepsWarm() {
  control_.EachIn(control_.header().warmers, [this](uint32_t client) { admission_->Nudge(client); });
}

// seq_cst; pairs with ClientCore::WakeServer(): a client that does not see that this sleeps has changed what it changed
// before the look that follows here.
void ServerCore::SaySleeping(bool sleeping) {
  u32& sleep = control_.header().server_sleep;
  const uint32_t now = sleep.load(std::memory_order_relaxed);  // written by the server alone
  if ((now % 2 != 0) != sleeping) sleep.store(now + 1, std::memory_order_seq_cst);
}

// Whether there is something to do that waits for nobody.
bool ServerCore::InAHurry() const {
  if (recovery_ != nullptr) return !recovery_->waits();
  return sweeper_->more() || mover_->in_a_hurry() || deaths_->in_a_hurry();
}

// While there is something to do the thread looks every millisecond, and nobody has to make a system call to
// tell it. After a quiet while it says that it sleeps, looks once more, and waits to be nudged.
void ServerCore::Loop() {
  constexpr int kQuietRounds = 16;
  int quiet = 0;
  for (;;) {
    if (stopping_.load()) return;
    quiet = Work() ? 0 : quiet + 1;
    LookAround();
    int timeout = InAHurry() ? 0 : 1;
    if (quiet >= kQuietRounds) {
      SaySleeping(true);
      if (Work()) {
        quiet = 0;
      } else {
        // As unsigned numbers: -1 is for ever.
        timeout = static_cast<int>(std::min(static_cast<uint32_t>(reserver_->MillisToGiveBack()),
                                            static_cast<uint32_t>(room_->MillisToLook())));
      }
    }
    if (HandleEvents(timeout < 0 ? kLookMillis : std::min(timeout, kLookMillis))) quiet = 0;
  }
}

void ServerCore::LookAround() {
  constexpr int64_t kLookNanos = int64_t{kLookMillis} * 1'000'000;
  doorway_->TakeMade();
  const int64_t now = os::NowNanos();
  if (now < look_around_at_) return;
  look_around_at_ = now + kLookNanos;
  if (!wake_.ours()) {
    const int lost = wake_.get();
    const bool made = wake_.Make();
    if (made) (void)watcher_.Watch(wake_.get(), Event(kWake, 0));
    TellLost(doorway_->path(), lost, "by which its threads wake each other", made);
  }
  doorway_->LookAround();
}

// Everything is watched again; what has ended meanwhile says so at once.
void ServerCore::WatchAgain() {
  (void)watcher_.Watch(wake_.get(), Event(kWake, 0));
  doorway_->WatchAgain();
  admission_->WatchAgain();
}

bool ServerCore::HandleEvents(int timeout_ms) {
  bool any = false, came = true;
  // Who has just connected has mostly said hello by the time that is accepted, and does not wait for another slice.
  for (int looks = 0; looks < 2 && came; ++looks, timeout_ms = 0) {
    uint64_t events[Watcher::kMostEvents];
    bool anew = false;
    const int count = watcher_.Wait(timeout_ms, events, &anew);
    if (anew) WatchAgain();
    SaySleeping(false);
    came = false;
    for (int i = 0; i < count; ++i) {
      came = came || events[i] >> 32 == kListener;
      Handle(events[i]);
    }
    any = any || count > 0;
  }
  return any;
}

bool ServerCore::Poll(int timeout_ms) {
  bool busy = Work();
  if (!busy && timeout_ms != 0) {
    SaySleeping(true);
    busy = Work();
  }
  return HandleEvents(busy ? 0 : timeout_ms) || busy;
}

void ServerCore::Handle(uint64_t event) {
  const auto value = static_cast<uint32_t>(event);
  switch (event >> 32) {
    case kWake:
      return wake_.Clear();
    case kListener:
      return doorway_->AcceptAll();
    case kGuest:
      if (Doorway::Guest guest = doorway_->Take(static_cast<int>(value)); guest.socket.valid())
        admission_->Greet(std::move(guest));
      return;
    case kSocket:
      return HandleSocket(value);
    case kPidFd:
      return NoteDeath(value);
  }
}

void ServerCore::HandleSocket(uint32_t client) {
  if (!admission_->IsUsed(client)) return;
  u32& state = control_.client(client).state;
  // A closed connection is not death; the pidfd alone decides that.
  if (recovered() && !requests_->Take(client)) {
    admission_->HungUp(client);
    // Unless it never began: then nothing is left to be held.
    auto greeted = static_cast<uint32_t>(ClientState::kGreeted);
    if (state.compare_exchange_strong(greeted, static_cast<uint32_t>(ClientState::kDead))) return NoteDeath(client);
  }
  if (state.load(std::memory_order_acquire) == static_cast<uint32_t>(ClientState::kDetached)) NoteDeath(client);
}

void ServerCore::NoteDeath(uint32_t client) {
  if (admission_->Died(client)) deaths_->Note(client);
}

}  // namespace atollstore
