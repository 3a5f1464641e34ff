// atoll-store serve: two processes that hold the descriptors of one store. The server serves; the supervisor
// only waits. Each has a pidfd of the other and starts it again when it ends; the store ends when a server
// ends in order (header.stopped), or when both are killed before one could act.
#ifndef ATOLL_TOOLS_SERVE_H_
#define ATOLL_TOOLS_SERVE_H_

#include "options.h"

namespace atollstore::tools {

// `argv` is how this process was started: the other one gets the same, and its role. Returns an exit status.
int Serve(const Options& options, int argc, char** argv);

}  // namespace atollstore::tools

#endif  // ATOLL_TOOLS_SERVE_H_
