#include "options.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string_view>

namespace atollstore::tools {

const char kUsage[] =
    R"(atoll-store: a shared-memory object store for the processes of one user on one machine.

  atoll-store serve --socket PATH --capacity SIZE [options]
      Serves a store at PATH until it gets SIGTERM, SIGINT or SIGHUP. Two processes, a server and a
      supervisor, hold the store's memory; when one is killed the other starts it again, and clients go on.
        --socket PATH        where clients attach: in a directory that only this user can enter
        --capacity SIZE      bytes of objects
        --max-objects N      objects at most (a 4096th of the capacity; 65536 to 1048576)
        --max-clients N      clients at most (64; up to 1024)
        --max-names N        names of objects at most
        --warm SIZE          what each client keeps ready for its next objects (128M)
        --spill DIRECTORY    where objects go that do not fit (they do not go anywhere)
        --spill-limit SIZE   bytes there at most (as much as the disk takes)
  atoll-store stats SOCKET
      Prints what is in the store, a number per line.
  atoll-store fsck SOCKET
  atoll-store fsck --control FD --data FD
      Checks every invariant of a store, served or as two inherited descriptors of its memory. Prints a line
      for everything that is wrong, and exits with 1 if there is anything.
  atoll-store --help

SIZE is a number of bytes, or one with K, M, G or T behind it (1024, 1024^2, ...).
Exit status: 0 all is well, 1 fsck found something, 2 wrong arguments, 3 it could not be done.
)";

namespace {

bool ParseNumber(std::string_view text, bool size, uint64_t* number) {
  const std::string digits(text);
  char* end = nullptr;
  errno = 0;
  *number = std::strtoull(digits.c_str(), &end, 10);
  if (errno != 0 || end == digits.c_str() || digits[0] < '0' || digits[0] > '9') return false;
  constexpr std::string_view kUnits = "KMGT";
  if (size && *end != '\0') {
    const size_t unit = kUnits.find(*end);
    if (unit == std::string_view::npos) return false;
    const int shift = 10 * (static_cast<int>(unit) + 1);
    if (*number > UINT64_MAX >> shift) return false;
    *number <<= shift;
    ++end;
  }
  return *end == '\0';
}

std::string ParseInherited(const char* text, std::vector<int>* fds) {
  for (const char* at = text; *at != '\0';) {
    char* end = nullptr;
    fds->push_back(static_cast<int>(std::strtol(at, &end, 10)));
    if (end == at) return std::string("--inherit ") + text + ": not numbers";
    at = *end == ',' ? end + 1 : end;
  }
  return fds->size() == 5 ? "" : "--inherit takes five descriptors";
}

}  // namespace

std::string Parse(int argc, char** argv, Options* options) {
  if (argc < 2) return "no command";
  options->command = argv[1];
  const struct {
    const char* name;
    bool size;
    uint64_t* number;
  } numbers[] = {{"--capacity", true, &options->server.capacity},
                 {"--max-objects", false, &options->server.max_objects},
                 {"--max-clients", false, &options->server.max_clients},
                 {"--max-names", false, &options->server.max_names},
                 {"--warm", true, &options->server.warm_bytes},
                 {"--extent", true, &options->server.extent_bytes},
                 {"--spill-limit", true, &options->server.spill_limit}};
  const bool serve = options->command == "serve";
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    if (!serve && name[0] != '-') {
      options->socket = name;
      continue;
    }
    if (i + 1 == argc) return name + ": no value behind it";
    const char* value = argv[++i];
    bool known = false;
    for (const auto& number : numbers) {
      if (!serve || name != number.name) continue;
      known = true;
      if (!ParseNumber(value, number.size, number.number)) return name + " " + value + ": not a number";
    }
    uint64_t fd = 0;
    if (known) continue;
    if (serve && name == "--socket") {
      options->socket = value;
    } else if (serve && name == "--spill") {
      options->spill_directory = value;
    } else if (serve && name == "--role") {
      options->role = std::strcmp(value, "server") == 0 ? Role::kServer : Role::kSupervisor;
    } else if (serve && name == "--inherit") {
      if (std::string wrong = ParseInherited(value, &options->inherited); !wrong.empty()) return wrong;
    } else if (options->command == "fsck" && (name == "--control" || name == "--data")) {
      if (!ParseNumber(value, false, &fd) || fd > INT_MAX) return name + " " + value + ": not a descriptor";
      (name == "--control" ? options->control : options->data) = static_cast<int>(fd);
    } else {
      return name + ": no such option of " + options->command;
    }
  }
  options->server.socket_path = options->socket.c_str();
  options->server.spill_directory =
      options->spill_directory.empty() ? nullptr : options->spill_directory.c_str();
  if (serve && options->socket.empty()) return "serve needs --socket";
  if (serve && options->server.capacity == 0) return "serve needs --capacity";
  if (options->command == "stats" && options->socket.empty()) return "stats needs a socket";
  if (options->command == "fsck" && options->socket.empty() && (options->control < 0 || options->data < 0))
    return "fsck needs a socket, or --control and --data";
  return "";
}

}  // namespace atollstore::tools
