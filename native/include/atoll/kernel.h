/** @file
 * The store for native code that runs in a JVM of Atoll's: a task's kernel in a worker, or in the driver.
 * Such code links no store library: it uses the process's own attachment, through the table of api.h.
 *
 *     Kernel kernel = Kernel::OfProcess();
 *     Kernel::View in = kernel.Get({store, place}, kForever);      // of a ref: ref.id().store(),
 * ref.id().place() std::span<const double> x = in.elements<double>();           // where it lies: nothing is
 * copied Kernel::Writer out = kernel.Create(in.bytes().size(), 10s);  // in the store, this process's alone
 * until Seal()
 *     ...
 *     ObjectId id = out.Seal();                                    // in Java: ObjectRef.adopt(new
 * ObjectId(store, place))
 *
 * Failures are KernelErrors. JavaCPP makes RuntimeExceptions of them, with their text; a JNI function of
 * one's own does so by CallFromJava(). What the calls do and may answer is said in c.h.
 *
 * Thread-safe as c.h is; a View or Writer belongs to one thread at a time. In a worker the attachment lives
 * as long as the process; in a driver, a Kernel and what it has given must have ended before the session is
 * closed.
 */
#ifndef ATOLL_KERNEL_H_
#define ATOLL_KERNEL_H_

#include <dlfcn.h>
#include <jni.h>

#include <atomic>
#include <cstddef>
#include <cstring>
#include <exception>
#include <span>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>
#include <vector>

#include "atoll/api.h"
#include "atoll/object_id.h"
#include "atoll/timeout.h"

namespace atollstore {
inline namespace v1 {

/** What a call of a kernel's has failed with; the text has the code's name and the store's own words. */
class KernelError : public std::runtime_error {
 public:
  /** With all that it tells. */
  KernelError(atoll_code code, const std::string& text) : std::runtime_error(text), code_(code) {}
  /** Which failure it is. */
  atoll_code code() const { return code_; }

 private:
  atoll_code code_;
};

/** This process's attachment to its store. A value that owns nothing and may be copied. */
class Kernel {
 public:
  class View;
  class Writer;

  /**
   * That of this process, on any thread. Throws a KernelError: DISCONNECTED when there is none, REFUSED when
   * the store's library has another version than the headers that this was compiled with, NOT_FOUND when this
   * is no process of Atoll's.
   */
  static Kernel OfProcess() { return Of(Host()); }
  /** Of what a JVM has handed out; see api.h. Throws as OfProcess(). */
  static Kernel Of(const atoll_kernel_host* host) {
    if (host->abi_version != ATOLL_ABI_VERSION || host->size < sizeof(atoll_kernel_host)) {
      Refuse(host->abi_version, "another version");
    }
    atoll_client* client = __atomic_load_n(&host->client, __ATOMIC_ACQUIRE);
    if (client == nullptr) {
      throw KernelError(ATOLL_DISCONNECTED, "DISCONNECTED: this process is attached to no store of Atoll's");
    }
    return Kernel(host->api, client);
  }
  /** Of any attachment. REQUIRES: it outlives this, and all that this gives. Throws REFUSED as OfProcess().
   */
  Kernel(const atoll_api* api, atoll_client* client) : api_(api), client_(client) {
    if (api->abi_version != ATOLL_ABI_VERSION) Refuse(api->abi_version, "another version");
    if (api->size < sizeof(atoll_api))
      Refuse(api->abi_version, "an older one, without all functions of these headers");
  }

  /** Pins an object, waiting up to `timeout` for it to be there. */
  View Get(ObjectId id, Timeout timeout) const;
  /** Pins all of the objects, or none, in the same order. */
  std::vector<View> GetAll(std::span<const atoll_object_id> ids, Timeout timeout) const;
  /** A new object of so many bytes, waiting up to `timeout` for room. Java gets one with the tag 0 as a
   * byte[], or as whatever ObjectRef.as() is asked for. */
  Writer Create(uint64_t size, Timeout timeout, uint64_t tag = 0) const;
  /** The bytes of an object that somebody expects. */
  Writer Create(ObjectId expected, uint64_t size, Timeout timeout, uint64_t tag = 0) const;
  /** A copy of the bytes as a new object, to which this process holds one reference. */
  ObjectId Put(std::span<const std::byte> bytes, Timeout timeout, uint64_t tag = 0) const;
  /** One reference less of this process. */
  void Dereference(ObjectId id) const {
    const atoll_object_id c = id.c();
    (void)Check(api_->dereference(client_, &c));
  }
  /** Says that bytes were copied out of a view: copies are counted, not assumed. */
  void CountCopied(uint64_t bytes) const { (void)Check(api_->count_copied(client_, bytes)); }

  /** The functions of c.h that have no method here: they take client(). */
  const atoll_api& api() const { return *api_; }
  /** Owned by the process. */
  atoll_client* client() const { return client_; }
  /** What a function of the table has returned, when that is no failure; a failure is thrown. */
  int64_t Check(int64_t result) const {
    if (result >= 0) return result;
    throw KernelError(static_cast<atoll_code>(-result),
                      std::string(api_->code_name(result)) + ": " + api_->last_error());
  }

 private:
  static const atoll_kernel_host* Host();
  [[noreturn]] static void Refuse(uint64_t version, const char* how);

  const atoll_api* api_;
  atoll_client* client_;
};

/** A pinned, read-only look at an object. Unpins it at its end. */
class Kernel::View {
 public:
  /** Takes the pin over. */
  View(View&& other) noexcept : kernel_(other.kernel_), id_(other.id_), view_(other.view_) { other.id_ = {}; }
  /** Swaps the pins. */
  View& operator=(View&& other) noexcept {
    std::swap(kernel_, other.kernel_);
    std::swap(id_, other.id_);
    std::swap(view_, other.view_);
    return *this;
  }
  ~View() {
    if (id_.store != 0) (void)kernel_.api().release(kernel_.client(), &id_);
  }

  /** Of the object. */
  ObjectId id() const { return id_; }
  /** As given to create: what Java calls the kind of the value. */
  uint64_t tag() const { return view_.tag; }
  /** All bytes, 64-byte aligned, as long as this lives. Writing to them ends the process. */
  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(view_.address), static_cast<size_t>(view_.size)};
  }
  /**
   * The numbers of a tensor, in the order in which they lie, or of a primitive array or plain bytes. That T
   * is their type is the caller's to know. Throws INVALID_ARGUMENT when the bytes are no whole number of T.
   */
  template <typename T>
  std::span<const T> elements() const {
    static_assert(std::is_trivially_copyable_v<T>);
    const std::span<const std::byte> all = Body();
    if (all.size() % sizeof(T) != 0) {
      throw KernelError(ATOLL_INVALID_ARGUMENT, "INVALID_ARGUMENT: an object of " +
                                                    std::to_string(all.size()) +
                                                    " bytes has no elements of " + std::to_string(sizeof(T)));
    }
    return {reinterpret_cast<const T*>(all.data()), all.size() / sizeof(T)};
  }

 private:
  friend class Kernel;
  static constexpr uint64_t kTensor =
      20; /* an Arrow tensor message: a mark, the length of its head, the head, the numbers */
  static constexpr size_t kPrefix = 8;

  View(const Kernel& kernel, const atoll_object_id& id, const atoll_view& view)
      : kernel_(kernel), id_(id), view_(view) {}
  std::span<const std::byte> Body() const {
    const std::span<const std::byte> all = bytes();
    if ((view_.tag & 0xff) != kTensor) return all;
    uint32_t head = 0;
    if (all.size() >= kPrefix) std::memcpy(&head, all.data() + sizeof(head), sizeof(head));
    if (all.size() < kPrefix || head > all.size() - kPrefix) {
      throw KernelError(ATOLL_CORRUPT, "CORRUPT: a tensor of " + std::to_string(all.size()) +
                                           " bytes whose head is " + std::to_string(head));
    }
    return all.subspan(kPrefix + head);
  }

  Kernel kernel_;
  atoll_object_id id_;
  atoll_view view_;
};

/** An object being written. Given up at its end unless it was sealed. */
class Kernel::Writer {
 public:
  /** Takes the creation over. */
  Writer(Writer&& other) noexcept
      : kernel_(other.kernel_), id_(other.id_), bytes_(other.bytes_), owned_(other.owned_) {
    other.bytes_ = {};
    other.id_ = {};
  }
  Writer& operator=(Writer&& other) = delete;
  ~Writer() {
    if (id_.store == 0) return;
    (void)kernel_.api().abort(kernel_.client(), &id_);
    if (owned_) (void)kernel_.api().dereference(kernel_.client(), &id_);
  }

  /** To be written, 64-byte aligned. Empty once the object is sealed. */
  std::span<std::byte> bytes() const { return bytes_; }
  /** The same as numbers; what is left over at the end is in bytes() alone. */
  template <typename T>
  std::span<T> elements() const {
    static_assert(std::is_trivially_copyable_v<T>);
    return {reinterpret_cast<T*>(bytes_.data()), bytes_.size() / sizeof(T)};
  }
  /** Makes it immutable and visible. Of a new object this process holds one reference, which is the caller's
   * to hand on to Java (ObjectRef.adopt) or to give back (Dereference()). Once. */
  ObjectId Seal() {
    const ObjectId sealed = id_;
    (void)kernel_.Check(kernel_.api().seal(kernel_.client(), &id_, nullptr));
    id_ = {};
    bytes_ = {};
    return sealed;
  }

 private:
  friend class Kernel;
  Writer(const Kernel& kernel, const atoll_object_id& id, std::span<std::byte> bytes, bool owned)
      : kernel_(kernel), id_(id), bytes_(bytes), owned_(owned) {}

  Kernel kernel_;
  atoll_object_id id_; /* the nil id once it is sealed, or another's */
  std::span<std::byte> bytes_;
  bool owned_;
};

inline Kernel::View Kernel::Get(ObjectId id, Timeout timeout) const {
  const atoll_object_id c = id.c();
  atoll_view view{};
  (void)Check(api_->get(client_, &c, timeout.count(), &view));
  return View(*this, c, view);
}

inline std::vector<Kernel::View> Kernel::GetAll(std::span<const atoll_object_id> ids, Timeout timeout) const {
  std::vector<atoll_view> views(ids.size());
  std::vector<View> all;
  all.reserve(ids.size());  // before anything is pinned: that this fails leaves nothing behind
  (void)Check(api_->get_all(client_, ids.data(), ids.size(), timeout.count(), views.data()));
  for (size_t i = 0; i < ids.size(); ++i) all.push_back(View(*this, ids[i], views[i]));
  return all;
}

inline Kernel::Writer Kernel::Create(uint64_t size, Timeout timeout, uint64_t tag) const {
  return Create(ObjectId(), size, timeout, tag);
}

inline Kernel::Writer Kernel::Create(ObjectId expected, uint64_t size, Timeout timeout, uint64_t tag) const {
  atoll_object_id id = expected.c();
  uint64_t address = 0;
  (void)Check(api_->create(client_, &id, size, 0, tag, timeout.count(), &address));
  return Writer(*this, id, {reinterpret_cast<std::byte*>(address), static_cast<size_t>(size)},
                expected.nil());
}

inline ObjectId Kernel::Put(std::span<const std::byte> bytes, Timeout timeout, uint64_t tag) const {
  Writer writer = Create(bytes.size(), timeout, tag);
  (void)Check(api_->copy(writer.bytes().data(), bytes.data(), bytes.size()));
  return writer.Seal();
}

/* Asked of the class that has the store's library, once: the struct stays where it is. */
inline const atoll_kernel_host* Kernel::Host() {
  static std::atomic<const atoll_kernel_host*> known = nullptr;
  if (const atoll_kernel_host* host = known.load(std::memory_order_acquire)) return host;
  const auto absent = [](const char* what) {
    return KernelError(ATOLL_NOT_FOUND,
                       std::string("NOT_FOUND: no store of Atoll's in this process: ") + what);
  };
  // Found by name, so that a kernel need not be linked to libjvm, which java's launcher shows to everybody.
  using Vms = jint(JavaVM**, jsize, jsize*);
  auto* const vms = reinterpret_cast<Vms*>(::dlsym(RTLD_DEFAULT, "JNI_GetCreatedJavaVMs"));
  JavaVM* vm = nullptr;
  jsize count = 0;
  if (vms == nullptr || vms(&vm, 1, &count) != JNI_OK || count == 0) throw absent("there is no JVM");
  void* env_of_thread = nullptr;
  const bool own_thread = vm->GetEnv(&env_of_thread, JNI_VERSION_1_8) == JNI_EDETACHED;
  if (own_thread && vm->AttachCurrentThreadAsDaemon(&env_of_thread, nullptr) != JNI_OK) {
    throw absent("this thread cannot be attached to the JVM");
  }
  auto* const env = static_cast<JNIEnv*>(env_of_thread);
  jlong address = 0;
  const jclass native = env->FindClass("io/atoll/jni/StoreNative");
  const jmethodID host = native == nullptr ? nullptr : env->GetStaticMethodID(native, "kernelHost", "()J");
  if (host != nullptr) address = env->CallStaticLongMethod(native, host);
  const bool failed = env->ExceptionCheck();
  env->ExceptionClear();
  if (native != nullptr) env->DeleteLocalRef(native);
  if (own_thread) vm->DetachCurrentThread();
  if (failed || address == 0) throw absent("its library is not loaded, or not seen from here");
  const auto* found = reinterpret_cast<const atoll_kernel_host*>(static_cast<uintptr_t>(address));
  known.store(found, std::memory_order_release);
  return found;
}

inline void Kernel::Refuse(uint64_t version, const char* how) {
  Dl_info about{};
  /* A function of this library's own: an inline variable may be that of another kernel, which was loaded first. */
  const bool found =
      ::dladdr(reinterpret_cast<const void*>(&Kernel::Refuse), &about) != 0 && about.dli_fname != nullptr;
  throw KernelError(ATOLL_REFUSED, "REFUSED: " + std::string(found ? about.dli_fname : "this kernel") +
                                       " was compiled with version " + std::to_string(ATOLL_ABI_VERSION) +
                                       " of atoll/api.h; the store in this process has version " +
                                       std::to_string(version) + ", " + how +
                                       ": compile it with the headers of the Atoll that it runs with");
}

/**
 * Runs what a JNI function has to do, and makes RuntimeExceptions of what it throws: of std::exceptions with
 * their text. Returns what that returns, or a zero, which Java does not see.
 */
template <typename Function>
auto CallFromJava(JNIEnv* env, Function&& function) -> decltype(function()) {
  std::string text;
  try {
    return function();
  } catch (const std::exception& e) {
    text = e.what();
  } catch (...) {
    text = "native code has thrown something that is no std::exception";
  }
  if (!env->ExceptionCheck()) {
    const jclass type = env->FindClass("java/lang/RuntimeException");
    if (type != nullptr) env->ThrowNew(type, text.c_str());
  }
  if constexpr (!std::is_void_v<decltype(function())>) return {};
}

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_KERNEL_H_
