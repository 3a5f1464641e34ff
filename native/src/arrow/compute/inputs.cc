#include "compute/inputs.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/reader.h>

#include <cstring>

#include "stored_stream.h"

namespace atollstore::compute {
namespace {

using arrow::Status;

template <typename T>
arrow::Result<T> Number(const arrow::Buffer& bytes) {
  if (bytes.size() != sizeof(T))
    return Status::Invalid("a number of ", sizeof(T), " bytes has ", bytes.size());
  T value;
  std::memcpy(&value, bytes.data(), sizeof(T));
  return value;
}

template <typename T>
arrow::Result<Opened> Scalar(const arrow::Buffer& bytes) {
  ARROW_ASSIGN_OR_RAISE(const T value, Number<T>(bytes));
  return Opened{arrow::Datum(arrow::MakeScalar(value)), ""};
}

arrow::Result<Opened> Numbers(std::shared_ptr<arrow::DataType> type, std::shared_ptr<arrow::Buffer> bytes) {
  const int64_t count = bytes->size() / type->byte_width();
  return Opened{arrow::Datum(arrow::ArrayData::Make(std::move(type), count, {nullptr, std::move(bytes)}, 0)),
                ""};
}

arrow::Result<Opened> Flags(const arrow::Buffer& bytes) {
  arrow::BooleanBuilder builder;
  ARROW_RETURN_NOT_OK(builder.AppendValues(bytes.data(), bytes.size()));
  ARROW_ASSIGN_OR_RAISE(auto array, builder.Finish());
  return Opened{arrow::Datum(std::move(array)), ""};
}

arrow::Result<Opened> Tensor(const std::shared_ptr<arrow::Buffer>& bytes) {
  arrow::io::BufferReader reader(bytes);
  ARROW_ASSIGN_OR_RAISE(auto tensor, arrow::ipc::ReadTensor(&reader));
  if (tensor->ndim() != 1 || !tensor->is_contiguous()) {
    return Status::Invalid("a tensor of ", tensor->ndim(),
                           " axes is no column: one of one axis, without gaps, is");
  }
  const int64_t count = tensor->size();
  return Opened{arrow::Datum(arrow::ArrayData::Make(tensor->type(), count, {nullptr, tensor->data()}, 0)),
                ""};
}

std::string Names(const arrow::Schema& schema) {
  std::string names;
  for (const auto& field : schema.fields()) names += (names.empty() ? "" : ", ") + field->name();
  return names;
}

arrow::Result<arrow::Datum> Column(const StreamContent& content, int index) {
  const auto& batches = content.batches;
  if (batches.size() == 1) return arrow::Datum(batches[0]->column(index));
  const auto& type = content.schema->field(index)->type();
  if (batches.empty()) {
    ARROW_ASSIGN_OR_RAISE(auto none, arrow::MakeEmptyArray(type));
    return arrow::Datum(std::move(none));
  }
  arrow::ArrayVector chunks;
  for (const auto& batch : batches) chunks.push_back(batch->column(index));
  return arrow::Datum(std::make_shared<arrow::ChunkedArray>(std::move(chunks), type));
}

arrow::Result<Opened> Stream(const Input& input) {
  ARROW_ASSIGN_OR_RAISE(auto content, ReadStoredStream(input.bytes));
  const arrow::Schema& schema = *content.schema;
  int index = schema.num_fields() == 1 ? 0 : -1;
  if (!input.column.empty()) {
    index = schema.GetFieldIndex(input.column);
    if (index < 0) {
      const size_t count = schema.GetAllFieldIndices(input.column).size();
      return Status::KeyError(count == 0 ? "no column is" : "more than one column is", " named ",
                              input.column, "; there are ", Names(schema));
    }
  }
  if (index < 0) {
    if (content.batches.size() == 1) return Opened{arrow::Datum(content.batches[0]), ""};
    ARROW_ASSIGN_OR_RAISE(auto table, arrow::Table::FromRecordBatches(content.schema, content.batches));
    return Opened{arrow::Datum(std::move(table)), ""};
  }
  Opened opened;
  opened.name = schema.field(index)->name();
  ARROW_ASSIGN_OR_RAISE(opened.datum, Column(content, index));
  if (schema.HasMetadata() && schema.metadata()->Contains(kScalarMark) && opened.datum.length() == 1 &&
      opened.datum.is_array()) {
    ARROW_ASSIGN_OR_RAISE(auto scalar, opened.datum.make_array()->GetScalar(0));
    opened.datum = arrow::Datum(std::move(scalar));
  }
  return opened;
}

}  // namespace

arrow::Result<Opened> Open(const Input& input) {
  const auto& bytes = input.bytes;
  const uint8_t kind = input.tag & 0xff;
  if (!input.column.empty() && kind != kArrow) {
    return Status::Invalid("column ", input.column, " is asked of what is no table: it has tag ", input.tag);
  }
  switch (kind) {
    case kArrow:
      return Stream(input);
    case kTensor:
      return Tensor(bytes);
    case kBytes:
      return Numbers(arrow::int8(), bytes);
    case kShortArray:
      return Numbers(arrow::int16(), bytes);
    case kCharArray:
      return Numbers(arrow::uint16(), bytes);
    case kIntArray:
      return Numbers(arrow::int32(), bytes);
    case kLongArray:
      return Numbers(arrow::int64(), bytes);
    case kFloatArray:
      return Numbers(arrow::float32(), bytes);
    case kDoubleArray:
      return Numbers(arrow::float64(), bytes);
    case kBooleanArray:
      return Flags(*bytes);
    case kNull:
      return Opened{arrow::Datum(arrow::MakeNullScalar(arrow::null())), ""};
    case kBoolean: {
      ARROW_ASSIGN_OR_RAISE(const auto value, Number<uint8_t>(*bytes));
      return Opened{arrow::Datum(value != 0), ""};
    }
    case kByte:
      return Scalar<int8_t>(*bytes);
    case kShort:
      return Scalar<int16_t>(*bytes);
    case kChar:
      return Scalar<uint16_t>(*bytes);
    case kInt:
      return Scalar<int32_t>(*bytes);
    case kLong:
      return Scalar<int64_t>(*bytes);
    case kFloat:
      return Scalar<float>(*bytes);
    case kDouble:
      return Scalar<double>(*bytes);
    case kString:
      if (input.tag >> 8 == 0) return Opened{arrow::Datum(bytes->ToString()), ""};
      [[fallthrough]];  // half a surrogate pair, which no text of Arrow's has
    default:
      return Status::TypeError("a value with tag ", input.tag,
                               " is none that Arrow has: tables, batches, vectors,",
                               " tensors of one axis, primitive arrays, boxed numbers and strings are");
  }
}

}  // namespace atollstore::compute
