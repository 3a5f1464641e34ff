// Clients that do one thing with objects, and then rest or end.
#include <setjmp.h>
#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <vector>

#include "../storm.h"
#include "peer.h"

namespace atollstore::peer {
namespace {

// hold ID: pins it.
void Hold(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Id(arguments);
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 5'000'000'000, &view));
  Say("ready " + std::to_string(view.offset) + " " +
      std::to_string(*reinterpret_cast<const uint8_t*>(view.address)));
  Rest();
}

// create ID BYTES: begins it and does not end it.
void Create(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id = Id(arguments);
  uint64_t address = 0;
  CHECK_OK(
      atoll_create(client, &id, std::strtoull(arguments[2], nullptr, 10), 0, 0, 5'000'000'000, &address));
  Say("ready " + std::to_string(atoll_client_index(client)));
  Rest();
}

// begin ID: begins the objects whose ids are the bytes of that one, and does not end them.
void BeginMany(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id list = Id(arguments);
  atoll_view view;
  CHECK_OK(atoll_get(client, &list, 0, &view));
  const auto* ids = reinterpret_cast<const atoll_object_id*>(view.address);
  for (uint64_t i = 0; i < view.size / sizeof(atoll_object_id); ++i) {
    atoll_object_id id = ids[i];
    uint64_t address = 0;
    CHECK_OK(atoll_create(client, &id, 100, 0, 0, 5'000'000'000, &address));
  }
  Say("ready");
  Rest();
}

// put COUNT BYTES: makes objects and keeps its references to them.
void PutMany(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id{};
  for (int i = std::atoi(arguments[0]); i > 0; --i)
    id = Put(client, std::strtoull(arguments[1], nullptr, 10), 17);
  Say("ready " + Text(id));
  Rest();
}

// wish BYTES: waits for so much room for as long as it takes, and says what that came to.
void Wish(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  Say("ready");
  atoll_object_id id{};
  uint64_t address = 0;
  const int64_t code =
      atoll_create(client, &id, std::strtoull(arguments[0], nullptr, 10), 0, 0, ATOLL_FOREVER, &address);
  Say(std::to_string(code));
  Rest();
}

// find NAME: waits for the named object and tells its first byte.
void Find(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  atoll_object_id id{};
  CHECK_OK(atoll_lookup(client, arguments[0], &id));
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 10'000'000'000, &view));
  Say("ready " + std::to_string(id.place) + " " +
      std::to_string(*reinterpret_cast<const uint8_t*>(view.address)));
}

// publish NAME: gives an object of 100 bytes a name and lets go of it.
void Publish(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Put(client, 100, 21);
  CHECK_OK(atoll_publish(client, arguments[0], &id, ATOLL_FOREVER));
  CHECK_OK(atoll_dereference(client, &id));
  Say("ready");
  Rest();
}

// contain ID: makes a container of it, sealed in an expected object ID2, and keeps nothing.
void Contain(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id child = Put(client, 1000, 99);
  atoll_object_id container = Id(arguments);
  uint64_t address = 0;
  CHECK_OK(atoll_create(client, &container, 10, 1, 0, 5'000'000'000, &address));
  CHECK_OK(atoll_seal(client, &container, &child));
  ::kill(::getpid(), SIGKILL);
}

// scribble ID: writes through a view.
void Scribble(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Id(arguments);
  atoll_view view;
  CHECK_OK(atoll_get(client, &id, 0, &view));
  *reinterpret_cast<volatile uint8_t*>(view.address) = 1;
  Say("wrote");
}

// message: writes into its ring, then rests.
void Message(const char* path, char**) {
  atoll_client* client = Attach(path);
  const auto index = static_cast<uint64_t>(atoll_client_index(client));
  uint64_t address = 0, bytes = 0;
  CHECK_OK(atoll_ring(client, index, ATOLL_RING_UP, &address, &bytes));
  const atoll_object_id id = Put(client, 3000, 5);
  std::memcpy(reinterpret_cast<void*>(address), &id, sizeof(id));
  Say("ready " + std::to_string(index));
  Rest();
}

// asked ID: refers to it, wants to be asked about it, and never answers.
void Asked(const char* path, char** arguments) {
  atoll_client* client = Attach(path);
  const atoll_object_id id = Id(arguments);
  CHECK_OK(atoll_reference(client, &id));
  CHECK_OK(atoll_watch_damaged(client, &id));
  Say("ready");
  atoll_event event{};
  CHECK_OK(atoll_take_ready(client, &event, 1, ATOLL_FOREVER));
  Say(event.kind == ATOLL_EVENT_DAMAGED ? "asked" : "another event");
  Rest();
}

// watch: says so when the server has gone.
void Watch(const char* path, char**) {
  atoll_client* client = Attach(path);
  Say("ready");
  CHECK_OK(atoll_await_server_exit(client, ATOLL_FOREVER));
  atoll_view view;
  atoll_object_id id{};
  CHECK_OK(atoll_expect(client, &id));
  Say("gone " + std::to_string(atoll_get(client, &id, ATOLL_FOREVER, &view)));
}

// Mappings until the kernel gives no more: each two, with different rights. Gives them back at its end.
class AllMappings {
 public:
  AllMappings() {
    taken_.reserve(1 << 20);
    while (taken_.size() < taken_.capacity()) {
      void* const at = ::mmap(nullptr, kBytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
      if (at == MAP_FAILED) break;
      taken_.push_back(at);
      if (::mprotect(at, kBytes / 2, PROT_READ) != 0) break;
    }
  }
  ~AllMappings() {
    for (void* const at : taken_) ::munmap(at, kBytes);
  }

 private:
  static constexpr size_t kBytes = 8192;
  std::vector<void*> taken_;
};

// protect: with ATOLL_PROTECT_SEALED, puts objects when there are no mappings left. What the library says comes out as
// all else does; then how many of the writes after seal have faulted, without mappings and before.
sigjmp_buf faulted;
void Protect(const char* path, char**) {
  ::dup2(STDOUT_FILENO, STDERR_FILENO);
  atoll_client_options options{};
  options.size = sizeof(options);
  options.flags = ATOLL_PROTECT_SEALED;
  atoll_client* client = nullptr;
  CHECK_OK(atoll_attach(path, &options, &client));
  ::signal(SIGSEGV, [](int) { siglongjmp(faulted, 1); });
  const auto put = [&](bool drop) {
    atoll_object_id id{};
    uint64_t address = 0;
    CHECK_OK(atoll_create(client, &id, 1000, 0, 0, 5'000'000'000, &address));
    std::memset(reinterpret_cast<void*>(address), 1, 1000);
    CHECK_OK(atoll_seal(client, &id, nullptr));
    if (sigsetjmp(faulted, 1) != 0) return 1;
    if (drop) CHECK_OK(atoll_dereference(client, &id));
    *reinterpret_cast<volatile uint8_t*>(address) = 2;
    return 0;
  };
  const int before = put(false);
  for (int i = 0; i < 100; ++i) (void)put(i % 2 == 0);
  int faults = 0;
  {
    const AllMappings all;
    for (int i = 0; i < 200; ++i) (void)put(i % 2 == 0);
    faults = put(false);
  }
  faults += put(false);
  Say("faults " + std::to_string(faults) + " before " + std::to_string(before));
}

// mappings: takes all mappings that the kernel gives to a process but a few, puts objects until that fails,
// says why, gives them back, and says what the same put comes to. Two clients take turns, so that what they
// lease lies in pieces.
void Mappings(const char* path, char**) {
  atoll_client* const clients[] = {Attach(path), Attach(path)};
  std::optional<AllMappings> all(std::in_place);
  const auto put = [&](atoll_client* client) {
    atoll_object_id id{};
    uint64_t address = 0;
    const int64_t code = atoll_create(client, &id, 24 << 20, 0, 0, 1'000'000'000, &address);
    return code == 0 ? atoll_seal(client, &id, nullptr) : code;
  };
  int64_t code = 0;
  int turn = 0;
  while (code == 0 && turn < 1000) code = put(clients[++turn % 2]);
  const std::string why = atoll_last_error();
  all.reset();
  Say(std::to_string(code) + " " + why);
  Say(std::to_string(put(clients[turn % 2])));
}

// storm SEED: random work on shared objects until it is killed.
void Storm(const char* path, char** arguments) {
  Say("ready");
  atollstore::Storm(path, std::strtoull(arguments[0], nullptr, 10)).Run();
}

// pins ID SECONDS: gets and releases it as fast as it can until it is gone; each view must hold its bytes.
void Pins(const char* path, char**) {
  Say("ready");
  atollstore::PinRace(path);
}

}  // namespace

const std::vector<Role> kClientRoles = {
    {"hold", Hold, 2},         {"create", Create, 3},   {"put", PutMany, 2}, {"contain", Contain, 2},
    {"begin", BeginMany, 2},
    {"scribble", Scribble, 2}, {"message", Message, 0}, {"watch", Watch, 0},   {"asked", Asked, 2}, {"find", Find, 1},
    {"wish", Wish, 1},
    {"publish", Publish, 1},   {"storm", Storm, 1},     {"pins", Pins, 0},   {"mappings", Mappings, 0},
    {"protect", Protect, 0}};

}  // namespace atollstore::peer
