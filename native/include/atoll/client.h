/** @file
 * C++ over the C ABI: a client, the objects it writes and the views it reads, each owning what it holds.
 *
 *     auto client = Client::Attach("/run/user/1000/store/sock");
 *     auto writer = client->Create(bytes.size(), 1s);      // shared memory, 64-byte aligned, yours alone
 *     std::ranges::copy(bytes, writer->bytes().begin());
 *     ObjectId id = writer->id();
 *     writer->Seal();                                       // from here on nobody can change it
 *     ...
 *     auto view = client->Get(id, 1s);                      // in any process: the same bytes, not a copy
 *     use(view->bytes());                                   // unpinned when the view ends
 *
 * What the calls do and may answer is said in c.h; what there is to say about a failure, in LastError().
 * Thread-safe as c.h is; a Writer or View belongs to one thread at a time, and must end before its Client.
 * What returns a vector allocates it before it asks the store for anything, so that running out of memory
 * leaves nothing behind.
 */
#ifndef ATOLL_CLIENT_H_
#define ATOLL_CLIENT_H_

#include <cstddef>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "atoll/object_id.h"
#include "atoll/result.h"
#include "atoll/timeout.h"

namespace atollstore {
inline namespace v1 {

/** A pinned, read-only look at a sealed object. Unpins it at its end. */
class View {
 public:
  /** Takes the pin over. */
  View(View&& other) noexcept
      : client_(std::exchange(other.client_, nullptr)), id_(other.id_), view_(other.view_) {}
  /** Swaps the pins. */
  View& operator=(View&& other) noexcept {
    std::swap(client_, other.client_);
    std::swap(id_, other.id_);
    std::swap(view_, other.view_);
    return *this;
  }
  ~View() {
    if (client_ != nullptr) (void)atoll_release(client_, &id_);
  }

  /** Of the object. */
  ObjectId id() const { return id_; }
  /** The object's bytes, 64-byte aligned, as long as this view lives. */
  std::span<const std::byte> bytes() const {
    return {reinterpret_cast<const std::byte*>(view_.address), static_cast<size_t>(view_.size)};
  }
  /** The ids of other objects that this one holds, and keeps alive. */
  std::span<const atoll_object_id> contained() const {
    return {reinterpret_cast<const atoll_object_id*>(view_.contained_address),
            static_cast<size_t>(view_.contained)};
  }
  /** As given to Client::Create(). */
  uint64_t tag() const { return view_.tag; }
  /** Of the bytes in the data segment: the same in every process. */
  uint64_t offset() const { return view_.offset; }

 private:
  friend class Client;
  View(atoll_client* client, const atoll_object_id& id, const atoll_view& view)
      : client_(client), id_(id), view_(view) {}
  atoll_client* client_;
  atoll_object_id id_;
  atoll_view view_;
};

/** An object being written. Aborted at its end unless it was sealed. */
class Writer {
 public:
  /** Takes the creation over. */
  Writer(Writer&& other) noexcept
      : client_(std::exchange(other.client_, nullptr)),
        id_(other.id_),
        bytes_(std::exchange(other.bytes_, {})),
        owned_(other.owned_),
        sealed_(other.sealed_) {}
  Writer& operator=(Writer&& other) = delete;
  ~Writer() {
    if (client_ == nullptr || sealed_) return;
    (void)atoll_abort(client_, &id_);
    if (owned_) (void)atoll_dereference(client_, &id_);
  }

  /** Of the object. */
  ObjectId id() const { return id_; }
  /** To be written, 64-byte aligned. Empty once the object is sealed. */
  std::span<std::byte> bytes() const { return bytes_; }

  /** Makes it larger or smaller. The bytes up to the smaller of the sizes stay, but bytes() may be elsewhere.
   */
  Status Resize(uint64_t size, Timeout timeout) {
    uint64_t address = 0;
    const Status resized = Status::Of(atoll_resize(client_, &id_, size, timeout.count(), &address));
    if (resized.ok()) bytes_ = {reinterpret_cast<std::byte*>(address), static_cast<size_t>(size)};
    return resized;
  }

  /** Makes the object immutable and visible. `contained`: as many ids as Create() was told, each referenced
   * by this client now. Once: after that, this and Resize() are NOT_CREATING. */
  Status Seal(const atoll_object_id* contained = nullptr) {
    const Status sealed = Status::Of(atoll_seal(client_, &id_, contained));
    if (sealed.ok()) {
      sealed_ = true;
      bytes_ = {};
    }
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
  bool sealed_ = false;
};

/** One attachment of this process to a store. Detaches at its end. */
class Client {
 public:
  /** Options with nothing said. */
  static atoll_client_options Defaults() {
    atoll_client_options options{};
    options.size = sizeof(options);
    return options;
  }
  /** The same with flags of atoll_client_options, such as ATOLL_PROTECT_SEALED. */
  static atoll_client_options WithFlags(uint64_t flags) {
    atoll_client_options options = Defaults();
    options.flags = flags;
    return options;
  }
  /** As atoll_attach(). */
  static Result<Client> Attach(const std::string& socket_path,
                               const atoll_client_options& options = Defaults()) {
    atoll_client* client = nullptr;
    const Status attached = Status::Of(atoll_attach(socket_path.c_str(), &options, &client));
    if (!attached.ok()) return attached;
    return Client(client);
  }
  /** Over a connection of atoll_connect() that this process has inherited, and which is the client's from now
   * on. */
  static Result<Client> AttachInherited(int connection, const atoll_client_options& options = Defaults()) {
    atoll_client* client = nullptr;
    const Status attached = Status::Of(atoll_attach_fd(connection, &options, &client));
    if (!attached.ok()) return attached;
    return Client(client);
  }
  /** Takes the attachment over. */
  Client(Client&& other) noexcept : client_(std::exchange(other.client_, nullptr)) {}
  /** Swaps the attachments. */
  Client& operator=(Client&& other) noexcept {
    std::swap(client_, other.client_);
    return *this;
  }
  ~Client() {
    if (client_ != nullptr) (void)atoll_detach(client_);
  }

  /** What is not here (rings, bells, claims): the functions of c.h take this. Owned by the client. */
  atoll_client* handle() const { return client_; }
  /** Of this client's slot in the store. */
  uint64_t index() const { return static_cast<uint64_t>(atoll_client_index(client_)); }
  /** The store's number, which its ids bear. */
  uint64_t store() const { return atoll_store_id(client_); }

  // ---- objects ----

  /** A new object of `size` bytes, to which this client holds one reference once it is sealed. */
  Result<Writer> Create(uint64_t size, Timeout timeout, uint64_t tag = 0, uint64_t contained = 0) {
    return Begin({}, size, timeout, tag, contained);
  }
  /** The bytes of an expected object. */
  Result<Writer> Create(ObjectId expected, uint64_t size, Timeout timeout, uint64_t tag = 0,
                        uint64_t contained = 0) {
    return Begin(expected.c(), size, timeout, tag, contained);
  }
  /** An id for an object that somebody will create later. This client holds one reference. */
  Result<ObjectId> Expect() {
    atoll_object_id id{};
    const Status made = Status::Of(atoll_expect(client_, &id));
    if (!made.ok()) return made;
    return ObjectId(id);
  }
  /** Waits up to `timeout` for the object to be sealed. */
  Result<View> Get(ObjectId id, Timeout timeout) {
    const atoll_object_id c = id.c();
    atoll_view view;
    const Status got = Status::Of(atoll_get(client_, &c, timeout.count(), &view));
    if (!got.ok()) return got;
    return View(client_, c, view);
  }
  /** All of the objects, in the same order, as soon as all are sealed; objects on disk are read back
   * together. Fails at once when they are more bytes than the store has. */
  Result<std::vector<View>> GetAll(std::span<const atoll_object_id> ids, Timeout timeout) {
    std::vector<atoll_view> views(ids.size());
    std::vector<View> all;
    all.reserve(ids.size());
    const Status got =
        Status::Of(atoll_get_all(client_, ids.data(), ids.size(), timeout.count(), views.data()));
    if (!got.ok()) return got;
    for (size_t i = 0; i < ids.size(); ++i) all.push_back(View(client_, ids[i], views[i]));
    return all;
  }
  /** Copies as many of the object's bytes, from `offset` on, as `to` has room for; returns how many. What is on disk is
   * read there, and takes no room in the store. REQUIRES: this client holds a reference. */
  Result<uint64_t> Read(ObjectId id, uint64_t offset, std::span<std::byte> to, Timeout timeout) {
    const atoll_object_id c = id.c();
    const int64_t read = atoll_read(client_, &c, offset, to.data(), to.size(), timeout.count());
    if (read < 0) return Status::Of(read);
    return static_cast<uint64_t>(read);
  }
  /** Which of the objects are sealed or lost, as soon as `wanted` of them are or time is over. */
  Result<std::vector<bool>> Wait(std::span<const atoll_object_id> ids, size_t wanted, Timeout timeout) {
    std::vector<uint8_t> ready(ids.size());
    const int64_t count = atoll_wait(client_, ids.data(), ids.size(), wanted, timeout.count(), ready.data());
    if (count < 0) return Status::Of(count);
    return std::vector<bool>(ready.begin(), ready.end());
  }
  /** The object's state now. ABSENT, too, for an id of another store. */
  atoll_object_state State(ObjectId id) {
    const atoll_object_id c = id.c();
    const int64_t state = atoll_contains(client_, &c);
    return state < 0 ? ATOLL_ABSENT : static_cast<atoll_object_state>(state);
  }
  /** The bytes go as soon as nobody looks at them any more, whoever still refers to the object. */
  Status Delete(ObjectId id) {
    const atoll_object_id c = id.c();
    return Status::Of(atoll_delete(client_, &c));
  }

  // ---- lifetime: an object stays as long as any client, container or name refers to it ----

  /** One reference more of this client. REQUIRES: somebody's reference or pin keeps the object meanwhile. */
  Status Reference(ObjectId id) {
    const atoll_object_id c = id.c();
    return Status::Of(atoll_reference(client_, &c));
  }
  /** One reference less of this client. */
  Status Dereference(ObjectId id) {
    const atoll_object_id c = id.c();
    return Status::Of(atoll_dereference(client_, &c));
  }

  // ---- names ----

  /** Gives the object a name, which keeps it alive until Unpublish(). TIMED_OUT when the server has not
   * answered. */
  Status Publish(const std::string& name, ObjectId id, Timeout timeout = kForever) {
    const atoll_object_id c = id.c();
    return Status::Of(atoll_publish(client_, name.c_str(), &c, timeout.count()));
  }
  /** Takes a name away, whoever gave it. */
  Status Unpublish(const std::string& name, Timeout timeout = kForever) {
    return Status::Of(atoll_unpublish(client_, name.c_str(), timeout.count()));
  }
  /** The object of that name, and one reference to it for this client. */
  Result<ObjectId> Lookup(const std::string& name) {
    atoll_object_id id{};
    const Status found = Status::Of(atoll_lookup(client_, name.c_str(), &id));
    if (!found.ok()) return found;
    return ObjectId(id);
  }

  // ---- seeing inside ----

  /** Of the whole store. */
  Result<atoll_stats_t> Stats() {
    atoll_stats_t stats{};
    stats.size = sizeof(stats);
    const Status read = Status::Of(atoll_stats(client_, &stats));
    if (!read.ok()) return read;
    return stats;
  }
  /** Of one client, or NOT_FOUND. */
  Result<atoll_client_stats_t> StatsOf(uint64_t client_index) {
    atoll_client_stats_t stats{};
    stats.size = sizeof(stats);
    const Status read = Status::Of(atoll_client_stats(client_, client_index, &stats));
    if (!read.ok()) return read;
    return stats;
  }
  /** Every object there is; objects come and go meanwhile. */
  Result<std::vector<atoll_object_info>> List() {
    std::vector<atoll_object_info> all;
    uint64_t cursor = 0;
    for (;;) {
      atoll_object_info some[64];
      const int64_t count = atoll_list(client_, &cursor, some, 64);
      if (count < 0) return Status::Of(count);
      if (count == 0) return all;
      all.insert(all.end(), some, some + count);
    }
  }

 private:
  explicit Client(atoll_client* client) : client_(client) {}
  Result<Writer> Begin(atoll_object_id id, uint64_t size, Timeout timeout, uint64_t tag, uint64_t contained) {
    const bool owned = id.store == 0;
    uint64_t address = 0;
    const Status begun =
        Status::Of(atoll_create(client_, &id, size, contained, tag, timeout.count(), &address));
    if (!begun.ok()) return begun;
    return Writer(client_, id, {reinterpret_cast<std::byte*>(address), static_cast<size_t>(size)}, owned);
  }
  atoll_client* client_;
};

}  // namespace v1
}  // namespace atollstore

#endif  // ATOLL_CLIENT_H_
