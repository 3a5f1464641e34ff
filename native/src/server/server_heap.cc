#include "server/server_heap.h"

#include <utility>

namespace atollstore {
namespace {

constexpr int64_t kFillNanos = 1'000'000;  // for the page tables of what is taken

}  // namespace

Status ServerHeap::Open() {
  if (is_open()) return {};
  auto window = os::Mapping::SetAside(*data_);
  if (!window.ok()) return window.status();
  window_ = std::move(window).value();
  auto heap = ClientHeap::Create(control_, kRestorer, data_, &window_, nullptr);
  if (!heap.ok()) return heap.status();
  heap_ = std::move(heap).value();
  return {};
}

bool ServerHeap::Commit(const Run& run) { return heap_->Commit(run, os::Deadline::After(kFillNanos)).ok(); }

}  // namespace atollstore
