#include "service.h"

#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <algorithm>
#include <cstddef>
#include <cstdlib>
#include <cstring>

#include "os/unique_fd.h"

namespace atollstore::tools {

bool NotifyServiceManager(const std::string& state) {
  const char* where = std::getenv("NOTIFY_SOCKET");
  sockaddr_un address{};
  const size_t length = where == nullptr ? 0 : std::strlen(where);
  if (length < 2 || length >= sizeof(address.sun_path)) return false;
  if (where[0] != '/' && where[0] != '@') return false;
  address.sun_family = AF_UNIX;
  std::memcpy(address.sun_path, where, length);
  if (where[0] == '@') address.sun_path[0] = '\0';  // an abstract one
  const os::UniqueFd socket(::socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0));
  return socket.valid() && ::sendto(socket.get(), state.data(), state.size(), MSG_NOSIGNAL,
                                    reinterpret_cast<const sockaddr*>(&address),
                                    static_cast<socklen_t>(offsetof(sockaddr_un, sun_path) + length)) ==
                               static_cast<ssize_t>(state.size());
}

void SetProcessTitle(int argc, char** argv, const std::string& title) {
  // The name of the program, which is "exe" where one process of atoll-store has started the other.
  (void)::prctl(PR_SET_NAME, "atoll-store");
  // The arguments lie one behind the other. A last byte that is not 0 tells the kernel that they are a title
  // now, which ends at its first 0.
  char* end = argv[0];
  for (int i = 0; i < argc && argv[i] == end; ++i) end += std::strlen(argv[i]) + 1;
  const auto room = static_cast<size_t>(end - argv[0]);
  if (room < 2) return;
  std::memset(argv[0], 0, room);
  std::memcpy(argv[0], title.data(), std::min(title.size(), room - 2));
  end[-1] = '.';
}

}  // namespace atollstore::tools
