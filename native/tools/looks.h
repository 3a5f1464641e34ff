// The commands that only look at a store: fsck, stats, list and clients. None takes a client slot.
#ifndef ATOLL_TOOLS_LOOKS_H_
#define ATOLL_TOOLS_LOOKS_H_

#include "options.h"

namespace atollstore::tools {

// Whether that is the name of one of them.
bool IsLook(const std::string& command);
// Runs it. Returns an exit status.
int LookAt(const Options& options);

}  // namespace atollstore::tools

#endif  // ATOLL_TOOLS_LOOKS_H_
