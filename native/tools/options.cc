#include "options.h"

#include <cerrno>
#include <climits>
#include <cstdlib>
#include <cstring>
#include <string_view>

#include "looks.h"

namespace atollstore::tools {

const char kUsage[] =
    R"(atoll-store: a shared-memory object store for the processes of one user on one machine.

  atoll-store serve --socket PATH --capacity SIZE [options]
      Serves a store at PATH until it gets SIGTERM, SIGINT or SIGHUP. Two processes, a server and a
      supervisor, hold the store's memory; when one is killed the other starts it again, and clients go on.
        --socket PATH        where clients attach: in a directory that only this user should be able to enter
        --capacity SIZE      bytes of objects
        --max-objects N      objects at most (16777216, which is the most)
        --max-clients N      clients at most (one for 32M of capacity, 64 to 256; up to 1024)
        --max-names N        names of objects at most
        --warm SIZE          what each client keeps ready for its next objects (128M)
        --spill DIRECTORY    where objects go that do not fit (they do not go anywhere)
        --spill-limit SIZE   bytes there at most (as much as the disk takes)
  atoll-store stats SOCKET [--json]
      Prints what is in the store and what has been done in it, a number per line.
  atoll-store list SOCKET [--json]
      Prints every object.
  atoll-store clients SOCKET [--json]
      Prints every client that is attached, and what it holds.
  atoll-store fsck SOCKET
      Checks every invariant of the store. Prints a line for everything that is wrong, and exits with 1 if there
      is anything.
  These four take no client slot. In place of SOCKET they take two inherited descriptors of the memory of a store, which
  needs no server then, as --control FD --data FD.
  atoll-store --help
  atoll-store --version

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

// stats, list, clients, fsck
std::string ParseLook(int argc, char** argv, Options* options) {
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    if (name[0] != '-') {
      if (!options->socket.empty()) return name + ": one socket at a time";
      options->socket = name;
    } else if (name == "--json" && options->command != "fsck") {
      options->json = true;
    } else if (name == "--control" || name == "--data") {
      uint64_t fd = 0;
      if (++i == argc) return name + ": no value behind it";
      if (!ParseNumber(argv[i], false, &fd) || fd > INT_MAX)
        return name + " " + argv[i] + ": not a descriptor";
      (name == "--control" ? options->control : options->data) = static_cast<int>(fd);
    } else {
      return name + ": no such option of " + options->command;
    }
  }
  const bool descriptors = options->control >= 0 && options->data >= 0;
  if (options->socket.empty() != descriptors)
    return options->command + " needs a socket, or --control and --data";
  return "";
}

std::string ParseServe(int argc, char** argv, Options* options) {
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
  for (int i = 2; i < argc; ++i) {
    const std::string name = argv[i];
    if (const size_t equals = name.find('='); equals != std::string::npos)
      return name + ": a value is a word of its own: " + name.substr(0, equals) + " " + name.substr(equals + 1);
    if (i + 1 == argc) return name + ": no value behind it";
    const char* value = argv[++i];
    bool known = false;
    for (const auto& number : numbers) {
      if (name != number.name) continue;
      known = true;
      if (!ParseNumber(value, number.size, number.number)) return name + " " + value + ": not a number";
    }
    if (known) continue;
    if (name == "--socket") {
      options->socket = value;
    } else if (name == "--spill") {
      options->spill_directory = value;
    } else if (name == "--role") {
      options->role = std::strcmp(value, "server") == 0 ? Role::kServer : Role::kSupervisor;
    } else if (name == "--inherit") {
      if (std::string wrong = ParseInherited(value, &options->inherited); !wrong.empty()) return wrong;
    } else {
      return name + ": no such option of serve";
    }
  }
  options->server.socket_path = options->socket.c_str();
  options->server.spill_directory =
      options->spill_directory.empty() ? nullptr : options->spill_directory.c_str();
  if (options->socket.empty()) return "serve needs --socket";
  if (options->server.capacity == 0) return "serve needs --capacity";
  return "";
}

}  // namespace

std::string Parse(int argc, char** argv, Options* options) {
  if (argc < 2) return "no command";
  options->command = argv[1];
  if (options->command == "serve") return ParseServe(argc, argv, options);
  if (IsLook(options->command)) return ParseLook(argc, argv, options);
  return "no command " + options->command;
}

}  // namespace atollstore::tools
