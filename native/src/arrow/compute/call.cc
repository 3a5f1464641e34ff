#include "compute/call.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>

#include <algorithm>
#include <span>
#include <string_view>

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

// Vector functions whose results are as long as what they are given, or as is seen in that. All others are taken for
// ones that give less. Of several chunks most give as many, which are no one array.
constexpr std::string_view kOfKnownLength[] = {
    "array_filter",    "array_sort_indices", "array_take",    "cumulative_max",          "cumulative_mean",
    "cumulative_min",  "cumulative_prod",    "cumulative_sum", "cumulative_prod_checked", "cumulative_sum_checked",
    "fill_null_backward", "fill_null_forward", "filter",      "pairwise_diff",           "pairwise_diff_checked",
    "partition_nth_indices", "rank",         "replace_with_mask", "sort_indices",        "take",
    "winsorize",
};
constexpr std::string_view kOneArrayOfChunks[] = {
    "array_sort_indices", "cumulative_max", "cumulative_mean", "cumulative_min", "cumulative_prod", "cumulative_sum",
    "cumulative_prod_checked", "cumulative_sum_checked", "rank", "sort_indices",
};

bool IsOneOf(std::span<const std::string_view> names, std::string_view name) {
  return std::ranges::find(names, name) != names.end();
}

bool InChunks(const arrow::Datum& datum) {
  return datum.kind() == arrow::Datum::TABLE ||
         (datum.kind() == arrow::Datum::CHUNKED_ARRAY && datum.chunked_array()->num_chunks() != 1);
}

// Null where it is not seen.
std::shared_ptr<arrow::DataType> KernelOutput(const ac::Function& function, const ac::FunctionOptions* options,
                                              std::vector<arrow::TypeHolder> types, bool in_chunks) {
  auto found = function.DispatchBest(&types);
  if (!found.ok() || *found == nullptr || (*found)->signature == nullptr) return nullptr;  // it has its own ways
  const ac::Kernel& kernel = **found;
  if (function.kind() == ac::Function::SCALAR) {
    const auto& scalar = static_cast<const ac::ScalarKernel&>(kernel);
    if (scalar.mem_allocation != ac::MemAllocation::PREALLOCATE) return nullptr;
    if (in_chunks && !scalar.can_write_into_slices) return nullptr;  // it gives as many
  }
  const ac::OutputType& type = kernel.signature->out_type();
  if (type.kind() == ac::OutputType::FIXED) return type.type();
  ac::ExecContext execution;
  ac::KernelContext context(&execution, &kernel);
  std::unique_ptr<ac::KernelState> state;
  if (kernel.init) {
    auto made = kernel.init(&context, {&kernel, types, options == nullptr ? function.default_options() : options});
    if (!made.ok()) return nullptr;
    state = std::move(*made);
    context.SetState(state.get());
  }
  auto resolved = type.Resolve(&context, types);
  return resolved.ok() ? resolved->GetSharedPtr() : nullptr;
}

std::shared_ptr<arrow::DataType> OutputType(const ac::Function& function, const ac::FunctionOptions* options,
                                            const std::vector<Opened>& inputs, bool in_chunks) {
  const std::string& name = function.name();
  if (name == "cast")
    return options == nullptr ? nullptr
                              : static_cast<const ac::CastOptions*>(options)->to_type.GetSharedPtr();
  if (name == "sort_indices" || name == "rank") return arrow::uint64();
  std::vector<arrow::TypeHolder> types;
  for (const auto& input : inputs) types.emplace_back(input.datum.type());
  if (function.kind() == ac::Function::META) return types[0].GetSharedPtr();  // one of kOfKnownLength
  return KernelOutput(function, options, std::move(types), in_chunks);
}

// Of those that the mask says; -1 where that is not seen.
int64_t Selected(const arrow::Datum& mask, const ac::FunctionOptions* options) {
  if (!mask.is_array() || mask.type()->id() != arrow::Type::BOOL) return -1;
  const arrow::BooleanArray flags(mask.array());
  const auto* const filter = static_cast<const ac::FilterOptions*>(options);
  const bool keeps_nulls =
      filter != nullptr && filter->null_selection_behavior == ac::FilterOptions::EMIT_NULL;
  return flags.true_count() + (keeps_nulls ? flags.null_count() : 0);
}

// How many rows the result has; -1 where that is not seen beforehand.
int64_t Rows(const ac::Function& function, const ac::FunctionOptions* options, const std::vector<Opened>& inputs) {
  const std::string& name = function.name();
  const bool known = function.kind() == ac::Function::SCALAR || name == "cast";
  if (!known && !IsOneOf(kOfKnownLength, name)) return -1;
  const bool takes = name == "take" || name == "array_take", filters = name == "filter" || name == "array_filter";
  if (takes || filters) {
    if (inputs.size() != 2) return -1;
    return takes ? inputs[1].datum.length() : Selected(inputs[1].datum, options);
  }
  int64_t rows = 0;
  for (const auto& input : inputs) rows = std::max(rows, input.datum.length());
  return rows;
}

// How many bytes the result's buffers take, where that is seen beforehand, and they will be of one array a column.
int64_t Estimate(const ac::Function& function, const ac::FunctionOptions* options,
                 const std::vector<Opened>& inputs) {
  const auto kind = function.kind();
  if (kind != ac::Function::SCALAR && kind != ac::Function::VECTOR && kind != ac::Function::META) return 0;
  const std::string& name = function.name();
  const bool in_chunks =
      std::ranges::any_of(inputs, [](const auto& input) { return InChunks(input.datum); });
  const bool is_scalar_function = kind == ac::Function::SCALAR || name == "cast";
  if (in_chunks && !is_scalar_function && !IsOneOf(kOneArrayOfChunks, name)) return 0;
  if (std::ranges::all_of(inputs, [](const auto& input) { return input.datum.is_scalar(); })) return 0;
  const int64_t rows = Rows(function, options, inputs);
  if (rows <= 0) return 0;
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
  const auto type = OutputType(function, options, inputs, in_chunks);
  return type == nullptr ? 0 : FixedBytes(*type, rows);
}

int64_t TextBytes(const std::shared_ptr<const arrow::KeyValueMetadata>& metadata) {
  int64_t bytes = 0;
  for (int64_t i = 0; metadata != nullptr && i < metadata->size(); ++i) {
    bytes += 64 + static_cast<int64_t>(metadata->key(i).size() + metadata->value(i).size());
  }
  return bytes;
}

int64_t HeadOf(const std::vector<Opened>& inputs) {
  const auto schema = inputs.empty() ? nullptr : inputs[0].datum.schema();
  if (schema == nullptr) {
    int64_t texts = 0;
    for (const auto& input : inputs) texts += static_cast<int64_t>(input.name.size());
    return HeadBytes(1, texts);
  }
  int64_t texts = TextBytes(schema->metadata());
  for (const auto& field : schema->fields()) {
    texts += static_cast<int64_t>(field->name().size()) + TextBytes(field->metadata());
  }
  return HeadBytes(schema->num_fields(), texts);
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
  std::vector<const arrow::DataType*> types;
  std::vector<bool> scalars;
  for (const auto& input : inputs) {
    types.push_back(input.datum.type().get());
    scalars.push_back(input.datum.is_scalar());
  }
  ARROW_RETURN_NOT_OK(CheckTypes(name, types, scalars));
  std::unique_ptr<ac::FunctionOptions> options;
  if (call.options != nullptr) {
    ARROW_ASSIGN_OR_RAISE(options, ReadOptions(*function, call.options));
  }
  if (sorts && inputs.size() != 1)
    return Status::Invalid("one value is sorted, ", inputs.size(), " are given");
  int64_t estimate = Estimate(*function, options.get(), inputs);
  if (sorts) {
    ARROW_ASSIGN_OR_RAISE(auto take, FindFunction("take", Use::kCall));
    estimate = Estimate(*take, nullptr, {inputs[0], inputs[0]});  // as many are taken as there are
  }
  ArenaPool arena(HeadOf(inputs), estimate, begin);
  auto context = Context(&arena, call.threads);
  arrow::Datum result;
  if (sorts) {
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
