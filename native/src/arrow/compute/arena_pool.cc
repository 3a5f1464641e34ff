#include "compute/arena_pool.h"

#include <arrow/status.h>

#include <algorithm>
#include <cstring>

namespace atollstore::compute {
namespace {

constexpr int64_t kAlignment = 64;

constexpr int64_t Padded(int64_t size) { return (size + kAlignment - 1) / kAlignment * kAlignment; }

}  // namespace

ArenaPool::ArenaPool(int64_t head, int64_t estimate, Begin begin)
    : head_(head), estimate_(estimate), begin_(std::move(begin)), thread_(std::this_thread::get_id()) {}

uint8_t* ArenaPool::Cut(int64_t size) {
  const int64_t padded = Padded(size);
  if (base_ == nullptr || padded > size_ - used_) return nullptr;
  uint8_t* const block = base_ + used_;
  used_ += padded;
  return block;
}

arrow::Status ArenaPool::Allocate(int64_t size, int64_t alignment, uint8_t** out) {
  const std::lock_guard lock(mutex_);
  ++count_;
  if (estimate_ > 0 && size > 0 && !tried_ && std::this_thread::get_id() == thread_) {
    tried_ = true;
    const int64_t all =
        head_ + Padded(std::max(estimate_, size)) + kAlignment;  // the stream's end is behind it
    base_ = begin_(all, false);
    size_ = begun() ? all - kAlignment : 0;
    used_ = head_;
  }
  uint8_t* const block = size > 0 && alignment <= kAlignment ? Cut(size) : nullptr;
  if (block == nullptr) {
    ARROW_RETURN_NOT_OK(arrow::default_memory_pool()->Allocate(size, alignment, out));
  } else {
    *out = block;
  }
  allocated_ += size;
  total_ += size;
  return arrow::Status::OK();
}

arrow::Status ArenaPool::Reallocate(int64_t old_size, int64_t new_size, int64_t alignment, uint8_t** block) {
  uint8_t* const old = *block;
  {
    const std::lock_guard lock(mutex_);
    if (!IsHere(old)) {
      ARROW_RETURN_NOT_OK(arrow::default_memory_pool()->Reallocate(old_size, new_size, alignment, block));
      allocated_ += new_size - old_size;
      return arrow::Status::OK();
    }
    const int64_t at = old - base_;
    const bool is_last = at + Padded(old_size) == used_;
    if (new_size > 0 &&
        (Padded(new_size) <= Padded(old_size) || (is_last && Padded(new_size) <= size_ - at))) {
      if (is_last) used_ = at + Padded(new_size);
      allocated_ += new_size - old_size;
      return arrow::Status::OK();
    }
  }
  uint8_t* moved = nullptr;
  ARROW_RETURN_NOT_OK(Allocate(new_size, alignment, &moved));
  std::memcpy(moved, old, static_cast<size_t>(std::min(old_size, new_size)));
  Free(old, old_size, alignment);
  *block = moved;
  return arrow::Status::OK();
}

void ArenaPool::Free(uint8_t* block, int64_t size, int64_t alignment) {
  const std::lock_guard lock(mutex_);
  allocated_ -= size;
  if (!IsHere(block)) {
    arrow::default_memory_pool()->Free(block, size, alignment);
  } else if (block - base_ + Padded(size) == used_) {
    used_ = block - base_;
  }
}

int64_t ArenaPool::OffsetOf(const uint8_t* bytes, int64_t size) const {
  return base_ != nullptr && bytes >= base_ + head_ && bytes + size <= base_ + used_ ? bytes - base_ : -1;
}

uint8_t* ArenaPool::Append(int64_t size) {
  const std::lock_guard lock(mutex_);
  return Cut(size);
}

}  // namespace atollstore::compute
