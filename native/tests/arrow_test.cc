// Arrow C++ on the store: what is put comes back as it was, from where it lies, and holds the pin as long as
// anybody looks.
#include "atoll/arrow.h"

#include <gtest/gtest.h>
#include <stdlib.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <optional>
#include <thread>

#include "arrow_columns.h"
#include "atoll/server.h"

using namespace std::chrono_literals;

namespace atollstore {
namespace {

#define ARROW_OK(expression)                         \
  do {                                               \
    const ::arrow::Status status_ = (expression);    \
    ASSERT_TRUE(status_.ok()) << status_.ToString(); \
  } while (false)

template <typename T>
T Value(arrow::Result<T> result) {
  EXPECT_TRUE(result.ok()) << result.status().ToString();
  return std::move(result).ValueOr(T{});
}

// A store, one client that puts and another that looks.
class ArrowStoreTest : public ::testing::Test {
 protected:
  void SetUp() override {
    char name[] = "/tmp/atoll-test-XXXXXX";
    ASSERT_NE(::mkdtemp(name), nullptr);
    directory_ = name;
    const std::string path = directory_ + "/store.sock";
    auto server = Server::Start(Server::Defaults(path.c_str(), 64 << 20));
    ASSERT_TRUE(server.ok()) << LastError();
    server_.emplace(std::move(server.value()));
    for (auto* client : {&writer_, &reader_}) {
      auto attached = Client::Attach(path);
      ASSERT_TRUE(attached.ok()) << LastError();
      client->emplace(std::move(attached.value()));
    }
  }
  void TearDown() override {
    EXPECT_EQ(Pins(), 0u);
    reader_.reset();
    writer_.reset();
    server_.reset();
    EXPECT_EQ(::rmdir(directory_.c_str()), 0);
  }

  ArrowStore Writer() { return ArrowStore::Of(*writer_); }
  ArrowStore Reader() { return ArrowStore::Of(*reader_); }
  uint64_t Pins() { return writer_->Stats()->pins; }
  bool BecomesEmpty() {
    const auto end = std::chrono::steady_clock::now() + 10s;
    while (writer_->Stats()->objects != 0) {
      if (std::chrono::steady_clock::now() > end) return false;
      std::this_thread::sleep_for(1ms);
    }
    return true;
  }
  // Where the reader finds the object's bytes.
  std::pair<const uint8_t*, const uint8_t*> Place(ObjectId id) {
    auto view = reader_->Get(id, 0s);
    EXPECT_TRUE(view.ok()) << LastError();
    const auto* begin = reinterpret_cast<const uint8_t*>(view->bytes().data());
    return {begin, begin + view->bytes().size()};
  }
  ObjectId PutBytes(const void* bytes, size_t size, uint64_t tag) {
    auto writer = writer_->Create(size, 1s, tag);
    EXPECT_TRUE(writer.ok()) << LastError();
    std::memcpy(writer->bytes().data(), bytes, size);
    EXPECT_TRUE(writer->Seal().ok());
    return writer->id();
  }
  void Drop(ObjectId id) { ASSERT_TRUE(writer_->Dereference(id).ok()) << LastError(); }

  std::string directory_;
  std::optional<Server> server_;
  std::optional<Client> writer_, reader_;
};

// How many buffers lie between the two addresses; all of those that have bytes must.
int BuffersWithin(const arrow::ArrayData& data, const std::pair<const uint8_t*, const uint8_t*>& place) {
  int count = 0;
  for (const auto& buffer : data.buffers) {
    if (buffer == nullptr || buffer->size() == 0) continue;
    EXPECT_GE(buffer->data(), place.first) << data.type->ToString();
    EXPECT_LE(buffer->data() + buffer->size(), place.second) << data.type->ToString();
    ++count;
  }
  for (const auto& child : data.child_data) count += BuffersWithin(*child, place);
  if (data.dictionary != nullptr) count += BuffersWithin(*data.dictionary, place);
  return count;
}

TEST_F(ArrowStoreTest, EveryTypeComesBackFromWhereItLies) {
  const auto batch = EveryColumn();
  for (int i = 0; i < batch->num_columns(); ++i) {
    SCOPED_TRACE(batch->column_name(i));
    const auto one = arrow::Table::Make(arrow::schema({batch->schema()->field(i)}), {batch->column(i)});
    const ObjectId id = Value(Writer().PutTable(*one, 1s));
    {
      const auto table = Value(Reader().GetTable(id, 1s));
      ASSERT_NE(table, nullptr);
      ARROW_OK(table->ValidateFull());
      EXPECT_TRUE(table->Equals(*one, true)) << table->ToString();
      const auto& chunk = *table->column(0)->chunk(0);
      const int buffers = BuffersWithin(*chunk.data(), Place(id));
      EXPECT_EQ(buffers == 0, chunk.type_id() == arrow::Type::NA);
    }
    Drop(id);
  }
  EXPECT_TRUE(BecomesEmpty());
}

TEST_F(ArrowStoreTest, SlicesAndChunksAreTheirRowsAlone) {
  const auto batch = EveryColumn();
  // Tables know what can be put together; of two chunks, one is a slice.
  for (int i = 0; i < batch->num_columns(); ++i) {
    SCOPED_TRACE(batch->column_name(i));
    const auto schema = arrow::schema({batch->schema()->field(i)});
    const auto chunks = std::make_shared<arrow::ChunkedArray>(
        arrow::ArrayVector{batch->column(i)->Slice(1, 3), batch->column(i), batch->column(i)->Slice(5)});
    const auto table = arrow::Table::Make(schema, {chunks});
    const ObjectId id = Value(Writer().PutTable(*table, 1s));
    const auto back = Value(Reader().GetTable(id, 1s));
    ASSERT_NE(back, nullptr);
    ARROW_OK(back->ValidateFull());
    EXPECT_TRUE(back->Equals(*table)) << back->ToString();
    Drop(id);
  }
}

TEST_F(ArrowStoreTest, TheLastSliceHoldsThePin) {
  const auto batch = EveryColumn();
  const ObjectId id = Value(Writer().PutBatch(*batch, 1s));
  std::shared_ptr<arrow::Array> tail;
  {
    const auto table = Value(Reader().GetTable(id, 1s));
    ASSERT_NE(table, nullptr);
    tail = table->GetColumnByName("int64")->chunk(0)->Slice(2);
    EXPECT_EQ(Pins(), 1u);
  }
  Drop(id);
  EXPECT_EQ(Pins(), 1u) << "the slice looks at it";
  EXPECT_EQ(static_cast<const arrow::Int64Array&>(*tail).Value(0), 3);
  tail.reset();
  EXPECT_EQ(Pins(), 0u);
  EXPECT_TRUE(BecomesEmpty());
}

TEST_F(ArrowStoreTest, ABatchComesBackAsOne) {
  const auto column = Value(arrow::json::ArrayFromJSONString(arrow::int32(), "[1, null, 3]"));
  const auto batch =
      arrow::RecordBatch::Make(arrow::schema({arrow::field("n", arrow::int32())}), 3, {column});
  const ObjectId id = Value(Writer().PutBatch(*batch, 1s));
  uint64_t tag = 0;
  Value(Reader().GetBuffer(id, 0s, &tag));
  EXPECT_EQ(tag, ArrowStore::kBatchTag);
  const auto back = Value(Reader().GetBatch(id, 1s));
  ASSERT_NE(back, nullptr);
  EXPECT_TRUE(back->Equals(*batch, true));
  EXPECT_GE(back->column(0)->data()->buffers[1]->data(), Place(id).first);

  const auto twice = Value(arrow::Table::FromRecordBatches({batch, batch}));
  const ObjectId table = Value(Writer().PutTable(*twice, 1s));
  EXPECT_TRUE(Reader().GetBatch(table, 1s).status().IsInvalid());
  EXPECT_EQ(Value(Reader().GetTable(table, 1s))->num_rows(), 6);
}

TEST_F(ArrowStoreTest, NoRowsAndNoColumnsAreTables) {
  const auto batch = EveryColumn();
  for (const auto& table : {Value(arrow::Table::MakeEmpty(batch->schema())),
                            Value(arrow::Table::FromRecordBatches({batch->Slice(0, 0)})),
                            Value(arrow::Table::MakeEmpty(arrow::schema(arrow::FieldVector{})))}) {
    const auto back = Value(Reader().GetTable(Value(Writer().PutTable(*table, 1s)), 1s));
    ASSERT_NE(back, nullptr);
    ARROW_OK(back->ValidateFull());
    EXPECT_EQ(back->num_rows(), 0);
    EXPECT_TRUE(back->schema()->Equals(*table->schema(), true));
  }
}

TEST_F(ArrowStoreTest, ATensorComesBackFromWhereItLies) {
  std::vector<double> numbers(6);
  for (size_t i = 0; i < numbers.size(); ++i) numbers[i] = static_cast<double>(i) / 2;
  const auto buffer = arrow::Buffer::Wrap(numbers);
  for (const std::vector<int64_t>& shape : {std::vector<int64_t>{2, 3}, {6}, {1, 6, 1}}) {
    const auto tensor = Value(arrow::Tensor::Make(arrow::float64(), buffer, shape));
    const ObjectId id = Value(Writer().PutTensor(*tensor, 1s));
    {
      const auto back = Value(Reader().GetTensor(id, 1s));
      ASSERT_NE(back, nullptr);
      EXPECT_TRUE(back->Equals(*tensor));
      EXPECT_EQ(back->shape(), shape);
      const auto place = Place(id);
      EXPECT_GE(back->raw_data(), place.first);
      EXPECT_LE(back->raw_data() + sizeof(double) * numbers.size(), place.second);
      EXPECT_EQ(reinterpret_cast<uintptr_t>(back->raw_data()) % 8, 0u);
      EXPECT_EQ(Pins(), 1u);
    }
    EXPECT_EQ(Pins(), 0u);
  }
}

TEST_F(ArrowStoreTest, WhatFailsSaysWhyAndLeavesNothing) {
  const ObjectId plain = PutBytes("8 bytes", 8, 0);
  EXPECT_TRUE(Reader().GetTable(plain, 1s).status().IsInvalid());
  EXPECT_TRUE(Reader().GetTensor(plain, 1s).status().IsInvalid());
  auto expected = writer_->Expect();
  ASSERT_TRUE(expected.ok()) << LastError();
  EXPECT_TRUE(Reader().GetTable(*expected, 1ms).status().IsCancelled());
  ObjectId none = plain;
  ++none.place;
  EXPECT_TRUE(Reader().GetTable(none, 0s).status().IsKeyError());

  // Streams and tensors of others, who may write what they like.
  for (const uint64_t tag : {ArrowStore::kTableTag, ArrowStore::kTensorTag}) {
    for (const char fill : {0, 7, -1}) {
      const ObjectId garbage = PutBytes(std::string(100, fill).data(), 100, tag);
      const arrow::Status status = tag == ArrowStore::kTensorTag ? Reader().GetTensor(garbage, 1s).status()
                                                                 : Reader().GetTable(garbage, 1s).status();
      EXPECT_FALSE(status.ok()) << "tag " << tag << ", all bytes " << static_cast<int>(fill);
    }
  }
  const auto large = Value(arrow::MakeArrayOfNull(arrow::int64(), 16 << 20));
  const auto table = arrow::Table::Make(arrow::schema({arrow::field("n", arrow::int64())}), {large});
  const arrow::Status full = Writer().PutTable(*table, 10ms).status();
  EXPECT_TRUE(full.IsOutOfMemory()) << full.ToString();
  EXPECT_NE(full.message().find("STORE_FULL"), std::string::npos) << full.ToString();
  EXPECT_EQ(Pins(), 0u);
  EXPECT_EQ(writer_->Stats()->objects, 8u);
}

// native/examples/delays.cc, in a process of its own, as a Java program would use it.
TEST_F(ArrowStoreTest, TheExampleReadsATableAndPutsATensor) {
  const auto delay = Value(arrow::json::ArrayFromJSONString(arrow::int32(), "[10, 20, null, 60, 5]"));
  const auto time = Value(arrow::json::ArrayFromJSONString(arrow::float32(), "[7.5, 7.0, 7.9, 23.99, 0.0]"));
  const auto flights = arrow::Table::Make(
      arrow::schema({arrow::field("delay", arrow::int32()), arrow::field("time", arrow::float32())}),
      {delay, time});
  const ObjectId id = Value(Writer().PutTable(*flights, 1s));
  ASSERT_TRUE(writer_->Publish("flights", id).ok()) << LastError();
  const std::string command = std::string(ATOLL_EXAMPLE_DELAYS) + " " + directory_ + "/store.sock ";
  EXPECT_NE(std::system((command + "departures means 2>/dev/null").c_str()), 0) << "there is no such table";
  ASSERT_EQ(std::system((command + "flights means").c_str()), 0);
  auto made = reader_->Lookup("means");
  ASSERT_TRUE(made.ok()) << LastError();
  const auto means = Value(Reader().GetTensor(*made, 1s));
  ASSERT_NE(means, nullptr);
  ASSERT_EQ(means->shape(), (std::vector<int64_t>{24, 2}));
  const auto at = [&](int64_t hour, int64_t column) {
    return means->Value<arrow::DoubleType>({hour, column});
  };
  EXPECT_EQ(at(7, 0), 2);
  EXPECT_EQ(at(7, 1), 15);
  EXPECT_EQ(at(23, 1), 60);
  EXPECT_EQ(at(0, 0), 1);
  EXPECT_EQ(at(12, 0), 0);
}

// The bytes of a sound stream with one of them changed, each in turn: an error, or other values, but no
// crash.
TEST_F(ArrowStoreTest, ADamagedHeadIsAnErrorOrAnotherTable) {
  const auto column = Value(arrow::json::ArrayFromJSONString(arrow::utf8(), R"(["a", null, "ccc"])"));
  const auto numbers = Value(arrow::json::ArrayFromJSONString(arrow::int32(), "[1, 2, 3]"));
  const auto batch = arrow::RecordBatch::Make(
      arrow::schema({arrow::field("s", arrow::utf8()), arrow::field("n", arrow::int32())}), 3,
      {column, numbers});
  const ObjectId id = Value(Writer().PutBatch(*batch, 1s));
  const auto sound = Value(Reader().GetBuffer(id, 0s));
  int errors = 0;
  for (int64_t at = 0; at < sound->size(); ++at) {
    std::string bytes(reinterpret_cast<const char*>(sound->data()), static_cast<size_t>(sound->size()));
    bytes[static_cast<size_t>(at)] ^= 0x41;
    const ObjectId damaged = PutBytes(bytes.data(), bytes.size(), ArrowStore::kTableTag);
    errors += Reader().GetTable(damaged, 0s).ok() ? 0 : 1;
    Drop(damaged);
  }
  EXPECT_GT(errors, 30);
}

}  // namespace
}  // namespace atollstore
