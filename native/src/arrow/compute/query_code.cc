#include "compute/query_code.h"

#include <arrow/buffer.h>
#include <arrow/compute/api.h>

#include "compute/functions.h"
#include "compute/inputs.h"
#include "compute/options.h"

namespace atollstore::compute {
namespace {

namespace ac = arrow::compute;
using arrow::Status;

constexpr uint8_t kColumn = 1, kLiteral = 2, kCall = 3;
constexpr int kMostDepth = 200;

}  // namespace

arrow::Result<uint32_t> QueryCode::Count() {
  ARROW_ASSIGN_OR_RAISE(const uint32_t count, Number<uint32_t>());
  if (count > bytes_.size() - at_)
    return Status::Invalid("the query says that ", count, " are left at ", at_);
  return count;
}

arrow::Result<std::string> QueryCode::Text() {
  ARROW_ASSIGN_OR_RAISE(const uint32_t size, Count());
  std::string text(bytes_.substr(at_, size));
  at_ += size;
  return text;
}

arrow::Result<std::shared_ptr<arrow::Buffer>> QueryCode::Bytes() {
  ARROW_ASSIGN_OR_RAISE(auto text, Text());
  return text.empty() ? nullptr : arrow::Buffer::FromString(std::move(text));
}

arrow::Result<ac::Expression> QueryCode::Expression(int depth) {
  if (depth > kMostDepth) return Status::Invalid("an expression is more than ", kMostDepth, " deep");
  ARROW_ASSIGN_OR_RAISE(const uint8_t kind, Byte());
  if (kind == kColumn) {
    ARROW_ASSIGN_OR_RAISE(auto name, Text());
    return ac::field_ref(std::move(name));
  }
  if (kind == kLiteral) {
    Input value;
    ARROW_ASSIGN_OR_RAISE(const int64_t tag, Long());
    ARROW_ASSIGN_OR_RAISE(auto bytes, Text());
    value.tag = static_cast<uint64_t>(tag);
    value.bytes = arrow::Buffer::FromString(std::move(bytes));
    ARROW_ASSIGN_OR_RAISE(auto opened, Open(value));
    return ac::literal(std::move(opened.datum));
  }
  if (kind != kCall) return Status::Invalid("an expression of kind ", static_cast<int>(kind), " at ", at_);
  ARROW_ASSIGN_OR_RAISE(auto name, Text());
  ARROW_ASSIGN_OR_RAISE(auto written, Bytes());
  ARROW_ASSIGN_OR_RAISE(auto function, FindFunction(name, Use::kExpression));
  std::shared_ptr<ac::FunctionOptions> options;
  if (written != nullptr) {
    ARROW_ASSIGN_OR_RAISE(options, ReadOptions(*function, std::move(written)));
  }
  ARROW_ASSIGN_OR_RAISE(const uint32_t count, Count());
  std::vector<ac::Expression> arguments;
  for (uint32_t i = 0; i < count; ++i) {
    ARROW_ASSIGN_OR_RAISE(auto argument, Expression(depth + 1));
    arguments.push_back(std::move(argument));
  }
  return ac::call(std::move(name), std::move(arguments), std::move(options));
}

}  // namespace atollstore::compute
