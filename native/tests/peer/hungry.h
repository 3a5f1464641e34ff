// A client, and the start and stop of a server, in whose calls operator new fails: once in every place, for
// one operation after the other.
#ifndef ATOLL_TESTS_HUNGRY_H_
#define ATOLL_TESTS_HUNGRY_H_

#include <string>

namespace atollstore {

// "ok N" when N allocations have failed and each was told of, left no lock and no descriptor behind; else
// what was wrong.
std::string StarveAllocations(const char* path);
// The same of the calls that start and stop a server, at that path, which spills into the directory.
std::string StarveServerCalls(const char* path, const char* directory);

}  // namespace atollstore

#endif  // ATOLL_TESTS_HUNGRY_H_
