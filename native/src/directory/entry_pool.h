// The blocks of entries one client has leased, and the free entries in them. The owner of a block may use
// every FREE entry in it; whoever frees an entry counts that in its block. All methods may be called from any
// thread of the client.
#ifndef ATOLL_DIRECTORY_ENTRY_POOL_H_
#define ATOLL_DIRECTORY_ENTRY_POOL_H_

#include <mutex>
#include <vector>

#include "layout/geometry.h"

namespace atollstore {

class EntryPool {
 public:
  EntryPool(const Control& control, uint32_t me) : control_(control), me_(me) {}

  // Turns a free entry into an EXPECTED one to which this client holds one reference, and of which others
  // will know if `shared`. Returns its place, 0 when there is no free entry.
  uint64_t Expect(bool shared);
  // Gives all blocks back but the one in use.
  void GiveBack();
  // Looks at everything again, as ClientHeap::ForgetHints().
  void ForgetHints();

 private:
  struct Leased {
    uint32_t block;
    uint32_t cursor;  // entries below it have been looked at since `seen`
    uint32_t seen;
  };
  uint64_t TakeFrom(Leased& leased, bool shared);
  uint64_t TakeFromAny(size_t tries, bool shared);
  bool Lease();

  const Control control_;
  const uint32_t me_;
  std::mutex mutex_;
  std::vector<Leased> blocks_;
  size_t at_ = 0;
  uint64_t next_ = 0;  // where the search for a free block begins
};

}  // namespace atollstore

#endif  // ATOLL_DIRECTORY_ENTRY_POOL_H_
