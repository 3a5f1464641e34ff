// Seeing inside: statistics and lists. Everything is read from shared memory, without a system call and
// without stopping anybody, so that the figures of one look may be of slightly different moments.
#include <algorithm>
#include <vector>

#include "client/client_core.h"

namespace atollstore {
namespace {

// Bytes of the object's block behind what the creator asked for: the contained ids, 16-byte aligned.
uint64_t BytesOf(const Entry& entry) {
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint64_t contained = entry.contained.load(std::memory_order_relaxed);
  return contained == 0 ? size : (size + 15) / 16 * 16 + contained * sizeof(atoll_object_id);
}

bool Attached(const ClientRecord& record) {
  return record.state.load(std::memory_order_acquire) == static_cast<uint32_t>(ClientState::kAttached);
}

// Adds the calls of one client.
void AddUp(ClientRecord& record, atoll_operations* sum) {
  for (Counters& c : record.counters) {
    const auto add = [](uint64_t* to, const u64& from) { *to += from.load(std::memory_order_relaxed); };
    add(&sum->expects, c.expects);
    add(&sum->creates, c.creates);
    add(&sum->seals, c.seals);
    add(&sum->aborts, c.aborts);
    add(&sum->gets, c.gets);
    add(&sum->references, c.references);
    add(&sum->dereferences, c.dereferences);
    add(&sum->deletes, c.deletes);
    add(&sum->waits, c.waits);
    add(&sum->claims, c.claims);
    add(&sum->lookups, c.lookups);
    add(&sum->publishes, c.publishes);
    add(&sum->unpublishes, c.unpublishes);
    add(&sum->bytes_written, c.bytes_written);
    add(&sum->bytes_copied, c.bytes_copied);
  }
}

uint64_t Frees(const ClientRecord& record) {
  uint64_t frees = 0;
  for (const Counters& c : record.counters) frees += c.frees.load(std::memory_order_relaxed);
  return frees;
}

// Where the extents are, and the longest run of free ones.
void CountExtents(const Control& control, atoll_stats_t* stats) {
  const Geometry& g = control.geometry();
  stats->extent_bytes = g.extent_bytes();
  uint64_t run = 0;
  for (uint64_t i = 0; i < g.extents(); ++i) {
    const uint32_t owner = control.extent(i).load(std::memory_order_relaxed) & kExtentOwnerMask;
    run = owner == 0 ? run + 1 : 0;
    stats->largest_free = std::max(stats->largest_free, run * g.extent_bytes());
    ++(owner == 0            ? stats->extents_free
       : owner < g.columns() ? stats->extents_of_clients
                             : stats->extents_of_server);
  }
}

}  // namespace

Status ClientCore::Stats(atoll_stats_t* stats) {
  const Header& header = control_.header();
  const ServerCounters& served = header.served;
  const auto read = [](const u64& number) { return number.load(std::memory_order_relaxed); };
  *stats = {};
  stats->size = sizeof(*stats);
  stats->capacity = capacity_;
  stats->control_bytes = read(served.control_resident);
  stats->reserved = read(header.reserved_bytes);
  stats->max_objects = objects_;
  stats->names = read(served.names);
  stats->max_names = control_.geometry().max_names();
  stats->max_clients = control_.geometry().columns() - 1;
  stats->freed = read(served.freed) + Frees(control_.client(kServer));
  AddUp(control_.client(kServer), &stats->done);
  control_.EachClient([&](uint32_t i) {
    stats->clients += Attached(control_.client(i));
    stats->freed += Frees(control_.client(i));
    AddUp(control_.client(i), &stats->done);
  });
  const SizeClasses classes(control_.geometry().slabs_per_extent());
  for (uint64_t i = 0, high = control_.entries_high(); i < high; ++i) {
    const Entry& entry = entries_[i];
    Word word(entry.word.load(std::memory_order_acquire));
    if (word.state() == State::kFree) continue;
    ++stats->objects;
    const uint64_t size = entry.size.load(std::memory_order_relaxed);
    uint64_t pins = control_.pins(kServer)[i].load(std::memory_order_relaxed);
    Holders::Each(control_, i, word,
                  [&](uint32_t c) { pins += control_.pins(c)[i].load(std::memory_order_relaxed); });
    stats->pins += pins;
    if (entry.block.load(std::memory_order_relaxed) != 0) {
      const uint64_t block = BlockBytes(classes, BytesOf(entry));
      stats->allocated += block;
      if (pins != 0) stats->pinned_bytes += block;
    }
    const uint64_t visible = Visible(word);
    stats->lost_objects += visible == ATOLL_IS_LOST;
    if (visible != ATOLL_SEALED) continue;
    ++stats->sealed_objects;
    stats->sealed_bytes += size;
    if (word.state() == State::kDying) word = word.Revived();
    if (word.state() == State::kSpilled || word.state() == State::kRestoring) {
      ++stats->spilled_objects;
      stats->spilled_bytes += size;
    }
  }
  stats->free = capacity_ - std::min(capacity_, stats->allocated);
  CountExtents(control_, stats);
  // What of the free bytes no single object could have, counted in whole extents.
  if (stats->free != 0 && stats->largest_free < stats->free) {
    stats->fragmentation_permille = 1000 - stats->largest_free * 1000 / stats->free;
  }
  // Nobody counts releases: they are the gets whose pins are gone.
  stats->done.releases = stats->done.gets - std::min(stats->done.gets, stats->pins);
  stats->attached = read(served.attached);
  stats->buried = read(served.buried);
  stats->evicted = read(served.evicted);
  stats->restored = read(served.restored);
  stats->bytes_spilled = read(served.bytes_spilled);
  stats->bytes_spilling = read(served.bytes_spilling);
  stats->bytes_restored = read(served.bytes_restored);
  return {};
}

Status ClientCore::ClientStats(uint64_t client, atoll_client_stats_t* stats) {
  const Geometry& g = control_.geometry();
  if (client == 0 || !control_.HasClient(client) || !Attached(control_.client(client))) {
    return Status::Error(ATOLL_NOT_FOUND, "no client %lu", client);
  }
  ClientRecord& record = control_.client(client);
  *stats = {};
  stats->size = sizeof(*stats);
  stats->pid = record.pid.load(std::memory_order_relaxed);
  AddUp(record, &stats->done);
  for (const Counters& counters : record.counters) {
    for (int i = 0; i < 4; ++i) stats->user[i] += counters.user[i].load(std::memory_order_relaxed);
  }
  const SizeClasses classes(g.slabs_per_extent());
  const u32* pins = control_.pins(client);
  const u32* references = control_.references(client);
  const auto add = [&](uint64_t i) {
    const Entry& entry = entries_[i];
    const uint32_t pinned = pins[i].load(std::memory_order_relaxed);
    stats->pins += pinned;
    stats->references += references[i].load(std::memory_order_relaxed);
    if (entry.block.load(std::memory_order_relaxed) == 0) return;
    if (pinned != 0) stats->pinned_bytes += BlockBytes(classes, BytesOf(entry));
    const Word word(entry.word.load(std::memory_order_acquire));
    if (word.being_created() && word.owner() == client) {
      stats->creating_bytes += BlockBytes(classes, BytesOf(entry));
    }
  };
  // Only where it has been: looking at other slots would give them memory.
  const Marks touched = control_.touched(client);
  const uint64_t blocks = control_.entries_high() / kEntriesPerBlock;
  for (uint64_t block = touched.Next(0); block < blocks; block = touched.Next(block + 1)) {
    for (uint64_t i = 0; i < kEntriesPerBlock; ++i) add(block * kEntriesPerBlock + i);
  }
  stats->done.releases = stats->done.gets - std::min(stats->done.gets, stats->pins);
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
    if (entry.block.load(std::memory_order_relaxed) != 0 && word.state() != State::kRestoring) {
      info.size = entry.size.load(std::memory_order_relaxed);
      info.tag = entry.tag.load(std::memory_order_relaxed);
      info.offset = entry.offset.load(std::memory_order_relaxed);
    }
    const auto add = [&](uint32_t client) {
      info.pins += control_.pins(client)[index].load(std::memory_order_relaxed);
      info.references += control_.references(client)[index].load(std::memory_order_relaxed);
    };
    add(kServer);
    Holders::Each(control_, index, word, add);
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
  if (client == ATOLL_PRESSURE_BELL) return &control_.header().pressure_bell;
  if (client == 0 || client >= control_.geometry().columns()) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "no bell of client %lu", client);
  }
  return &control_.client(client).mailbox;
}

}  // namespace atollstore
