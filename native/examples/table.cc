// clang-format off
// table: one process puts a table under a name, others read it where it lies.
//
//   atoll-store serve --socket /run/user/1000/tables/sock --capacity 1G &
//   table make SOCKET delays 1000000     a table of a million rows, written straight into shared memory
//   table mean SOCKET delays             in another process: nothing is read, copied or parsed, only looked at
//   table put SOCKET flights f.arrows    the bytes of a file, those of an Arrow stream for one
//   table get SOCKET flights             and back, to the standard output
//   table drop SOCKET delays             the name goes, and with it the table once nobody looks at it
// clang-format on
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cinttypes>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>

#include "atoll/client.h"

using namespace std::chrono_literals;
using atollstore::Client;
using atollstore::LastError;

namespace {

// The tag of an object is its writer's own: here it says what the bytes are.
constexpr uint64_t kDelays = 1, kBytes = 2;

// Column after column, each aligned: int32 minutes[rows], then int64 flight[rows].
struct Columns {
  template <typename Byte>
  Columns(std::span<Byte> bytes, size_t rows)
      : minutes(reinterpret_cast<const int32_t*>(bytes.data()), rows),
        flight(reinterpret_cast<const int64_t*>(bytes.data() + FlightsAt(rows)), rows) {}
  static size_t FlightsAt(size_t rows) { return (rows * sizeof(int32_t) + 63) / 64 * 64; }
  static size_t Bytes(size_t rows) { return FlightsAt(rows) + rows * sizeof(int64_t); }
  static size_t Rows(size_t bytes) { return bytes / (sizeof(int32_t) + sizeof(int64_t)); }

  std::span<const int32_t> minutes;
  std::span<const int64_t> flight;
};

int Failed(const char* what) {
  std::fprintf(stderr, "table: %s: %s\n", what, LastError());
  return 1;
}

// Seals what was written and gives it its name, which keeps it from now on: this process goes.
int Publish(Client& client, atollstore::Writer& writer, const std::string& name) {
  if (!writer.Seal().ok()) return Failed("seal");
  const bool published = client.Publish(name, writer.id()).ok();
  if (!published) Failed("publish");
  (void)client.Dereference(writer.id());
  return published ? 0 : 1;
}

int Make(Client& client, const std::string& name, size_t rows) {
  auto writer = client.Create(Columns::Bytes(rows), 10s, kDelays);
  if (!writer.ok()) return Failed("create");
  auto* minutes = reinterpret_cast<int32_t*>(writer->bytes().data());
  auto* flight = reinterpret_cast<int64_t*>(writer->bytes().data() + Columns::FlightsAt(rows));
  for (size_t row = 0; row < rows; ++row) {
    minutes[row] = static_cast<int32_t>(row % 15);
    flight[row] = static_cast<int64_t>(row);
  }
  return Publish(client, *writer, name);
}

int Mean(Client& client, const std::string& name) {
  auto id = client.Lookup(name);
  if (!id.ok()) return Failed("lookup");
  int status = 1;
  if (auto view = client.Get(*id, 10s); !view.ok()) {
    Failed("get");
  } else if (view->tag() != kDelays) {
    std::fprintf(stderr, "table: %s is no table of delays\n", name.c_str());
  } else {
    const Columns table(view->bytes(), Columns::Rows(view->bytes().size()));
    int64_t sum = 0;
    for (const int32_t minutes : table.minutes) sum += minutes;
    std::printf("%s: %zu rows, mean delay %.2f minutes, read where they lie\n", name.c_str(),
                table.minutes.size(), static_cast<double>(sum) / static_cast<double>(table.minutes.size()));
    status = 0;
  }  // the view ends here, and with it the pin
  (void)client.Dereference(*id);
  return status;
}

int Put(Client& client, const std::string& name, const char* path) {
  const int file = ::open(path, O_RDONLY | O_CLOEXEC);
  struct stat about;
  if (file < 0 || ::fstat(file, &about) != 0) {
    std::fprintf(stderr, "table: %s: %s\n", path, std::strerror(errno));
    return 1;
  }
  auto writer = client.Create(static_cast<uint64_t>(about.st_size), 10s, kBytes);
  if (!writer.ok()) return Failed("create");
  for (auto rest = writer->bytes(); !rest.empty();) {  // from the disk to where all will read it
    const ssize_t read = ::read(file, rest.data(), rest.size());
    if (read <= 0) {
      std::fprintf(stderr, "table: %s: %s\n", path, read < 0 ? std::strerror(errno) : "it became shorter");
      return 1;  // the writer's end takes back what it has begun
    }
    rest = rest.subspan(static_cast<size_t>(read));
  }
  ::close(file);
  return Publish(client, *writer, name);
}

int Get(Client& client, const std::string& name) {
  auto id = client.Lookup(name);
  if (!id.ok()) return Failed("lookup");
  auto view = client.Get(*id, 10s);
  (void)client.Dereference(*id);  // the pin of the view is enough from here on
  if (!view.ok()) return Failed("get");
  for (auto rest = view->bytes(); !rest.empty();) {
    const ssize_t written = ::write(STDOUT_FILENO, rest.data(), rest.size());
    if (written < 0) return 1;
    rest = rest.subspan(static_cast<size_t>(written));
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const std::string command = argc < 4 ? "" : argv[1];
  const bool more = command == "make" || command == "put";
  if (argc != (more ? 5 : 4)) {
    std::fprintf(stderr,
                 "usage: table make SOCKET NAME ROWS | put SOCKET NAME FILE | mean|get|drop SOCKET NAME\n");
    return 2;
  }
  auto client = Client::Attach(argv[2]);
  if (!client.ok()) return Failed(argv[2]);
  const std::string name = argv[3];
  if (command == "make") return Make(*client, name, std::strtoull(argv[4], nullptr, 10));
  if (command == "put") return Put(*client, name, argv[4]);
  if (command == "mean") return Mean(*client, name);
  if (command == "get") return Get(*client, name);
  if (command == "drop") return client->Unpublish(name).ok() ? 0 : Failed("drop");
  std::fprintf(stderr, "table: no command %s\n", command.c_str());
  return 2;
}
