/* Loads a library with all that it needs, as a JVM does, and looks for one of its symbols: load LIBRARY SYMBOL. ci/release runs
 * it under emulation, where there is no JVM. */
#include <dlfcn.h>
#include <stdio.h>

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  void* library = dlopen(argv[1], RTLD_NOW);
  if (library == NULL || dlsym(library, argv[2]) == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  puts("loaded");
  return 0;
}
