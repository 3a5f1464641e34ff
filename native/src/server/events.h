// What the server's thread waits for: a kind in the upper half of epoll's number, an index or descriptor
// below.
#ifndef ATOLL_SERVER_EVENTS_H_
#define ATOLL_SERVER_EVENTS_H_

#include <cstdint>

namespace atollstore {

enum EventKind : uint64_t { kWake, kListener, kGuest, kSocket, kPidFd };

constexpr uint64_t Event(EventKind kind, uint32_t value) { return kind << 32 | value; }

}  // namespace atollstore

#endif  // ATOLL_SERVER_EVENTS_H_
