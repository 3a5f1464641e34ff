// What NativeFunctionTest runs as a task.
#include <jni.h>

#include <cstdint>

extern "C" JNIEXPORT jint JNICALL Java_io_atoll_internal_runtime_NativeFunctions_collatz(JNIEnv*, jclass, jlong start) {
  jint steps = 0;
  for (uint64_t n = static_cast<uint64_t>(start); n != 1; ++steps) {
    n = n % 2 == 0 ? n / 2 : 3 * n + 1;
  }
  return steps;
}
