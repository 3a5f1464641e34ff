// operator new of the whole program, which fails when it is told to.
#ifndef ATOLL_TESTS_STARVE_H_
#define ATOLL_TESTS_STARVE_H_

#include <cstdint>

namespace atollstore::starve {

// The next allocations of this thread succeed, so many of them, and then one fails. Negative: none fails.
void FailAfter(int64_t allocations);
// Whether it has. From then on this thread's allocations succeed.
bool HasFailed();

// From now on each allocation of any thread but this one fails before it succeeds.
void FailOthers();
// How many have failed so; none does any more.
uint64_t StopFailingOthers();

}  // namespace atollstore::starve

#endif  // ATOLL_TESTS_STARVE_H_
