#include "looks.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <fstream>
#include <iterator>

#include "check/fsck.h"
#include "check/inspect.h"
#include "client/look.h"
#include "object_id.h"
#include "table.h"

namespace atollstore::tools {
namespace {

int Fsck(const Look& look, const Options& options) {
  // Of two descriptors it is not known that nobody works there; of a socket, that somebody may.
  const FsckReport report = options.socket.empty() ? atollstore::Fsck(look.control(), look.data())
                                                   : FsckLive(look.control(), look.data());
  std::printf("%s", report.Text().c_str());
  std::printf("fsck: objects=%lu blocks=%lu extents=%lu clients=%lu wrong=%zu\n", report.objects,
              report.blocks, report.extents, report.clients, report.findings.size());
  return report.sound() ? 0 : 1;
}

int Stats(const Look& look, const Options& options) {
  const atoll_stats_t s = InspectStore(look.control());
  const Header& header = look.control().header();
  PrintFields({{"capacity", s.capacity},
               {"allocated", s.allocated},
               {"free", s.free},
               {"reserved", s.reserved},
               {"pinned_bytes", s.pinned_bytes},
               {"sealed_bytes", s.sealed_bytes},
               {"spilled_bytes", s.spilled_bytes},
               {"control_bytes", s.control_bytes},
               {"objects", s.objects},
               {"sealed_objects", s.sealed_objects},
               {"spilled_objects", s.spilled_objects},
               {"lost_objects", s.lost_objects},
               {"max_objects", s.max_objects},
               {"pins", s.pins},
               {"names", s.names},
               {"max_names", s.max_names},
               {"clients", s.clients},
               {"max_clients", s.max_clients},
               {"attached", s.attached},
               {"buried", s.buried},
               {"extent_bytes", s.extent_bytes},
               {"extents_free", s.extents_free},
               {"extents_of_clients", s.extents_of_clients},
               {"extents_of_server", s.extents_of_server},
               {"largest_free", s.largest_free},
               {"fragmentation_permille", s.fragmentation_permille},
               {"expects", s.done.expects},
               {"creates", s.done.creates},
               {"seals", s.done.seals},
               {"aborts", s.done.aborts},
               {"gets", s.done.gets},
               {"releases", s.done.releases},
               {"references", s.done.references},
               {"dereferences", s.done.dereferences},
               {"deletes", s.done.deletes},
               {"waits", s.done.waits},
               {"bytes_written", s.done.bytes_written},
               {"freed", s.freed},
               {"evicted", s.evicted},
               {"restored", s.restored},
               {"bytes_spilled", s.bytes_spilled},
               {"bytes_spilling", s.bytes_spilling},
               {"bytes_restored", s.bytes_restored},
               {"server_lives", uint64_t{header.server_epoch.load()}},
               {"server_pid", header.server_pid.load()},
               {"supervisor_pid", uint64_t{header.supervisor_pid.load()}}},
              options.json);
  return 0;
}

std::string Hex(const atoll_object_id& id) {
  char text[33];
  std::snprintf(text, sizeof(text), "%016lx%016lx", id.store, id.place);
  return text;
}

const Entry& EntryOf(const Look& look, const atoll_object_info& info) {
  return look.control().entry(ObjectId(info.id).index());
}

constexpr char kSpilled[] = "spilled";
std::string StateOf(const Look& look, const atoll_object_info& info) {
  if (info.state == ATOLL_EXPECTED) return "expected";
  if (info.state == ATOLL_IS_LOST) return "lost";
  const State state = Word(EntryOf(look, info).word.load(std::memory_order_acquire)).state();
  return state == State::kSpilled || state == State::kRestoring ? kSpilled : "sealed";
}

int List(const Look& look, const Options& options) {
  Table table({{"id", 32}, {"state", 8}, {"size", 14}, {"pins", 6}, {"references", 10}, {"tag", 0}},
              options.json);
  std::vector<atoll_object_info> infos(1024);
  uint64_t cursor = 0;
  while (const int64_t count = InspectObjects(look.control(), &cursor, infos.data(), infos.size())) {
    for (int64_t i = 0; i < count; ++i) {
      const atoll_object_info& info = infos[static_cast<size_t>(i)];
      const std::string state = StateOf(look, info);
      // That of an object on disk is in its entry, and its tag is not.
      const uint64_t size = state == kSpilled ? EntryOf(look, info).size.load() : info.size;
      table.Add({Hex(info.id), state, size, info.pins, info.references, info.tag});
    }
  }
  table.End();
  return 0;
}

// As ps shows it; empty when that process has just gone.
std::string NameOfProcess(uint64_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/comm");
  std::string name;
  std::getline(file, name);
  return name;
}

int Clients(const Look& look, const Options& options) {
  Table table({{"client", 6},
               {"pid", 8},
               {"pins", 8},
               {"pinned_bytes", 14},
               {"references", 10},
               {"creating_bytes", 14},
               {"leased_bytes", 14},
               {"gets", 12},
               {"creates", 12},
               {"process", 0}},
              options.json);
  look.control().EachClient([&](uint32_t i) {
    auto client = InspectClient(look.control(), i);
    if (!client.ok()) return;  // it comes, or goes
    const atoll_client_stats_t& c = client.value();
    table.Add({uint64_t{i}, c.pid, c.pins, c.pinned_bytes, c.references, c.creating_bytes, c.leased_bytes,
               c.done.gets, c.done.creates, NameOfProcess(c.pid)});
  });
  table.End();
  return 0;
}

const struct {
  const char* name;
  int (*run)(const Look&, const Options&);
} kLookCommands[] = {{"fsck", Fsck}, {"stats", Stats}, {"list", List}, {"clients", Clients}};

Result<Look> Open(const Options& options) {
  if (!options.socket.empty()) return Look::At(options.socket.c_str());
  auto control = os::SharedMemory::Adopt(os::UniqueFd(options.control));
  if (!control.ok()) return control.status();
  auto data = os::SharedMemory::Adopt(os::UniqueFd(options.data));
  if (!data.ok()) return data.status();
  return Look::Into(std::move(control).value(), data.value());
}

}  // namespace

bool IsLook(const std::string& command) {
  for (const auto& look : kLookCommands) {
    if (command == look.name) return true;
  }
  return false;
}

int LookAt(const Options& options) {
  const auto* command = std::begin(kLookCommands);
  while (options.command != command->name) ++command;
  auto look = Open(options);
  if (!look.ok()) {
    const std::string where = (options.socket.empty() ? "the descriptors" : options.socket) + ": ";
    const std::string why = LastError();
    // Some failures name the path themselves.
    std::fprintf(stderr, "atoll-store: %s%s\n", why.starts_with(where) ? "" : where.c_str(), why.c_str());
    return 3;
  }
  const int status = command->run(look.value(), options);
  if (std::fflush(stdout) == 0 && std::ferror(stdout) == 0) return status;
  std::fprintf(stderr, "atoll-store: standard output: %s\n", std::strerror(errno));
  return 3;
}

}  // namespace atollstore::tools
