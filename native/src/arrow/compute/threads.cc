#include "compute/threads.h"

#include <arrow/util/thread_pool.h>

#include <map>
#include <memory>
#include <mutex>

namespace atollstore::compute {

arrow::internal::Executor* PoolOf(int threads) {
  static std::mutex mutex;
  // Not destroyed: its threads may run when the process ends.
  static auto& pools = *new std::map<int, std::shared_ptr<arrow::internal::ThreadPool>>;
  const std::lock_guard lock(mutex);
  auto& pool = pools[threads];
  if (pool == nullptr) {
    auto made = arrow::internal::ThreadPool::MakeEternal(threads);
    if (!made.ok()) return nullptr;
    pool = *made;
  }
  return pool.get();
}

}  // namespace atollstore::compute
