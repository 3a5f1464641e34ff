#include "stored_stream.h"

#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>

#include <algorithm>

namespace atollstore {

arrow::Result<StreamContent> ReadStoredStream(std::shared_ptr<arrow::Buffer> bytes) {
  arrow::ipc::IpcReadOptions options;
  options.use_threads = false;  // nothing is read: it is all there
  auto input = std::make_shared<arrow::io::BufferReader>(std::move(bytes));
  ARROW_ASSIGN_OR_RAISE(auto reader, arrow::ipc::RecordBatchStreamReader::Open(input, options));
  StreamContent content;
  content.schema = reader->schema();
  ARROW_ASSIGN_OR_RAISE(content.batches, reader->ToRecordBatches());
  for (const auto& batch : content.batches) {
    ARROW_RETURN_NOT_OK(batch->Validate());  // that its buffers hold what its lengths say; not row by row
  }
  return content;
}

arrow::ipc::IpcWriteOptions StoredStreamOptions() {
  auto options = arrow::ipc::IpcWriteOptions::Defaults();
  options.alignment = 64;
  options.use_threads = false;
  options.unify_dictionaries = true;  // one for all batches
  return options;
}

arrow::Status WriteStoredTable(const arrow::Table& table, arrow::io::OutputStream* to) {
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeStreamWriter(to, table.schema(), StoredStreamOptions()));
  ARROW_RETURN_NOT_OK(writer->WriteTable(table));
  return writer->Close();
}

bool HasDictionary(const arrow::DataType& type) {
  return type.id() == arrow::Type::DICTIONARY ||
         (type.id() == arrow::Type::EXTENSION &&
          HasDictionary(*static_cast<const arrow::ExtensionType&>(type).storage_type())) ||
         std::ranges::any_of(type.fields(), [](const auto& field) { return HasDictionary(*field->type()); });
}

bool HasDictionary(const arrow::Schema& schema) {
  return std::ranges::any_of(schema.fields(),
                             [](const auto& field) { return HasDictionary(*field->type()); });
}

}  // namespace atollstore
