// The native methods of io.atoll.internal.compute.ArrowNative. What fails becomes an
// io.atoll.arrow.ArrowException.
#include <arrow/buffer.h>
#include <jni.h>

#include <exception>
#include <string>
#include <vector>

#include "compute/call.h"
#include "compute/functions.h"
#include "compute/query.h"
#include "compute/threads.h"

namespace atollstore::compute {
namespace {

// Bytes of text, in UTF-8: a jstring has another.
std::string Text(JNIEnv* env, jbyteArray bytes) {
  std::string text(static_cast<size_t>(env->GetArrayLength(bytes)), '\0');
  env->GetByteArrayRegion(bytes, 0, static_cast<jsize>(text.size()), reinterpret_cast<jbyte*>(text.data()));
  return text;
}

jbyteArray Bytes(JNIEnv* env, const std::string& text) {
  const jbyteArray bytes = env->NewByteArray(static_cast<jsize>(text.size()));
  if (bytes != nullptr) {
    env->SetByteArrayRegion(bytes, 0, static_cast<jsize>(text.size()),
                            reinterpret_cast<const jbyte*>(text.data()));
  }
  return bytes;
}

void Throw(JNIEnv* env, const std::string& code, const std::string& message) {
  if (env->ExceptionCheck()) return;  // what has failed first, in Java
  const jclass type = env->FindClass("io/atoll/arrow/ArrowException");
  if (type == nullptr) return;
  const jmethodID make = env->GetStaticMethodID(type, "of", "([B[B)Lio/atoll/arrow/ArrowException;");
  if (make == nullptr) return;
  const jobject thrown = env->CallStaticObjectMethod(type, make, Bytes(env, code), Bytes(env, message));
  if (thrown != nullptr && !env->ExceptionCheck()) env->Throw(static_cast<jthrowable>(thrown));
}

// No exception of C++'s crosses.
template <typename Function>
auto Guarded(JNIEnv* env, const Function& function) -> decltype(function()) {
  try {
    return function();
  } catch (const std::bad_alloc&) {
    Throw(env, "OutOfMemory", "this process could not allocate");
  } catch (const std::exception& e) {
    Throw(env, "UnknownError", e.what());
  }
  return {};
}

std::vector<Input> Inputs(JNIEnv* env, jlongArray places) {
  constexpr jsize kLongs = 3;
  std::vector<Input> inputs(static_cast<size_t>(env->GetArrayLength(places) / kLongs));
  for (size_t i = 0; i < inputs.size(); ++i) {
    jlong place[kLongs];
    env->GetLongArrayRegion(places, kLongs * static_cast<jsize>(i), kLongs, place);
    inputs[i].tag = static_cast<uint64_t>(place[0]);
    inputs[i].bytes = std::make_shared<arrow::Buffer>(reinterpret_cast<const uint8_t*>(place[1]), place[2]);
  }
  return inputs;
}

ArenaPool::Begin SinkOf(JNIEnv* env, jobject sink) {
  const jmethodID method = env->GetMethodID(env->GetObjectClass(sink), "begin", "(JZ)J");
  return [=](int64_t bytes, bool may_wait) -> uint8_t* {
    if (method == nullptr || env->ExceptionCheck()) return nullptr;  // of what was begun before, say
    const jlong address =
        env->CallLongMethod(sink, method, static_cast<jlong>(bytes), static_cast<jboolean>(may_wait));
    return env->ExceptionCheck() ? nullptr : reinterpret_cast<uint8_t*>(address);
  };
}

jbyteArray Give(JNIEnv* env, const arrow::Result<Stored>& stored, jlongArray result) {
  if (!stored.ok()) {
    Throw(env, stored.status().CodeAsString(), stored.status().message());
    return nullptr;
  }
  const jlong values[] = {stored->kind, stored->bits, stored->copied};
  env->SetLongArrayRegion(result, 0, 3, values);
  return stored->kind == kString ? Bytes(env, stored->text) : nullptr;
}

}  // namespace
}  // namespace atollstore::compute

using namespace atollstore::compute;  // NOLINT: below are functions of C

extern "C" {

// inputs: tag, address and size of each, which stay pinned until this returns; columns: null for all of a
// table. sink.begin(size, may wait) gives the address of the object that is to be written. result: kind, bits and
// copied bytes of what Stored is; a string is returned.
JNIEXPORT jbyteArray JNICALL Java_io_atoll_internal_compute_ArrowNative_call(
    JNIEnv* env, jclass, jbyteArray function, jbyteArray options, jlongArray inputs, jobjectArray columns,
    jobject sink, jint threads, jlongArray result) {
  return Guarded(env, [&]() -> jbyteArray {
    Call call;
    call.function = Text(env, function);
    call.threads = threads;
    if (options != nullptr) call.options = arrow::Buffer::FromString(Text(env, options));
    call.inputs = Inputs(env, inputs);
    for (size_t i = 0; i < call.inputs.size(); ++i) {
      const auto column = static_cast<jbyteArray>(env->GetObjectArrayElement(columns, static_cast<jsize>(i)));
      if (column != nullptr) call.inputs[i].column = Text(env, column);
      env->DeleteLocalRef(column);
    }
    return Give(env, Run(call, SinkOf(env, sink)), result);
  });
}

// As call; sink.isInterrupted() is asked while the query runs.
JNIEXPORT void JNICALL Java_io_atoll_internal_compute_ArrowNative_query(JNIEnv* env, jclass, jbyteArray code,
                                                                        jlongArray inputs, jobject sink,
                                                                        jint threads, jlongArray result) {
  Guarded(env, [&]() -> jbyteArray {
    const jmethodID asked = env->GetMethodID(env->GetObjectClass(sink), "isInterrupted", "()Z");
    if (asked == nullptr) return nullptr;
    const auto interrupted = [&] {
      return env->CallBooleanMethod(sink, asked) != JNI_FALSE || env->ExceptionCheck();
    };
    const std::string text = Text(env, code);
    return Give(env, RunQuery(text, Inputs(env, inputs), threads, SinkOf(env, sink), interrupted), result);
  });
}

JNIEXPORT jbyteArray JNICALL Java_io_atoll_internal_compute_ArrowNative_functions(JNIEnv* env, jclass) {
  return Guarded(env, [&] { return Bytes(env, Functions()); });
}

// Pairs of what each pool of threads may have, and has.
JNIEXPORT jlongArray JNICALL Java_io_atoll_internal_compute_ArrowNative_pools(JNIEnv* env, jclass) {
  return Guarded(env, [&] {
    std::vector<jlong> values;
    for (const auto& [most, begun] : Pools()) values.insert(values.end(), {most, begun});
    const jlongArray pools = env->NewLongArray(static_cast<jsize>(values.size()));
    if (pools != nullptr) env->SetLongArrayRegion(pools, 0, static_cast<jsize>(values.size()), values.data());
    return pools;
  });
}

}  // extern "C"
