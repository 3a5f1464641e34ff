// A client in whose calls operator new fails: once in every place, for one operation after the other.
#ifndef ATOLL_TESTS_HUNGRY_H_
#define ATOLL_TESTS_HUNGRY_H_

#include <string>

namespace atollstore {

// "ok N" when N allocations have failed and each was told of, left no lock and no descriptor behind; else what was
// wrong. Replaces operator new of the whole program.
std::string StarveAllocations(const char* path);

}  // namespace atollstore

#endif  // ATOLL_TESTS_HUNGRY_H_
