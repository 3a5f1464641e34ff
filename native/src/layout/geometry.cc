#include "layout/geometry.h"

#include <algorithm>
#include <bit>

namespace atollstore {
namespace {

constexpr uint64_t kPage = 4096;
static_assert(sizeof(Header) <= kSpillHeaderAt && kSpillHeaderAt + sizeof(SpillHeader) <= kPage);
constexpr uint64_t RoundUp(uint64_t value, uint64_t to) { return (value + to - 1) / to * to; }

}  // namespace

Result<Geometry> Geometry::Of(Sizes sizes) {
  if (sizes.extent_bytes == 0) sizes.extent_bytes = 2 << 20;
  if (sizes.ring_bytes == 0) sizes.ring_bytes = 256 << 10;
  if (!std::has_single_bit(sizes.extent_bytes) || sizes.extent_bytes < kSlabBytes ||
      sizes.extent_bytes > uint64_t{1} << 30) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "extent_bytes %lu: not a power of two from 65536 to 2^30",
                         sizes.extent_bytes);
  }
  if (sizes.capacity == 0 || sizes.capacity > uint64_t{1} << 46) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "capacity %lu: not from 1 to 2^46 bytes", sizes.capacity);
  }
  if (sizes.max_clients > kMaxClients) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "max_clients %lu: more than %u", sizes.max_clients,
                         kMaxClients);
  }
  if (!std::has_single_bit(sizes.ring_bytes) || sizes.ring_bytes < 64 ||
      sizes.ring_bytes > uint64_t{1} << 30) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "ring_bytes %lu: not a power of two from 64 to 2^30",
                         sizes.ring_bytes);
  }
  sizes.capacity = RoundUp(sizes.capacity, sizes.extent_bytes);
  if (sizes.max_clients == 0) sizes.max_clients = std::clamp<uint64_t>(sizes.capacity >> 25, 64, 256);
  // Entries that nobody uses take addresses, not memory.
  if (sizes.max_objects == 0) sizes.max_objects = kMaxObjects;
  if (sizes.max_objects > kMaxObjects) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "max_objects %lu: more than %lu", sizes.max_objects,
                         kMaxObjects);
  }
  sizes.max_objects = RoundUp(sizes.max_objects, kEntriesPerBlock);
  if (sizes.max_names == 0) sizes.max_names = std::clamp<uint64_t>(sizes.max_objects / 64, 1024, 16384);
  if (sizes.max_names > kMaxNames) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "max_names %lu: more than %lu", sizes.max_names, kMaxNames);
  }
  if (sizes.warm_bytes == 0) sizes.warm_bytes = 128 << 20;

  Geometry g;
  g.sizes_ = sizes;
  const uint64_t n = sizes.max_objects;
  uint64_t at = RoundUp(sizeof(Header), kPage);
  const auto place = [&at](uint64_t bytes) {
    const uint64_t here = at;
    at = RoundUp(at + bytes, kPage);
    return here;
  };
  g.clients_at = place(g.columns() * sizeof(ClientRecord));
  g.extents_at = place(g.extents() * sizeof(u32));
  g.entry_blocks_at = place(g.entry_blocks() * sizeof(EntryBlock));
  g.entries_at = place(n * sizeof(Entry));
  g.references_in = n * 4;
  g.waits_in = n * 8;
  g.used_in = n * 12;
  g.dropped_in = n * 13;
  g.ready_in = g.dropped_in + Marks::BytesFor(n);
  g.touched_in = g.ready_in + Marks::BytesFor(n);
  g.freed_entries_in = g.touched_in + Marks::BytesFor(g.entry_blocks());
  g.freed_slabs_in = g.freed_entries_in + Marks::BytesFor(g.entry_blocks());
  g.column_stride = RoundUp(g.freed_slabs_in + Marks::BytesFor(g.slabs()), kPage);
  g.columns_at = place(g.columns() * g.column_stride);
  g.ring_stride = RoundUp(2 * (sizes.ring_bytes + kRingTrailer), kPage);
  g.rings_at = place(g.columns() * g.ring_stride);
  g.names_at = place(g.name_slots() * sizeof(NameRecord));
  g.written_names_at = place((g.name_slots() / kNamesPerPage + 63) / 64 * sizeof(u64));
  g.open_blocks_at = place(Marks::BytesFor(g.entry_blocks()));
  g.row_words = (g.columns() + 63) / 64;
  g.rows_at = place(n * g.row_words * sizeof(u64));
  g.block_words_at = place(g.slabs() * kWordsPerSlab * sizeof(u64));
  g.control_bytes = at;
  return g;
}

Result<Geometry> Geometry::OfHeader(const Header& header, uint64_t control_bytes, uint64_t data_bytes) {
  if (header.ready.load(std::memory_order_acquire) != 1 || header.magic.load() != kMagic ||
      header.layout_version.load() != kLayoutVersion) {
    return Status::Error(ATOLL_CORRUPT, "control segment without a valid header");
  }
  auto geometry = Of({header.capacity.load(), header.max_objects.load(), header.max_clients.load(),
                      header.extent_bytes.load(), header.ring_bytes.load(), header.warm_bytes.load(),
                      header.max_names.load()});
  if (!geometry.ok()) return Status(ATOLL_CORRUPT);
  const Geometry& g = geometry.value();
  if (g.control_bytes != control_bytes || g.capacity() != data_bytes) {
    return Status::Error(ATOLL_CORRUPT, "segments of %lu and %lu bytes, %lu and %lu expected", control_bytes,
                         data_bytes, g.control_bytes, g.capacity());
  }
  return geometry;
}

uint64_t Control::entries_high() const {
  const uint64_t blocks = header().blocks_high.load(std::memory_order_acquire);
  return std::min(blocks, geometry_.entry_blocks()) * kEntriesPerBlock;
}

}  // namespace atollstore
