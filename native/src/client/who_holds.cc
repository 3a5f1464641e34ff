// What a refused create says: who holds the memory.
#include <algorithm>
#include <array>
#include <cstdio>

#include "client/client_core.h"

namespace atollstore {
namespace {

const char* WhyNoMemory(uint32_t refused) {
  switch (static_cast<MemoryRefused>(refused)) {
    case MemoryRefused::kNo:
      return "";
    case MemoryRefused::kLimits:
      return "; memory limits allow no more";
    case MemoryRefused::kLost:
      return "; the server can back no more: the descriptor of the store's memory was closed by somebody else in its process";
  }
  return "";
}

}  // namespace

// Looks at so many entries at most, evenly spread, whatever there are: it is the text of a failure.
Status ClientCore::StoreFull(uint64_t bytes) const {
  if (budget_->low()) return NoControlMemory();
  if (!data_->ours()) {
    return Status::Error(ATOLL_SYSTEM,
                         "mmap for an object of %lu bytes: descriptor %d, of the store's memory, was closed by somebody else in "
                         "this process",
                         bytes, data_->fd());
  }
  if (heap_->cannot_map()) {
    return Status::Error(ATOLL_SYSTEM,
                         "mmap for an object of %lu bytes: no memory mapping left to this process "
                         "(vm.max_map_count, or ulimit -v)",
                         bytes);
  }
  constexpr uint64_t kMostLooks = 4096;
  std::array<uint64_t, kMaxClients + 1> pinned{}, creating{};
  const uint64_t end = control_.entries_high();
  const uint64_t stride = std::max<uint64_t>(1, (end + kMostLooks - 1) / kMostLooks);
  for (uint64_t i = 0; i < end; i += stride) {
    const Entry& entry = entries_[i];
    const Word word(entry.word.load(std::memory_order_acquire));
    if (entry.block.load(std::memory_order_relaxed) == 0) continue;
    const uint64_t size = entry.size.load(std::memory_order_relaxed);
    const bool begun = word.being_created();
    if (begun && word.owner() <= kMaxClients) creating[word.owner()] += size;
    Holders::Each(control_, i, word, [&](uint32_t client) {
      if (control_.pins(client)[i].load(std::memory_order_relaxed) != 0) pinned[client] += size;
    });
  }
  char who[192] = "";
  int at = 0;
  for (int shown = 0; shown < 2 && at < static_cast<int>(sizeof(who)); ++shown) {
    uint32_t most = 0;
    for (uint32_t i = 1; i <= kMaxClients; ++i) {
      if (pinned[i] + creating[i] > pinned[most] + creating[most]) most = i;
    }
    if (most == 0) break;
    at += std::snprintf(
        who + at, sizeof(who) - static_cast<size_t>(at), "; client %u (pid %lu) pins %s%lu, creates %s%lu",
        most, control_.client(most).pid.load(std::memory_order_relaxed), stride == 1 ? "" : "at least ",
        pinned[most], stride == 1 ? "" : "at least ", creating[most]);
    pinned[most] = creating[most] = 0;
  }
  const Header& header = control_.header();
  char trouble[SpillHeader::kMostTrouble + 1];
  const bool cannot_spill = control_.spill().trouble.Read(trouble) != 0;
  return Status::Error(
      ATOLL_STORE_FULL, "%lu bytes asked, the store has %lu, of which %lu are backed by memory%s%s%s%s", bytes,
      capacity_, header.reserved_bytes.load(std::memory_order_relaxed),
      WhyNoMemory(header.memory_refused.load(std::memory_order_relaxed)),
      cannot_spill ? "; spill files could not be written: " : "", trouble,
      who);
}

}  // namespace atollstore
