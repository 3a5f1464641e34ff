// Arrow IPC streams as the store has them: little-endian, not compressed, each buffer 64-byte aligned.
#ifndef ATOLL_ARROW_STORED_STREAM_H_
#define ATOLL_ARROW_STORED_STREAM_H_

#include <arrow/api.h>
#include <arrow/io/type_fwd.h>
#include <arrow/ipc/options.h>

#include <memory>

namespace atollstore {

struct StreamContent {
  std::shared_ptr<arrow::Schema> schema;
  arrow::RecordBatchVector batches;
};

// Every batch of a stream. Buffers that are not compressed are slices of `bytes`, which they keep alive.
arrow::Result<StreamContent> ReadStoredStream(std::shared_ptr<arrow::Buffer> bytes);

arrow::ipc::IpcWriteOptions StoredStreamOptions();
// One batch for each run of rows that no column divides.
arrow::Status WriteStoredTable(const arrow::Table& table, arrow::io::OutputStream* to);

bool HasDictionary(const arrow::DataType& type);
bool HasDictionary(const arrow::Schema& schema);

}  // namespace atollstore

#endif  // ATOLL_ARROW_STORED_STREAM_H_
