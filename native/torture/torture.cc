#include "torture.h"

#include <ftw.h>
#include <limits.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>

#include "atoll/c.h"

namespace atollstore::torture {

double SecondsOf(int argc, char** argv) { return argc > 0 ? std::atof(argv[0]) : 0; }

double Now() {
  timespec now;
  ::clock_gettime(CLOCK_MONOTONIC, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

void Must(int64_t code, const char* what) {
  if (code >= 0) return;
  std::fprintf(stderr, "%s: %ld %s\n", what, code, atoll_last_error());
  std::_Exit(3);
}

Scratch::Scratch() {
  char name[] = "/tmp/atoll-torture-XXXXXX";
  if (::mkdtemp(name) == nullptr) std::abort();
  path_ = name;
}

Scratch::~Scratch() {
  const auto remove = [](const char* path, const struct stat*, int, struct FTW*) { return ::remove(path); };
  ::nftw(path_.c_str(), remove, 16, FTW_DEPTH | FTW_PHYS);
}

pid_t Spawn(const std::vector<std::string>& arguments, const char* sibling, int output) {
  char self[PATH_MAX];
  const ssize_t length = ::readlink("/proc/self/exe", self, sizeof(self) - 1);
  if (length <= 0) std::abort();
  std::string program(self, static_cast<size_t>(length));
  if (sibling != nullptr) program = program.substr(0, program.rfind('/') + 1) + sibling;
  std::vector<char*> argv{program.data()};
  for (const std::string& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const pid_t pid = ::fork();
  if (pid < 0) std::abort();
  if (pid == 0) {
    if (output >= 0) ::dup2(output, STDOUT_FILENO);
    ::execv(program.c_str(), argv.data());
    ::_exit(127);
  }
  return pid;
}

}  // namespace atollstore::torture
