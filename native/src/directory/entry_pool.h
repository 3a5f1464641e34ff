// The blocks of entries one client has leased, and the free entries in them. The owner of a block may use
// every FREE entry in it. Whoever frees an entry marks its block for the owner, or, when it is nobody's, for
// whoever wants one: entries that became free are used before fresh ones, whatever lives long beside them.
// All methods may be called from any thread of the client; none of them allocates.
//
//   of this client, with room  ->  marked for this client  ->  nobody's, and marked  ->  never leased yet
//
// A block that is full leaves the list and comes back when it is marked.
#ifndef ATOLL_DIRECTORY_ENTRY_POOL_H_
#define ATOLL_DIRECTORY_ENTRY_POOL_H_

#include <atomic>
#include <memory>
#include <mutex>

#include "layout/control_budget.h"
#include "os/zeros.h"

namespace atollstore {

// After an entry of this block has become FREE. Who is killed before this leaves the block to its burial, which
// marks what the dead has touched, or to ForgetHints() when it was the server.
void MarkFreedEntry(const Control& control, uint64_t block);
// Marks the block if it is nobody's: one who is dead may have taken such marks and been killed. The server's thread alone.
void MarkBlockOfNobody(const Control& control, uint64_t block);

class EntryPool {
 public:
  // `budget` lives longer than this.
  static Result<std::unique_ptr<EntryPool>> Create(const Control& control, uint32_t me, ControlBudget* budget);

  // Turns a free entry into an EXPECTED one to which this client holds one reference, and of which others
  // will know if `shared`. Returns its place, 0 when there is no free entry, or no memory for a fresh one.
  uint64_t Expect(bool shared);
  // Gives back the blocks without a live entry, but for that in use; if others lack entries, all blocks.
  // Returns how many.
  uint64_t GiveBack(bool everything);
  // How many are this client's. Takes no lock.
  uint64_t blocks() const { return mine_.load(std::memory_order_seq_cst); }
  // Looks at everything again: a server was killed, maybe between freeing an entry and marking it.
  void ForgetHints();

 private:
  struct Block {
    uint32_t next, before;  // on the list, by number + 1
    uint8_t cursor;         // entries below it have been looked at since it came to the list
    uint8_t flags;
  };
  static constexpr uint8_t kMine = 1;
  static constexpr uint8_t kListed = 2;
  static constexpr uint8_t kAgain = 4;  // an entry has become free in it since it came to the list

  EntryPool(const Control& control, uint32_t me, ControlBudget* budget)
      : control_(control), me_(me), budget_(budget) {}
  uint64_t TakeFromList(bool shared);
  uint64_t TakeFrom(uint64_t number, bool shared);
  void Enlist(uint64_t number);
  void Unlist(uint64_t number);
  void LookAt(uint64_t number);
  uint64_t TakeMarks(uint64_t most);
  bool Lease(uint64_t number);
  bool LeaseOpen();
  bool LeaseFresh();
  // Whether one of its entries is FREE, whether all are.
  void Count(uint64_t number, bool* any, bool* all) const;

  const Control control_;
  const uint32_t me_;
  ControlBudget* const budget_;
  std::mutex mutex_;  // of what follows
  os::Zeros<Block> blocks_;
  uint32_t first_ = 0, last_ = 0;  // of the list
  std::atomic<uint64_t> mine_{0};  // blocks
};

}  // namespace atollstore

#endif  // ATOLL_DIRECTORY_ENTRY_POOL_H_
