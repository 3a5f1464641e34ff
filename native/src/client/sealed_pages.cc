#include "client/sealed_pages.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <new>

namespace atollstore {

Result<std::unique_ptr<SealedPages>> SealedPages::Create(os::Mapping* window) {
  std::unique_ptr<SealedPages> pages(new (std::nothrow) SealedPages(window));
  if (pages == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory to protect sealed objects");
  auto marks = os::Zeros<uint8_t>::Create(window->size() / os::PageSize());
  if (!marks.ok()) return marks.status();
  pages->marks_ = std::move(marks).value();
  return pages;
}

uint64_t SealedPages::BytesFor(uint64_t bytes) {
  return (bytes + os::PageSize() - 1) / os::PageSize() * os::PageSize();
}

bool SealedPages::AnyMarked(uint64_t first, uint64_t end) const {
  for (uint64_t page = first; page < end; ++page) {
    if (marks_[page] != 0) return true;
  }
  return false;
}

void SealedPages::Mark(uint64_t first, uint64_t end, uint8_t as) {
  for (uint64_t page = first; page < end; ++page) marks_[page] = as;
}

Status SealedPages::Change(uint64_t first, uint64_t end, os::Mapping::Access access) {
  return window_->Protect(first * os::PageSize(), (end - first) * os::PageSize(), access);
}

void SealedPages::Protect(uint64_t offset, uint64_t bytes) {
  const uint64_t first = offset / os::PageSize(), end = (offset + BytesFor(bytes)) / os::PageSize();
  std::lock_guard lock(mutex_);
  if (given_up_ || first == end) return;
  // Some of it may be read-only also when that fails.
  Mark(first, end, 1);
  if (!Change(first, end, os::Mapping::Access::kRead).ok()) GiveUp();
}

Status SealedPages::Unprotect(uint64_t offset, uint64_t bytes) {
  const uint64_t first = offset / os::PageSize(), end = (offset + BytesFor(bytes)) / os::PageSize();
  std::lock_guard lock(mutex_);
  if (!AnyMarked(first, end)) return {};
  if (!Change(first, end, os::Mapping::Access::kReadWrite).ok()) {
    GiveUp();
    if (AnyMarked(first, end)) ATOLL_RETURN_IF_ERROR(Change(first, end, os::Mapping::Access::kReadWrite));
  }
  Mark(first, end, 0);
  return {};
}

// A whole run of read-only pages is a mapping by itself, so that making it writable takes none and joins it with its
// neighbours.
void SealedPages::GiveUp() {
  if (!given_up_) {
    std::fprintf(stderr, "atoll: process %d: sealed objects are not protected any more: %s\n", ::getpid(), LastError());
  }
  given_up_ = true;
  for (uint64_t page = 0; page < marks_.size();) {
    if (marks_[page] == 0) {
      ++page;
      continue;
    }
    uint64_t end = page;
    while (end < marks_.size() && marks_[end] != 0) ++end;
    if (Change(page, end, os::Mapping::Access::kReadWrite).ok()) Mark(page, end, 0);
    page = end;
  }
}

}  // namespace atollstore
