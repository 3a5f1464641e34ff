#include "compute/call.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <algorithm>

#include "compute/functions.h"
#include "compute/options.h"
#include "compute/threads.h"

namespace atollstore::compute {
namespace {

namespace ac = arrow::compute;
using arrow::Status;

std::string TypeOf(const Opened& input) {
  const arrow::Datum& datum = input.datum;
  if (datum.kind() == arrow::Datum::RECORD_BATCH || datum.kind() == arrow::Datum::TABLE) {
    const auto schema = datum.schema();
    std::string types;
    for (const auto& field : schema->fields()) {
      types += (types.empty() ? "" : ", ") + field->name() + ": " + field->type()->ToString();
    }
    return "table {" + types + "}";
  }
  return (input.name.empty() ? "" : input.name + ": ") + datum.type()->ToString() +
         (datum.is_scalar() ? " scalar" : "");
}

Status Explained(const Call& call, const std::vector<Opened>& inputs, const Status& why) {
  std::string types;
  for (const auto& input : inputs) types += (types.empty() ? "" : ", ") + TypeOf(input);
  return Status(why.code(), call.function + "(" + types + "): " + why.message());
}

int64_t Padded(int64_t bytes) { return (bytes + 63) / 64 * 64; }

// Of so many values and what says which of them are null; 0 for what is not of one size.
int64_t FixedBytes(const arrow::DataType& type, int64_t rows) {
  const int bits =
      arrow::is_fixed_width(type.id()) && type.id() != arrow::Type::DICTIONARY ? type.bit_width() : 0;
  return bits == 0 ? 0 : Padded(rows * bits / 8 + 1) + Padded(rows / 8 + 1);
}

std::shared_ptr<arrow::DataType> OutputType(const ac::Function& function, const ac::FunctionOptions* options,
                                            const std::vector<Opened>& inputs) {
  const std::string& name = function.name();
  if (name == "cast")
    return options == nullptr ? nullptr
                              : static_cast<const ac::CastOptions*>(options)->to_type.GetSharedPtr();
  if (name == "sort_indices" || name == "rank") return arrow::uint64();
  std::vector<arrow::TypeHolder> types;
  for (const auto& input : inputs) types.emplace_back(input.datum.type());
  if (types.empty()) return nullptr;
  const bool has_kernels = function.kind() == ac::Function::SCALAR || function.kind() == ac::Function::VECTOR;
  if (has_kernels) {
    auto kernel = function.DispatchBest(&types);
    if (!kernel.ok() || *kernel == nullptr || (*kernel)->signature == nullptr)
      return nullptr;  // it has its own ways
    const ac::OutputType& type = (*kernel)->signature->out_type();
    if (type.kind() == ac::OutputType::FIXED) return type.type();
  }
  return types[0].GetSharedPtr();  // mostly: the others may need state to say
}

// How many bytes the result's buffers take, where that is seen beforehand.
int64_t Estimate(const ac::Function& function, const ac::FunctionOptions* options,
                 const std::vector<Opened>& inputs) {
  const auto kind = function.kind();
  if (kind != ac::Function::SCALAR && kind != ac::Function::VECTOR && kind != ac::Function::META) return 0;
  int64_t rows = 0;
  bool all_scalars = true;
  for (const auto& input : inputs) {
    all_scalars = all_scalars && input.datum.is_scalar();
    rows = std::max(rows, input.datum.length());
  }
  if (all_scalars) return 0;
  const std::string& name = function.name();
  if ((name == "take" || name == "array_take") && inputs.size() == 2) rows = inputs[1].datum.length();
  const arrow::Datum& first = inputs[0].datum;
  if (first.kind() == arrow::Datum::RECORD_BATCH || first.kind() == arrow::Datum::TABLE) {
    if (name == "sort_indices") return FixedBytes(*arrow::uint64(), rows);
    int64_t bytes = 0;
    for (const auto& field : first.schema()->fields()) {
      const int64_t column = FixedBytes(*field->type(), rows);
      if (column == 0) return 0;
      bytes += column;
    }
    return bytes;
  }
  if (std::ranges::any_of(inputs, [](const auto& input) { return input.datum.type() == nullptr; })) return 0;
  const auto type = OutputType(function, options, inputs);
  return type == nullptr ? 0 : FixedBytes(*type, rows);
}

int Columns(const std::vector<Opened>& inputs) {
  const auto schema = inputs.empty() ? nullptr : inputs[0].datum.schema();
  return schema == nullptr ? 1 : schema->num_fields();
}

ac::ExecContext Context(arrow::MemoryPool* memory, int threads) {
  ac::ExecContext context(memory, threads > 1 ? PoolOf(threads) : nullptr);
  context.set_use_threads(threads > 1);
  return context;
}

arrow::Result<arrow::Datum> Sorted(const arrow::Datum& values, const ac::FunctionOptions* options,
                                   int threads, ac::ExecContext* context) {
  auto own = Context(arrow::default_memory_pool(), threads);
  ARROW_ASSIGN_OR_RAISE(auto places, ac::CallFunction("sort_indices", {values}, options, &own));
  return ac::CallFunction("take", {values, places}, context);
}

arrow::Result<Stored> RunOpened(const Call& call, const std::vector<Opened>& inputs,
                                const ArenaPool::Begin& begin) {
  const bool sorts = call.function == kSort;
  const std::string& name = sorts ? "sort_indices" : call.function;
  ARROW_ASSIGN_OR_RAISE(auto function, FindFunction(name, Use::kCall));
  std::unique_ptr<ac::FunctionOptions> options;
  if (call.options != nullptr) {
    ARROW_ASSIGN_OR_RAISE(options, ReadOptions(*function, call.options));
  }
  int64_t estimate = Estimate(*function, options.get(), inputs);
  if (sorts) {
    ARROW_ASSIGN_OR_RAISE(auto take, FindFunction("take", Use::kCall));
    estimate = Estimate(*take, nullptr, inputs);
  }
  ArenaPool arena(HeadBytes(Columns(inputs)), estimate, begin);
  auto context = Context(&arena, call.threads);
  arrow::Datum result;
  if (sorts) {
    if (inputs.size() != 1) return Status::Invalid("one value is sorted, ", inputs.size(), " are given");
    ARROW_ASSIGN_OR_RAISE(result, Sorted(inputs[0].datum, options.get(), call.threads, &context));
  } else {
    std::vector<arrow::Datum> arguments;
    for (const auto& input : inputs) arguments.push_back(input.datum);
    ARROW_ASSIGN_OR_RAISE(result, function->Execute(arguments, options.get(), &context));
  }
  std::string column = call.function;
  for (const auto& input : inputs) {
    if (!input.name.empty()) {
      column = input.name;
      break;
    }
  }
  return Store(std::move(result), column, arena, begin);
}

}  // namespace

arrow::Result<Stored> Run(const Call& call, const ArenaPool::Begin& begin) {
  if (call.function != kSort) ARROW_RETURN_NOT_OK(FindFunction(call.function, Use::kCall).status());
  std::vector<Opened> inputs;
  for (size_t i = 0; i < call.inputs.size(); ++i) {
    auto opened = Open(call.inputs[i]);
    if (!opened.ok()) {
      const Status& why = opened.status();
      return Status(why.code(), call.function + ", argument " + std::to_string(i + 1) + ": " + why.message());
    }
    inputs.push_back(std::move(*opened));
  }
  auto stored = RunOpened(call, inputs, begin);
  if (!stored.ok()) return Explained(call, inputs, stored.status());
  return stored;
}

}  // namespace atollstore::compute
