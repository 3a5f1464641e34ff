// atoll_arrow_peer SOCKET NAME...: a program of another language to Java's tests. Reads each table or tensor
// of that name with Arrow C++, checks all of it, and puts what it has read as NAME.back.
#include <cstdio>
#include <iostream>
#include <string>

#include "atoll/arrow.h"

using namespace std::chrono_literals;
using atollstore::ArrowStore;
using atollstore::Client;
using atollstore::ObjectId;

namespace {

arrow::Status Check(const atollstore::Status& status) {
  return status.ok() ? arrow::Status::OK() : arrow::Status::IOError(atollstore::LastError());
}

arrow::Result<ObjectId> PutBack(const ArrowStore& store, ObjectId id) {
  uint64_t tag = 0;
  ARROW_RETURN_NOT_OK(store.GetBuffer(id, 10s, &tag).status());
  if (tag == ArrowStore::kTensorTag) {
    ARROW_ASSIGN_OR_RAISE(const auto tensor, store.GetTensor(id, 10s));
    return store.PutTensor(*tensor, 10s);
  }
  if (tag == ArrowStore::kBatchTag) {
    ARROW_ASSIGN_OR_RAISE(const auto batch, store.GetBatch(id, 10s));
    ARROW_RETURN_NOT_OK(batch->ValidateFull());
    return store.PutBatch(*batch, 10s);
  }
  ARROW_ASSIGN_OR_RAISE(const auto table, store.GetTable(id, 10s));
  ARROW_RETURN_NOT_OK(table->ValidateFull());
  return store.PutTable(*table, 10s);
}

arrow::Status Run(Client& client, const std::string& name) {
  auto id = client.Lookup(name);
  ARROW_RETURN_NOT_OK(Check(id.status()));
  ARROW_ASSIGN_OR_RAISE(const ObjectId back, PutBack(ArrowStore::Of(client), *id));
  ARROW_RETURN_NOT_OK(Check(client.Publish(name + ".back", back)));
  ARROW_RETURN_NOT_OK(Check(client.Dereference(back)));
  return Check(client.Dereference(*id));
}

}  // namespace

int main(int argc, char** argv) {
  auto client = Client::Attach(argc < 2 ? "" : argv[1]);
  if (!client.ok()) return std::cerr << atollstore::LastError() << '\n', 1;
  for (int i = 2; i < argc; ++i) {
    const arrow::Status status = Run(*client, argv[i]);
    if (!status.ok()) return std::cerr << argv[i] << ": " << status.ToString() << '\n', 1;
  }
  return 0;
}
