// Statistics and lists of a store, from its mapped control segment, which may be read-only. Nothing is
// written, no system call made, and nobody stopped, so that the figures of one look may be of slightly
// different moments. Any thread may call these. What they return is as c.h says.
#ifndef ATOLL_CHECK_INSPECT_H_
#define ATOLL_CHECK_INSPECT_H_

#include "atoll/c.h"
#include "layout/geometry.h"
#include "result.h"

namespace atollstore {

// Looks at every object and client once.
atoll_stats_t InspectStore(const Control& control);
// NOT_FOUND when no client of that index is attached.
Result<atoll_client_stats_t> InspectClient(const Control& control, uint64_t client);
// Fills at most `max` infos from *cursor on, which is moved; returns how many, 0 at the end.
int64_t InspectObjects(const Control& control, uint64_t* cursor, atoll_object_info* infos, uint64_t max);

}  // namespace atollstore

#endif  // ATOLL_CHECK_INSPECT_H_
