// What KernelTest runs as tasks: kernels that use the store by the process's own attachment. They link
// nothing of it.
#include <atoll/kernel.h>
#include <jni.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <thread>

using namespace std::chrono_literals;
using atollstore::CallFromJava;
using atollstore::Kernel;
using atollstore::ObjectId;

namespace {

ObjectId Id(jlong store, jlong place) {
  return atoll_object_id{static_cast<uint64_t>(store), static_cast<uint64_t>(place)};
}

}  // namespace

#define KERNEL(type, name) \
  extern "C" JNIEXPORT type JNICALL Java_io_atoll_internal_kernels_KernelFunctions_##name

KERNEL(jdouble, sum)(JNIEnv* env, jclass, jlong store, jlong place) {
  return CallFromJava(env, [&] {
    const Kernel::View view = Kernel::OfProcess().Get(Id(store, place), 10s);
    jdouble sum = 0;
    for (const double x : view.elements<double>()) sum += x;
    return sum;
  });
}

// On a thread that the JVM does not know.
KERNEL(jlong, addressOnAThreadOfItsOwn)(JNIEnv* env, jclass, jlong store, jlong place) {
  return CallFromJava(env, [&] {
    jlong address = 0;
    std::exception_ptr failure;
    std::thread([&] {
      try {
        const Kernel::View view = Kernel::OfProcess().Get(Id(store, place), 10s);
        address = reinterpret_cast<jlong>(view.elements<double>().data());
      } catch (...) {
        failure = std::current_exception();
      }
    }).join();
    if (failure) std::rethrow_exception(failure);
    return address;
  });
}

KERNEL(void, scaled)(JNIEnv* env, jclass, jlong store, jlong place, jdouble factor, jlongArray id) {
  CallFromJava(env, [&] {
    const Kernel kernel = Kernel::OfProcess();
    const Kernel::View in = kernel.Get(Id(store, place), 10s);
    const auto x = in.elements<double>();
    Kernel::Writer out = kernel.Create(x.size_bytes(), 10s);
    const auto y = out.elements<double>();
    for (size_t i = 0; i < x.size(); ++i) y[i] = factor * x[i];
    const ObjectId sealed = out.Seal();
    const jlong both[] = {static_cast<jlong>(sealed.store), static_cast<jlong>(sealed.place)};
    env->SetLongArrayRegion(id, 0, 2, both);
  });
}

KERNEL(void, giveUp)(JNIEnv* env, jclass, jlong bytes) {
  CallFromJava(env, [&] {
    const Kernel::Writer out = Kernel::OfProcess().Create(static_cast<uint64_t>(bytes), 0s);
    throw std::runtime_error("gave up after " + std::to_string(out.bytes().size()) + " bytes");
  });
}

KERNEL(jlong, clientIndex)(JNIEnv* env, jclass) {
  return CallFromJava(env, [] {
    const Kernel kernel = Kernel::OfProcess();
    return static_cast<jlong>(kernel.Check(kernel.api().client_index(kernel.client())));
  });
}

KERNEL(jlong, clients)(JNIEnv* env, jclass) {
  return CallFromJava(env, [] {
    const Kernel kernel = Kernel::OfProcess();
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    (void)kernel.Check(kernel.api().stats(kernel.client(), &stats));
    return static_cast<jlong>(stats.clients);
  });
}

// Writes through a view, which ends the process.
KERNEL(void, scribble)(JNIEnv* env, jclass, jlong store, jlong place) {
  CallFromJava(env, [&] {
    const Kernel::View view = Kernel::OfProcess().Get(Id(store, place), 10s);
    *const_cast<double*>(view.elements<double>().data()) = 7;
  });
}

KERNEL(void, abortProcess)(JNIEnv*, jclass) {
  std::fputs("about to abort\n", stderr);
  std::abort();
}
