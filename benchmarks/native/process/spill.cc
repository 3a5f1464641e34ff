// How fast a gigabyte goes to disk to make room, and comes back as one list. The floors write a file of that
// size to the same disk and sync it, and read it: past the page cache as the store does, since through it the
// same takes between once and four times as long, by how fresh the pages are that the cache happens to get.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>

#include "harness.h"

namespace atollbench {
namespace {

constexpr int kRounds = 3;
constexpr uint64_t kObject = 16 * kMiB;
constexpr uint64_t kObjects = 64;
constexpr uint64_t kBytes = kObject * kObjects;
constexpr uint64_t kCapacity = kBytes + kBytes / 8;

double GigabytesPerSecond(double bytes, double nanos) { return bytes / nanos; }

double WriteFloor(const std::string& path, const char* bytes) {
  const double took = TimeOf([&] {
    const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_DIRECT, 0600);
    CheckSystem(fd >= 0, "open");
    for (uint64_t i = 0; i < kObjects; ++i)
      CheckSystem(write(fd, bytes, kObject) == ssize_t{kObject}, "write");
    CheckSystem(fdatasync(fd) == 0, "fdatasync");
    close(fd);
  });
  return GigabytesPerSecond(kBytes, took);
}

double ReadFloor(const std::string& path, char* bytes) {
  const int fd = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_DIRECT);
  CheckSystem(fd >= 0, "open");
  const double took = TimeOf([&] {
    for (uint64_t i = 0; i < kObjects; ++i) CheckSystem(read(fd, bytes, kObject) == ssize_t{kObject}, "read");
  });
  close(fd);
  return GigabytesPerSecond(kBytes, took);
}

struct Rates {
  double spill, restore;
};

// A store that is full of a gigabyte makes room for another, which is given up; then the first one is read.
Rates SpillAndRestore(const std::string& directory, const char* bytes) {
  atoll_server_options options{};
  options.size = sizeof(options);
  const std::string socket = directory + "/socket";
  options.socket_path = socket.c_str();
  options.capacity = kCapacity;
  options.spill_directory = directory.c_str();
  atoll_server* server = nullptr;
  Check(atoll_server_start(&options, &server), "atoll_server_start");
  Rates rates{};
  {
    Client client(socket);
    std::vector<atoll_object_id> ids;
    for (uint64_t i = 0; i < kObjects; ++i) ids.push_back(client.Put(bytes, kObject));
    atoll_object_id other{};
    uint64_t address = 0;
    const double spilling = TimeOf([&] {
      Check(atoll_create(client.get(), &other, kBytes, 0, 0, 120 * kSecond, &address), "atoll_create");
    });
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    Check(atoll_stats(client.get(), &stats), "atoll_stats");
    rates.spill = GigabytesPerSecond(static_cast<double>(stats.bytes_spilled), spilling);
    Check(atoll_abort(client.get(), &other), "atoll_abort");
    Check(atoll_dereference(client.get(), &other), "atoll_dereference");
    const double restoring = TimeOf([&] {
      std::vector<atoll_view> views(ids.size());
      Check(atoll_get_all(client.get(), ids.data(), ids.size(), 120 * kSecond, views.data()), "atoll_get_all");
      for (const atoll_object_id& id : ids) Check(atoll_release(client.get(), &id), "atoll_release");
    });
    Check(atoll_stats(client.get(), &stats), "atoll_stats");
    rates.restore = GigabytesPerSecond(static_cast<double>(stats.bytes_restored), restoring);
    for (const atoll_object_id& id : ids) client.Drop(id);
  }
  Check(atoll_server_stop(server), "atoll_server_stop");
  return rates;
}

}  // namespace

void Spilling() {
  const char* temporary = getenv("TMPDIR");
  std::string directory = std::string(temporary != nullptr ? temporary : "/var/tmp") + "/atoll-bench-XXXXXX";
  CheckSystem(mkdtemp(directory.data()) != nullptr, "mkdtemp");
  const std::string file = directory + "/floor";
  const SharedFile memory(kObject);
  char* const bytes = memory.data();
  for (size_t i = 0; i < kObject; ++i) bytes[i] = static_cast<char>(i * 2654435761u >> 13);
  std::vector<double> write_floor, read_floor, spill, restore;
  for (int i = 0; i < kRounds; ++i) {
    write_floor.push_back(WriteFloor(file, bytes));
    read_floor.push_back(ReadFloor(file, bytes));
    CheckSystem(unlink(file.c_str()) == 0, "unlink");
    const Rates rates = SpillAndRestore(directory, bytes);
    spill.push_back(rates.spill);
    restore.push_back(rates.restore);
  }
  CheckSystem(rmdir(directory.c_str()) == 0, "rmdir");
  Print("write_sync.1GiB", Median(write_floor), "GB/s", "p50");
  Print("spill.1GiB", Median(spill), "GB/s", "p50");
  Print("read.1GiB", Median(read_floor), "GB/s", "p50");
  Print("restore.1GiB", Median(restore), "GB/s", "p50");
}

}  // namespace atollbench
