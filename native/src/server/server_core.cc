// Making a server of its parts, the beginning and the end of its life, and what others ask of it.
#include <unistd.h>

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
  doorway_ = std::make_unique<Doorway>(os::Absolute(options.socket_path), std::move(segments.listener), segments.socket);
  if (!wake_.Make()) return Status::System("eventfd");
  spill_lock_ = std::move(segments.spill_lock);
  ATOLL_RETURN_IF_ERROR(MapSegments(std::move(segments)));
  follows_ = control_.header().server_epoch.load() != 0;
  doorway_->Use(control_, &watcher_);
  MakeParts();
  ATOLL_RETURN_IF_ERROR(watcher_.Open(doorway_->path()));
  auto lock = control_memory_->Lock();
  if (!lock.ok()) return lock.status();
  lock_ = std::move(lock).value();
  if (options.await_farewell != 0) deaths_->AwaitFarewell();
  ATOLL_RETURN_IF_ERROR(watcher_.Watch(wake_.get(), Event(kWake, 0)));
  ATOLL_RETURN_IF_ERROR(OpenSpill(options));
  ATOLL_RETURN_IF_ERROR(doorway_->Open());
  ATOLL_RETURN_IF_ERROR(Recover());
  (void)reserver_->Poll(false);  // so that who comes first finds a budget
  return {};
}

Status ServerCore::MapSegments(Segments segments) {
  control_memory_ = std::make_unique<os::SharedMemory>(std::move(segments.control));
  data_memory_ = std::make_unique<os::SharedMemory>(std::move(segments.data));
  if (control_memory_->size() < sizeof(Header)) {
    return Status::Error(ATOLL_CORRUPT, "control segment of %lu bytes", control_memory_->size());
  }
  auto control_mapping = os::Mapping::Map(*control_memory_, os::Mapping::Access::kReadWrite);
  if (!control_mapping.ok()) return control_mapping.status();
  auto data_mapping = os::Mapping::Map(*data_memory_, os::Mapping::Access::kRead);
  if (!data_mapping.ok()) return data_mapping.status();
  auto geometry = Geometry::OfHeader(*reinterpret_cast<const Header*>(control_mapping.value().data()),
                                     control_memory_->size(), data_memory_->size());
  if (!geometry.ok()) return geometry.status();
  control_mapping_ = std::move(control_mapping).value();
  data_mapping_ = std::move(data_mapping).value();
  control_ = Control(control_mapping_.data(), geometry.value(), control_memory_.get());
  return {};
}

void ServerCore::MakeParts() {
  reserver_ =
      std::make_unique<Reserver>(control_, control_memory_.get(), data_memory_.get(), &data_mapping_, &wake_);
  sweeper_ = std::make_unique<Sweeper>(control_, &data_mapping_, reserver_.get());
  names_ = std::make_unique<NameTable>(control_);
  server_heap_ = std::make_unique<ServerHeap>(control_, data_memory_.get());
  admission_ = std::make_unique<Admission>(control_, control_memory_.get(), data_memory_.get(), &watcher_,
                                           reserver_.get(), [this](uint32_t client) { NoteDeath(client); });
  mover_ = std::make_unique<Mover>(control_, &data_mapping_, server_heap_.get(), sweeper_.get(), reserver_.get(),
                                   [this](uint32_t client) { admission_->Nudge(client); });
  room_ = std::make_unique<RoomQueue>(control_, sweeper_.get(), reserver_.get(), server_heap_.get(),
                                      mover_.get(), [this](RoomQueue::Asked asked) { AskToGiveBack(asked); });
  deaths_ = std::make_unique<Deaths>(
      control_, sweeper_.get(), reserver_.get(), [this](uint32_t client) { room_->Bury(client); },
      [this](uint32_t client) { admission_->Free(client); });
  requests_ =
      std::make_unique<Requests>(control_, admission_.get(), names_.get(), sweeper_.get(), reserver_.get());
}

Status ServerCore::OpenSpill(const atoll_server_options& options) {
  if (options.spill_directory == nullptr || !spill_lock_.valid()) return {};
  ATOLL_RETURN_IF_ERROR(server_heap_->Open());
  auto files = std::make_unique<SpillFiles>(options.spill_directory, control_.header().store.load(),
                                            options.spill_limit, std::move(spill_lock_));
  spiller_ = std::make_unique<Spiller>(control_, &data_mapping_, server_heap_.get(), sweeper_.get(),
                                       std::move(files), &wake_, reserver_.get());
  mover_->UseSpiller(spiller_.get());
  room_->Use(spiller_.get());
  requests_->UseSpiller(spiller_.get());
  return {};
}

// Its clients are watched again by their pid and start time, at once, so that whoever comes finds a slot of its own; the
// rest is Recovery's, in slices.
Status ServerCore::Recover() {
  Header& header = control_.header();
  header.server_pid.store(static_cast<uint64_t>(::getpid()));
  SaySleeping(false);
  // Before anything else: a client that finds it changed no longer trusts hints that this life did not write.
  if (header.server_epoch.fetch_add(1, std::memory_order_seq_cst) == 0) return {};
  auto recovery = Recovery::Begin(control_, sweeper_.get(), names_.get());
  if (!recovery.ok()) return recovery.status();
  recovery_ = std::move(recovery).value();
  room_->Recover();
  Status found;
  control_.EachClient([&](uint32_t client) {
    if (found.ok()) found = admission_->FindAgain(client);
  });
  return found;
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
  ATOLL_RETURN_IF_ERROR(doorway_->Keep(&wake_, follows_));
  return thread_.Start("atoll-server", Run, this);
}

ServerCore::~ServerCore() { Stop(); }

void ServerCore::Stop() {
  if (stopping_.exchange(true)) return;
  wake_.Ring();
  thread_.Join();
  if (reserver_ != nullptr) reserver_->Stop();
  if (doorway_ != nullptr) doorway_->Close();
  if (control_mapping_.data() == nullptr) return;
  control_.header().stopped.store(1, std::memory_order_seq_cst);
  RingAll(control_);
  if (room_ != nullptr) room_->Use(nullptr);
  spiller_.reset();  // with its files: what is on disk only is lost with the store
  if (admission_ != nullptr) admission_->Close();
  if (deaths_ != nullptr) deaths_->Stop();
}

Result<int64_t> ServerCore::DeadClient() { return deaths_->DeadClient(); }

Status ServerCore::BuryDead(uint64_t client) {
  ATOLL_RETURN_IF_ERROR(deaths_->AskForBurial(client));
  if (threaded_) {
    wake_.Ring();
    return deaths_->AwaitBurial(client);
  }
  while (Work(), deaths_->Unburied(client)) {
  }
  return {};
}

}  // namespace atollstore
