// Memory shared between processes: a sealed memfd and mappings of it. The size is fixed at creation, so no
// access inside a mapping can ever raise SIGBUS for want of file.
#ifndef ATOLL_OS_SHARED_MEMORY_H_
#define ATOLL_OS_SHARED_MEMORY_H_

#include <cstddef>
#include <cstdint>

#include "os/unique_fd.h"
#include "result.h"

namespace atollstore::os {

uint64_t PageSize();

// Addresses that this process may map (RLIMIT_AS; UINT64_MAX: no limit), and those it has mapped.
uint64_t AddressLimit();
uint64_t AddressesInUse();
// Whether this process could map so much more, at one place.
bool HasAddressesFor(uint64_t bytes);

constexpr uint64_t kHugePage = 2 << 20;

class Mapping;

class SharedMemory {
 public:
  // A new segment of `bytes` zeros, none of which has memory yet.
  static Result<SharedMemory> Create(const char* name, uint64_t bytes);
  // A segment received from another process. Fails with ATOLL_CORRUPT unless it is sealed against resizing.
  static Result<SharedMemory> Adopt(UniqueFd fd);

  // Held by one process at a time, until it closes the descriptor or ends. ATOLL_ALREADY_EXISTS while another
  // one has it.
  Result<UniqueFd> Lock() const;

  uint64_t size() const { return size_; }
  int fd() const { return fd_.get(); }
  // Whether the descriptor still stands for it, and nobody else in this process has closed it. One system
  // call.
  bool ours() const { return fd_.ours(); }

  // Backs [offset, offset+bytes) with memory. Look at AvailableMemory() first: the kernel kills, it does not
  // refuse.
  Status Reserve(uint64_t offset, uint64_t bytes);
  // The same with huge pages: about eight times faster, and as much faster to map. `mapping` is of this whole
  // memory; nobody uses the range. REQUIRES: multiples of kHugePage. Fails where huge pages cannot be had;
  // then some of the range may have memory.
  Status ReserveHuge(const Mapping& mapping, uint64_t offset, uint64_t bytes);
  // Makes [offset, offset+bytes) zeros and gives its memory back.
  Status Punch(uint64_t offset, uint64_t bytes);
  // Bytes that have memory behind them now.
  uint64_t Resident() const;

  // The first part of [begin, end) that was written to or looked at once, in whole pages; empty, at `end`, when there is
  // none. Looking at the rest would give it memory. What is swapped out counts, and so does what cannot be told.
  struct Part {
    uint64_t begin, end;
  };
  Part NextWritten(uint64_t begin, uint64_t end) const;

 private:
  SharedMemory(UniqueFd fd, uint64_t size) : fd_(std::move(fd)), size_(size) {}
  UniqueFd fd_;
  uint64_t size_;
};

// A range of addresses, mapped or only set aside, beginning at a multiple of kHugePage. Not inherited by
// fork, not part of core dumps.
class Mapping {
 public:
  enum class Access { kRead, kReadWrite };

  static Result<Mapping> Map(const SharedMemory& memory, Access access);
  // As many addresses as `memory` has bytes, without access, to be filled piecewise by MapPart().
  // In a build with ThreadSanitizer, which tells memory apart by its address, all mappings of one segment in
  // a process are the same one, and writable.
  static Result<Mapping> SetAside(const SharedMemory& memory);

  Mapping() = default;
  Mapping(Mapping&& other) noexcept;
  Mapping& operator=(Mapping&& other) noexcept;
  ~Mapping();

  uint8_t* data() const { return data_; }
  uint64_t size() const { return size_; }

  // Maps the same part of `memory` read-write over the part of this range.
  Status MapPart(const SharedMemory& memory, uint64_t offset, uint64_t bytes);
  // Takes access to the part away again.
  Status UnmapPart(uint64_t offset, uint64_t bytes);
  // Makes a part that is mapped read-only, or writable again. In a build with ThreadSanitizer, which has one mapping of
  // all, it does nothing.
  Status Protect(uint64_t offset, uint64_t bytes, Access access);
  // Fills the page tables for the part, so that its first use does not fault. Best effort.
  void Populate(uint64_t offset, uint64_t bytes, Access access);

 private:
  Mapping(void* data, uint64_t size) : data_(static_cast<uint8_t*>(data)), size_(size) {}
  uint8_t* data_ = nullptr;
  uint64_t size_ = 0;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_SHARED_MEMORY_H_
