#include "compute/options.h"

#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/io/memory.h>
#include <arrow/ipc/api.h>

#include <string>
#include <string_view>

#include "stored_stream.h"

namespace atollstore::compute {
namespace {

using arrow::Status;
using arrow::compute::FunctionOptions;
using OptionsPtr = std::unique_ptr<FunctionOptions>;

constexpr std::string_view kTypeName = "_type_name";

template <typename T>
OptionsPtr Usual() {
  return std::make_unique<T>();
}

// Of functions that have no default: what their types are made with, so that not every field must be said. A
// field of any type has the null type here.
OptionsPtr OfType(const std::string& name) {
  namespace ac = arrow::compute;
  if (name == "CastOptions") return std::make_unique<ac::CastOptions>(ac::CastOptions::Safe(arrow::null()));
  if (name == "SetLookupOptions") {
    auto none = arrow::MakeEmptyArray(arrow::null());
    return none.ok() ? std::make_unique<ac::SetLookupOptions>(arrow::Datum(*none)) : nullptr;
  }
  if (name == "IndexOptions") return std::make_unique<ac::IndexOptions>(arrow::MakeNullScalar(arrow::null()));
  if (name == "MapLookupOptions") {
    return std::make_unique<ac::MapLookupOptions>(arrow::MakeNullScalar(arrow::null()),
                                                  ac::MapLookupOptions::FIRST);
  }
  static const struct {
    const char* name;
    OptionsPtr (*make)();
  } kTypes[] = {
      {"AssumeTimezoneOptions", Usual<ac::AssumeTimezoneOptions>},
      {"ExtractRegexOptions", Usual<ac::ExtractRegexOptions>},
      {"ExtractRegexSpanOptions", Usual<ac::ExtractRegexSpanOptions>},
      {"ListSliceOptions", Usual<ac::ListSliceOptions>},
      {"MakeStructOptions", Usual<ac::MakeStructOptions>},
      {"MatchSubstringOptions", Usual<ac::MatchSubstringOptions>},
      {"PadOptions", Usual<ac::PadOptions>},
      {"PartitionNthOptions", Usual<ac::PartitionNthOptions>},
      {"ReplaceSliceOptions", Usual<ac::ReplaceSliceOptions>},
      {"ReplaceSubstringOptions", Usual<ac::ReplaceSubstringOptions>},
      {"SelectKOptions", Usual<ac::SelectKOptions>},
      {"SliceOptions", Usual<ac::SliceOptions>},
      {"SplitPatternOptions", Usual<ac::SplitPatternOptions>},
      {"StrptimeOptions", Usual<ac::StrptimeOptions>},
      {"TrimOptions", Usual<ac::TrimOptions>},
      {"Utf8NormalizeOptions", Usual<ac::Utf8NormalizeOptions>},
      {"WinsorizeOptions", Usual<ac::WinsorizeOptions>},
      {"ZeroFillOptions", Usual<ac::ZeroFillOptions>},
  };
  for (const auto& type : kTypes) {
    if (name == type.name) return type.make();
  }
  return nullptr;
}

arrow::Result<std::shared_ptr<arrow::StructScalar>> OnlyStruct(const arrow::RecordBatch& batch) {
  if (batch.num_rows() != 1 || batch.num_columns() != 1 ||
      batch.column(0)->type_id() != arrow::Type::STRUCT) {
    return Status::Invalid("options are one struct, these are ", batch.schema()->ToString());
  }
  ARROW_ASSIGN_OR_RAISE(auto scalar, batch.column(0)->GetScalar(0));
  return std::static_pointer_cast<arrow::StructScalar>(scalar);
}

arrow::Result<std::shared_ptr<arrow::StructScalar>> FieldsOf(const FunctionOptions& options) {
  ARROW_ASSIGN_OR_RAISE(auto bytes, options.Serialize());
  ARROW_ASSIGN_OR_RAISE(
      auto reader, arrow::ipc::RecordBatchFileReader::Open(std::make_shared<arrow::io::BufferReader>(bytes)));
  ARROW_ASSIGN_OR_RAISE(auto batch, reader->ReadRecordBatch(0));
  return OnlyStruct(*batch);
}

bool IsOfAnyType(const arrow::DataType& type) {
  return type.id() == arrow::Type::NA ||
         (type.id() == arrow::Type::LIST && type.field(0)->type()->id() == arrow::Type::NA);
}

// A given value as the field has it.
std::shared_ptr<arrow::Scalar> As(const std::shared_ptr<arrow::DataType>& wanted,
                                  const std::shared_ptr<arrow::Scalar>& given) {
  if (given->type->Equals(*wanted) || IsOfAnyType(*wanted) || !given->is_valid) return given;
  auto cast = arrow::compute::Cast(arrow::Datum(given), wanted, arrow::compute::CastOptions::Safe());
  return cast.ok() && cast->is_scalar() ? cast->scalar() : given;  // Arrow says what it wants, then
}

std::string FieldNames(const arrow::StructType& type) {
  std::string names;
  for (const auto& field : type.fields()) {
    if (field->name() != kTypeName) names += (names.empty() ? "" : ", ") + field->name();
  }
  return names;
}

}  // namespace

arrow::Result<OptionsPtr> ReadOptions(const arrow::compute::Function& function,
                                      std::shared_ptr<arrow::Buffer> bytes) {
  ARROW_ASSIGN_OR_RAISE(auto content, ReadStoredStream(std::move(bytes)));
  if (content.batches.size() != 1) return Status::Invalid("options are one batch");
  ARROW_ASSIGN_OR_RAISE(auto given, OnlyStruct(*content.batches[0]));
  const auto& given_type = static_cast<const arrow::StructType&>(*given->type);
  const int named = given_type.GetFieldIndex(std::string(kTypeName));
  if (named < 0) return Status::Invalid("options have no _type_name");
  const auto& name = *given->value[static_cast<size_t>(named)];
  if (!arrow::is_base_binary_like(name.type->id()) || !name.is_valid)
    return Status::Invalid("_type_name is no text");
  const std::string type_name = static_cast<const arrow::BaseBinaryScalar&>(name).value->ToString();

  const FunctionOptions* defaults = function.default_options();
  OptionsPtr of_type;
  if (defaults == nullptr || type_name != defaults->type_name()) {
    of_type = OfType(type_name);
    defaults = of_type.get();
  }
  arrow::ScalarVector values;
  std::vector<std::string> names;
  if (defaults != nullptr) {
    ARROW_ASSIGN_OR_RAISE(auto usual, FieldsOf(*defaults));
    const auto& type = static_cast<const arrow::StructType&>(*usual->type);
    for (const auto& field : given_type.fields()) {
      if (type.GetFieldIndex(field->name()) < 0) {
        return Status::Invalid(type_name, " has no field ", field->name(), "; there are ", FieldNames(type));
      }
    }
    for (int i = 0; i < type.num_fields(); ++i) {
      const int at = given_type.GetFieldIndex(type.field(i)->name());
      names.push_back(type.field(i)->name());
      values.push_back(at < 0 ? usual->value[static_cast<size_t>(i)]
                              : As(type.field(i)->type(), given->value[static_cast<size_t>(at)]));
    }
  } else {
    values = given->value;
    for (const auto& field : given_type.fields()) names.push_back(field->name());
  }
  // As Arrow itself writes them.
  ARROW_ASSIGN_OR_RAISE(auto all, arrow::StructScalar::Make(std::move(values), std::move(names)));
  ARROW_ASSIGN_OR_RAISE(auto row, arrow::MakeArrayFromScalar(*all, 1));
  auto batch = arrow::RecordBatch::Make(arrow::schema({arrow::field("", row->type())}), 1, {row});
  ARROW_ASSIGN_OR_RAISE(auto stream, arrow::io::BufferOutputStream::Create());
  ARROW_ASSIGN_OR_RAISE(auto writer, arrow::ipc::MakeFileWriter(stream, batch->schema()));
  ARROW_RETURN_NOT_OK(writer->WriteRecordBatch(*batch));
  ARROW_RETURN_NOT_OK(writer->Close());
  ARROW_ASSIGN_OR_RAISE(auto written, stream->Finish());
  return FunctionOptions::Deserialize(type_name, *written);
}

}  // namespace atollstore::compute
