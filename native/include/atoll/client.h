// C++ over the C ABI: a client, the objects it writes and the views it reads, each owning what it holds.
// What the calls do and may answer is said in c.h. Thread-safe as c.h is; a Writer or View belongs to one
// thread at a time, and must end before its Client.
#ifndef ATOLL_CLIENT_H_
#define ATOLL_CLIENT_H_

#include <chrono>
#include <cstddef>
#include <span>
#include <string>
#include <utility>

#include "atoll/object_id.h"
#include "atoll/result.h"

namespace atollstore {

using Timeout = std::chrono::nanoseconds;

// The status of a call that has just returned on this thread.
inline Status StatusOf(int64_t code) { return code >= 0 ? Status() : Status(static_cast<atoll_code>(-code)); }

// A pinned, read-only look at a sealed object. Unpins it at its end.
class View {
 public:
  View(View&& other) noexcept
      : client_(std::exchange(other.client_, nullptr)), id_(other.id_), view_(other.view_) {}
  View& operator=(View&& other) noexcept {
    std::swap(client_, other.client_);
    std::swap(id_, other.id_);
    std::swap(view_, other.view_);
    return *this;
  }
  ~View() {
    if (client_ != nullptr) (void)atoll_release(client_, &id_);
  }

  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(view_.address), static_cast<size_t>(view_.size)};
  }
  std::span<const atoll_object_id> contained() const {
    return {reinterpret_cast<const atoll_object_id*>(view_.contained_address),
            static_cast<size_t>(view_.contained)};
  }
  uint64_t tag() const { return view_.tag; }
  uint64_t offset() const { return view_.offset; }  // the same in every process

 private:
  friend class Client;
  View(atoll_client* client, const atoll_object_id& id, const atoll_view& view)
      : client_(client), id_(id), view_(view) {}
  atoll_client* client_;
  atoll_object_id id_;
  atoll_view view_;
};

// An object being written. Aborted at its end unless it was sealed.
class Writer {
 public:
  Writer(Writer&& other) noexcept
      : client_(std::exchange(other.client_, nullptr)),
        id_(other.id_),
        bytes_(other.bytes_),
        owned_(other.owned_) {}
  Writer& operator=(Writer&& other) = delete;
  ~Writer() {
    if (client_ == nullptr) return;
    (void)atoll_abort(client_, &id_);
    if (owned_) (void)atoll_dereference(client_, &id_);
  }

  ObjectId id() const { return id_; }
  std::span<std::byte> bytes() const { return bytes_; }

  // Makes the object immutable and visible. `contained`: as many ids as were promised.
  Status Seal(const atoll_object_id* contained = nullptr) {
    const Status sealed = StatusOf(atoll_seal(client_, &id_, contained));
    if (sealed.ok()) client_ = nullptr;
    return sealed;
  }

 private:
  friend class Client;
  Writer(atoll_client* client, const atoll_object_id& id, std::span<std::byte> bytes, bool owned)
      : client_(client), id_(id), bytes_(bytes), owned_(owned) {}
  atoll_client* client_;
  atoll_object_id id_;
  std::span<std::byte> bytes_;
  bool owned_;  // the id was made for this writer
};

// One attachment of this process to a store. Detaches at its end.
class Client {
 public:
  static Result<Client> Attach(const std::string& socket_path) {
    atoll_client* client = nullptr;
    const Status attached = StatusOf(atoll_attach(socket_path.c_str(), &client));
    if (!attached.ok()) return attached;
    return Client(client);
  }
  Client(Client&& other) noexcept : client_(std::exchange(other.client_, nullptr)) {}
  Client& operator=(Client&& other) noexcept {
    std::swap(client_, other.client_);
    return *this;
  }
  ~Client() {
    if (client_ != nullptr) (void)atoll_detach(client_);
  }

  // Everything that is not here: the functions of c.h take this.
  atoll_client* handle() const { return client_; }

  // A new object of `size` bytes, to which this client holds one reference once it is sealed.
  Result<Writer> Create(uint64_t size, Timeout timeout, uint64_t tag = 0, uint64_t contained = 0) {
    return Begin({}, size, timeout, tag, contained);
  }
  // The bytes of an expected object.
  Result<Writer> Create(ObjectId expected, uint64_t size, Timeout timeout, uint64_t tag = 0,
                        uint64_t contained = 0) {
    return Begin(expected.c(), size, timeout, tag, contained);
  }
  Result<ObjectId> Expect() {
    atoll_object_id id{};
    const Status made = StatusOf(atoll_expect(client_, &id));
    if (!made.ok()) return made;
    return ObjectId(id);
  }
  // Waits up to `timeout` for the object to be sealed.
  Result<View> Get(ObjectId id, Timeout timeout) {
    const atoll_object_id c = id.c();
    atoll_view view;
    const Status got = StatusOf(atoll_get(client_, &c, timeout.count(), &view));
    if (!got.ok()) return got;
    return View(client_, c, view);
  }
  Status Reference(ObjectId id) {
    const atoll_object_id c = id.c();
    return StatusOf(atoll_reference(client_, &c));
  }
  Status Dereference(ObjectId id) {
    const atoll_object_id c = id.c();
    return StatusOf(atoll_dereference(client_, &c));
  }

 private:
  explicit Client(atoll_client* client) : client_(client) {}
  Result<Writer> Begin(atoll_object_id id, uint64_t size, Timeout timeout, uint64_t tag, uint64_t contained) {
    const bool owned = id.store == 0;
    uint64_t address = 0;
    const Status begun =
        StatusOf(atoll_create(client_, &id, size, contained, tag, timeout.count(), &address));
    if (!begun.ok()) return begun;
    return Writer(client_, id, {reinterpret_cast<std::byte*>(address), static_cast<size_t>(size)}, owned);
  }
  atoll_client* client_;
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_H_
