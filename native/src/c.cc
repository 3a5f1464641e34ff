// The C ABI: nothing but checks of pointers, and codes for results.
#include "atoll/c.h"

#include <new>

#include "check/inspect.h"
#include "client/client_core.h"
#include "handles.h"
#include "os/copy.h"
#include "os/socket.h"
#include "os/spawn.h"
#include "os/thread.h"
#include "server/server_core.h"
#include "sized.h"

using atollstore::ClientCore;
using atollstore::ObjectId;
using atollstore::ServerCore;
using atollstore::Status;

struct atoll_server final : atollstore::Handle {
  explicit atoll_server(std::unique_ptr<ServerCore> server) : core(std::move(server)) { Register(); }
  ~atoll_server() { Unregister(); }
  std::unique_ptr<ServerCore> core;

 private:
  void InChild() override {}
};
struct atoll_client final : atollstore::Handle {
  explicit atoll_client(std::unique_ptr<ClientCore> client) : core(std::move(client)) { Register(); }
  ~atoll_client() { Unregister(); }
  std::unique_ptr<ClientCore> core;

 private:
  void InChild() override { core->Forked(forked_from()); }
};

namespace {

// The flags of atoll_client_options that this library knows.
constexpr uint64_t kClientFlags = ATOLL_PROTECT_SEALED;

int64_t Code(Status status) { return -static_cast<int64_t>(status.code()); }
template <typename T>
int64_t Code(const atollstore::Result<T>& result) {
  return result.ok() ? static_cast<int64_t>(result.value()) : Code(result.status());
}
int64_t Null() { return Code(Status::Error(ATOLL_INVALID_ARGUMENT, "a null pointer")); }
// Of a handle that a parent process had.
int64_t Forked(const atollstore::Handle* handle) { return Code(handle->Forked()); }
int64_t NoMemory() { return Code(Status::Error(ATOLL_OUT_OF_MEMORY, "this process could not allocate")); }

// Asks for a struct that the caller has given the size of.
template <typename T, typename F>
int64_t Answer(const char* name, T* out, F&& ask) {
  if (!atollstore::CanBeSize(out->size)) return Code(atollstore::WrongSize(name, out->size, sizeof(T)));
  T all{};
  const Status asked = ask(&all);
  if (asked.ok()) atollstore::HandOut(all, out);
  return Code(asked);
}

// The options of a client; null ones are all defaults.
Status OptionsOf(const atoll_client_options* from, atoll_client_options* to) {
  *to = {};
  if (from == nullptr) return {};
  ATOLL_RETURN_IF_ERROR(atollstore::TakeIn("atoll_client_options", from, to));
  if (const uint64_t unknown = to->flags & ~uint64_t{kClientFlags}; unknown != 0)
    return Status::Error(ATOLL_INVALID_ARGUMENT, "atoll_client_options: flags %lx are not known here",
                         unknown);
  return {};
}

// A handle to a client that has just attached.
int64_t Begin(atollstore::Result<std::unique_ptr<ClientCore>> core, const atoll_client_options& options,
              atoll_client** client) {
  if (!core.ok()) return Code(core.status());
  if ((options.flags & ATOLL_PROTECT_SEALED) != 0) {
    if (const Status protects = core.value()->ProtectSealed(); !protects.ok()) return Code(protects);
  }
  if (options.reserve_bytes != 0) {
    if (const Status reserved = core.value()->KeepReserve(options.reserve_bytes); !reserved.ok()) return Code(reserved);
  }
  *client = new atoll_client(std::move(core).value());
  return 0;
}

// Runs what may allocate; a failure of that becomes a code here.
template <typename F>
int64_t Guarded(F&& call) {
  try {
    return call();
  } catch (...) {
    return NoMemory();
  }
}

}  // namespace

extern "C" {

int64_t atoll_abi_version(void) { return ATOLL_ABI_VERSION; }

const char* atoll_last_error(void) { return atollstore::LastError(); }

const char* atoll_code_name(int64_t code) { return atollstore::NameOf(code); }

int64_t atoll_server_start(const atoll_server_options* options, atoll_server** server) {
  if (options == nullptr || server == nullptr) return Null();
  return Guarded([&]() -> int64_t {
    atoll_server_options all;
    if (const Status taken = atollstore::TakeIn("atoll_server_options", options, &all); !taken.ok())
      return Code(taken);
    if (const Status watching = atollstore::Handle::WatchForks(); !watching.ok()) return Code(watching);
    auto core = ServerCore::Start(all);
    if (!core.ok()) return Code(core.status());
    *server = new atoll_server(std::move(core).value());
    return 0;
  });
}

int64_t atoll_server_stop(atoll_server* server) {
  if (server == nullptr) return Null();
  if (server->forked_from() != 0) return 0;  // nothing of it is this process's
  const atollstore::os::AwaitsMemory here("atoll_server_stop");
  delete server;
  return 0;
}

int64_t atoll_server_end(atoll_server* server) {
  if (server == nullptr) return Null();
  if (server->forked_from() != 0) return 0;  // as above
  const atollstore::os::AwaitsMemory here("atoll_server_end");
  server->core->Stop();
  return 0;
}

int64_t atoll_server_dead_client(atoll_server* server) {
  return server == nullptr            ? Null()
         : server->forked_from() != 0 ? Forked(server)
                                      : Code(server->core->DeadClient());
}

int64_t atoll_server_bury(atoll_server* server, uint64_t client_index) {
  return server == nullptr            ? Null()
         : server->forked_from() != 0 ? Forked(server)
                                      : Guarded([&] { return Code(server->core->BuryDead(client_index)); });
}

int64_t atoll_attach(const char* socket_path, const atoll_client_options* options, atoll_client** client) {
  if (socket_path == nullptr || client == nullptr) return Null();
  return Guarded([&]() -> int64_t {
    atoll_client_options all;
    if (const Status taken = OptionsOf(options, &all); !taken.ok()) return Code(taken);
    if (const Status watching = atollstore::Handle::WatchForks(); !watching.ok()) return Code(watching);
    return Begin(ClientCore::Attach(socket_path), all, client);
  });
}

int64_t atoll_connect(const char* socket_path) {
  if (socket_path == nullptr) return Null();
  return Guarded([&]() -> int64_t {
    auto connected = atollstore::os::Connect(socket_path);
    return connected.ok() ? connected.value().release() : Code(connected.status());
  });
}

int64_t atoll_attach_fd(int64_t connection, const atoll_client_options* options, atoll_client** client) {
  return Guarded([&]() -> int64_t {
    auto socket = atollstore::os::AdoptSocket(static_cast<int>(connection));
    if (client == nullptr) return Null();
    if (!socket.ok()) return Code(socket.status());
    atoll_client_options all;
    if (const Status taken = OptionsOf(options, &all); !taken.ok()) return Code(taken);
    if (const Status watching = atollstore::Handle::WatchForks(); !watching.ok()) return Code(watching);
    return Begin(ClientCore::Attach(std::move(socket).value(), "inherited connection"), all, client);
  });
}

int64_t atoll_spawn(const char* socket_path, const char* const* arguments, const char* const* environment,
                    atoll_child* child) {
  if (socket_path == nullptr || arguments == nullptr || arguments[0] == nullptr || child == nullptr)
    return Null();
  return Guarded([&]() -> int64_t {
    auto connected = atollstore::os::Connect(socket_path);
    if (!connected.ok()) return Code(connected.status());
    auto spawned = atollstore::os::Spawn(arguments, environment, std::move(connected).value());
    if (!spawned.ok()) return Code(spawned.status());
    atollstore::os::Child& c = spawned.value();
    *child = {static_cast<uint64_t>(c.pid), static_cast<uint64_t>(c.in.release()),
              static_cast<uint64_t>(c.out.release()), static_cast<uint64_t>(c.err.release())};
    return 0;
  });
}

int64_t atoll_await_child(uint64_t pid) { return Code(atollstore::os::AwaitChild(pid)); }

int64_t atoll_reap_child(uint64_t pid) { return Code(atollstore::os::ReapChild(pid)); }

int64_t atoll_detach(atoll_client* client) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return 0;  // nothing of it is this process's
  delete client;
  return 0;
}

int64_t atoll_client_index(const atoll_client* client) {
  return client == nullptr ? Null() : client->forked_from() != 0 ? Forked(client) : client->core->index();
}

uint64_t atoll_store_id(const atoll_client* client) { return client == nullptr ? 0 : client->core->store(); }

int64_t atoll_await_server_exit(atoll_client* client, int64_t timeout_ns) {
  return client == nullptr            ? Null()
         : client->forked_from() != 0 ? Forked(client)
                                      : Code(client->core->AwaitServerExit(timeout_ns));
}

int64_t atoll_expect(atoll_client* client, atoll_object_id* id) {
  if (client == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&]() -> int64_t {
    auto made = client->core->Expect();
    if (!made.ok()) return Code(made.status());
    *id = made.value().c();
    return 0;
  });
}

int64_t atoll_create(atoll_client* client, atoll_object_id* id, uint64_t size, uint64_t contained,
                     uint64_t tag, int64_t timeout_ns, uint64_t* address) {
  if (client == nullptr || id == nullptr || address == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&]() -> int64_t {
    ObjectId object(*id);
    auto made = client->core->Create(&object, size, contained, tag, timeout_ns);
    if (!made.ok()) return Code(made.status());
    if (id->store == 0) *id = object.c();  // an id the caller gave may be in use by others
    *address = made.value();
    return 0;
  });
}

int64_t atoll_create_reserved(atoll_client* client, atoll_object_id* id, uint64_t size, uint64_t contained,
                              uint64_t tag, uint64_t* address) {
  if (client == nullptr || id == nullptr || address == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&]() -> int64_t {
    ObjectId object(*id);
    auto made = client->core->CreateReserved(&object, size, contained, tag);
    if (!made.ok()) return Code(made.status());
    if (id->store == 0) *id = object.c();
    *address = made.value();
    return 0;
  });
}

int64_t atoll_resize(atoll_client* client, const atoll_object_id* id, uint64_t size, int64_t timeout_ns,
                     uint64_t* address) {
  if (client == nullptr || id == nullptr || address == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&]() -> int64_t {
    auto resized = client->core->Resize(*id, size, timeout_ns);
    if (!resized.ok()) return Code(resized.status());
    *address = resized.value();
    return 0;
  });
}

int64_t atoll_copy(void* to, const void* from, uint64_t bytes) {
  if (bytes != 0 && (to == nullptr || from == nullptr)) return Null();
  atollstore::os::Copy(to, from, bytes);
  return 0;
}

int64_t atoll_seal(atoll_client* client, const atoll_object_id* id, const atoll_object_id* contained) {
  if (client == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->Seal(*id, contained)); });
}

int64_t atoll_abort(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : Code(client->core->Abort(*id));
}

int64_t atoll_get(atoll_client* client, const atoll_object_id* id, int64_t timeout_ns, atoll_view* view) {
  if (client == nullptr || id == nullptr || view == nullptr) return Null();
  return Code(client->core->Get(*id, timeout_ns, view));
}

int64_t atoll_get_all(atoll_client* client, const atoll_object_id* ids, uint64_t count, int64_t timeout_ns,
                      atoll_view* views) {
  if (client == nullptr || (count != 0 && (ids == nullptr || views == nullptr))) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->GetAll(ids, count, timeout_ns, views)); });
}

int64_t atoll_read(atoll_client* client, const atoll_object_id* id, uint64_t offset, void* buffer, uint64_t bytes,
                   int64_t timeout_ns) {
  if (client == nullptr || id == nullptr || (buffer == nullptr && bytes != 0)) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->Read(*id, {offset, buffer, bytes, false}, timeout_ns)); });
}

int64_t atoll_read_whole(atoll_client* client, const atoll_object_id* id, void* buffer, uint64_t bytes,
                         int64_t timeout_ns) {
  if (client == nullptr || id == nullptr || (buffer == nullptr && bytes != 0)) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->Read(*id, {0, buffer, bytes, true}, timeout_ns)); });
}

int64_t atoll_peek(atoll_client* client, const atoll_object_id* ids, uint64_t count, atoll_view* views) {
  if (client == nullptr || (count != 0 && (ids == nullptr || views == nullptr))) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return client->core->Peek(ids, count, views);
}

int64_t atoll_release(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null() : Code(client->core->Release(*id));
}

int64_t atoll_reference(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : Code(client->core->Reference(*id));
}

int64_t atoll_dereference(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : Code(client->core->Dereference(*id));
}

int64_t atoll_contains(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : client->core->Contains(*id);
}

int64_t atoll_delete(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : Code(client->core->Delete(*id));
}

int64_t atoll_wait(atoll_client* client, const atoll_object_id* ids, uint64_t count, uint64_t wanted,
                   int64_t timeout_ns, uint8_t* ready) {
  if (client == nullptr || (count != 0 && (ids == nullptr || ready == nullptr))) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Code(client->core->Wait(ids, count, wanted, timeout_ns, ready));
}

int64_t atoll_watch(atoll_client* client, const atoll_object_id* ids, uint64_t count) {
  if (client == nullptr || (count != 0 && ids == nullptr)) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->Watch(ids, count, ATOLL_EVENT_READY)); });
}

int64_t atoll_watch_alone(atoll_client* client, const atoll_object_id* id) {
  if (client == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->Watch(id, 1, ATOLL_EVENT_ALONE)); });
}

int64_t atoll_watch_damaged(atoll_client* client, const atoll_object_id* id) {
  if (client == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] { return Code(client->core->Watch(id, 1, ATOLL_EVENT_DAMAGED)); });
}

int64_t atoll_expect_again(atoll_client* client, const atoll_object_id* id) {
  if (client == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Code(client->core->ExpectAgain(*id));
}

int64_t atoll_give_up(atoll_client* client, const atoll_object_id* id) {
  if (client == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Code(client->core->GiveUp(*id));
}

int64_t atoll_unwatch(atoll_client* client, const atoll_object_id* ids, uint64_t count) {
  if (client == nullptr || (count != 0 && ids == nullptr)) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Code(client->core->Unwatch(ids, count));
}

int64_t atoll_take_ready(atoll_client* client, atoll_event* events, uint64_t max, int64_t timeout_ns) {
  if (client == nullptr || (max != 0 && events == nullptr)) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Code(client->core->TakeReady(events, max, timeout_ns));
}

int64_t atoll_claim(atoll_client* client, const atoll_object_id* id, uint64_t expected, uint64_t desired) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : Code(client->core->Claim(*id, expected, desired));
}

int64_t atoll_claimed(atoll_client* client, const atoll_object_id* id) {
  return client == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0       ? Forked(client)
                                            : Code(client->core->Claimed(*id));
}

int64_t atoll_publish(atoll_client* client, const char* name, const atoll_object_id* id, int64_t timeout_ns) {
  return client == nullptr || name == nullptr || id == nullptr ? Null()
         : client->forked_from() != 0                          ? Forked(client)
                                      : Code(client->core->Publish(name, *id, timeout_ns));
}

int64_t atoll_unpublish(atoll_client* client, const char* name, int64_t timeout_ns) {
  return client == nullptr || name == nullptr ? Null()
         : client->forked_from() != 0         ? Forked(client)
                                              : Code(client->core->Unpublish(name, timeout_ns));
}

int64_t atoll_lookup(atoll_client* client, const char* name, atoll_object_id* id) {
  if (client == nullptr || name == nullptr || id == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  auto found = client->core->Lookup(name);
  if (!found.ok()) return Code(found.status());
  *id = found.value().c();
  return 0;
}

int64_t atoll_ring(atoll_client* client, uint64_t client_index, uint64_t direction, uint64_t* address,
                   uint64_t* bytes) {
  if (client == nullptr || address == nullptr || bytes == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Code(client->core->Ring(client_index, direction, address, bytes));
}

int64_t atoll_bell(atoll_client* client, uint64_t client_index) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  auto bell = client->core->BellOf(client_index);
  return bell.ok() ? int64_t{bell.value()->Read()} : Code(bell.status());
}

int64_t atoll_bell_wait(atoll_client* client, uint64_t client_index, uint64_t count, int64_t timeout_ns) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  auto rung = client->core->AwaitBell(client_index, static_cast<uint32_t>(count),
                                      atollstore::os::Deadline::After(timeout_ns));
  return rung.ok() ? int64_t{rung.value()} : Code(rung.status());
}

int64_t atoll_end_waits(atoll_client* client) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  client->core->EndWaits();
  return 0;
}

int64_t atoll_bell_ring(atoll_client* client, uint64_t client_index, uint64_t threads) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  auto bell = client->core->BellOf(client_index);
  if (!bell.ok()) return Code(bell.status());
  bell.value()->Ring(threads > UINT32_MAX ? UINT32_MAX : static_cast<uint32_t>(threads));
  return 0;
}

int64_t atoll_stats(atoll_client* client, atoll_stats_t* stats) {
  if (client == nullptr || stats == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] {
    return Answer("atoll_stats_t", stats, [&](atoll_stats_t* all) {
      *all = InspectStore(client->core->control());
      return Status();
    });
  });
}

int64_t atoll_client_stats(atoll_client* client, uint64_t client_index, atoll_client_stats_t* stats) {
  if (client == nullptr || stats == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return Guarded([&] {
    return Answer("atoll_client_stats_t", stats, [&](atoll_client_stats_t* all) {
      auto inspected = InspectClient(client->core->control(), client_index);
      if (inspected.ok()) *all = inspected.value();
      return inspected.status();
    });
  });
}

int64_t atoll_count_copied(atoll_client* client, uint64_t bytes) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  client->core->Count(&atollstore::Counters::bytes_copied, bytes);
  return 0;
}

int64_t atoll_count_user(atoll_client* client, uint64_t counter, uint64_t add) {
  if (client == nullptr) return Null();
  if (client->forked_from() != 0) return Forked(client);
  if (counter > 3)
    return Code(Status::Error(ATOLL_INVALID_ARGUMENT, "counter %lu: there are 0 to 3", counter));
  client->core->CountForUser(counter, add);
  return 0;
}

int64_t atoll_list(atoll_client* client, uint64_t* cursor, atoll_object_info* infos, uint64_t max) {
  if (client == nullptr || cursor == nullptr || (infos == nullptr && max != 0)) return Null();
  if (client->forked_from() != 0) return Forked(client);
  return InspectObjects(client->core->control(), cursor, infos, max);
}

}  // extern "C"
