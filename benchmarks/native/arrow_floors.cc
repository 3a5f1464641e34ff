// What Arrow C++ takes by itself, on memory of its own, for what ci/bench native-code measures as tasks; a
// line for each.
#include <arrow/api.h>
#include <arrow/compute/api.h>
#include <arrow/compute/initialize.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>
#include <vector>

namespace {

constexpr int64_t kElements = 12'500'000;  // 100 MB of doubles

template <typename Call>
void Measure(const char* name, int warm, int times, int each, const Call& call) {
  std::vector<double> nanos;
  for (int i = -warm; i < times; ++i) {
    const auto start = std::chrono::steady_clock::now();
    for (int j = 0; j < each; ++j) call();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - start;
    if (i >= 0) nanos.push_back(took.count() / each);
  }
  std::ranges::sort(nanos);
  std::printf("%s\t%.3f\tns\tp50\n", name, nanos[nanos.size() / 2]);
}

arrow::Result<std::shared_ptr<arrow::Array>> Numbers(int64_t count) {
  arrow::DoubleBuilder builder;
  ARROW_RETURN_NOT_OK(builder.Reserve(count));
  for (int64_t i = 0; i < count; ++i) builder.UnsafeAppend(static_cast<double>(i % 1000));
  return builder.Finish();
}

arrow::Status Run() {
  namespace ac = arrow::compute;
  ARROW_RETURN_NOT_OK(ac::Initialize());
  ac::ExecContext context;
  context.set_use_threads(false);
  ARROW_ASSIGN_OR_RAISE(const auto many, Numbers(kElements));
  ARROW_ASSIGN_OR_RAISE(const auto one, Numbers(1));
  Measure("arrow.sum.100MB.c++", 5, 41, 1,
          [&] { (void)ac::CallFunction("sum", {many}, &context).ValueOrDie(); });
  Measure("arrow.add.1.c++", 5, 41, 1000, [&] {
    (void)ac::CallFunction("add", {one, one}, &context).ValueOrDie();
  });
  return arrow::Status::OK();
}

}  // namespace

int main() {
  const arrow::Status status = Run();
  if (!status.ok()) std::fprintf(stderr, "%s\n", status.ToString().c_str());
  return status.ok() ? 0 : 1;
}
