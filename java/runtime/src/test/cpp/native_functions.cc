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

extern "C" JNIEXPORT jdouble JNICALL Java_io_atoll_internal_runtime_NativeFunctions_dot(JNIEnv* env, jclass, jobject x,
                                                                                        jobject y) {
  const auto* left = static_cast<const double*>(env->GetDirectBufferAddress(x));
  const auto* right = static_cast<const double*>(env->GetDirectBufferAddress(y));
  double sum = 0;
  for (jlong i = 0; i < env->GetDirectBufferCapacity(x); ++i) sum += left[i] * right[i];
  return sum;
}

extern "C" JNIEXPORT void JNICALL Java_io_atoll_internal_runtime_NativeFunctions_scribble(JNIEnv* env, jclass,
                                                                                          jobject x) {
  *static_cast<double*>(env->GetDirectBufferAddress(x)) = 7;
}
