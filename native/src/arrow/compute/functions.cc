#include "compute/functions.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>

#include <algorithm>
#include <iterator>
#include <numeric>
#include <string_view>
#include <utility>
#include <vector>

#include "stored_stream.h"

namespace atollstore::compute {
namespace {

namespace ac = arrow::compute;
using arrow::Status;

ac::FunctionRegistry* Registry() {
  static const Status initialized = ac::Initialize();
  return initialized.ok() ? ac::GetFunctionRegistry() : nullptr;
}

// Levenshtein's: letters to be put in, left out or changed, to make one of the other.
size_t Distance(const std::string& a, const std::string& b) {
  std::vector<size_t> row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    size_t diagonal = row[0];
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      const size_t change = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[j];
      row[j] = std::min(change, 1 + std::min(row[j], row[j - 1]));
    }
  }
  return row[b.size()];
}

// What a name has in front of it in Arrow's list.
std::string Prefix(Use use) { return use == Use::kGroups ? "hash_" : ""; }

bool IsFor(Use use, ac::Function::Kind kind) {
  switch (use) {
    case Use::kExpression:
      return kind == ac::Function::SCALAR;
    case Use::kAggregate:
      return kind == ac::Function::SCALAR_AGGREGATE;
    case Use::kGroups:
      return kind == ac::Function::HASH_AGGREGATE;
    default:
      return kind != ac::Function::HASH_AGGREGATE;
  }
}

// By their names for users.
std::vector<std::string> NamesFor(ac::FunctionRegistry& registry, Use use) {
  std::vector<std::string> names;
  for (const auto& each : registry.GetFunctionNames()) {
    const auto function = registry.GetFunction(each);
    if (function.ok() && IsFor(use, (*function)->kind())) names.push_back(each.substr(Prefix(use).size()));
  }
  return names;
}

Status NoFunction(ac::FunctionRegistry& registry, const std::string& name, Use use) {
  const size_t near = std::max<size_t>(2, name.size() / 3);
  std::vector<std::pair<size_t, std::string>> found;
  for (const auto& each : NamesFor(registry, use)) {
    const size_t distance = Distance(name, each);
    const bool holds = name.size() > 2 && each.find(name) != std::string::npos;
    if (distance <= near || holds) found.emplace_back(holds ? std::min(distance, near) : distance, each);
  }
  std::ranges::sort(found);
  std::string names;
  for (size_t i = 0; i < found.size() && i < 5; ++i) names += (i == 0 ? "" : ", ") + found[i].second;
  const bool aggregates = use == Use::kAggregate || use == Use::kGroups;
  return Status::KeyError("Arrow has no ", aggregates ? "aggregate " : "", "function ", name,
                          names.empty() ? "; ArrowCompute.functions() lists them" : "; near are " + names);
}

}  // namespace

arrow::Result<std::shared_ptr<ac::Function>> FindFunction(const std::string& name, Use use) {
  ac::FunctionRegistry* const registry = Registry();
  if (registry == nullptr) return Status::Invalid("Arrow's compute functions cannot be registered");
  auto function = registry->GetFunction(Prefix(use) + name);
  return function.ok() ? function : NoFunction(*registry, name, use);
}

bool IsRisky(const std::string& name) {
  static constexpr std::string_view kRisky[] = {"array_filter", "array_take", "choose",
                                                "filter",       "if_else",    "list_parent_indices"};
  return std::ranges::find(kRisky, name) != std::end(kRisky);
}

Status CheckTypes(const std::string& name, const std::vector<const arrow::DataType*>& types,
                  const std::vector<bool>& scalars) {
  if (!IsRisky(name) || types.empty() || types[0] == nullptr) return Status::OK();
  const auto refused = [](const std::string& what) {
    return Status::NotImplemented(what, ", which Arrow C++ ends its process with");
  };
  const auto id = types[0]->id();
  const auto has_dictionary = [](const auto* type) { return type != nullptr && HasDictionary(*type); };
  if (name == "list_parent_indices") {
    return id == arrow::Type::MAP ? refused("parents in a map") : Status::OK();
  }
  if (name == "if_else") {
    const bool dictionaries = std::ranges::any_of(types.begin() + 1, types.end(), has_dictionary);
    return id != arrow::Type::BOOL && dictionaries
               ? refused("dictionaries by a condition of type " + types[0]->ToString())
               : Status::OK();
  }
  if (name == "choose") {
    for (size_t i = 2; i < types.size(); ++i) {
      if (types[1] == nullptr || types[i] == nullptr || types[i]->id() == arrow::Type::NA) continue;
      const bool has_own_kernel = types[1]->id() == arrow::Type::NA || arrow::is_nested(types[1]->id()) ||
                                  arrow::is_nested(types[i]->id());
      if (has_own_kernel && !types[1]->Equals(*types[i])) {
        return refused("a choice of " + types[1]->ToString() + " and " + types[i]->ToString());
      }
    }
    return Status::OK();
  }
  return id == arrow::Type::DICTIONARY && scalars[0] ? refused("a dictionary's scalar") : Status::OK();
}

std::string Functions() {
  static const char* const kKinds[] = {"scalar", "vector", "aggregate", "group aggregate", "meta"};
  std::string lines;
  if (Registry() == nullptr) return lines;
  for (const auto& name : Registry()->GetFunctionNames()) {
    const auto function = Registry()->GetFunction(name);
    if (!function.ok()) continue;
    const ac::Function& found = **function;
    const ac::FunctionDoc& doc = found.doc();
    std::string arguments;
    for (const auto& each : doc.arg_names) arguments += (arguments.empty() ? "" : ",") + each;
    const int arity = found.arity().is_varargs ? -1 : found.arity().num_args;
    lines += name + '\t' + kKinds[found.kind()] + '\t' + std::to_string(arity) + '\t' + arguments + '\t' +
             doc.options_class + '\t' + (doc.options_required ? "required" : "") + '\t' + doc.summary + '\n';
  }
  return lines;
}

}  // namespace atollstore::compute
