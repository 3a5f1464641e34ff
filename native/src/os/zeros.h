// An array of zeros in this process' own memory that costs nothing where it is not used: a table with a place
// for everything that a large store could hold.
#ifndef ATOLL_OS_ZEROS_H_
#define ATOLL_OS_ZEROS_H_

#include <cstdint>
#include <type_traits>
#include <utility>

#include "result.h"

namespace atollstore::os {

// Null when there are no addresses left; says so in errno.
void* MapZeros(uint64_t bytes);
void UnmapZeros(void* data, uint64_t bytes);

template <typename T>
class Zeros {
  static_assert(std::is_trivially_copyable_v<T> && std::is_trivially_destructible_v<T>);

 public:
  static Result<Zeros> Create(uint64_t count) {
    const uint64_t bytes = count * sizeof(T);
    void* data = MapZeros(bytes == 0 ? 1 : bytes);
    if (data == nullptr) return Status::System("mmap(tables)");
    return Zeros(static_cast<T*>(data), count);
  }

  Zeros() = default;
  Zeros(Zeros&& other) noexcept
      : data_(std::exchange(other.data_, nullptr)), count_(std::exchange(other.count_, 0)) {}
  Zeros& operator=(Zeros&& other) noexcept {
    std::swap(data_, other.data_);
    std::swap(count_, other.count_);
    return *this;
  }
  ~Zeros() {
    if (data_ != nullptr) UnmapZeros(data_, count_ == 0 ? 1 : count_ * sizeof(T));
  }

  uint64_t size() const { return count_; }
  T& operator[](uint64_t i) { return data_[i]; }
  const T& operator[](uint64_t i) const { return data_[i]; }

 private:
  Zeros(T* data, uint64_t count) : data_(data), count_(count) {}
  T* data_ = nullptr;
  uint64_t count_ = 0;
};

}  // namespace atollstore::os

#endif  // ATOLL_OS_ZEROS_H_
