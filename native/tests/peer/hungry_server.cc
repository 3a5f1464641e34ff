#include <dirent.h>
#include <unistd.h>

#include <cstdio>

#include "atoll/c.h"
#include "hungry.h"
#include "starve.h"

namespace atollstore {
namespace {

// Without the names of the directory itself and its parent.
int EntriesOf(const char* path) {
  DIR* const all = ::opendir(path);
  if (all == nullptr) return -1;
  int count = -2;
  while (::readdir(all) != nullptr) ++count;
  ::closedir(all);
  return count;
}

// A thread that has been joined may be seen for a moment longer.
bool BecomesSoMany(const char* path, int count) {
  for (int tries = 0; tries < 2000 && EntriesOf(path) != count; ++tries) ::usleep(1000);
  return EntriesOf(path) == count;
}

}  // namespace

std::string StarveServerCalls(const char* path, const char* directory) {
  atoll_server_options options{};
  options.size = sizeof(options);
  options.capacity = 64 << 20;
  options.socket_path = path;
  options.spill_directory = directory;
  atoll_server* server = nullptr;
  const auto wrong = [](const char* what, int64_t number, int64_t code) {
    return std::string(what) + " with allocation " + std::to_string(number) +
           " failing: " + std::to_string(code) + " " + atoll_last_error();
  };
  // Once without any failure, so that what stays open or is made once is there.
  if (const int64_t code = atoll_server_start(&options, &server); code != 0) return wrong("start", -1, code);
  atoll_server_stop(server);
  const int descriptors = EntriesOf("/proc/self/fd"), threads = EntriesOf("/proc/self/task");

  int64_t failures = 0;
  for (int64_t number = 0; number < 10'000; ++number) {
    starve::FailAfter(number);
    int64_t code = atoll_server_start(&options, &server);
    const bool failed = starve::HasFailed();
    if (code != 0 && (!failed || code != -ATOLL_OUT_OF_MEMORY)) return wrong("start", number, code);
    failures += failed;
    if (code != 0) {
      // It has left nothing behind that would keep the next one away.
      if (!BecomesSoMany("/proc/self/task", threads)) return wrong("a thread is left: start", number, code);
      if (EntriesOf("/proc/self/fd") != descriptors)
        return wrong("a descriptor is left: start", number, code);
      code = atoll_server_start(&options, &server);
      if (code != 0) return wrong("start again", number, code);
    }
    starve::FailAfter(number);
    code = atoll_server_stop(server);
    failures += starve::HasFailed();
    if (code != 0) return wrong("stop", number, code);
    if (::access(path, F_OK) == 0) return wrong("the socket is left: stop", number, code);
    if (EntriesOf(directory) != 0) return wrong("files are left: stop", number, code);
    if (!failed) return "ok " + std::to_string(failures);
  }
  return "it never comes to its end";
}

}  // namespace atollstore
