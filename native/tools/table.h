// What atoll-store prints: named values, for people or as JSON.
#ifndef ATOLL_TOOLS_TABLE_H_
#define ATOLL_TOOLS_TABLE_H_

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace atollstore::tools {

using Value = std::variant<uint64_t, std::string>;
struct Field {
  const char* name;
  Value value;
};

// A line for each field, or one object.
void PrintFields(const std::vector<Field>& fields, bool json);

struct Column {
  const char* name;
  int width;  // of the column for people; a longer value moves the rest of its line
};

// A line of names and a line for each row, or an array of objects.
class Table {
 public:
  Table(std::vector<Column> columns, bool json);
  // Printed at once. REQUIRES: a value for each column.
  void Add(const std::vector<Value>& row);
  void End();

 private:
  void PrintLine(const std::vector<std::string>& cells) const;

  const std::vector<Column> columns_;
  const bool json_;
  bool empty_ = true;
};

}  // namespace atollstore::tools

#endif  // ATOLL_TOOLS_TABLE_H_
