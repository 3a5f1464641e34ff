// How the processes of atoll-store show themselves to the machine they run on.
#ifndef ATOLL_TOOLS_SERVICE_H_
#define ATOLL_TOOLS_SERVICE_H_

#include <string>

namespace atollstore::tools {

// Tells who has started atoll-store as a service, as sd_notify() does: "READY=1", "STOPPING=1" and the like
// go in one datagram to the socket that NOTIFY_SOCKET names. Nothing happens where it is not set. Returns
// whether it was told.
bool NotifyServiceManager(const std::string& state);

// What ps shows: the arguments of this process are overwritten, as far as they reach. REQUIRES: nobody needs
// them any more, and no thread reads them.
void SetProcessTitle(int argc, char** argv, const std::string& title);

}  // namespace atollstore::tools

#endif  // ATOLL_TOOLS_SERVICE_H_
