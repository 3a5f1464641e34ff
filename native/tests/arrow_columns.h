// A column of every type of Arrow's that a store is asked to hold, with nulls, empty values and values of
// several lengths.
#ifndef ATOLL_TESTS_ARROW_COLUMNS_H_
#define ATOLL_TESTS_ARROW_COLUMNS_H_

#include <arrow/api.h>
#include <arrow/json/from_string.h>

#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace atollstore {

inline std::vector<std::pair<std::shared_ptr<arrow::DataType>, const char*>> ColumnsInJson() {
  using namespace arrow;  // NOLINT: the names of its types
  std::vector<std::pair<std::shared_ptr<DataType>, const char*>> all;
  for (const auto& type :
       {int8(), int16(), int32(), int64(), uint8(), uint16(), uint32(), uint64(), float16(), float32(),
        float64(), date32(), time32(TimeUnit::SECOND), time64(TimeUnit::NANO), duration(TimeUnit::MICRO),
        timestamp(TimeUnit::NANO, "Europe/Berlin"), month_interval()}) {
    all.emplace_back(type, "[1, null, 3, 0, 100]");
  }
  all.emplace_back(null(), "[null, null, null, null, null]");
  all.emplace_back(boolean(), "[true, null, false, true, true]");
  all.emplace_back(date64(), "[86400000, null, 0, 172800000, 0]");
  all.emplace_back(day_time_interval(), "[[1, 2], null, [3, 4], [0, 0], [5, 6]]");
  all.emplace_back(month_day_nano_interval(), "[[1, 2, 3], null, [4, 5, 6], [0, 0, 0], [7, 8, 9]]");
  for (const auto& type : {decimal32(9, 2), decimal64(18, 2), decimal128(30, 2), decimal256(70, 2)}) {
    all.emplace_back(type, R"(["1.50", null, "-3.25", "0.00", "9.99"])");
  }
  for (const auto& type : {utf8(), large_utf8(), binary(), large_binary(), utf8_view(), binary_view()}) {
    all.emplace_back(type, R"(["a", null, "", "thirteen bytes and more", "z"])");
  }
  all.emplace_back(fixed_size_binary(3), R"(["abc", null, "xyz", "123", "456"])");
  for (const auto& type :
       {list(int32()), large_list(int32()), list_view(int32()), large_list_view(int32())}) {
    all.emplace_back(type, "[[1, 2], null, [], [3, null], [4]]");
  }
  all.emplace_back(fixed_size_list(int16(), 2), "[[1, 2], null, [3, null], [4, 5], [6, 7]]");
  all.emplace_back(
      struct_({field("n", int64()), field("s", utf8())}),
      R"([{"n": 1, "s": "x"}, null, {"n": null, "s": ""}, {"n": 2, "s": null}, {"n": 3, "s": "y"}])");
  all.emplace_back(map(utf8(), int32()), R"([[["a", 1], ["b", null]], null, [], [["c", 3]], [["d", 4]]])");
  all.emplace_back(sparse_union({field("i", int32()), field("s", utf8())}, {5, 7}),
                   R"([[5, 1], [7, "x"], [5, null], [7, ""], [5, 3]])");
  all.emplace_back(dense_union({field("i", int32()), field("s", utf8())}, {5, 7}),
                   R"([[5, 1], [7, "x"], [5, null], [7, ""], [5, 3]])");
  all.emplace_back(dictionary(int8(), utf8()), R"(["a", null, "b", "a", ""])");
  all.emplace_back(list(dictionary(int32(), utf8())), R"([["a", "b"], null, [], ["a"], [null]])");
  return all;
}

// The columns as they are named by their types.
inline std::shared_ptr<arrow::RecordBatch> EveryColumn() {
  arrow::FieldVector fields;
  arrow::ArrayVector arrays;
  for (const auto& [type, json] : ColumnsInJson()) {
    fields.push_back(arrow::field(type->ToString(), type));
    arrays.push_back(arrow::json::ArrayFromJSONString(type, json).ValueOrDie());
  }
  // Which is not made of JSON.
  const auto ends = arrow::json::ArrayFromJSONString(arrow::int32(), "[2, 4, 5]").ValueOrDie();
  const auto values = arrow::json::ArrayFromJSONString(arrow::int64(), "[1, null, 7]").ValueOrDie();
  arrays.push_back(arrow::RunEndEncodedArray::Make(5, ends, values).ValueOrDie());
  fields.push_back(arrow::field("run_end_encoded", arrays.back()->type()));
  return arrow::RecordBatch::Make(arrow::schema(std::move(fields)), 5, std::move(arrays));
}

}  // namespace atollstore

#endif  // ATOLL_TESTS_ARROW_COLUMNS_H_
