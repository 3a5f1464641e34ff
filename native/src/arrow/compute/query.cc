#include "compute/query.h"

#include <arrow/acero/exec_plan.h>
#include <arrow/acero/options.h>
#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>
#include <arrow/util/future.h>

#include <algorithm>

#include "compute/functions.h"
#include "compute/options.h"
#include "compute/query_code.h"
#include "compute/threads.h"

namespace atollstore::compute {
namespace {

namespace ac = arrow::compute;
namespace acero = arrow::acero;
using acero::Declaration;
using arrow::Status;

constexpr double kLookSeconds = 0.01;
constexpr const char* kRightSuffix = "_right";

arrow::Result<std::shared_ptr<arrow::Table>> TableOf(const Input& input) {
  ARROW_ASSIGN_OR_RAISE(auto opened, Open(input));
  const arrow::Datum& datum = opened.datum;
  switch (datum.kind()) {
    case arrow::Datum::TABLE:
      return datum.table();
    case arrow::Datum::RECORD_BATCH:
      return arrow::Table::FromRecordBatches({datum.record_batch()});
    case arrow::Datum::ARRAY:
    case arrow::Datum::CHUNKED_ARRAY: {
      const auto chunks = datum.is_array() ? std::make_shared<arrow::ChunkedArray>(datum.make_array())
                                           : datum.chunked_array();
      return arrow::Table::Make(arrow::schema({arrow::field(opened.name, datum.type())}), {chunks});
    }
    default:
      return Status::TypeError("a query is over tables, this is a ", datum.type()->ToString(), " scalar");
  }
}

bool HasRisky(const ac::Expression& expression) {
  const auto* const call = expression.call();
  return call != nullptr &&
         (IsRisky(call->function_name) || std::ranges::any_of(call->arguments, HasRisky));
}

// What cannot be bound is left to Arrow, which says so later.
Status CheckCalls(const arrow::Schema& schema, const ac::Expression& expression) {
  const auto* const call = expression.call();
  if (call == nullptr) return Status::OK();
  std::vector<std::shared_ptr<arrow::DataType>> kept;
  std::vector<const arrow::DataType*> types;
  std::vector<bool> scalars;
  for (const auto& argument : call->arguments) {
    ARROW_RETURN_NOT_OK(CheckCalls(schema, argument));
    const auto bound = argument.Bind(schema);
    if (!bound.ok() || bound->type() == nullptr) return Status::OK();
    kept.push_back(bound->type()->GetSharedPtr());
    types.push_back(kept.back().get());
    scalars.push_back(argument.literal() != nullptr);
  }
  return CheckTypes(call->function_name, types, scalars);
}

// Of an expression over what the plan gives.
Status CheckCalls(const Declaration& plan, const ac::Expression& expression) {
  if (!HasRisky(expression)) return Status::OK();
  ARROW_ASSIGN_OR_RAISE(const auto schema, acero::DeclarationToSchema(plan));
  return CheckCalls(*schema, expression);
}

// Builds the plan out of its code.
class Planner {
 public:
  Planner(QueryCode& code, const std::vector<std::shared_ptr<arrow::Table>>& tables)
      : code_(code), tables_(tables) {}

  // The next table with as many steps as are said.
  arrow::Result<Declaration> Next() {
    if (used_ >= tables_.size())
      return Status::Invalid("the query is over more than ", tables_.size(), " tables");
    Declaration plan("table_source", acero::TableSourceNodeOptions(tables_[used_++]));
    ARROW_ASSIGN_OR_RAISE(const uint32_t steps, code_.Count());
    for (uint32_t i = 0; i < steps; ++i) {
      ARROW_ASSIGN_OR_RAISE(const uint8_t step, code_.Byte());
      ARROW_ASSIGN_OR_RAISE(plan, After(std::move(plan), static_cast<Step>(step)));
    }
    return plan;
  }

 private:
  arrow::Result<Declaration> After(Declaration plan, Step step) {
    switch (step) {
      case Step::kFilter: {
        ARROW_ASSIGN_OR_RAISE(auto condition, code_.Expression());
        ARROW_RETURN_NOT_OK(CheckCalls(plan, condition));
        return Declaration("filter", {std::move(plan)}, acero::FilterNodeOptions(std::move(condition)));
      }
      case Step::kProject:
        return Project(std::move(plan));
      case Step::kAggregate:
        return Aggregate(std::move(plan));
      case Step::kOrder: {
        ARROW_ASSIGN_OR_RAISE(const uint32_t count, code_.Count());
        std::vector<ac::SortKey> keys;
        for (uint32_t i = 0; i < count; ++i) {
          ARROW_ASSIGN_OR_RAISE(auto name, code_.Text());
          ARROW_ASSIGN_OR_RAISE(const uint8_t descending, code_.Byte());
          keys.emplace_back(arrow::FieldRef(std::move(name)),
                            descending != 0 ? ac::SortOrder::Descending : ac::SortOrder::Ascending);
        }
        return Declaration("order_by", {std::move(plan)},
                           acero::OrderByNodeOptions(ac::Ordering(std::move(keys))));
      }
      case Step::kLimit: {
        ARROW_ASSIGN_OR_RAISE(const int64_t offset, code_.Long());
        ARROW_ASSIGN_OR_RAISE(const int64_t count, code_.Long());
        return Declaration("fetch", {std::move(plan)}, acero::FetchNodeOptions(offset, count));
      }
      case Step::kJoin:
        return Join(std::move(plan));
    }
    return Status::Invalid("a step of kind ", static_cast<int>(step));
  }

  arrow::Result<Declaration> Project(Declaration plan) {
    ARROW_ASSIGN_OR_RAISE(const uint32_t count, code_.Count());
    std::vector<std::string> names;
    std::vector<ac::Expression> expressions;
    for (uint32_t i = 0; i < count; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto name, code_.Text());
      ARROW_ASSIGN_OR_RAISE(auto expression, code_.Expression());
      ARROW_RETURN_NOT_OK(CheckCalls(plan, expression));
      names.push_back(std::move(name));
      expressions.push_back(std::move(expression));
    }
    return Declaration("project", {std::move(plan)},
                       acero::ProjectNodeOptions(std::move(expressions), std::move(names)));
  }

  arrow::Result<Declaration> Aggregate(Declaration plan) {
    ARROW_ASSIGN_OR_RAISE(const uint32_t key_count, code_.Count());
    std::vector<arrow::FieldRef> keys;
    for (uint32_t i = 0; i < key_count; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto name, code_.Text());
      keys.emplace_back(std::move(name));
    }
    ARROW_ASSIGN_OR_RAISE(const uint32_t count, code_.Count());
    std::vector<ac::Aggregate> aggregates;
    for (uint32_t i = 0; i < count; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto function, code_.Text());
      ARROW_ASSIGN_OR_RAISE(auto found,
                            FindFunction(function, keys.empty() ? Use::kAggregate : Use::kGroups));
      if (!keys.empty()) function = "hash_" + function;
      ARROW_ASSIGN_OR_RAISE(auto written, code_.Bytes());
      ARROW_ASSIGN_OR_RAISE(auto target, code_.Text());
      ARROW_ASSIGN_OR_RAISE(auto name, code_.Text());
      std::shared_ptr<ac::FunctionOptions> options;
      if (written != nullptr) {
        ARROW_ASSIGN_OR_RAISE(options, ReadOptions(*found, std::move(written)));
      }
      std::vector<arrow::FieldRef> targets;
      if (!target.empty()) targets.emplace_back(std::move(target));
      aggregates.emplace_back(std::move(function), std::move(options), std::move(targets), std::move(name));
    }
    return Declaration("aggregate", {std::move(plan)},
                       acero::AggregateNodeOptions(std::move(aggregates), std::move(keys)));
  }

  // All columns of the left, and of the right those that are no keys. Names that both have get a suffix on
  // the right.
  arrow::Result<Declaration> Join(Declaration left) {
    static constexpr acero::JoinType kTypes[] = {acero::JoinType::INNER, acero::JoinType::LEFT_OUTER,
                                                 acero::JoinType::LEFT_SEMI, acero::JoinType::LEFT_ANTI};
    ARROW_ASSIGN_OR_RAISE(const uint8_t type, code_.Byte());
    if (type >= std::size(kTypes)) return Status::Invalid("a join of type ", static_cast<int>(type));
    ARROW_ASSIGN_OR_RAISE(const uint32_t count, code_.Count());
    std::vector<arrow::FieldRef> left_keys, right_keys;
    std::vector<std::string> right_names;
    for (uint32_t i = 0; i < count; ++i) {
      ARROW_ASSIGN_OR_RAISE(auto left_name, code_.Text());
      ARROW_ASSIGN_OR_RAISE(auto right_name, code_.Text());
      left_keys.emplace_back(std::move(left_name));
      right_keys.emplace_back(right_name);
      right_names.push_back(std::move(right_name));
    }
    ARROW_ASSIGN_OR_RAISE(auto right, Next());
    ARROW_ASSIGN_OR_RAISE(const auto left_schema, acero::DeclarationToSchema(left));
    ARROW_ASSIGN_OR_RAISE(const auto right_schema, acero::DeclarationToSchema(right));
    std::vector<arrow::FieldRef> left_output, right_output;
    for (const auto& field : left_schema->fields()) left_output.emplace_back(field->name());
    if (type < 2) {
      for (const auto& field : right_schema->fields()) {
        if (std::ranges::find(right_names, field->name()) == right_names.end())
          right_output.emplace_back(field->name());
      }
    }
    acero::HashJoinNodeOptions options(kTypes[type], std::move(left_keys), std::move(right_keys),
                                       std::move(left_output), std::move(right_output), ac::literal(true), "",
                                       kRightSuffix);
    return Declaration("hashjoin", {std::move(left), std::move(right)}, std::move(options));
  }

  QueryCode& code_;
  const std::vector<std::shared_ptr<arrow::Table>>& tables_;
  size_t used_ = 0;
};

arrow::Result<std::shared_ptr<arrow::Table>> Execute(Declaration query, int threads,
                                                     const std::function<bool()>& interrupted) {
  ac::ExecContext context(arrow::default_memory_pool(), PoolOf(threads));
  ARROW_ASSIGN_OR_RAISE(auto plan, acero::ExecPlan::Make(context));
  std::shared_ptr<arrow::Table> table;
  Declaration with_sink("table_sink", {std::move(query)}, acero::TableSinkNodeOptions(&table));
  ARROW_RETURN_NOT_OK(with_sink.AddToPlan(plan.get()).status());
  ARROW_RETURN_NOT_OK(plan->Validate());
  plan->StartProducing();
  auto finished = plan->finished();
  bool stopped = false;
  while (!finished.Wait(kLookSeconds)) {
    if (!stopped && interrupted()) {
      stopped = true;
      plan->StopProducing();
    }
  }
  if (stopped) return Status::Cancelled("the query was interrupted");
  ARROW_RETURN_NOT_OK(finished.status());
  return table;
}

}  // namespace

arrow::Result<Stored> RunQuery(std::string_view bytes, const std::vector<Input>& inputs, int threads,
                               const ArenaPool::Begin& begin, const std::function<bool()>& interrupted) {
  ARROW_RETURN_NOT_OK(ac::Initialize());
  std::vector<std::shared_ptr<arrow::Table>> tables;
  std::string schemas;
  for (const auto& input : inputs) {
    ARROW_ASSIGN_OR_RAISE(auto table, TableOf(input));
    schemas += (tables.empty() ? "" : "; ") + table->schema()->ToString();
    tables.push_back(std::move(table));
  }
  std::ranges::replace(schemas, '\n', ',');
  const auto explained = [&](const Status& why) {
    return Status(why.code(), "query over {" + schemas + "}: " + why.message());
  };
  QueryCode code(bytes);
  auto plan = Planner(code, tables).Next();
  if (!plan.ok()) return explained(plan.status());
  if (!code.at_end()) return Status::Invalid("the query goes on behind its end");
  auto table = Execute(std::move(*plan), threads, interrupted);
  if (!table.ok()) return explained(table.status());
  ArenaPool none(0, 0, begin);
  return Store(arrow::Datum(std::move(*table)), "", none, begin);
}

}  // namespace atollstore::compute
