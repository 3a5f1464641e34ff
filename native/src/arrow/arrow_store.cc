#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>

#include <cstring>
#include <string>

#include "atoll/arrow.h"
#include "stored_stream.h"

namespace atollstore {
inline namespace v1 {
namespace {

constexpr uint64_t kKindMask = 0xff;

// Of a failure, which has left its text for this thread.
arrow::Status Failed(const atoll_api* api, int64_t code) {
  const std::string text = std::string(api->code_name(code)) + ": " + api->last_error();
  switch (-code) {
    case ATOLL_INVALID_ARGUMENT:
      return arrow::Status::Invalid(text);
    case ATOLL_NOT_FOUND:
    case ATOLL_LOST:
      return arrow::Status::KeyError(text);
    case ATOLL_STORE_FULL:
    case ATOLL_TOO_MANY_OBJECTS:
    case ATOLL_OUT_OF_MEMORY:
      return arrow::Status::OutOfMemory(text);
    case ATOLL_TIMED_OUT:
      return arrow::Status::Cancelled(text);
    default:
      return arrow::Status::IOError(text);
  }
}

// The bytes of an object, which is pinned as long as this, or a slice of it, is there.
class PinnedBuffer : public arrow::Buffer {
 public:
  PinnedBuffer(const atoll_api* api, atoll_client* client, const atoll_object_id& id, const atoll_view& view)
      : Buffer(reinterpret_cast<const uint8_t*>(view.address), static_cast<int64_t>(view.size)),
        api_(api),
        client_(client),
        id_(id) {}
  ~PinnedBuffer() override { (void)api_->release(client_, &id_); }

 private:
  const atoll_api* api_;
  atoll_client* client_;
  atoll_object_id id_;
};

// Writes into a new object what `write` gives to a stream, once: the first time it is only measured.
template <typename Write>
arrow::Result<ObjectId> Put(const atoll_api* api, atoll_client* client, uint64_t tag, Timeout timeout,
                            const Write& write) {
  arrow::io::MockOutputStream measure;
  ARROW_RETURN_NOT_OK(write(&measure));
  const int64_t size = measure.GetExtentBytesWritten();
  atoll_object_id id{};
  uint64_t address = 0;
  const int64_t created =
      api->create(client, &id, static_cast<uint64_t>(size), 0, tag, timeout.count(), &address);
  if (created < 0) return Failed(api, created);
  const auto give_up = [&](arrow::Status why) {
    (void)api->abort(client, &id);
    (void)api->dereference(client, &id);
    return why;
  };
  auto into = std::make_shared<arrow::MutableBuffer>(reinterpret_cast<uint8_t*>(address), size);
  arrow::io::FixedSizeBufferWriter stream(into);
  arrow::Status written = write(&stream);
  if (!written.ok()) return give_up(std::move(written));
  const int64_t sealed = api->seal(client, &id, nullptr);
  if (sealed < 0) return give_up(Failed(api, sealed));
  return ObjectId(id);
}

arrow::Status OtherKind(const char* wanted, uint64_t tag) {
  return arrow::Status::Invalid("the object is no ", wanted, ": it has tag ", tag);
}

}  // namespace

arrow::Result<std::shared_ptr<arrow::Buffer>> ArrowStore::GetBuffer(ObjectId id, Timeout timeout,
                                                                    uint64_t* tag) const {
  const atoll_object_id c = id.c();
  atoll_view view{};
  const int64_t got = api_->get(client_, &c, timeout.count(), &view);
  if (got < 0) return Failed(api_, got);
  if (tag != nullptr) *tag = view.tag;
  return std::make_shared<PinnedBuffer>(api_, client_, c, view);
}

arrow::Result<ObjectId> ArrowStore::PutBatch(const arrow::RecordBatch& batch, Timeout timeout) const {
  // A batch by itself comes to Java without dictionaries.
  const uint64_t tag = HasDictionary(*batch.schema()) ? kTableTag : kBatchTag;
  return Put(api_, client_, tag, timeout, [&](arrow::io::OutputStream* to) -> arrow::Status {
    ARROW_ASSIGN_OR_RAISE(auto writer,
                          arrow::ipc::MakeStreamWriter(to, batch.schema(), StoredStreamOptions()));
    ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(batch));
    return writer->Close();
  });
}

arrow::Result<ObjectId> ArrowStore::PutTable(const arrow::Table& table, Timeout timeout) const {
  return Put(api_, client_, kTableTag, timeout,
             [&](arrow::io::OutputStream* to) { return WriteStoredTable(table, to); });
}

arrow::Result<ObjectId> ArrowStore::PutTensor(const arrow::Tensor& tensor, Timeout timeout) const {
  return Put(api_, client_, kTensorTag, timeout, [&](arrow::io::OutputStream* to) {
    int32_t metadata_length = 0;
    int64_t body_length = 0;
    return arrow::ipc::WriteTensor(tensor, to, &metadata_length, &body_length);
  });
}

arrow::Result<std::shared_ptr<arrow::Table>> ArrowStore::GetTable(ObjectId id, Timeout timeout) const {
  uint64_t tag = 0;
  ARROW_ASSIGN_OR_RAISE(auto bytes, GetBuffer(id, timeout, &tag));
  if ((tag & kKindMask) != kTableTag) return OtherKind("Arrow stream", tag);
  ARROW_ASSIGN_OR_RAISE(auto batches, ReadStoredStream(bytes));
  return arrow::Table::FromRecordBatches(batches.schema, batches.batches);
}

arrow::Result<std::shared_ptr<arrow::RecordBatch>> ArrowStore::GetBatch(ObjectId id, Timeout timeout) const {
  uint64_t tag = 0;
  ARROW_ASSIGN_OR_RAISE(auto bytes, GetBuffer(id, timeout, &tag));
  if ((tag & kKindMask) != kTableTag) return OtherKind("Arrow stream", tag);
  ARROW_ASSIGN_OR_RAISE(auto batches, ReadStoredStream(bytes));
  if (batches.batches.size() != 1) {
    return arrow::Status::Invalid("the object has ", batches.batches.size(),
                                  " batches, one is asked: GetTable()");
  }
  return batches.batches[0];
}

arrow::Result<std::shared_ptr<arrow::Tensor>> ArrowStore::GetTensor(ObjectId id, Timeout timeout) const {
  uint64_t tag = 0;
  ARROW_ASSIGN_OR_RAISE(auto bytes, GetBuffer(id, timeout, &tag));
  if ((tag & kKindMask) != kTensorTag) return OtherKind("Arrow tensor", tag);
  arrow::io::BufferReader reader(bytes);
  return arrow::ipc::ReadTensor(&reader);
}

}  // namespace v1
}  // namespace atollstore
