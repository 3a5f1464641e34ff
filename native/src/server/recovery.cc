// A server life that follows another one, which may have been killed anywhere, also in here: what a server
// keeps in its own memory is made again from the segments. Clients go on working meanwhile; only the server
// takes things away, so nothing that is alive here dies under it. Every step may be repeated:
//   1. entries that were being taken away are, or stay;
//   2. names and containers say what the server's own column must hold;
//   3. extents without an owner are watched again, the memory is counted;
//   4. clients are watched again by their pid and start time, the dead are buried;
//   5. every entry is looked at once, and every bell rings.
#include "directory/entry_pool.h"
#include "os/process.h"
#include "server/events.h"
#include "server/server_core.h"

namespace atollstore {

Status ServerCore::Recover() {
  Header& header = control_.header();
  header.server_pid.store(static_cast<uint64_t>(::getpid()));
  SaySleeping(false);
  // Before anything else: a client that finds it changed no longer trusts hints that this life did not write.
  if (header.server_epoch.fetch_add(1, std::memory_order_seq_cst) == 0) return {};
  sweeper_->SettleEntries();
  sweeper_->FindSpilled();
  (void)names_->Recover();
  std::vector<uint64_t> named;
  names_->Each([&](std::string_view, uint64_t place) { named.push_back(ObjectId({1, place}).index()); });
  sweeper_->CountReferences(named);
  // What the last life had leased to read spilled objects back, and what it was opening, is nobody's, like what the
  // dead leave.
  for (const uint32_t owner : {kOrphan, kRestorer, kReserver}) sweeper_->TakeOverExtents(owner);
  MarkBlocksOfNobody(control_);
  uint64_t reserved = 0;
  for (uint64_t extent = 0; extent < control_.geometry().extents(); ++extent) {
    if ((control_.extent(extent).load(std::memory_order_acquire) & kExtentReserved) != 0)
      reserved += control_.geometry().extent_bytes();
  }
  header.reserved_bytes.store(reserved, std::memory_order_relaxed);
  pressure_ = header.pressure.load() != 0;
  Status found;
  control_.EachClient([&](uint32_t client) {
    if (found.ok()) found = FindAgain(client);
  });
  ATOLL_RETURN_IF_ERROR(found);
  sweeper_->AddAll();
  sweeper_->SweepAll();
  RingAll(control_);
  return {};
}

Status ServerCore::FindAgain(uint32_t client) {
  ClientRecord& record = control_.client(client);
  // A client that has not taken its slot yet finds that it is gone, and asks again.
  uint32_t state = static_cast<uint32_t>(ClientState::kGreeted);
  record.state.compare_exchange_strong(state, static_cast<uint32_t>(ClientState::kFree));
  if (record.state.load() == static_cast<uint32_t>(ClientState::kFree)) {
    control_.RemoveClient(client);
    return {};
  }
  Slot& slot = slots_[client];
  slot.used = true;
  const auto pid = static_cast<pid_t>(record.pid.load());
  auto opened = pid > 0 ? os::OpenPidFd(pid) : Status::Error(ATOLL_NOT_FOUND, "no process");
  // After opening: the descriptor is of the process that has this start time, or of one that is not the
  // client.
  const bool same = opened.ok() && os::StartTime(pid) == record.start_time.load();
  if (!same || state != static_cast<uint32_t>(ClientState::kAttached)) {
    NoteDeath(client);
    return {};
  }
  slot.pidfd = std::move(opened).value();
  QueueForRoom(client);
  return Watch(slot.pidfd.get(), Event(kPidFd, client));
}

bool ServerCore::Resume(const os::Peer& peer, const Hello& hello) const {
  if (hello.client >= slots_.size() || !slots_[hello.client].used || slots_[hello.client].dead) return false;
  const ClientRecord& record = control_.client(hello.client);
  return peer.uid == ::geteuid() && record.pid.load() == static_cast<uint64_t>(peer.pid) &&
         record.start_time.load() == os::StartTime(peer.pid) && record.epoch.load() == hello.epoch;
}

}  // namespace atollstore
