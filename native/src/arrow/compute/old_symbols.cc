// What libstdc++'s headers refer to and its older libraries, or glibc 2.28, do not have: the glue runs
// wherever Arrow's own library does. Hidden: nobody else gets these. ci/glibc looks whether anything is left.
#include <cstddef>
#include <new>

extern "C" {

// glibc 2.32; shared pointers count without atomics while it is true.
__attribute__((visibility("hidden"))) char __libc_single_threaded = 0;  // NOLINT: the name is glibc's
}

namespace std {

// GLIBCXX_3.4.29
__attribute__((visibility("hidden"), noreturn)) void __throw_bad_array_new_length();  // NOLINT
void __throw_bad_array_new_length() { throw bad_array_new_length(); }

}  // namespace std
