#include "table.h"

#include <cstdio>

namespace atollstore::tools {
namespace {

// As a JSON string, quotes and all. What is not ASCII is taken for UTF-8 and left as it is.
std::string Quoted(const std::string& text) {
  std::string quoted = "\"";
  for (const char c : text) {
    char escaped[8];
    if (c == '"' || c == '\\') {
      quoted += '\\';
      quoted += c;
    } else if (static_cast<unsigned char>(c) < ' ') {
      std::snprintf(escaped, sizeof(escaped), "\\u%04x", static_cast<unsigned>(c));
      quoted += escaped;
    } else {
      quoted += c;
    }
  }
  return quoted + '"';
}

std::string Text(const Value& value, bool json) {
  if (const auto* number = std::get_if<uint64_t>(&value)) return std::to_string(*number);
  const auto& text = std::get<std::string>(value);
  return json ? Quoted(text) : text;
}

}  // namespace

void PrintFields(const std::vector<Field>& fields, bool json) {
  const char* before = "{";
  for (const Field& field : fields) {
    const std::string value = Text(field.value, json);
    if (json) {
      std::printf("%s\"%s\": %s", before, field.name, value.c_str());
      before = ", ";
    } else {
      std::printf("%s %s\n", field.name, value.c_str());
    }
  }
  if (json) std::printf("}\n");
}

Table::Table(std::vector<Column> columns, bool json) : columns_(std::move(columns)), json_(json) {
  if (json_) {
    std::printf("[");
    return;
  }
  std::vector<std::string> names;
  for (const Column& column : columns_) names.emplace_back(column.name);
  PrintLine(names);
}

void Table::Add(const std::vector<Value>& row) {
  if (!json_) {
    std::vector<std::string> cells;
    for (const Value& value : row) cells.push_back(Text(value, false));
    return PrintLine(cells);
  }
  std::printf(empty_ ? "\n" : ",\n");
  empty_ = false;
  for (size_t i = 0; i < row.size(); ++i) {
    std::printf("%s\"%s\": %s", i == 0 ? "  {" : ", ", columns_[i].name, Text(row[i], true).c_str());
  }
  std::printf("}");
}

void Table::End() {
  if (json_) std::printf("\n]\n");
}

void Table::PrintLine(const std::vector<std::string>& cells) const {
  for (size_t i = 0; i + 1 < cells.size(); ++i) std::printf("%-*s ", columns_[i].width, cells[i].c_str());
  std::printf("%s\n", cells.back().c_str());
}

}  // namespace atollstore::tools
