// Seeing inside: statistics and lists, read from shared memory without a system call.
#include <algorithm>

#include "client/client_core.h"

namespace atollstore {
Status ClientCore::Stats(atoll_stats_t* stats) {
  const Header& header = control_.header();
  *stats = {};
  stats->capacity = capacity_;
  stats->control_bytes = control_memory_->Resident();
  stats->reserved = header.reserved_bytes.load(std::memory_order_relaxed);
  stats->max_objects = objects_;
  stats->max_clients = control_.geometry().columns() - 1;
  for (uint32_t i = 1, high = control_.columns_high(); i < high; ++i) {
    stats->clients += control_.client(i).state.load(std::memory_order_relaxed) ==
                      static_cast<uint32_t>(ClientState::kAttached);
  }
  const SizeClasses classes(control_.geometry().slabs_per_extent());
  for (uint64_t i = 0, high = control_.entries_high(); i < high; ++i) {
    const Entry& entry = entries_[i];
    const Word word(entry.word.load(std::memory_order_acquire));
    if (word.state() == State::kFree) continue;
    ++stats->objects;
    const uint64_t size = entry.size.load(std::memory_order_relaxed);
    const uint64_t contained = entry.contained.load(std::memory_order_relaxed);
    if (entry.block.load(std::memory_order_relaxed) != 0) {
      stats->allocated += BlockBytes(classes, contained == 0 ? size : (size + 15) / 16 * 16 + contained * 16);
    }
    if (Visible(word) != ATOLL_SEALED) continue;
    ++stats->sealed_objects;
    stats->sealed_bytes += size;
  }
  return {};
}

Status ClientCore::ClientStats(uint64_t client, atoll_client_stats_t* stats) {
  const Geometry& g = control_.geometry();
  if (client == 0 || client >= g.columns() ||
      control_.client(client).state.load(std::memory_order_acquire) !=
          static_cast<uint32_t>(ClientState::kAttached)) {
    return Status::Error(ATOLL_NOT_FOUND, "no client %lu", client);
  }
  const ClientRecord& record = control_.client(client);
  *stats = {};
  stats->pid = record.pid.load(std::memory_order_relaxed);
  for (const Counters& counters : record.counters) {
    stats->creates += counters.creates.load(std::memory_order_relaxed);
    stats->seals += counters.seals.load(std::memory_order_relaxed);
    stats->gets += counters.gets.load(std::memory_order_relaxed);
    stats->bytes_written += counters.bytes_written.load(std::memory_order_relaxed);
    stats->bytes_copied += counters.bytes_copied.load(std::memory_order_relaxed);
    for (int i = 0; i < 4; ++i) stats->user[i] += counters.user[i].load(std::memory_order_relaxed);
  }
  const u32* pins = control_.pins(client);
  for (uint64_t i = 0, high = control_.entries_high(); i < high; ++i) {
    stats->pins += pins[i].load(std::memory_order_relaxed);
  }
  // Nobody counts releases: they are the gets whose pins are gone.
  stats->releases = stats->gets - std::min(stats->gets, stats->pins);
  for (uint64_t i = 0; i < g.extents(); ++i) {
    if ((control_.extent(i).load(std::memory_order_relaxed) & kExtentOwnerMask) == client) {
      stats->leased_bytes += g.extent_bytes();
    }
  }
  return {};
}

int64_t ClientCore::List(uint64_t* cursor, atoll_object_info* infos, uint64_t max) {
  uint64_t filled = 0;
  const uint64_t high = control_.entries_high();
  for (; *cursor < high && filled < max; ++*cursor) {
    const uint64_t index = *cursor;
    const Entry& entry = entries_[index];
    const Word word(entry.word.load(std::memory_order_acquire));
    const uint64_t state = Visible(word);
    if (state == ATOLL_ABSENT) continue;
    atoll_object_info& info = infos[filled++];
    info = {ObjectId(store_, index, word.generation()).c(), state, 0, 0, 0, 0, 0};
    if (entry.block.load(std::memory_order_relaxed) != 0) {
      info.size = entry.size.load(std::memory_order_relaxed);
      info.tag = entry.tag.load(std::memory_order_relaxed);
      info.offset = entry.offset.load(std::memory_order_relaxed);
    }
    for (uint32_t client = 0, columns = control_.columns_high(); client < columns; ++client) {
      info.pins += control_.pins(client)[index].load(std::memory_order_relaxed);
      info.references += control_.references(client)[index].load(std::memory_order_relaxed);
    }
  }
  return static_cast<int64_t>(filled);
}

Status ClientCore::Ring(uint64_t client, uint64_t direction, uint64_t* address, uint64_t* bytes) {
  if (client == 0 || client >= control_.geometry().columns() || direction > ATOLL_RING_DOWN) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "no ring %lu of client %lu", direction, client);
  }
  *address = reinterpret_cast<uint64_t>(control_.ring(client, direction));
  *bytes = control_.geometry().ring_bytes();
  return {};
}

Result<os::Bell*> ClientCore::BellOf(uint64_t client) {
  if (client == ATOLL_SCHEDULER_BELL) return &control_.header().scheduler_bell;
  if (client == 0 || client >= control_.geometry().columns()) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "no bell of client %lu", client);
  }
  return &control_.client(client).mailbox;
}

}  // namespace atollstore
