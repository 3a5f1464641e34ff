// A memory pool whose memory is an object being created: what a kernel allocates lies in the store at once.
//
// The object is begun with the first allocation, as large as the result is known to become, and each block is
// cut from where the last one ended. When the store has no room for it at once, nobody waits for that: there may
// be some when the result is known. What does not fit, and what other threads ask for, comes from Arrow's own
// pool: then the result is copied. Any thread may allocate and free; the arrays that lie here must end
// before the object is sealed or given up.
#ifndef ATOLL_ARROW_COMPUTE_ARENA_POOL_H_
#define ATOLL_ARROW_COMPUTE_ARENA_POOL_H_

#include <arrow/memory_pool.h>

#include <atomic>
#include <cstdint>
#include <functional>
#include <mutex>
#include <string>
#include <thread>

namespace atollstore::compute {

class ArenaPool : public arrow::MemoryPool {
 public:
  // Gives the address of a new object of so many bytes, and gives up what was begun before; null when that
  // cannot be, at once or within the time that the caller waits, who knows why.
  using Begin = std::function<uint8_t*(int64_t bytes, bool may_wait)>;

  // `head` bytes in front are left free. `estimate`: of all blocks of the result; 0 begins nothing.
  ArenaPool(int64_t head, int64_t estimate, Begin begin);

  arrow::Status Allocate(int64_t size, int64_t alignment, uint8_t** out) override;
  arrow::Status Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** block) override;
  void Free(uint8_t* block, int64_t size, int64_t alignment) override;
  int64_t bytes_allocated() const override { return allocated_.load(std::memory_order_relaxed); }
  int64_t max_memory() const override { return -1; }
  int64_t total_bytes_allocated() const override { return total_.load(std::memory_order_relaxed); }
  int64_t num_allocations() const override { return count_.load(std::memory_order_relaxed); }
  std::string backend_name() const override { return "atoll"; }

  // Whether an object was begun.
  bool begun() const { return base_ != nullptr; }
  int64_t head() const { return head_; }
  uint8_t* base() const { return base_; }
  // Where in the object the bytes lie; -1 when they lie elsewhere.
  int64_t OffsetOf(const uint8_t* bytes, int64_t size) const;
  // A block of the object for what is written last; null when there is no room.
  uint8_t* Append(int64_t size);
  // Of the object, from its begin to the end of the last block.
  int64_t used() const { return used_; }

 private:
  uint8_t* Cut(int64_t size);  // null when it does not fit
  bool IsHere(const uint8_t* block) const {
    return base_ != nullptr && block >= base_ && block < base_ + size_;
  }

  const int64_t head_, estimate_;
  const Begin begin_;
  const std::thread::id thread_;  // which may begin it
  std::mutex mutex_;
  bool tried_ = false;  // guarded by mutex_, as all below
  uint8_t* base_ = nullptr;
  int64_t size_ = 0, used_ = 0;
  std::atomic<int64_t> allocated_{0}, total_{0}, count_{0};
};

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_ARENA_POOL_H_
