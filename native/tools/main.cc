// atoll-store: what one starts, looks at and checks a store with.
#include <unistd.h>

#include <cstdio>
#include <cstring>

#include "check/fsck.h"
#include "client/client_core.h"
#include "options.h"
#include "serve.h"

namespace atollstore::tools {
namespace {

int Fail(const std::string& what) {
  std::fprintf(stderr, "atoll-store: %s: %s\n", what.c_str(), LastError());
  return 3;
}

int Tell(const FsckReport& report) {
  std::printf("%s", report.Text().c_str());
  std::printf("fsck: objects=%lu blocks=%lu extents=%lu clients=%lu wrong=%zu\n", report.objects,
              report.blocks, report.extents, report.clients, report.findings.size());
  return report.sound() ? 0 : 1;
}

int FsckDescriptors(const Options& options) {
  auto control = os::SharedMemory::Adopt(os::UniqueFd(options.control));
  auto data = os::SharedMemory::Adopt(os::UniqueFd(options.data));
  if (!control.ok() || !data.ok()) return Fail("fsck");
  if (control.value().size() < sizeof(Header)) {
    std::fprintf(stderr, "atoll-store: fsck: a control segment of %lu bytes\n", control.value().size());
    return 3;
  }
  auto control_mapping = os::Mapping::Map(control.value(), os::Mapping::Access::kRead);
  auto data_mapping = os::Mapping::Map(data.value(), os::Mapping::Access::kRead);
  if (!control_mapping.ok() || !data_mapping.ok()) return Fail("fsck");
  auto geometry = Geometry::OfHeader(*reinterpret_cast<const Header*>(control_mapping.value().data()),
                                     control.value().size(), data.value().size());
  if (!geometry.ok()) return Fail("fsck");
  return Tell(Fsck(Control(control_mapping.value().data(), geometry.value()), data_mapping.value()));
}

int FsckServed(const Options& options) {
  auto client = ClientCore::Attach(options.socket.c_str());
  if (!client.ok()) return Fail(options.socket);
  return Tell(FsckLive(client.value()->control(), client.value()->data()));
}

int ShowStats(const Options& options) {
  auto client = ClientCore::Attach(options.socket.c_str());
  if (!client.ok()) return Fail(options.socket);
  atoll_stats_t s{};
  if (!client.value()->Stats(&s).ok()) return Fail(options.socket);
  const Header& header = client.value()->control().header();
  const struct {
    const char* name;
    uint64_t value;
  } rows[] = {{"capacity", s.capacity},
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
              {"clients", s.clients},
              {"max_clients", s.max_clients},
              {"attached", s.attached},
              {"buried", s.buried},
              {"extents_free", s.extents_free},
              {"extents_of_clients", s.extents_of_clients},
              {"extents_of_server", s.extents_of_server},
              {"largest_free", s.largest_free},
              {"fragmentation_permille", s.fragmentation_permille},
              {"freed", s.freed},
              {"evicted", s.evicted},
              {"restored", s.restored},
              {"server_lives", header.server_epoch.load()},
              {"server_pid", header.server_pid.load()},
              {"supervisor_pid", header.supervisor_pid.load()}};
  for (const auto& row : rows) std::printf("%s %lu\n", row.name, row.value);
  return 0;
}

}  // namespace

int Main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") != 0 && std::strcmp(argv[i], "-h") != 0) continue;
    std::printf("%s", kUsage);
    return 0;
  }
  Options options;
  std::string wrong = Parse(argc, argv, &options);
  if (wrong.empty()) {
    if (options.command == "serve") return Serve(options, argc, argv);
    if (options.command == "stats") return ShowStats(options);
    if (options.command == "fsck")
      return options.socket.empty() ? FsckDescriptors(options) : FsckServed(options);
    wrong = "no command " + options.command;
  }
  std::fprintf(stderr, "atoll-store: %s\nSee atoll-store --help.\n", wrong.c_str());
  return 2;
}

}  // namespace atollstore::tools

int main(int argc, char** argv) { return atollstore::tools::Main(argc, argv); }
