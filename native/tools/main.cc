// atoll-store: what one starts, looks at and checks a store with.
#include <cstdio>
#include <cstring>

#include "atoll/c.h"
#include "layout/records.h"
#include "looks.h"
#include "options.h"
#include "serve.h"

namespace atollstore::tools {

int Main(int argc, char** argv) {
  for (int i = 1; i < argc; ++i) {
    if (std::strcmp(argv[i], "--help") == 0 || std::strcmp(argv[i], "-h") == 0) {
      std::printf("%s", kUsage);
      return 0;
    }
    if (std::strcmp(argv[i], "--version") == 0) {
      std::printf("atoll-store %s (C ABI %d, layout %u)\n", ATOLL_VERSION, ATOLL_ABI_VERSION, kLayoutVersion);
      return 0;
    }
  }
  Options options;
  const std::string wrong = Parse(argc, argv, &options);
  if (!wrong.empty()) {
    std::fprintf(stderr, "atoll-store: %s\nSee atoll-store --help.\n", wrong.c_str());
    return 2;
  }
  return IsLook(options.command) ? LookAt(options) : Serve(options, argc, argv);
}

}  // namespace atollstore::tools

int main(int argc, char** argv) { return atollstore::tools::Main(argc, argv); }
