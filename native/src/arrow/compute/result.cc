#include "compute/result.h"

#include <arrow/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>
#include <arrow/ipc/dictionary.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <optional>

#include "compute/inputs.h"
#include "compute/message.h"
#include "stored_stream.h"

namespace atollstore::compute {
namespace {

using arrow::Status;

constexpr int64_t kPrefix = 8;  // of a message: a mark, and the length of its head
constexpr int64_t kEnd = 8;     // of a stream
constexpr int64_t kAlignment = 64;
constexpr uint32_t kMark = 0xffffffff;
// Gaps that are not worth a copy, whatever part they are of the whole.
constexpr int64_t kSmall = 4096;

int64_t Rounded(int64_t size, int64_t to) { return (size + to - 1) / to * to; }

arrow::Result<std::shared_ptr<arrow::Table>> TableOf(const arrow::Datum& result, const std::string& name) {
  switch (result.kind()) {
    case arrow::Datum::ARRAY:
      return arrow::Table::Make(arrow::schema({arrow::field(name, result.type())}), {result.make_array()});
    case arrow::Datum::CHUNKED_ARRAY:
      return arrow::Table::Make(arrow::schema({arrow::field(name, result.type())}), {result.chunked_array()});
    case arrow::Datum::RECORD_BATCH:
      return arrow::Table::FromRecordBatches({result.record_batch()});
    case arrow::Datum::TABLE:
      return result.table();
    default:
      return Status::TypeError("a result of kind ", result.ToString(), " cannot be stored");
  }
}

// Null unless all columns lie in one piece.
std::shared_ptr<arrow::RecordBatch> OnlyBatch(const arrow::Table& table) {
  arrow::ArrayVector columns;
  for (const auto& column : table.columns()) {
    if (column->num_chunks() != 1) return nullptr;
    columns.push_back(column->chunk(0));
  }
  return columns.empty() ? nullptr
                         : arrow::RecordBatch::Make(table.schema(), table.num_rows(), std::move(columns));
}

uint8_t* WritePrefix(uint8_t* to, int64_t head) {
  const uint32_t words[] = {kMark, static_cast<uint32_t>(head)};
  std::memcpy(to, words, sizeof(words));
  return to + sizeof(words);
}

// Moves the buffers to the begin of the arena, in their order and without gaps. Gives how many bytes were moved; -1,
// and nothing is, when some lie over each other.
int64_t MoveTogether(std::vector<MessageBuffer>& buffers, const ArenaPool& arena) {
  std::vector<MessageBuffer*> order;
  for (auto& buffer : buffers) {
    if (buffer.length > 0) order.push_back(&buffer);
  }
  std::ranges::sort(order, {}, &MessageBuffer::offset);
  int64_t to = arena.head();
  for (const MessageBuffer* buffer : order) {
    if (buffer->offset < to) return -1;  // nor would those behind it have been moved
    to += Rounded(buffer->length, kAlignment);
  }
  int64_t moved = 0;
  to = arena.head();
  for (MessageBuffer* buffer : order) {
    if (buffer->offset != to) {
      std::memmove(arena.base() + to, arena.base() + buffer->offset, static_cast<size_t>(buffer->length));
      moved += buffer->length;
      buffer->offset = to;
    }
    to += Rounded(buffer->length, kAlignment);
  }
  return moved;
}

// The batch's messages, around the buffers where they lie; nothing when that cannot be.
arrow::Result<std::optional<Stored>> InPlace(const std::shared_ptr<arrow::RecordBatch>& batch,
                                             ArenaPool& arena) {
  namespace ipc = arrow::ipc;
  const ipc::IpcWriteOptions options = StoredStreamOptions();
  ipc::IpcPayload schema, body;
  ARROW_RETURN_NOT_OK(ipc::GetSchemaPayload(*batch->schema(), options,
                                            ipc::DictionaryFieldMapper(*batch->schema()), &schema));
  ARROW_RETURN_NOT_OK(ipc::GetRecordBatchPayload(*batch, options, &body));
  const int64_t schema_bytes = kPrefix + Rounded(schema.metadata->size(), 8);
  const int64_t batch_head = arena.head() - schema_bytes - kPrefix;
  if (batch_head < body.metadata->size()) return std::nullopt;

  Stored stored;
  stored.kind = kArrow;
  std::vector<MessageBuffer> buffers;  // by their places in the object, at first
  int64_t live = 0;
  for (const auto& buffer : body.body_buffers) {
    const int64_t size = buffer == nullptr ? 0 : buffer->size();
    if (size == 0) {
      buffers.push_back({0, 0});
      continue;
    }
    int64_t at = arena.OffsetOf(buffer->data(), size);
    if (at < 0) {  // one of the input's, say, or one that the kernel took from elsewhere
      uint8_t* const copy = arena.Append(size);
      if (copy == nullptr) return std::nullopt;
      std::memcpy(copy, buffer->data(), static_cast<size_t>(size));
      stored.copied += size;
      at = copy - arena.base();
    }
    if (at % 8 != 0) return std::nullopt;
    buffers.push_back({at, size});
    live += Rounded(size, kAlignment);
  }
  int64_t length = arena.used() - arena.head();
  if (length - live > std::max(kSmall, length / 8)) {  // 12.5 %
    const int64_t moved = MoveTogether(buffers, arena);
    if (moved < 0) return std::nullopt;
    stored.copied += moved;
    length = live;
  }
  for (auto& buffer : buffers) buffer.offset -= buffer.length == 0 ? 0 : arena.head();

  uint8_t* to = WritePrefix(arena.base(), schema_bytes - kPrefix);
  std::memset(to, 0, static_cast<size_t>(arena.head() - kPrefix));
  std::memcpy(to, schema.metadata->data(), static_cast<size_t>(schema.metadata->size()));
  to = WritePrefix(arena.base() + schema_bytes, batch_head);
  std::memcpy(to, body.metadata->data(), static_cast<size_t>(body.metadata->size()));
  if (!PlaceBuffers({to, static_cast<size_t>(body.metadata->size())}, buffers, length)) return std::nullopt;
  WritePrefix(arena.base() + arena.head() + length, 0);
  stored.bits = arena.head() + length + kEnd;
  return stored;
}

// A stream by itself, in memory that `begin` gives.
arrow::Result<Stored> Packed(std::shared_ptr<arrow::Table> table, const ArenaPool& arena,
                             const ArenaPool::Begin& begin) {
  arrow::io::MockOutputStream measure;
  ARROW_RETURN_NOT_OK(WriteStoredTable(*table, &measure));
  Stored stored;
  stored.kind = kArrow;
  stored.bits = measure.GetExtentBytesWritten();
  stored.copied = stored.bits;
  std::shared_ptr<arrow::Buffer> aside;
  if (arena.begun()) {  // where some of it may lie: that object goes before there is another
    ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::BufferOutputStream::Create(stored.bits));
    ARROW_RETURN_NOT_OK(WriteStoredTable(*table, stream.get()));
    ARROW_ASSIGN_OR_RAISE(aside, stream->Finish());
    stored.copied *= 2;
    table.reset();
  }
  uint8_t* const to = begin(stored.bits, true);
  if (to == nullptr) return Status::OutOfMemory("no room in the store for the result");
  if (aside != nullptr) {
    std::memcpy(to, aside->data(), static_cast<size_t>(stored.bits));
  } else {
    arrow::io::FixedSizeBufferWriter stream(std::make_shared<arrow::MutableBuffer>(to, stored.bits));
    ARROW_RETURN_NOT_OK(WriteStoredTable(*table, &stream));
  }
  return stored;
}

template <typename ScalarType>
Stored Boxed(uint8_t kind, const arrow::Scalar& scalar) {
  Stored stored;
  stored.kind = kind;
  const auto value = static_cast<const ScalarType&>(scalar).value;
  if constexpr (std::is_same_v<std::remove_cv_t<decltype(value)>, double>) {
    stored.bits = std::bit_cast<int64_t>(value);
  } else if constexpr (std::is_same_v<std::remove_cv_t<decltype(value)>, float>) {
    stored.bits = std::bit_cast<int32_t>(value);
  } else {
    stored.bits = static_cast<int64_t>(value);
  }
  return stored;
}

// As one of Java's values; nothing when it has none for the type.
std::optional<Stored> OfScalar(const arrow::Scalar& scalar) {
  if (!scalar.is_valid) {
    Stored null;
    null.kind = kNull;
    return null;
  }
  switch (scalar.type->id()) {
    case arrow::Type::BOOL:
      return Boxed<arrow::BooleanScalar>(kBoolean, scalar);
    case arrow::Type::INT8:
      return Boxed<arrow::Int8Scalar>(kByte, scalar);
    case arrow::Type::INT16:
      return Boxed<arrow::Int16Scalar>(kShort, scalar);
    case arrow::Type::INT32:
      return Boxed<arrow::Int32Scalar>(kInt, scalar);
    case arrow::Type::INT64:
      return Boxed<arrow::Int64Scalar>(kLong, scalar);
    // Java has no unsigned ones: the next larger.
    case arrow::Type::UINT8:
      return Boxed<arrow::UInt8Scalar>(kShort, scalar);
    case arrow::Type::UINT16:
      return Boxed<arrow::UInt16Scalar>(kInt, scalar);
    case arrow::Type::UINT32:
      return Boxed<arrow::UInt32Scalar>(kLong, scalar);
    case arrow::Type::UINT64:
      if (static_cast<const arrow::UInt64Scalar&>(scalar).value > INT64_MAX) return std::nullopt;
      return Boxed<arrow::UInt64Scalar>(kLong, scalar);
    case arrow::Type::FLOAT:
      return Boxed<arrow::FloatScalar>(kFloat, scalar);
    case arrow::Type::DOUBLE:
      return Boxed<arrow::DoubleScalar>(kDouble, scalar);
    case arrow::Type::STRING:
    case arrow::Type::LARGE_STRING: {
      Stored text;
      text.kind = kString;
      text.text = static_cast<const arrow::BaseBinaryScalar&>(scalar).value->ToString();
      return text;
    }
    default:
      return std::nullopt;
  }
}

}  // namespace

int64_t HeadBytes(int columns, int64_t texts) {
  return Rounded(512 + 384 * static_cast<int64_t>(columns) + texts, kAlignment);
}

arrow::Result<Stored> Store(arrow::Datum result, const std::string& name, ArenaPool& arena,
                            const ArenaPool::Begin& begin) {
  if (result.is_scalar()) {
    const auto scalar = result.scalar();
    if (auto boxed = OfScalar(*scalar)) return *boxed;
    ARROW_ASSIGN_OR_RAISE(auto row, arrow::MakeArrayFromScalar(*scalar, 1));
    auto schema =
        arrow::schema({arrow::field(name, row->type())}, arrow::KeyValueMetadata::Make({kScalarMark}, {"1"}));
    return Packed(arrow::Table::Make(std::move(schema), {std::move(row)}), arena, begin);
  }
  ARROW_ASSIGN_OR_RAISE(auto table, TableOf(result, name));
  result = {};
  if (arena.begun() && !HasDictionary(*table->schema())) {
    if (const auto batch = OnlyBatch(*table)) {
      ARROW_ASSIGN_OR_RAISE(const auto stored, InPlace(batch, arena));
      if (stored.has_value()) return *stored;
    }
  }
  return Packed(std::move(table), arena, begin);
}

}  // namespace atollstore::compute
