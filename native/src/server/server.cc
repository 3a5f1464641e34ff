// Starting, stopping, and the loop of the server's thread.
#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <new>

#include "server/events.h"
#include "server/server_core.h"

namespace atollstore {

Result<std::unique_ptr<ServerCore>> ServerCore::Open(const atoll_server_options& options) {
  if (options.socket_path == nullptr) return Status::Error(ATOLL_INVALID_ARGUMENT, "no socket path");
  auto segments = Segments::Make(options, false);
  if (!segments.ok()) return segments.status();
  return TakeOver(options, std::move(segments).value());
}

Result<std::unique_ptr<ServerCore>> ServerCore::TakeOver(const atoll_server_options& options,
                                                         Segments segments) {
  std::unique_ptr<ServerCore> server(new (std::nothrow) ServerCore);
  if (server == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory for a server");
  const Status begun = server->Begin(options, std::move(segments));
  if (begun.ok()) return server;
  // Nothing of a store that has been served is taken down: socket, spill files and header stay for the next life. What this
  // one has opened ends with its process.
  if (server->follows_) (void)server.release();
  return begun;
}

Status ServerCore::Begin(const atoll_server_options& options, Segments segments) {
  socket_path_ = os::Absolute(options.socket_path);
  socket_file_ = segments.socket;
  if (!wake_.Make()) return Status::System("eventfd");
  ATOLL_RETURN_IF_ERROR(MapSegments(std::move(segments)));
  follows_ = control_.header().server_epoch.load() != 0;
  if (!socket_file_.known()) {
    socket_file_.device = control_.header().socket_device.load();
    socket_file_.file = control_.header().socket_file.load();
  }
  epoll_ = os::UniqueFd(::epoll_create1(EPOLL_CLOEXEC));
  if (!epoll_.valid()) return Status::System("epoll_create1");
  auto lock = control_memory_->Lock();
  if (!lock.ok()) return lock.status();
  lock_ = std::move(lock).value();
  await_farewell_ = options.await_farewell != 0;
  ATOLL_RETURN_IF_ERROR(Watch(wake_.get(), Event(kWake, 0)));
  ATOLL_RETURN_IF_ERROR(OpenSpill(options));
  // Clients see in the socket who has called this last: the process that serves them.
  ATOLL_RETURN_IF_ERROR(os::ListenAgain(listener_.get()));
  ATOLL_RETURN_IF_ERROR(Watch(listener_.get(), Event(kListener, 0)));
  ATOLL_RETURN_IF_ERROR(Recover());
  (void)reserver_->Poll(false);  // so that who comes first finds a budget
  return {};
}

Result<std::unique_ptr<ServerCore>> ServerCore::Start(const atoll_server_options& options) {
  auto server = Open(options);
  if (server.ok()) ATOLL_RETURN_IF_ERROR(server.value()->StartThread());
  return server;
}

Status ServerCore::StartThread() {
  threaded_ = true;
  ATOLL_RETURN_IF_ERROR(reserver_->Start());
  if (spiller_ != nullptr) ATOLL_RETURN_IF_ERROR(spiller_->Start());
  keeper_ = std::make_unique<SocketKeeper>(socket_path_, socket_file_, &wake_);
  ATOLL_RETURN_IF_ERROR(keeper_->Start(follows_));
  return thread_.Start("atoll-server", Run, this);
}

ServerCore::~ServerCore() { Stop(); }

void ServerCore::Stop() {
  {
    std::lock_guard lock(mutex_);
    if (stopping_) return;
    stopping_ = true;
  }
  Wake();
  thread_.Join();
  if (keeper_ != nullptr) {
    keeper_->Stop();
    if (const auto made = keeper_->TakeMade()) socket_file_ = made->file;
  }
  if (reserver_ != nullptr) reserver_->Stop();
  if (!socket_path_.empty()) (void)os::RemoveSocket(socket_path_, socket_file_);
  if (control_mapping_.data() == nullptr) return;
  control_.header().stopped.store(1, std::memory_order_seq_cst);
  RingAll(control_);
  if (room_ != nullptr) room_->Use(nullptr);
  spiller_.reset();  // with its files: what is on disk only is lost with the store
  std::lock_guard lock(mutex_);
  slots_.clear();  // closes the connections, which ends the clients' watching
  stopped_ = true;
  done_.notify_all();
}

void ServerCore::Wake() {
  wake_.Ring();
}

Result<int64_t> ServerCore::DeadClient() {
  std::lock_guard lock(mutex_);
  if (dead_.empty()) return Status(ATOLL_NOT_FOUND);
  return int64_t{dead_.front()};
}

Status ServerCore::BuryDead(uint64_t client) {
  std::unique_lock lock(mutex_);
  const auto index = static_cast<uint32_t>(client);
  const auto waiting = [&] { return std::find(dead_.begin(), dead_.end(), index) != dead_.end(); };
  if (client > kMaxClients || !waiting()) {
    return Status::Error(ATOLL_NOT_FOUND, "no dead client %lu waits for its burial", client);
  }
  to_bury_.push_back(index);
  if (!threaded_) {
    lock.unlock();
    while (Work(), slots_[index].dead) {
    }
    return {};
  }
  Wake();
  done_.wait(lock, [&] { return stopped_ || !waiting(); });
  return waiting() ? Status::Error(ATOLL_DISCONNECTED, "the server has been stopped") : Status();
}

void ServerCore::RunCommands() {
  std::vector<uint32_t> to_bury;
  {
    std::lock_guard lock(mutex_);
    to_bury.swap(to_bury_);
  }
  for (const uint32_t client : to_bury) Bury(client);
}

void ServerCore::Run(void* self) { static_cast<ServerCore*>(self)->Loop(); }

bool ServerCore::Work() {
  RunCommands();
  bool busy = reserver_->Poll(room_->pressure());
  if (reserver_->TakePressure()) room_->Press();
  if (reserver_->TakeReady()) TellWhoKeepsWarm();
  busy = ListenAgain() || busy;
  if (!late_names_.empty()) busy = AnswerLateNames() || busy;
  if (recovery_ != nullptr) {
    if (!recovery_->Go()) return true;
    recovery_.reset();
  }
  busy = GoOnBurying() || busy;
  // Before the sweep: what their clients have dropped before is swept when they are served.
  busy = room_->TakeIn() || busy;
  busy = sweeper_->Sweep() || busy;
  if (spiller_ != nullptr) {
    for (const uint64_t index : sweeper_->TakeWanted()) spiller_->Restore(index);
    busy = spiller_->Poll(false) || busy;
  }
  busy = room_->Serve() || busy;
  const bool freed = sweeper_->TakeFreed(), opened = reserver_->TakeFreed();
  room_->Tell(freed || opened);
  control_.header().served.control_resident.store(control_memory_->Resident(), std::memory_order_relaxed);
  for (const uint32_t client : sweeper_->TakeClientsToTell()) Nudge(client);
  return busy;
}

void ServerCore::Nudge(uint32_t client) {
  if (client < slots_.size() && slots_[client].used && !slots_[client].dead)
    os::Nudge(slots_[client].socket.fd());
}

void ServerCore::AskToGiveBack(RoomQueue::Asked asked) {
  control_.EachIn(control_.header().keepers, [&](uint32_t client) {
    if (!control_.HasClient(client)) return;  // nothing may be read of it
    const bool freed = control_.freed_slabs(client).Any() || control_.freed_entries(client).Any();
    if (freed || asked == RoomQueue::Asked::kAll) Nudge(client);
  });
}

void ServerCore::TellWhoKeepsWarm() {
  control_.EachIn(control_.header().warmers, [this](uint32_t client) { Nudge(client); });
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
  return sweeper_->more() || (!burials_.empty() && !burials_.front().waits());
}

// While there is something to do the thread looks every millisecond, and nobody has to make a system call to
// tell it. After a quiet while it says that it sleeps, looks once more, and waits to be nudged.
void ServerCore::Loop() {
  constexpr int kQuietRounds = 16;
  int quiet = 0;
  for (;;) {
    {
      std::lock_guard lock(mutex_);
      if (stopping_) return;
    }
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

bool ServerCore::HandleEvents(int timeout_ms) {
  bool any = false, came = true;
  // Who has just connected has mostly said hello by the time that is accepted, and does not wait for another slice.
  for (int looks = 0; looks < 2 && came; ++looks, timeout_ms = 0) {
    epoll_event events[64];
    const int count = ::epoll_wait(epoll_.get(), events, 64, timeout_ms);
    if (count < 0 && (errno == EBADF || errno == EINVAL)) WatchAnew();
    SaySleeping(false);
    came = false;
    for (int i = 0; i < count; ++i) {
      came = came || events[i].data.u64 >> 32 == kListener;
      Handle(events[i].data.u64);
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
      return AcceptAll();
    case kGuest:
      return Greet(static_cast<int>(value));
    case kSocket: {
      if (value >= slots_.size() || !slots_[value].used) return;
      Slot& slot = slots_[value];
      // A closed connection is not death; the pidfd alone decides that.
      if (recovered() && !TakeRequests(value)) {
        ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, slot.socket.get(), nullptr);
        // Unless it never began: then nothing is left to be held.
        auto greeted = static_cast<uint32_t>(ClientState::kGreeted);
        if (control_.client(value).state.compare_exchange_strong(greeted,
                                                                 static_cast<uint32_t>(ClientState::kDead))) {
          return NoteDeath(value);
        }
      }
      if (control_.client(value).state.load(std::memory_order_acquire) ==
          static_cast<uint32_t>(ClientState::kDetached)) {
        NoteDeath(value);
      }
      return;
    }
    case kPidFd:
      return NoteDeath(value);
  }
}

}  // namespace atollstore
