// Attaching, detaching, and what passes between a client and the server while it lives.
#include <fcntl.h>
#include <unistd.h>

#include <ctime>
#include <new>

#include "client/client_core.h"
#include "client/greeting.h"
#include "layout/wire.h"
#include "os/process.h"
#include "os/socket.h"

namespace atollstore {

Result<std::unique_ptr<ClientCore>> ClientCore::Attach(const char* socket_path) {
  const std::string path = os::Absolute(socket_path);
  // A server that was killed while it let this client in has a follower, who is asked again; if it was the
  // only one, nobody listens the next time.
  for (int tries = 0;; ++tries) {
    auto connected = os::Connect(path);
    if (!connected.ok()) return connected.status();
    bool again = false;
    auto attached = AttachOver(std::move(connected).value(), path, &again);
    if (!again || tries == 100) return attached;
    const timespec pause{0, 10'000'000};
    (void)::nanosleep(&pause, nullptr);
  }
}

Result<std::unique_ptr<ClientCore>> ClientCore::Attach(os::UniqueFd connection, const char* name) {
  bool again = false;
  std::string path = os::PathOfPeer(connection.get());
  auto attached = AttachOver(std::move(connection), path.empty() ? name : path, &again);
  // A kernel that cannot say who has inherited a connection lets in only who has made it.
  if (!attached.ok() && attached.status().code() == ATOLL_REFUSED) again = true;
  return again && !path.empty() ? Attach(path.c_str()) : std::move(attached);
}

Result<std::unique_ptr<ClientCore>> ClientCore::AttachOver(os::UniqueFd connection, const std::string& path,
                                                           bool* again) {
  std::unique_ptr<ClientCore> client(new (std::nothrow) ClientCore);
  if (client == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory for a client");
  client->socket_path_ = path;
  (void)client->socket_.Set(std::move(connection));
  auto greeted = Greet(client->socket_.get(), path.c_str(), 0, again);
  if (!greeted.ok()) return greeted.status();
  Greeting& greeting = greeted.value();
  client->control_memory_ = std::make_unique<os::SharedMemory>(std::move(greeting.control));
  client->data_ = std::make_unique<os::SharedMemory>(std::move(greeting.data));
  auto mapping = os::Mapping::Map(*client->control_memory_, os::Mapping::Access::kReadWrite);
  if (!mapping.ok()) return mapping.status();
  client->control_mapping_ = std::move(mapping).value();
  const Header& header = *reinterpret_cast<const Header*>(client->control_mapping_.data());
  auto geometry = Geometry::OfHeader(header, client->control_memory_->size(), client->data_->size());
  if (!geometry.ok()) return geometry.status();
  const Geometry& g = geometry.value();
  if (greeting.client == 0 || greeting.client >= g.columns()) {
    return Status::Error(ATOLL_CORRUPT, "the server gave out slot %u of %lu", greeting.client, g.columns());
  }
  auto views = os::Mapping::Map(*client->data_, os::Mapping::Access::kRead);
  if (!views.ok()) return views.status();
  client->views_ = std::move(views).value();
  auto window = os::Mapping::SetAside(*client->data_);
  if (!window.ok()) return window.status();
  client->window_ = std::move(window).value();
  if (!client->wake_.Make()) return Status::System("eventfd");

  ClientCore& c = *client;
  c.control_ = Control(c.control_mapping_.data(), g, c.control_memory_.get());
  // In a supervised store another process may listen than the one that serves; there only the connection
  // counts.
  if (!c.Supervised()) {
    if (errno = greeting.server.pidfd_error; errno != 0) {
      return Status::Missing(ATOLL_SYSTEM, "the server cannot be watched: ", "pidfd_open", os::kPidFdSince);
    }
    if (!greeting.server.pidfd.valid()) return Status::Error(ATOLL_DISCONNECTED, "the server has just ended");
    c.server_pidfd_ = std::move(greeting.server.pidfd);
  }
  c.server_epoch_ = header.server_epoch.load();
  // seq_cst; from here on the slot is held, whoever of the two is killed. A server life that began since the
  // greeting has taken the promise back.
  auto promised = static_cast<uint32_t>(ClientState::kGreeted);
  if (!c.control_.client(greeting.client)
           .state.compare_exchange_strong(promised, static_cast<uint32_t>(ClientState::kAttached))) {
    *again = true;
    return Status::Error(ATOLL_DISCONNECTED, "the server closed the connection");
  }
  c.me_ = greeting.client;
  c.in_each_ = Holders::InEach(c.me_);
  c.store_ = header.store.load();
  c.block_words_ = g.slabs() * kWordsPerSlab;
  c.capacity_ = g.capacity();
  c.pins_ = c.control_.pins(c.me_);
  c.references_ = c.control_.references(c.me_);
  c.used_ = c.control_.used(c.me_);
  c.entries_ = &c.control_.entry(0);
  c.record_ = &c.control_.client(c.me_);
  // The tickets of whoever had the slot before are no answers to ours.
  for (NameAnswer& answer : c.record_->name_answers) answer.ticket.store(0, std::memory_order_relaxed);
  auto budget = ControlBudget::Create(c.control_);
  if (!budget.ok()) return budget.status();
  c.budget_ = std::move(budget).value();
  auto heap = ClientHeap::Create(c.control_, c.me_, c.data_.get(), &c.window_, c.budget_.get());
  if (!heap.ok()) return heap.status();
  c.heap_ = std::move(heap).value();
  auto pool = EntryPool::Create(c.control_, c.me_, c.budget_.get());
  if (!pool.ok()) return pool.status();
  c.pool_ = std::move(pool).value();
  c.containers_ = std::make_unique<Containers>(c.control_);
  c.creations_ = Creations(c.control_, c.me_);
  c.watches_ = std::make_unique<Watches>(c.control_, c.me_, c.containers_.get());
  c.wishes_ = std::make_unique<Wishes>(c.control_, c.me_, [core = client.get()] { core->WakeServer(); });
  c.warm_target_ = c.LeastWarm();
  ATOLL_RETURN_IF_ERROR(c.background_.Start("atoll-client", RunBackground, client.get()));
  return client;
}

Status ClientCore::ProtectSealed() {
  auto pages = SealedPages::Create(&window_);
  if (!pages.ok()) return pages.status();
  sealed_pages_ = std::move(pages).value();
  return {};
}

ClientCore::~ClientCore() { (void)Detach(); }

Status ClientCore::Detach() {
  if (detached_) return {};
  detached_ = true;
  leaving_.store(true);
  WakeBackground();
  background_.Join();
  if (record_ == nullptr || me_ == 0) return {};
  const uint32_t epoch = record_->epoch.load();
  // From here on this process touches nothing of the store; the server takes back what the slot holds.
  window_ = os::Mapping();
  record_->state.store(static_cast<uint32_t>(ClientState::kDetached), std::memory_order_seq_cst);
  // The server looks at who connects again and at whose connection ends, too.
  if (const os::Fd socket = socket_.now(); !os::Nudge(socket) && !socket.ours()) (void)Reach();
  if (control_.header().await_farewell.load(std::memory_order_relaxed) != 0) return {};
  // Wait for that shortly, so that what was held is free when this returns.
  const auto deadline = os::Deadline::After(1'000'000'000);
  while (!Disconnected() && record_->epoch.load() == epoch &&
         record_->state.load() == static_cast<uint32_t>(ClientState::kDetached) && !deadline.passed()) {
    os::FutexWait(&record_->state, static_cast<uint32_t>(ClientState::kDetached),
                  deadline.AtMost(100'000'000));
  }
  return {};
}

bool ClientCore::Disconnected() const {
  return server_gone_.load(std::memory_order_relaxed) ||
         control_.header().stopped.load(std::memory_order_acquire) != 0;
}

Status ClientCore::AwaitServerExit(int64_t timeout_ns) {
  const auto deadline = os::Deadline::After(timeout_ns);
  for (;;) {
    const uint32_t seen = end_bell_.Read();
    if (Disconnected()) return {};  // in a supervised store the death of one server is not the end
    if (deadline.passed()) return Status::Error(ATOLL_TIMED_OUT, "the server lives");
    // Nobody rings when a store is closed whose server has died before.
    end_bell_.Wait(seen, deadline.AtMost(100'000'000));
  }
}

// Once a sleep. What other clients do about it does not count: one of them may be stopped before its nudge.
void ClientCore::WakeServer() {
  // seq_cst; pairs with ServerCore::SaySleeping(): it counts and then looks once more at what this client has changed.
  const uint32_t sleep = control_.header().server_sleep.load(std::memory_order_seq_cst);
  if (sleep % 2 == 0) return;
  // relaxed; nothing is published by it. Two threads with different numbers nudge once too often.
  if (nudged_.exchange(sleep, std::memory_order_relaxed) == sleep) return;
  if (os::Nudge(socket_.now())) return;
  nudged_.store(0, std::memory_order_relaxed);  // the next one tries again
  if (!socket_.now().ours()) WakeBackground();  // which takes it again
}

}  // namespace atollstore
