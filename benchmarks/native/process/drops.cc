// An object that is put and dropped at once: freed by its creator while nobody else has seen it, and, for
// comparison, by the server when others may know its id. In turns, with the CPU time of everybody.
#include <stdlib.h>
#include <unistd.h>

#include "atoll/c.h"
#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 9;

void PutAndDrop(atoll_client* client, const char* bytes, uint64_t size, bool expected) {
  atoll_object_id id{};
  uint64_t address = 0;
  if (expected) Check(atoll_expect(client, &id), "atoll_expect");
  Check(atoll_create(client, &id, size, 0, 0, kSecond, &address), "atoll_create");
  Check(atoll_copy(reinterpret_cast<void*>(address), bytes, size), "atoll_copy");
  Check(atoll_seal(client, &id, nullptr), "atoll_seal");
  Check(atoll_dereference(client, &id), "atoll_dereference");
}

}  // namespace

void Drops() {
  // A server of this process, so that its CPU time is of this process too.
  atoll_server* server = nullptr;
  char directory[] = "/tmp/atoll-bench-XXXXXX";
  CheckSystem(mkdtemp(directory) != nullptr, "mkdtemp");
  const std::string path = std::string(directory) + "/store.sock";
  atoll_server_options options{};
  options.size = sizeof(options);
  options.socket_path = path.c_str();
  options.capacity = 1024 * kMiB;
  Check(atoll_server_start(&options, &server), "atoll_server_start");
  {
    const Client client(path);
    const std::vector<char> bytes(16 * kMiB, 'x');
    constexpr struct {
      const char* name;
      uint64_t size;
      int count;
    } kSizes[] = {
        {"1KiB", 1024, 50'000}, {"64KiB", 64 << 10, 10'000}, {"1MiB", kMiB, 500}, {"16MiB", 16 * kMiB, 40}};
    for (const auto& [name, size, count] : kSizes) {
      std::vector<double> times[2], cpu[2];
      for (int round = 0; round < kRounds; ++round) {
        for (const bool expected : {false, true}) {
          const double before = CpuNanos();
          times[expected].push_back(TimeOf([&] {
                                      for (int i = 0; i < count; ++i)
                                        PutAndDrop(client.get(), bytes.data(), size, expected);
                                    }) /
                                    count);
          cpu[expected].push_back((CpuNanos() - before) / count);
        }
      }
      for (const bool expected : {false, true}) {
        const std::string row = std::string("put_drop.") + name + (expected ? ".seen" : "");
        Print(row, Median(times[expected]), "ns", "p50");
        Print(row + ".cpu", Median(cpu[expected]), "ns", "p50");
      }
    }
  }
  Check(atoll_server_stop(server), "atoll_server_stop");
  rmdir(directory);
}

}  // namespace atollbench
