// The lives of a store in which `faults` has one call fail: what is done in them, and what must hold.
#ifndef ATOLL_TORTURE_FAULT_LIVES_H_
#define ATOLL_TORTURE_FAULT_LIVES_H_

#include <cstdint>
#include <string>
#include <vector>

#include "torture.h"

namespace atollstore::torture {

// What a life came to; shared with the process that lives it.
struct Outcome {
  uint64_t objects, lost;
  uint64_t told;  // calls of the library, and starts of atoll-store, that failed
  char wrong[300];
};

struct FaultLife {
  const char* name;
  // `names`: what a status may call the call that fails; null: none does. Ends the process, or returns.
  void (*live)(Outcome* outcome, const Scratch& scratch, const std::vector<std::string>* names);
};
// Server and clients in one process; a store of atoll-store, whose server and supervisor are killed.
extern const FaultLife kEmbeddedLife, kServedLife;

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_FAULT_LIVES_H_
