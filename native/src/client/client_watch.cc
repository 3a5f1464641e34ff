// Events of watched ids, for one thread or many.
#include "client/client_core.h"

namespace atollstore {

Status ClientCore::Watch(const atoll_object_id* ids, uint64_t count, uint64_t kind) {
  for (uint64_t i = 0; i < count; ++i) {
    ATOLL_RETURN_IF_ERROR(Check(ids[i]));
    if (Contains(ids[i]) == ATOLL_ABSENT) return NotFound(ids[i]);
  }
  return watches_->Add(ids, count, kind);
}

Result<int64_t> ClientCore::Unwatch(const atoll_object_id* ids, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) ATOLL_RETURN_IF_ERROR(Check(ids[i]));
  return static_cast<int64_t>(watches_->Remove(ids, count));
}

Result<int64_t> ClientCore::TakeReady(atoll_event* events, uint64_t max, int64_t timeout_ns) {
  const auto deadline = os::Deadline::After(timeout_ns);
  for (bool last = deadline.passed();;) {
    const uint32_t seen = watches_->bell().Read();
    const uint64_t taken = watches_->Take(events, max);
    if (taken != 0 || last) return static_cast<int64_t>(taken);
    if (Disconnected()) return Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for events");
    last = !watches_->bell().Wait(seen, deadline);
  }
}

}  // namespace atollstore
