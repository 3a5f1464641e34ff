// What io.atoll.jni.StoreNative calls: atoll/c.h with jlongs for pointers and ids. JavaCPP generates the JNI
// functions themselves. Nothing here has state, and nothing throws but where a Java exception is said to be
// pending.
#ifndef ATOLL_JNI_STORE_NATIVE_H_
#define ATOLL_JNI_STORE_NATIVE_H_

#include <errno.h>
#include <fcntl.h>
#include <jni.h>
#include <jvmti.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstring>

#include "atoll/api.h"

namespace atoll_jni {

template <typename T>
T* pointer(jlong address) {
  return reinterpret_cast<T*>(static_cast<uintptr_t>(address));
}

inline atoll_client* client(jlong handle) { return pointer<atoll_client>(handle); }
inline atoll_server* server(jlong handle) { return pointer<atoll_server>(handle); }

inline atoll_object_id object_id(jlong store, jlong place) {
  return {static_cast<uint64_t>(store), static_cast<uint64_t>(place)};
}

// ---- server ----

inline jlong serverStart(jlong options, jlong out) {
  return atoll_server_start(pointer<const atoll_server_options>(options), pointer<atoll_server*>(out));
}
inline jlong serverStop(jlong s) { return atoll_server_stop(server(s)); }
inline jlong serverEnd(jlong s) { return atoll_server_end(server(s)); }
inline jlong serverDeadClient(jlong s) { return atoll_server_dead_client(server(s)); }
inline jlong serverBury(jlong s, jlong index) { return atoll_server_bury(server(s), index); }

// ---- attaching ----

inline jlong attach(jlong socket_path, jlong options, jlong out) {
  return atoll_attach(pointer<const char>(socket_path), pointer<const atoll_client_options>(options),
                      pointer<atoll_client*>(out));
}
inline jlong connect(jlong socket_path) { return atoll_connect(pointer<const char>(socket_path)); }
inline jlong attachFd(jlong connection, jlong options, jlong out) {
  return atoll_attach_fd(connection, pointer<const atoll_client_options>(options), pointer<atoll_client*>(out));
}
inline jlong spawn(jlong socket_path, jlong arguments, jlong environment, jlong out) {
  return atoll_spawn(pointer<const char>(socket_path), pointer<const char* const>(arguments),
                     pointer<const char* const>(environment), pointer<atoll_child>(out));
}
inline jlong awaitChild(jlong pid) { return atoll_await_child(static_cast<uint64_t>(pid)); }
inline jlong reapChild(jlong pid) { return atoll_reap_child(static_cast<uint64_t>(pid)); }
inline jlong detach(jlong c) { return atoll_detach(client(c)); }
inline jlong clientIndex(jlong c) { return atoll_client_index(client(c)); }
inline jlong storeId(jlong c) { return static_cast<jlong>(atoll_store_id(client(c))); }
inline jlong awaitServerExit(jlong c, jlong timeout_ns) {
  return atoll_await_server_exit(client(c), timeout_ns);
}

// ---- objects ----

inline jlong expect(jlong c, jlong id_out) {
  return atoll_expect(client(c), pointer<atoll_object_id>(id_out));
}
inline jlong create(jlong c, jlong id, jlong size, jlong contained, jlong tag, jlong timeout_ns,
                    jlong address_out) {
  return atoll_create(client(c), pointer<atoll_object_id>(id), size, contained, tag, timeout_ns,
                      pointer<uint64_t>(address_out));
}
inline jlong createReserved(jlong c, jlong id, jlong size, jlong contained, jlong tag, jlong address_out) {
  return atoll_create_reserved(client(c), pointer<atoll_object_id>(id), size, contained, tag,
                               pointer<uint64_t>(address_out));
}
inline jlong resize(jlong c, jlong store, jlong place, jlong size, jlong timeout_ns, jlong address_out) {
  const atoll_object_id id = object_id(store, place);
  return atoll_resize(client(c), &id, size, timeout_ns, pointer<uint64_t>(address_out));
}
inline jlong seal(jlong c, jlong store, jlong place, jlong contained) {
  const atoll_object_id id = object_id(store, place);
  return atoll_seal(client(c), &id, pointer<const atoll_object_id>(contained));
}
inline jlong abort(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_abort(client(c), &id);
}
inline jlong get(jlong c, jlong store, jlong place, jlong timeout_ns, jlong view) {
  const atoll_object_id id = object_id(store, place);
  return atoll_get(client(c), &id, timeout_ns, pointer<atoll_view>(view));
}
inline jlong getAll(jlong c, jlong ids, jlong count, jlong timeout_ns, jlong views) {
  return atoll_get_all(client(c), pointer<const atoll_object_id>(ids), count, timeout_ns,
                       pointer<atoll_view>(views));
}
inline jlong peek(jlong c, jlong ids, jlong count, jlong views) {
  return atoll_peek(client(c), pointer<const atoll_object_id>(ids), count, pointer<atoll_view>(views));
}
inline jlong readInto(jlong c, jlong store, jlong place, jlong address, jlong bytes, jlong timeout_ns) {
  const atoll_object_id id = object_id(store, place);
  return atoll_read_whole(client(c), &id, pointer<void>(address), bytes, timeout_ns);
}
inline jlong release(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_release(client(c), &id);
}
inline jlong reference(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_reference(client(c), &id);
}
inline jlong dereference(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_dereference(client(c), &id);
}
inline jlong contains(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_contains(client(c), &id);
}
inline jlong delete_(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_delete(client(c), &id);
}
inline jlong await(jlong c, jlong ids, jlong count, jlong wanted, jlong timeout_ns, jlong ready) {
  return atoll_wait(client(c), pointer<const atoll_object_id>(ids), count, wanted, timeout_ns,
                    pointer<uint8_t>(ready));
}
inline jlong watch(jlong c, jlong ids, jlong count) {
  return atoll_watch(client(c), pointer<const atoll_object_id>(ids), static_cast<uint64_t>(count));
}
inline jlong watchAlone(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_watch_alone(client(c), &id);
}
inline jlong watchDamaged(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_watch_damaged(client(c), &id);
}
inline jlong expectAgain(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_expect_again(client(c), &id);
}
inline jlong giveUp(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_give_up(client(c), &id);
}
inline jlong unwatch(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_unwatch(client(c), &id, 1);
}
inline jlong takeReady(jlong c, jlong events, jlong max, jlong timeout_ns) {
  return atoll_take_ready(client(c), pointer<atoll_event>(events), static_cast<uint64_t>(max), timeout_ns);
}
inline jlong claim(jlong c, jlong store, jlong place, jlong expected, jlong desired) {
  const atoll_object_id id = object_id(store, place);
  return atoll_claim(client(c), &id, expected, desired);
}
inline jlong claimed(jlong c, jlong store, jlong place) {
  const atoll_object_id id = object_id(store, place);
  return atoll_claimed(client(c), &id);
}

// ---- names ----

inline jlong publish(jlong c, jlong name, jlong store, jlong place, jlong timeout) {
  const atoll_object_id id = object_id(store, place);
  return atoll_publish(client(c), pointer<const char>(name), &id, timeout);
}
inline jlong unpublish(jlong c, jlong name, jlong timeout) {
  return atoll_unpublish(client(c), pointer<const char>(name), timeout);
}
inline jlong lookup(jlong c, jlong name, jlong id_out) {
  return atoll_lookup(client(c), pointer<const char>(name), pointer<atoll_object_id>(id_out));
}

// ---- messages between processes ----

inline jlong ring(jlong c, jlong index, jlong direction, jlong address_out, jlong bytes_out) {
  return atoll_ring(client(c), index, direction, pointer<uint64_t>(address_out),
                    pointer<uint64_t>(bytes_out));
}
inline jlong bell(jlong c, jlong index) { return atoll_bell(client(c), index); }
inline jlong bellWait(jlong c, jlong index, jlong count, jlong timeout_ns) {
  return atoll_bell_wait(client(c), index, count, timeout_ns);
}
inline jlong endWaits(jlong c) { return atoll_end_waits(client(c)); }
inline jlong bellRing(jlong c, jlong index, jlong threads) {
  return atoll_bell_ring(client(c), index, threads);
}

// ---- seeing inside ----

inline jlong stats(jlong c, jlong out) { return atoll_stats(client(c), pointer<atoll_stats_t>(out)); }
inline jlong clientStats(jlong c, jlong index, jlong out) {
  return atoll_client_stats(client(c), index, pointer<atoll_client_stats_t>(out));
}
inline jlong countCopied(jlong c, jlong bytes) { return atoll_count_copied(client(c), bytes); }
inline jlong countUser(jlong c, jlong counter, jlong add) {
  return atoll_count_user(client(c), counter, add);
}
inline jlong list(jlong c, jlong cursor, jlong infos, jlong max) {
  return atoll_list(client(c), pointer<uint64_t>(cursor), pointer<atoll_object_info>(infos), max);
}

// ---- what Java needs besides ----

inline jstring lastError(JNIEnv* env, jclass) { return env->NewStringUTF(atoll_last_error()); }

inline jobject newDirectByteBuffer(JNIEnv* env, jclass, jlong address, jlong size) {
  return env->NewDirectByteBuffer(pointer<void>(address), size);
}

inline jlong addressOf(JNIEnv* env, jclass, jobject buffer) {
  return reinterpret_cast<jlong>(buffer == nullptr ? nullptr : env->GetDirectBufferAddress(buffer));
}

// JNI does not check access: Java has no other way to a stream over a descriptor that it has not opened itself.
// Where a JDK has renamed the field, its NoSuchFieldError is pending.
inline jobject fileDescriptor(JNIEnv* env, jclass, jlong fd) {
  const jclass type = env->FindClass("java/io/FileDescriptor");
  const jmethodID constructor = env->GetMethodID(type, "<init>", "()V");
  const jobject descriptor = env->NewObject(type, constructor);
  if (descriptor == nullptr) return nullptr;
  const jfieldID field = env->GetFieldID(type, "fd", "I");
  if (field != nullptr) env->SetIntField(descriptor, field, static_cast<jint>(fd));
  return descriptor;
}

// From an array's elements, or from an address when there is none. The array is held for a MiB at a time: a
// collector may have to wait for whoever holds one.
inline void copy(JNIEnv* env, jclass, jobject array, jlong from, jlong to, jlong bytes) {
  constexpr jlong kHeld = 1 << 20;
  if (array == nullptr) {
    (void)atoll_copy(pointer<void>(to), pointer<void>(from), static_cast<uint64_t>(bytes));
    return;
  }
  for (jlong at = 0; at < bytes; at += kHeld) {
    auto* elements = static_cast<char*>(env->GetPrimitiveArrayCritical(static_cast<jarray>(array), nullptr));
    if (elements == nullptr) return;  // an OutOfMemoryError is pending
    (void)atoll_copy(pointer<char>(to) + at, elements + from + at,
                     static_cast<uint64_t>(bytes - at < kHeld ? bytes - at : kHeld));
    env->ReleasePrimitiveArrayCritical(static_cast<jarray>(array), elements, JNI_ABORT);
  }
}

// What kernels find. Whoever attaches the process sets the client, and clears it before he detaches.
inline atoll_kernel_host& kernel_host() {
  static atoll_kernel_host host{sizeof(atoll_kernel_host), ATOLL_ABI_VERSION, atoll_get_api(), nullptr};
  return host;
}
inline jlong kernelHost() { return reinterpret_cast<jlong>(&kernel_host()); }
inline void setKernelClient(jlong c) {
  __atomic_store_n(&kernel_host().client, client(c), __ATOMIC_RELEASE);  // pairs with Kernel::Of()
}

inline void empty() {}
inline void writeNoCores() {
  rlimit limit{};
  if (getrlimit(RLIMIT_CORE, &limit) != 0) return;
  limit.rlim_cur = 0;
  (void)setrlimit(RLIMIT_CORE, &limit);
}
// What was the standard input, under another number, which no child of this process inherits; or -1. There is the end of a
// file in its place from then on.
inline jlong takeStandardInput() {
  constexpr int kAboveTheUsual = 3;
  const int taken = fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, kAboveTheUsual);
  const int nothing = taken < 0 ? -1 : open("/dev/null", O_RDONLY | O_CLOEXEC);
  const bool replaced = nothing >= 0 && dup2(nothing, STDIN_FILENO) >= 0;
  if (nothing >= 0) (void)close(nothing);
  if (replaced || taken < 0) return taken;
  (void)close(taken);
  return -1;
}
// One that has ended and that nobody has reaped is one.
inline jlong hasChildren() {
  siginfo_t first;
  return waitid(P_ALL, 0, &first, WEXITED | WNOHANG | WNOWAIT | __WALL) == 0 || errno != ECHILD ? 1 : 0;
}
[[noreturn]] inline void endProcess(jint status) {
  if (getpgrp() == getpid()) (void)kill(0, SIGKILL);
  _exit(status);
}

struct Number {
  const char* name;
  int64_t value;
};

#define ATOLL_JNI_SIZE(type) \
  { "sizeof " #type, sizeof(type) }
#define ATOLL_JNI_FIELD(type, field) \
  { #type "." #field, offsetof(type, field) }
#define ATOLL_JNI_CONSTANT(name) \
  { #name, name }

constexpr Number kNumbers[] = {
    ATOLL_JNI_SIZE(atoll_object_id),
    ATOLL_JNI_FIELD(atoll_object_id, store),
    ATOLL_JNI_FIELD(atoll_object_id, place),

    ATOLL_JNI_SIZE(atoll_server_options),
    ATOLL_JNI_FIELD(atoll_server_options, size),
    ATOLL_JNI_FIELD(atoll_server_options, capacity),
    ATOLL_JNI_FIELD(atoll_server_options, max_objects),
    ATOLL_JNI_FIELD(atoll_server_options, max_clients),
    ATOLL_JNI_FIELD(atoll_server_options, extent_bytes),
    ATOLL_JNI_FIELD(atoll_server_options, ring_bytes),
    ATOLL_JNI_FIELD(atoll_server_options, warm_bytes),
    ATOLL_JNI_FIELD(atoll_server_options, max_names),
    ATOLL_JNI_FIELD(atoll_server_options, await_farewell),
    ATOLL_JNI_FIELD(atoll_server_options, socket_path),
    ATOLL_JNI_FIELD(atoll_server_options, spill_directory),
    ATOLL_JNI_FIELD(atoll_server_options, spill_limit),

    ATOLL_JNI_SIZE(atoll_client_options),
    ATOLL_JNI_FIELD(atoll_client_options, size),
    ATOLL_JNI_FIELD(atoll_client_options, flags),
    ATOLL_JNI_FIELD(atoll_client_options, reserve_bytes),

    ATOLL_JNI_SIZE(atoll_child),
    ATOLL_JNI_FIELD(atoll_child, pid),
    ATOLL_JNI_FIELD(atoll_child, in),
    ATOLL_JNI_FIELD(atoll_child, out),
    ATOLL_JNI_FIELD(atoll_child, err),

    ATOLL_JNI_SIZE(atoll_view),
    ATOLL_JNI_FIELD(atoll_view, address),
    ATOLL_JNI_FIELD(atoll_view, size),
    ATOLL_JNI_FIELD(atoll_view, tag),
    ATOLL_JNI_FIELD(atoll_view, offset),
    ATOLL_JNI_FIELD(atoll_view, contained),
    ATOLL_JNI_FIELD(atoll_view, contained_address),
    ATOLL_JNI_SIZE(atoll_event),
    ATOLL_JNI_FIELD(atoll_event, id),
    ATOLL_JNI_FIELD(atoll_event, kind),

    ATOLL_JNI_SIZE(atoll_operations),
    ATOLL_JNI_FIELD(atoll_operations, expects),
    ATOLL_JNI_FIELD(atoll_operations, creates),
    ATOLL_JNI_FIELD(atoll_operations, seals),
    ATOLL_JNI_FIELD(atoll_operations, aborts),
    ATOLL_JNI_FIELD(atoll_operations, gets),
    ATOLL_JNI_FIELD(atoll_operations, releases),
    ATOLL_JNI_FIELD(atoll_operations, references),
    ATOLL_JNI_FIELD(atoll_operations, dereferences),
    ATOLL_JNI_FIELD(atoll_operations, deletes),
    ATOLL_JNI_FIELD(atoll_operations, waits),
    ATOLL_JNI_FIELD(atoll_operations, claims),
    ATOLL_JNI_FIELD(atoll_operations, lookups),
    ATOLL_JNI_FIELD(atoll_operations, publishes),
    ATOLL_JNI_FIELD(atoll_operations, unpublishes),
    ATOLL_JNI_FIELD(atoll_operations, bytes_written),
    ATOLL_JNI_FIELD(atoll_operations, bytes_copied),

    ATOLL_JNI_SIZE(atoll_stats_t),
    ATOLL_JNI_FIELD(atoll_stats_t, size),
    ATOLL_JNI_FIELD(atoll_stats_t, capacity),
    ATOLL_JNI_FIELD(atoll_stats_t, allocated),
    ATOLL_JNI_FIELD(atoll_stats_t, free),
    ATOLL_JNI_FIELD(atoll_stats_t, reserved),
    ATOLL_JNI_FIELD(atoll_stats_t, pinned_bytes),
    ATOLL_JNI_FIELD(atoll_stats_t, sealed_bytes),
    ATOLL_JNI_FIELD(atoll_stats_t, spilled_bytes),
    ATOLL_JNI_FIELD(atoll_stats_t, control_bytes),
    ATOLL_JNI_FIELD(atoll_stats_t, objects),
    ATOLL_JNI_FIELD(atoll_stats_t, sealed_objects),
    ATOLL_JNI_FIELD(atoll_stats_t, spilled_objects),
    ATOLL_JNI_FIELD(atoll_stats_t, lost_objects),
    ATOLL_JNI_FIELD(atoll_stats_t, max_objects),
    ATOLL_JNI_FIELD(atoll_stats_t, pins),
    ATOLL_JNI_FIELD(atoll_stats_t, names),
    ATOLL_JNI_FIELD(atoll_stats_t, max_names),
    ATOLL_JNI_FIELD(atoll_stats_t, clients),
    ATOLL_JNI_FIELD(atoll_stats_t, max_clients),
    ATOLL_JNI_FIELD(atoll_stats_t, attached),
    ATOLL_JNI_FIELD(atoll_stats_t, buried),
    ATOLL_JNI_FIELD(atoll_stats_t, extent_bytes),
    ATOLL_JNI_FIELD(atoll_stats_t, extents_free),
    ATOLL_JNI_FIELD(atoll_stats_t, extents_of_clients),
    ATOLL_JNI_FIELD(atoll_stats_t, extents_of_server),
    ATOLL_JNI_FIELD(atoll_stats_t, largest_free),
    ATOLL_JNI_FIELD(atoll_stats_t, fragmentation_permille),
    ATOLL_JNI_FIELD(atoll_stats_t, done),
    ATOLL_JNI_FIELD(atoll_stats_t, freed),
    ATOLL_JNI_FIELD(atoll_stats_t, evicted),
    ATOLL_JNI_FIELD(atoll_stats_t, restored),
    ATOLL_JNI_FIELD(atoll_stats_t, bytes_spilled),
    ATOLL_JNI_FIELD(atoll_stats_t, bytes_spilling),
    ATOLL_JNI_FIELD(atoll_stats_t, bytes_restored),

    ATOLL_JNI_SIZE(atoll_client_stats_t),
    ATOLL_JNI_FIELD(atoll_client_stats_t, size),
    ATOLL_JNI_FIELD(atoll_client_stats_t, pid),
    ATOLL_JNI_FIELD(atoll_client_stats_t, pins),
    ATOLL_JNI_FIELD(atoll_client_stats_t, pinned_bytes),
    ATOLL_JNI_FIELD(atoll_client_stats_t, references),
    ATOLL_JNI_FIELD(atoll_client_stats_t, creating_bytes),
    ATOLL_JNI_FIELD(atoll_client_stats_t, leased_bytes),
    ATOLL_JNI_FIELD(atoll_client_stats_t, done),
    ATOLL_JNI_FIELD(atoll_client_stats_t, user),

    ATOLL_JNI_SIZE(atoll_object_info),
    ATOLL_JNI_FIELD(atoll_object_info, id),
    ATOLL_JNI_FIELD(atoll_object_info, state),
    ATOLL_JNI_FIELD(atoll_object_info, size),
    ATOLL_JNI_FIELD(atoll_object_info, tag),
    ATOLL_JNI_FIELD(atoll_object_info, offset),
    ATOLL_JNI_FIELD(atoll_object_info, pins),
    ATOLL_JNI_FIELD(atoll_object_info, references),

    ATOLL_JNI_CONSTANT(ATOLL_ABI_VERSION),
    ATOLL_JNI_CONSTANT(ATOLL_CHILD_CONNECTION),
    ATOLL_JNI_CONSTANT(ATOLL_MOST_RESERVED_BYTES),
    ATOLL_JNI_CONSTANT(ATOLL_SCHEDULER_BELL),
    ATOLL_JNI_CONSTANT(ATOLL_RING_UP),
    ATOLL_JNI_CONSTANT(ATOLL_RING_DOWN),
    ATOLL_JNI_CONSTANT(ATOLL_ABSENT),
    ATOLL_JNI_CONSTANT(ATOLL_EXPECTED),
    ATOLL_JNI_CONSTANT(ATOLL_SEALED),
    ATOLL_JNI_CONSTANT(ATOLL_EVENT_ALONE),
    ATOLL_JNI_CONSTANT(ATOLL_EVENT_DAMAGED),
    ATOLL_JNI_CONSTANT(ATOLL_IS_LOST),

    ATOLL_JNI_CONSTANT(ATOLL_OK),
    ATOLL_JNI_CONSTANT(ATOLL_INVALID_ARGUMENT),
    ATOLL_JNI_CONSTANT(ATOLL_NOT_FOUND),
    ATOLL_JNI_CONSTANT(ATOLL_ALREADY_EXISTS),
    ATOLL_JNI_CONSTANT(ATOLL_NOT_CREATING),
    ATOLL_JNI_CONSTANT(ATOLL_TIMED_OUT),
    ATOLL_JNI_CONSTANT(ATOLL_STORE_FULL),
    ATOLL_JNI_CONSTANT(ATOLL_TOO_MANY_OBJECTS),
    ATOLL_JNI_CONSTANT(ATOLL_TOO_MANY_CLIENTS),
    ATOLL_JNI_CONSTANT(ATOLL_DISCONNECTED),
    ATOLL_JNI_CONSTANT(ATOLL_REFUSED),
    ATOLL_JNI_CONSTANT(ATOLL_CORRUPT),
    ATOLL_JNI_CONSTANT(ATOLL_LOST),
    ATOLL_JNI_CONSTANT(ATOLL_SYSTEM),
    ATOLL_JNI_CONSTANT(ATOLL_OUT_OF_MEMORY),
    ATOLL_JNI_CONSTANT(ATOLL_TOO_MANY_NAMES),
};

inline jlong layout(JNIEnv* env, jclass, jstring string) {
  const char* name = string == nullptr ? nullptr : env->GetStringUTFChars(string, nullptr);
  if (name == nullptr) return -1;
  jlong value = -1;
  for (const Number& number : kNumbers) {
    if (std::strcmp(number.name, name) == 0) value = number.value;
  }
  env->ReleaseStringUTFChars(string, name);
  return value;
}

// JNI does not check access, which is what makes these possible. A JDK that has renamed what they touch
// is left as it is: Arrow then says which --add-opens it misses, and the warning is printed.

inline void open_package(JNIEnv* env, const char* package) {
  const jclass class_class = env->FindClass("java/lang/Class");
  const jclass module_class = env->FindClass("java/lang/Module");
  const jmethodID get_module = env->GetMethodID(class_class, "getModule", "()Ljava/lang/Module;");
  const jobject java_base = env->CallObjectMethod(class_class, get_module);
  const jmethodID open = env->GetMethodID(module_class, "implAddOpensToAllUnnamed", "(Ljava/lang/String;)V");
  const jstring name = open == nullptr ? nullptr : env->NewStringUTF(package);
  if (name != nullptr) env->CallVoidMethod(java_base, open, name);
  env->ExceptionClear();
}

inline void silence_unsafe_warning(JNIEnv* env) {
  const jclass unsafe = env->FindClass("sun/misc/Unsafe");
  // JDK 24 brought the field together with the warning.
  const jfieldID warned =
      unsafe == nullptr ? nullptr : env->GetStaticFieldID(unsafe, "memoryAccessWarned", "Z");
  if (warned != nullptr) env->SetStaticBooleanField(unsafe, warned, JNI_TRUE);
  env->ExceptionClear();
}

inline void openPackage(JNIEnv* env, jclass, jobject module, jstring name, jobject to) {
  const jclass module_class = env->FindClass("java/lang/Module");
  const jmethodID open =
      env->GetMethodID(module_class, "implAddOpens", "(Ljava/lang/String;Ljava/lang/Module;)V");
  if (open != nullptr) env->CallVoidMethod(module, open, name, to);
  env->ExceptionClear();
}

inline jlong isLoaded(JNIEnv* env, jclass, jobject loader, jstring name) {
  const jclass loader_class = env->FindClass("java/lang/ClassLoader");
  const jmethodID find =
      env->GetMethodID(loader_class, "findLoadedClass", "(Ljava/lang/String;)Ljava/lang/Class;");
  const jobject found = find == nullptr ? nullptr : env->CallObjectMethod(loader, find, name);
  env->ExceptionClear();
  return found == nullptr ? 0 : 1;
}

// What debuggers use. The JVM's switch for System.gc() is not asked.
inline void collectGarbage(JNIEnv* env, jclass) {
  JavaVM* vm = nullptr;
  jvmtiEnv* tools = nullptr;
  if (env->GetJavaVM(&vm) != JNI_OK) return;
  if (vm->GetEnv(reinterpret_cast<void**>(&tools), JVMTI_VERSION_1_2) != JNI_OK) return;
  (void)tools->ForceGarbageCollection();
  (void)tools->DisposeEnvironment();
}

// What java.lang.Shutdown.exit(0) does but for the logger.
inline void exitQuietly(JNIEnv* env, jclass) {
  const jclass shutdown = env->FindClass("java/lang/Shutdown");
  const auto method = [&](const char* name, const char* type) {
    return env->ExceptionCheck() == JNI_TRUE ? nullptr : env->GetStaticMethodID(shutdown, name, type);
  };
  const jmethodID before = method("beforeHalt", "()V"), hooks = method("shutdown", "()V"), halt = method("halt", "(I)V");
  if (env->ExceptionCheck() == JNI_FALSE) {
    env->CallStaticVoidMethod(shutdown, before);
    env->CallStaticVoidMethod(shutdown, hooks);
    env->CallStaticVoidMethod(shutdown, halt, jint{0});
  }
  env->ExceptionClear();
}

inline void openModules(JNIEnv* env, jclass) {
  open_package(env, "java.nio");
  silence_unsafe_warning(env);
}

}  // namespace atoll_jni

#endif  // ATOLL_JNI_STORE_NATIVE_H_
