// With ATOLL_PROTECT_SEALED: what a client has sealed cannot be written through its window any more. Its objects have
// blocks of whole pages, which are made read-only at seal and writable when a block is used again.
//
// Each object may cost the process two mappings. When the kernel gives no more (vm.max_map_count), all pages are made
// writable again, which gives mappings back, a line on stderr says so, and nothing is protected from then on.
//
// Thread-safe. The pages of extents that were given back may be marked still: that costs one call of no effect.
#ifndef ATOLL_CLIENT_SEALED_PAGES_H_
#define ATOLL_CLIENT_SEALED_PAGES_H_

#include <memory>
#include <mutex>

#include "os/shared_memory.h"
#include "os/zeros.h"
#include "result.h"

namespace atollstore {

class SealedPages {
 public:
  // `window` lives longer than this.
  static Result<std::unique_ptr<SealedPages>> Create(os::Mapping* window);

  // What an object of so many bytes asks the heap for.
  static uint64_t BytesFor(uint64_t bytes);

  // REQUIRES: the bytes lie in a block of the caller's, of BytesFor() them, in the window, and nobody else begins or ends
  // anything there.
  void Protect(uint64_t offset, uint64_t bytes);
  // Fails with ATOLL_SYSTEM when the kernel refuses even that.
  Status Unprotect(uint64_t offset, uint64_t bytes);

 private:
  explicit SealedPages(os::Mapping* window) : window_(window) {}
  // All REQUIRE: mutex_ is held.
  bool AnyMarked(uint64_t first, uint64_t end) const;
  void Mark(uint64_t first, uint64_t end, uint8_t as);
  Status Change(uint64_t first, uint64_t end, os::Mapping::Access access);
  void GiveUp();

  os::Mapping* const window_;
  std::mutex mutex_;  // of what follows
  os::Zeros<uint8_t> marks_;  // per page: it is read-only
  bool given_up_ = false;
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_SEALED_PAGES_H_
