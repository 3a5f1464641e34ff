// clang-format off
// delays: reads flights that somebody has put, a Java program say, where they lie, and puts a tensor for it to read.
//
//   delays SOCKET flights means
//
// flights is the name of a table with the columns delay (minutes) and time (hours of the day); means becomes the name of a
// tensor of 24 rows: how many flights there were in that hour, and their mean delay.
// clang-format on
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <iostream>
#include <string>

#include "atoll/arrow.h"

using namespace std::chrono_literals;
using atollstore::ArrowStore;
using atollstore::Client;
using atollstore::ObjectId;

namespace {

constexpr int64_t kHours = 24;

struct Hour {
  double flights = 0, delay = 0;
};

arrow::Status Check(const atollstore::Status& status) {
  return status.ok() ? arrow::Status::OK() : arrow::Status::IOError(atollstore::LastError());
}

arrow::Result<std::shared_ptr<arrow::ChunkedArray>> Doubles(const arrow::Table& table, const char* name) {
  const auto column = table.GetColumnByName(name);
  if (column == nullptr)
    return arrow::Status::KeyError("no column ", name, " in ", table.schema()->ToString());
  ARROW_ASSIGN_OR_RAISE(auto cast, arrow::compute::Cast(column, arrow::float64()));
  return cast.chunked_array();
}

arrow::Result<std::shared_ptr<arrow::Tensor>> Means(const arrow::Table& flights) {
  ARROW_ASSIGN_OR_RAISE(const auto delays, Doubles(flights, "delay"));
  ARROW_ASSIGN_OR_RAISE(const auto times, Doubles(flights, "time"));
  std::array<Hour, kHours> hours{};
  for (int c = 0; c < delays->num_chunks(); ++c) {
    const auto& delay = static_cast<const arrow::DoubleArray&>(*delays->chunk(c));
    const auto& time = static_cast<const arrow::DoubleArray&>(*times->chunk(c));
    for (int64_t row = 0; row < delay.length(); ++row) {
      if (delay.IsNull(row) || time.IsNull(row)) continue;
      Hour& hour = hours[static_cast<size_t>(
          std::clamp<int64_t>(static_cast<int64_t>(time.Value(row)), 0, kHours - 1))];
      hour.flights += 1;
      hour.delay += delay.Value(row);
    }
  }
  for (Hour& hour : hours) hour.delay = hour.flights > 0 ? hour.delay / hour.flights : 0;
  ARROW_ASSIGN_OR_RAISE(std::shared_ptr<arrow::Buffer> numbers, arrow::AllocateBuffer(sizeof(hours)));
  std::copy_n(reinterpret_cast<const uint8_t*>(hours.data()), sizeof(hours), numbers->mutable_data());
  return arrow::Tensor::Make(arrow::float64(), numbers, {kHours, 2});
}

arrow::Status Run(const std::string& socket, const std::string& from, const std::string& to) {
  ARROW_RETURN_NOT_OK(arrow::compute::Initialize());
  auto client = Client::Attach(socket);
  ARROW_RETURN_NOT_OK(Check(client.status()));
  const ArrowStore store = ArrowStore::Of(*client);
  auto id = client->Lookup(from);
  ARROW_RETURN_NOT_OK(Check(id.status()));
  ARROW_ASSIGN_OR_RAISE(const auto flights, store.GetTable(*id, 10s));
  ARROW_RETURN_NOT_OK(Check(client->Dereference(*id)));  // the views hold it from here on
  ARROW_ASSIGN_OR_RAISE(const auto means, Means(*flights));
  ARROW_ASSIGN_OR_RAISE(const ObjectId made, store.PutTensor(*means, 10s));
  ARROW_RETURN_NOT_OK(Check(client->Publish(to, made)));
  ARROW_RETURN_NOT_OK(Check(client->Dereference(made)));  // its name keeps it
  std::cout << to << ": of " << flights->num_rows() << " flights, read where they lie\n";
  return arrow::Status::OK();
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 4) {
    std::fputs("usage: delays SOCKET NAME-OF-TABLE NAME-FOR-TENSOR\n", stderr);
    return 2;
  }
  const arrow::Status status = Run(argv[1], argv[2], argv[3]);
  if (!status.ok()) std::cerr << "delays: " << status.ToString() << '\n';
  return status.ok() ? 0 : 1;
}
