#include "compute/threads.h"

#include <arrow/util/thread_pool.h>

#include <map>
#include <memory>
#include <mutex>

namespace atollstore::compute {
namespace {

struct Made {
  std::mutex mutex;
  std::map<int, std::shared_ptr<arrow::internal::ThreadPool>> pools;  // guarded by it
};

// Arrow shows to its subclasses alone how many threads a pool has begun.
struct Shown : arrow::internal::ThreadPool {
  using ThreadPool::GetActualCapacity;
};

Made& All() {
  static auto& made = *new Made;  // not destroyed: its threads may run when the process ends
  return made;
}

}  // namespace

arrow::internal::Executor* PoolOf(int threads) {
  Made& all = All();
  const std::lock_guard lock(all.mutex);
  auto& pool = all.pools[threads];
  if (pool == nullptr) {
    auto made = arrow::internal::ThreadPool::MakeEternal(threads);
    if (!made.ok()) return nullptr;
    pool = *made;
  }
  return pool.get();
}

std::vector<std::pair<int, int>> Pools() {
  Made& all = All();
  const std::lock_guard lock(all.mutex);
  int (arrow::internal::ThreadPool::*const begun)() = &Shown::GetActualCapacity;
  std::vector<std::pair<int, int>> pools;
  for (const auto& [threads, pool] : all.pools) {
    if (pool != nullptr) pools.emplace_back(pool->GetCapacity(), (*pool.*begun)());
  }
  return pools;
}

}  // namespace atollstore::compute
