// Where the server puts what it brings back from disk and what it moves: extents of its own (owner
// kRestorer), cut into blocks as a client's are. Addresses are set aside for them when the first is wanted.
// The server's thread alone makes blocks; threads of the spiller write through At() into those that they were
// given.
#ifndef ATOLL_SERVER_SERVER_HEAP_H_
#define ATOLL_SERVER_SERVER_HEAP_H_

#include <memory>

#include "heap/client_heap.h"
#include "os/shared_memory.h"

namespace atollstore {

class ServerHeap {
 public:
  // `data` lives longer than this.
  ServerHeap(const Control& control, const os::SharedMemory* data) : control_(control), data_(data) {}

  // Sets the addresses aside, if that has not been done. All below REQUIRES that it has.
  Status Open();

  // As in ClientHeap. Between Lease() and Commit() the extents are given memory (Reserver::Back(kRestorer)).
  bool Allocate(uint64_t bytes, Entry& entry, uint64_t place) { return heap_->Allocate(bytes, entry, place); }
  // Where no run of extents is long enough, what is free of the server's beside one counts too; for a long one also where
  // none lies well: in the middle it would leave no room for another one of its length.
  Run Lease(uint64_t bytes, bool reserved_only) {
    const Geometry& g = control_.geometry();
    const bool is_long = IsLong(bytes / g.extent_bytes() + 1, g.extents());
    Run run = is_long ? heap_->LeaseWell(bytes, reserved_only) : heap_->Lease(bytes, reserved_only);
    if (run.count == 0) run = heap_->LeaseBetween(bytes, reserved_only);
    return run.count == 0 && is_long ? heap_->Lease(bytes, reserved_only) : run;
  }
  // Returns false when some of them have no memory: those are nobody's again.
  bool Commit(const Run& run);
  uint8_t* At(uint64_t offset) const { return window_.data() + offset; }
  bool CanWrite(uint64_t offset, uint64_t bytes) { return heap_->CanWrite(offset, bytes); }

  bool is_open() const { return heap_ != nullptr; }
  ClientHeap& extents() { return *heap_; }
  // Gives back the extents that it holds without use. Returns the bytes.
  uint64_t GiveBack() { return is_open() ? heap_->GiveBack(0) : 0; }

 private:
  const Control control_;
  const os::SharedMemory* const data_;
  os::Mapping window_;
  std::unique_ptr<ClientHeap> heap_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_SERVER_HEAP_H_
