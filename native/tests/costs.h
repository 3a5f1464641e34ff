// What a store's work costs in instructions, counted from outside.
#ifndef ATOLL_TESTS_COSTS_H_
#define ATOLL_TESTS_COSTS_H_

#include <cstdint>
#include <string>

namespace atollstore {

// A store with a server that this thread steps, and `clients` idle clients beside those that work. Each of kCosts is
// done by this thread between two stops, so that a tracer can count its instructions: first creates and seals of
// kCostObjects objects; then the server's free of as many that somebody else made, of which `holders` clients have been
// holders; then the burial of a client that has made as many and pins as many. All of it kCostRounds times, since the server has
// other things to do now and then. Returns "ok", or what was wrong.
constexpr int kCosts = 3, kCostRounds = 2;
constexpr uint64_t kCostObjects = 12;
std::string StopAroundCosts(const char* path, uint64_t clients, uint64_t holders);

}  // namespace atollstore

#endif  // ATOLL_TESTS_COSTS_H_
