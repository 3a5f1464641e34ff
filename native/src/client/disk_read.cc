#include "client/disk_read.h"

#include <atomic>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>

#include "os/directory.h"
#include "os/thread.h"
#include "spill/spill_directory.h"

namespace atollstore {
namespace {

// Threads of this process that read at once. Those that hang in a disk count, too: they are not to become more and more.
constexpr uint32_t kMostThreads = 64;
std::atomic<uint32_t> free_threads{kMostThreads};
os::Bell thread_bell{};  // rung when one has ended

// The directory and what is above it, as the server calls them; empty when it does not say.
struct SpillPath {
  char text[SpillHeader::kMostPath + 1] = "";
  char* name = nullptr;  // of the last one
};
bool ReadPath(const Control& control, SpillPath* path) {
  path->name = control.spill().directory.Read(path->text) == 0 ? nullptr : std::strrchr(path->text, '/');
  if (path->name == nullptr) return false;
  *path->name++ = 0;
  return true;
}

Result<os::File> OpenSpilled(const SpillPath& path, SpillPlace place) {
  auto parent = os::Directory::Open(path.text);
  if (!parent.ok()) return Status(ATOLL_NOT_FOUND);
  auto directory = parent.value().OpenOwn(path.name);
  if (!directory.ok()) return directory.status();
  auto file = os::File::OpenToRead(directory.value().fd(), SpillFileName(place.file()).text());
  // That was for want of descriptors, of which the text speaks.
  return file.status().code() == ATOLL_OUT_OF_MEMORY ? Status(ATOLL_SYSTEM) : std::move(file);
}

Status NoPath() { return Status::Error(ATOLL_SYSTEM, "the server does not say where its spill files are"); }

// What a reading thread has, and whoever waits for it as long as that does.
struct Reading {
  SpillPath path;
  SpillItem item;
  SpillPart part;
  ReadGate gate;
  Status outcome;
  char why[640] = "";
  os::Bell done{};
};

void Read(void* argument) {
  {
    const std::unique_ptr<std::shared_ptr<Reading>> own(static_cast<std::shared_ptr<Reading>*>(argument));
    Reading& reading = **own;
    auto file = OpenSpilled(reading.path, reading.item.place);
    reading.outcome = file.ok() ? ReadSpilled(file.value(), reading.item, reading.part) : file.status();
    std::snprintf(reading.why, sizeof(reading.why), "%s", LastError());
    reading.done.Ring();
  }
  free_threads.fetch_add(1, std::memory_order_seq_cst);
  thread_bell.Ring();
}

bool TakeThread(const os::Deadline& deadline) {
  for (bool last = false;;) {
    const uint32_t seen = thread_bell.Read();
    for (uint32_t free = free_threads.load(std::memory_order_seq_cst); free != 0;) {
      if (free_threads.compare_exchange_weak(free, free - 1, std::memory_order_seq_cst)) return true;
    }
    if (last) return false;
    last = !thread_bell.Wait(seen, deadline);
  }
}

}  // namespace

Status ReadOnDisk(const Control& control, const SpillItem& item, const SpillPart& part) {
  SpillPath path;
  if (!ReadPath(control, &path)) return NoPath();
  auto file = OpenSpilled(path, item.place);
  return file.ok() ? ReadSpilled(file.value(), item, part) : file.status();
}

Status ReadOnDiskInTime(const Control& control, const SpillItem& item, const SpillPart& part,
                        const os::Deadline& deadline) {
  const auto late = [&] {
    return Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: the disk has not given its %lu bytes in time", item.id.index(),
                         item.id.generation(), item.bytes);
  };
  auto reading = std::make_shared<Reading>();
  if (!ReadPath(control, &reading->path)) return NoPath();
  if (!TakeThread(deadline)) return late();
  reading->item = item;
  reading->part = part;
  reading->part.until = deadline.at();
  reading->part.gate = &reading->gate;
  const uint32_t seen = reading->done.Read();
  auto own = std::make_unique<std::shared_ptr<Reading>>(reading);
  const Status started = os::StartDetached("atoll-read", Read, own.get());
  if (!started.ok()) {
    free_threads.fetch_add(1, std::memory_order_seq_cst);
    return started;
  }
  (void)own.release();
  if (!reading->done.Wait(seen, deadline)) {
    reading->gate.Close();
    return late();
  }
  if (reading->outcome.ok()) return {};
  return Status::Error(reading->outcome.code(), "%s", reading->why);
}

}  // namespace atollstore
