#include "compute/functions.h"

#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>

#include <algorithm>
#include <numeric>
#include <utility>
#include <vector>

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
