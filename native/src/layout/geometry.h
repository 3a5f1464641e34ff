// Where everything lies in the control segment, from the few numbers in its header.
//
//   +--------+---------+---------+--------------+---------+---------+-----+-------+-------+
//   | Header | clients | extents | entry blocks | entries | columns | ... | rings | names |
//   +--------+---------+---------+--------------+---------+---------+-----+-------+-------+
//                                                one per client
//   +---------------+-------------+------+-------------+
//   | written names | open blocks | rows | block words |  1024 block words for each slab
//   +---------------+-------------+------+-------------+
//   a column:  pins 4N | references 4N | waits 4N | used N
//              | dropped | ready | touched | freed entries | freed slabs
//
// with N = max_objects; the last five are Marks: of entries, of entries, of entry blocks twice, and of slabs.
//
// Most of it is never touched and has no memory behind it.
#ifndef ATOLL_LAYOUT_GEOMETRY_H_
#define ATOLL_LAYOUT_GEOMETRY_H_

#include <bit>

#include "layout/marks.h"
#include "layout/notice.h"
#include "layout/records.h"
#include "os/shared_memory.h"
#include "result.h"

namespace atollstore {

struct Sizes {
  uint64_t capacity, max_objects, max_clients, extent_bytes, ring_bytes, warm_bytes;
  uint64_t max_names = 0;
};

class Geometry {
 public:
  Geometry() = default;
  // Fills in defaults for zeros, rounds, and checks. Fails with ATOLL_INVALID_ARGUMENT.
  static Result<Geometry> Of(Sizes sizes);
  // That of segments which somebody else made, and which have these lengths. Fails with ATOLL_CORRUPT.
  static Result<Geometry> OfHeader(const Header& header, uint64_t control_bytes, uint64_t data_bytes);

  uint64_t capacity() const { return sizes_.capacity; }
  uint64_t objects() const { return sizes_.max_objects; }
  uint64_t columns() const { return sizes_.max_clients + 1; }  // the server's is column 0
  uint64_t extent_bytes() const { return sizes_.extent_bytes; }
  uint64_t ring_bytes() const { return sizes_.ring_bytes; }
  uint64_t warm_bytes() const { return sizes_.warm_bytes; }
  uint64_t max_names() const { return sizes_.max_names; }
  // Twice as many as there are names, so that chains are short; a power of two.
  uint64_t name_slots() const { return std::bit_ceil(2 * sizes_.max_names); }
  uint64_t extents() const { return sizes_.capacity / sizes_.extent_bytes; }
  uint64_t slabs() const { return sizes_.capacity / kSlabBytes; }
  uint64_t slabs_per_extent() const { return sizes_.extent_bytes / kSlabBytes; }
  uint64_t entry_blocks() const { return sizes_.max_objects / kEntriesPerBlock; }
  const Sizes& sizes() const { return sizes_; }

  uint64_t clients_at, extents_at, entry_blocks_at, entries_at, columns_at, rings_at, names_at, written_names_at,
      block_words_at;
  uint64_t column_stride, ring_stride, control_bytes;
  uint64_t open_blocks_at, rows_at;
  uint64_t row_words;
  // Inside a column; pins are first.
  uint64_t references_in, waits_in, used_in, dropped_in, ready_in, touched_in, freed_entries_in,
      freed_slabs_in;

 private:
  Sizes sizes_{};
};

// The control segment in this process. Indices must have been checked.
class Control {
 public:
  Control() = default;
  // `memory` is mapped at `base` and lives longer than this; without it everything counts as written.
  Control(uint8_t* base, const Geometry& geometry, const os::SharedMemory* memory = nullptr)
      : base_(base), memory_(memory), geometry_(geometry) {}

  const Geometry& geometry() const { return geometry_; }
  Header& header() const { return *at<Header>(0); }
  SpillHeader& spill() const { return *at<SpillHeader>(kSpillHeaderAt); }
  ClientRecord& client(uint64_t i) const { return at<ClientRecord>(geometry_.clients_at)[i]; }
  u32& extent(uint64_t i) const { return at<u32>(geometry_.extents_at)[i]; }
  EntryBlock& entry_block(uint64_t i) const { return at<EntryBlock>(geometry_.entry_blocks_at)[i]; }
  Entry& entry(uint64_t i) const { return at<Entry>(geometry_.entries_at)[i]; }
  NameRecord& name(uint64_t i) const { return at<NameRecord>(geometry_.names_at)[i]; }
  // A bit for each kNamesPerPage names: something was written there once. Set before that is done.
  u64* written_names() const { return at<u64>(geometry_.written_names_at); }
  u64& block_word(uint64_t i) const { return at<u64>(geometry_.block_words_at)[i]; }

  u32* pins(uint64_t client) const { return column<u32>(client, 0); }
  u32* references(uint64_t client) const { return column<u32>(client, geometry_.references_in); }
  u32* waits(uint64_t client) const { return column<u32>(client, geometry_.waits_in); }
  u8* used(uint64_t client) const { return column<u8>(client, geometry_.used_in); }
  // Entries that the client asks the server to look at.
  Marks dropped(uint64_t client) const {
    return {column<u64>(client, geometry_.dropped_in), geometry_.objects()};
  }
  // Clients that have such.
  Marks droppers() const { return {header().droppers, kClientWords * 64}; }
  // Clients whose threads have wishes that the server has not taken in.
  Marks wishers() const { return {header().wishers, kClientWords * 64}; }
  // Entries that the client watches and that have become ready.
  Marks ready(uint64_t client) const {
    return {column<u64>(client, geometry_.ready_in), geometry_.objects()};
  }
  // Entry blocks in which the client may hold, make or wait for something. Never taken while it lives.
  Marks touched(uint64_t client) const {
    return {column<u64>(client, geometry_.touched_in), geometry_.entry_blocks()};
  }
  // Entry blocks of the client, and slabs of its extents, in which something has become free.
  Marks freed_entries(uint64_t client) const {
    return {column<u64>(client, geometry_.freed_entries_in), geometry_.entry_blocks()};
  }
  Marks freed_slabs(uint64_t client) const {
    return {column<u64>(client, geometry_.freed_slabs_in), geometry_.slabs()};
  }
  // Entry blocks that are nobody's and may have free entries.
  Marks open_blocks() const { return {at<u64>(geometry_.open_blocks_at), geometry_.entry_blocks()}; }
  // A bit for each client: who holds the entry, when Entry::holders has no place for all.
  u64* row(uint64_t entry) const { return at<u64>(geometry_.rows_at) + entry * geometry_.row_words; }

  uint8_t* ring(uint64_t client, uint64_t direction) const {
    return base_ + geometry_.rings_at + client * geometry_.ring_stride +
           direction * (geometry_.ring_bytes() + kRingTrailer);
  }

  // Visits those parts [begin, end) of `array`, which lies in the segment, from `first` on and before `end`, that were
  // written once. Looking at the rest would give it memory.
  template <typename T, typename F>
  void EachWritten(const T* array, uint64_t first, uint64_t end, F&& visit) const {
    const auto begin = static_cast<uint64_t>(reinterpret_cast<const uint8_t*>(array) - base_);
    for (uint64_t at = begin + first * sizeof(T), stop = begin + end * sizeof(T); at < stop;) {
      const auto part =
          memory_ == nullptr ? os::SharedMemory::Part{at, stop} : memory_->NextWritten(at, stop);
      if (part.begin < part.end) visit((part.begin - begin) / sizeof(T), (part.end - begin) / sizeof(T));
      at = part.end;
    }
  }

  // Entries that may be in use have an index below this.
  uint64_t entries_high() const;
  // The clients that are there; the server's own column is not among them. Whoever comes or goes meanwhile
  // may be seen or not. Nothing may be read of clients that are not there: looking at a page of a segment
  // that was never written gives it memory.
  bool HasClient(uint64_t i) const {
    return i < geometry_.columns() &&
           (header().clients[i / 64].load(std::memory_order_seq_cst) >> (i % 64) & 1) != 0;
  }
  void AddClient(uint64_t i) const {
    header().clients[i / 64].fetch_or(uint64_t{1} << (i % 64), std::memory_order_seq_cst);
  }
  void RemoveClient(uint64_t i) const {
    header().clients[i / 64].fetch_and(~(uint64_t{1} << (i % 64)), std::memory_order_seq_cst);
  }
  template <typename F>
  void EachClient(F&& visit) const {
    EachIn(header().clients, visit);
  }
  // Of one of the header's words with a bit for each client.
  template <typename F>
  void EachIn(const u64 (&clients)[kClientWords], F&& visit) const {
    for (uint64_t word = 0; word < kClientWords; ++word) {
      for (uint64_t bits = clients[word].load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
        const auto client = static_cast<uint32_t>(word * 64 + static_cast<uint64_t>(std::countr_zero(bits)));
        if (client != kServer && client < geometry_.columns()) visit(client);
      }
    }
  }
  // How many are there.
  uint64_t clients() const {
    uint64_t count = 0;
    for (const u64& word : header().clients)
      count += static_cast<uint64_t>(std::popcount(word.load(std::memory_order_relaxed)));
    return count;
  }
  // In keepers or warmers. seq_cst; a client says that it has something after it has it, and that it has
  // nothing before it looks whether that is so.
  void Say(u64 (&clients)[kClientWords], uint64_t client, bool does) const {
    u64& word = clients[client / 64];
    const uint64_t bit = uint64_t{1} << (client % 64);
    if (((word.load(std::memory_order_seq_cst) & bit) != 0) == does) return;
    does ? word.fetch_or(bit, std::memory_order_seq_cst) : word.fetch_and(~bit, std::memory_order_seq_cst);
  }

 private:
  template <typename T>
  T* at(uint64_t offset) const {
    return reinterpret_cast<T*>(base_ + offset);
  }
  template <typename T>
  T* column(uint64_t client, uint64_t offset) const {
    return at<T>(geometry_.columns_at + client * geometry_.column_stride + offset);
  }
  uint8_t* base_ = nullptr;
  const os::SharedMemory* memory_ = nullptr;
  Geometry geometry_;
};

}  // namespace atollstore

#endif  // ATOLL_LAYOUT_GEOMETRY_H_
