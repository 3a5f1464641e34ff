// A query as Java writes it down: steps and expressions, a byte for each kind, little-endian numbers, and
// texts and lists behind their lengths. io.atoll.internal.compute.QueryWriter is the other side.
#ifndef ATOLL_ARROW_COMPUTE_QUERY_CODE_H_
#define ATOLL_ARROW_COMPUTE_QUERY_CODE_H_

#include <arrow/compute/expression.h>
#include <arrow/result.h>

#include <cstdint>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>

namespace atollstore::compute {

enum class Step : uint8_t { kFilter = 1, kProject = 2, kAggregate = 3, kOrder = 4, kLimit = 5, kJoin = 6 };

// Reads one query. Whatever the bytes are: outside of them nothing is looked at.
class QueryCode {
 public:
  explicit QueryCode(std::string_view bytes) : bytes_(bytes) {}

  bool at_end() const { return at_ == bytes_.size(); }
  arrow::Result<uint8_t> Byte() { return Number<uint8_t>(); }
  arrow::Result<int64_t> Long() { return Number<int64_t>(); }
  // Of what takes a byte each at least.
  arrow::Result<uint32_t> Count();
  arrow::Result<std::string> Text();
  // Null when it is empty.
  arrow::Result<std::shared_ptr<arrow::Buffer>> Bytes();
  arrow::Result<arrow::compute::Expression> Expression(int depth = 0);

 private:
  template <typename T>
  arrow::Result<T> Number() {
    T value{};
    if (sizeof(T) > bytes_.size() - at_) return arrow::Status::Invalid("the query ends at ", at_);
    std::memcpy(&value, bytes_.data() + at_, sizeof(T));
    at_ += sizeof(T);
    return value;
  }

  std::string_view bytes_;
  size_t at_ = 0;
};

}  // namespace atollstore::compute

#endif  // ATOLL_ARROW_COMPUTE_QUERY_CODE_H_
