// One attachment of this process to a store. What the calls do is said in atoll/c.h; here is how.
//
// Everything a call needs on its way lies in shared memory and is done by the caller itself; the server is
// only asked when memory or entries run out. A background thread per client keeps a few extents mapped and
// filled ahead of need, gives empty ones back, and notices the server's end.
//
// Thread-safe, but for Detach(): no other call may be under way.
#ifndef ATOLL_CLIENT_CLIENT_CORE_H_
#define ATOLL_CLIENT_CLIENT_CORE_H_

#include <algorithm>
#include <array>
#include <atomic>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "atoll/c.h"
#include "client/containers.h"
#include "client/creations.h"
#include "client/sealed_pages.h"
#include "client/stripe.h"
#include "client/watches.h"
#include "client/wish.h"
#include "directory/directory.h"
#include "directory/entry_pool.h"
#include "heap/client_heap.h"
#include "layout/geometry.h"
#include "layout/location.h"
#include "layout/wire.h"
#include "object_id.h"
#include "os/shared_fd.h"
#include "os/shared_memory.h"
#include "os/sync.h"
#include "os/thread.h"
#include "os/unique_fd.h"
#include "result.h"

namespace atollstore {

class ClientCore {
 public:
  static Result<std::unique_ptr<ClientCore>> Attach(const char* socket_path);
  // Over a connection that is there already; `name` is for what there is to say about a failure.
  static Result<std::unique_ptr<ClientCore>> Attach(os::UniqueFd connection, const char* name);
  ~ClientCore();
  // What this client seals from now on is read-only in its window. REQUIRES: it has created nothing yet.
  Status ProtectSealed();
  // Makes so much of the store this client's alone, for CreateReserved().
  Status KeepReserve(uint64_t bytes);
  Status Detach();
  // In a child of fork(): from here on get and release find no object, and say so; nothing else may be called, nor may
  // this be destroyed. The hot path needs no check of its own for it.
  void Forked(pid_t from) {
    forked_from_ = from;
    known_.store(0, std::memory_order_relaxed);
  }

  uint32_t index() const { return me_; }
  uint64_t store() const { return store_; }
  // The two segments, for who checks them.
  const Control& control() const { return control_; }
  const os::Mapping& data() const { return views_; }
  Status AwaitServerExit(int64_t timeout_ns);

  // A new id, of which others will be told if `shared`. So long who has no time of his own waits for a free entry.
  static constexpr int64_t kEntryNanos = 50'000'000;
  Result<ObjectId> Expect(bool shared = true, int64_t timeout_ns = kEntryNanos) { return ExpectIn(shared, &timeout_ns); }
  Result<uint64_t> Create(ObjectId* id, uint64_t size, uint64_t contained, uint64_t tag, int64_t timeout_ns) {
    return CreateIn(From::kStore, id, size, contained, tag, timeout_ns);
  }
  // Of at most ATOLL_MOST_RESERVED_BYTES; never waits.
  Result<uint64_t> CreateReserved(ObjectId* id, uint64_t size, uint64_t contained, uint64_t tag);
  Status Seal(ObjectId id, const atoll_object_id* contained);
  Status Abort(ObjectId id);
  Result<uint64_t> Resize(ObjectId id, uint64_t size, int64_t timeout_ns);

  Status Get(ObjectId id, int64_t timeout_ns, atoll_view* view) {
    const uint64_t index = id.index();
    if (id.store == store_ && index < known_.load(std::memory_order_relaxed)) [[likely]] {
      if (Pin(index, id.generation()) && Describe(id.place, view)) [[likely]]
        return {};
    }
    return GetSlowly(id, timeout_ns, view);
  }
  // What is read of an object, and whether the ids that it contains count as bytes of it, where they lie.
  struct ReadPart {
    uint64_t offset;
    void* to;
    uint64_t bytes;
    bool with_ids;
  };
  Result<uint64_t> Read(ObjectId id, const ReadPart& part, int64_t timeout_ns);
  Status GetAll(const atoll_object_id* ids, uint64_t count, int64_t timeout_ns, atoll_view* views);
  int64_t Peek(const atoll_object_id* ids, uint64_t count, atoll_view* views);
  Status Release(ObjectId id) {
    const uint64_t index = id.index();
    if (!Knows(id)) return NotFound(id);
    // A pinned object keeps its generation; after the subtraction it may be another one's at once.
    const Word held(entries_[index].word.load(std::memory_order_relaxed));
    if (held.generation() != id.generation()) [[unlikely]]
      return NotPinned(id);
    if (TakeOne(&pins_[index]) == 0) [[unlikely]]
      return NotPinned(id);
    // After the subtraction: either this sees DOOMED, or the server's second scan sees the slot at zero.
    const Word word(entries_[index].word.load(std::memory_order_seq_cst));
    if (word.has(Word::kDoomed | Word::kDeleted)) [[unlikely]]
      Drop(index);
    return {};
  }

  Status Reference(ObjectId id) {
    const Status referred = Refer(id);
    if (referred.ok()) Count(&Counters::references);
    return referred;
  }
  Status Dereference(ObjectId id);
  int64_t Contains(ObjectId id) const;  // an atoll_object_state
  Status Delete(ObjectId id);
  Result<int64_t> Wait(const atoll_object_id* ids, uint64_t count, uint64_t wanted, int64_t timeout_ns,
                       uint8_t* ready);
  // Of `kind`, an atoll_event_kind. REQUIRES: this client refers to the ids until their events are taken.
  Status Watch(const atoll_object_id* ids, uint64_t count, uint64_t kind);
  Status ExpectAgain(ObjectId id);
  Status GiveUp(ObjectId id);
  Result<int64_t> Unwatch(const atoll_object_id* ids, uint64_t count);
  Result<int64_t> TakeReady(atoll_event* events, uint64_t max, int64_t timeout_ns);
  Result<int64_t> Claim(ObjectId id, uint64_t expected, uint64_t desired);
  Result<int64_t> Claimed(ObjectId id);

  Status Publish(std::string_view name, ObjectId id, int64_t timeout_ns);
  Status Unpublish(std::string_view name, int64_t timeout_ns);
  Result<ObjectId> Lookup(std::string_view name);  // with a reference for the caller

  Status Ring(uint64_t client, uint64_t direction, uint64_t* address, uint64_t* bytes);
  Result<os::Bell*> BellOf(uint64_t client);
  // The count once it is not `seen` any more.
  Result<uint32_t> AwaitBell(uint64_t client, uint32_t seen, const os::Deadline& deadline);
  void EndWaits();
  bool Disconnected() const;

  void Count(u64 Counters::*what, uint64_t add = 1) const {
    const uint32_t stripe = Stripe();
    AddTo(record_->counters[stripe].*what, stripe, add);
  }
  // One of the users' own. REQUIRES: counter < 4
  void CountForUser(uint64_t counter, uint64_t add) const {
    const uint32_t stripe = Stripe();
    AddTo(record_->counters[stripe].user[counter], stripe, add);
  }

 private:
  ClientCore() = default;
  static Result<std::unique_ptr<ClientCore>> AttachOver(os::UniqueFd connection, const std::string& path,
                                                        bool* again);

  bool Pin(uint64_t index, uint64_t generation) {
    Entry& entry = entries_[index];
    // acquire: the holders are read after the word. That they name this client holds as long as the object
    // exists, so with the second look it held when the pin was added.
    const uint64_t before = entry.word.load(std::memory_order_acquire);
    const Holders holders(entry.holders.load(std::memory_order_acquire));
    const bool entered = Word(before).owner() == me_ || holders.InPlaces(in_each_) ||
                         (holders.many() && Holders::Names(control_, index, me_));
    if ((before & Word::kReadableMask) != Word::Readable(generation) || !entered) [[unlikely]]
      return PinSlowly(index, generation);
    // Both seq_cst; pair with the server's CAS to DYING and its look at the slot.
    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    if (entry.word.load(std::memory_order_seq_cst) != before) [[unlikely]]
      return PinChanged(index, generation);
    if (used_[index].load(std::memory_order_relaxed) == 0) used_[index].store(1, std::memory_order_relaxed);
    return true;
  }
  // Enters first; and what to do when the word is another one after the pin was added.
  bool PinSlowly(uint64_t index, uint64_t generation);
  bool PinChanged(uint64_t index, uint64_t generation);
  // Before anything is added to a slot of the entry. False when there is no such object.
  // Or no control memory for its slots: NotFound() says so. That is waited for until then, or, without that, as by who has
  // no time.
  bool Enter(ObjectId id, const os::Deadline* until = nullptr) { return Enter(id.index(), id.generation(), until); }
  bool Enter(uint64_t index, uint64_t generation, const os::Deadline* until = nullptr) {
    return IsThere(index, generation) && PaySlots(index, until) && PayRow(index, until) &&
           atollstore::Enter(control_, me_, index, generation);
  }
  bool IsThere(uint64_t index, uint64_t generation) const {
    const Word word(entries_[index].word.load(std::memory_order_acquire));
    return word.generation() == generation && word.Exists();
  }
  bool PaySlots(uint64_t index, const os::Deadline* until) {
    const uint64_t block = index / kEntriesPerBlock;
    return budget_->HasPaid(block) || PayInTurn(until, [&] { return budget_->PaySlots(block); });
  }
  bool PayRow(uint64_t index, const os::Deadline* until) {
    const uint64_t block = index / kEntriesPerBlock;
    return !NeedsRow(index) || PayInTurn(until, [&] { return budget_->PayRows(block); });
  }
  // Whether this client would be named in a row for which it has not paid.
  bool NeedsRow(uint64_t index) const {
    const Holders holders(entries_[index]);
    return holders.full() && !holders.InPlaces(in_each_) && !budget_->HasPaidRows(index / kEntriesPerBlock);
  }
  // Tries until it succeeds, or that time is over; without one, until the server says that there is no control memory to be
  // had.
  bool PayInTurn(const os::Deadline* until, const std::function<bool()>& pay);
  Status NoControlMemory() const;
  Status TouchPages(uint64_t address, uint64_t bytes);
  void Unpin(uint64_t index);

  // Fills the view from an entry that is pinned. Every number is read once and checked; its block must be that
  // of this object still.
  bool Describe(uint64_t place, atoll_view* view) {
    const uint64_t index = place >> ObjectId::kGenerationBits;
    const Entry& entry = entries_[index];
    const Location::Bound bound = Location::BoundOf(entry, place);
    const Location location(entry.location.load(std::memory_order_relaxed));
    const uint64_t offset = location.offset(), size = bound.size, contained = bound.contained;
    if (!location.Fits(bound) || bound.block - 1 >= block_words_) [[unlikely]]
      return Corrupt(index);
    if (control_.block_word(bound.block - 1).load(std::memory_order_relaxed) != place) [[unlikely]]
      return Corrupt(index);
    // All that fits may have been written by somebody who knows how.
    if (size > capacity_ || offset > capacity_) [[unlikely]]
      return Corrupt(index);
    const uint64_t ids_at = contained == 0 ? 0 : (size + 15) / 16 * 16;
    const uint64_t end = contained == 0 ? size : ids_at + contained * sizeof(atoll_object_id);
    if (end > capacity_ - offset) [[unlikely]]
      return Corrupt(index);
    const uint64_t address = reinterpret_cast<uint64_t>(views_.data()) + offset;
    view->address = address;
    view->size = size;
    view->tag = bound.tag;
    view->offset = offset;
    view->contained = contained;
    view->contained_address = contained == 0 ? 0 : address + ids_at;
    Count(&Counters::gets);
    return true;
  }
  bool Corrupt(uint64_t index);

  Status Refer(ObjectId id);
  Status GetSlowly(ObjectId id, int64_t timeout_ns, atoll_view* view);
  // Until it is back from disk, or where it was moved.
  Status AwaitServer(ObjectId id, const os::Deadline& callers);
  // Why the object is not in memory again by now. `waited`: or was not to be waited for.
  Status NotBack(ObjectId id, bool waited) const;
  // read.cc
  std::optional<Result<uint64_t>> ReadInMemory(ObjectId id, const ReadPart& wanted);
  std::optional<Result<uint64_t>> ReadSpilled(ObjectId id, const ReadPart& wanted, const os::Deadline& deadline,
                                              uint32_t* bell, int* asks);
  bool AskToCheck(ObjectId id, const os::Deadline& deadline, uint32_t* bell);
  class ListTurn;
  uint64_t BytesTogether(const atoll_object_id* ids, uint64_t count) const;
  // What is on disk is waited for or not; what is being moved always is.
  enum class FromDisk { kNot, kAwaited };
  Status GetAllSealed(const atoll_object_id* ids, uint64_t count, int64_t timeout_ns, const os::Deadline& deadline,
                      atoll_view* views, bool* again);
  Status PinAll(const atoll_object_id* ids, uint64_t count, FromDisk from_disk, const os::Deadline& deadline,
                atoll_view* views, bool* again);
  Status NotFound(ObjectId id) const;
  Status Lost(ObjectId id) const;
  Status Corrupted(ObjectId id) const;
  Status NotPinned(ObjectId id) const;
  // Whether there is an entry for such an object.
  bool Knows(ObjectId id) const {
    return id.store == store_ && (id.index() < known_.load(std::memory_order_relaxed) || KnowsByNow(id.index()));
  }
  bool KnowsByNow(uint64_t index) const;
  // Whether this client may ever have had something in a slot of the entry. Looking there gives the others memory.
  bool HasSlots(uint64_t index) const { return budget_->HasPaid(index / kEntriesPerBlock); }
  Status Check(ObjectId id) const { return Knows(id) ? Status() : NotFound(id); }
  enum class From { kStore, kReserve };
  Result<uint64_t> CreateIn(From from, ObjectId* id, uint64_t size, uint64_t contained, uint64_t tag, int64_t timeout_ns);
  Result<uint64_t> Fill(From from, ObjectId id, Creations::Known known, uint64_t size, OwnContainer container,
                        uint64_t tag, int64_t timeout_ns);
  // What the block of an object is asked for.
  uint64_t BlockBytes(uint64_t bytes) const {
    return sealed_pages_ == nullptr ? bytes : SealedPages::BytesFor(bytes);
  }
  Status SealInSteps(ObjectId id, uint32_t count, const atoll_object_id* contained, Word* before, bool* pinned);
  void ProtectPages(ObjectId id, uint32_t contained);
  Status FillContainer(ObjectId id, const atoll_object_id* contained);
  Result<uint64_t> ResizeTaken(ObjectId id, uint64_t size, int64_t timeout_ns);
  // room.cc
  bool MayLease() const;
  Placed GrowBehind(const BlockFor& wanted, const os::Deadline& deadline);
  bool MayComeBehind(const BlockFor& wanted) const;
  Placed Grow(const BlockFor& wanted, const os::Deadline& deadline);
  Placed TakeOver(const Run& run, const os::Deadline& deadline, const BlockFor& wanted);
  // Somewhere, or why not.
  Result<Placed> PlaceInTurn(const BlockFor& wanted, int64_t timeout_ns);
  Result<Placed> AwaitRoom(const BlockFor& wanted, int64_t timeout_ns);
  Status StoreFull(uint64_t bytes) const;
  // Leaves what is left of the time.
  Result<ObjectId> ExpectIn(bool shared, int64_t* timeout_ns);
  Result<ObjectId> ExpectAtOnce();
  Result<uint64_t> AwaitEntry(bool shared, int64_t* timeout_ns);
  Status NoEntry() const;
  Status Ignored(const char* what, int64_t timeout_ns) const;
  void Undo(ObjectId id);
  void TakeReference(uint64_t index) { references_[index].fetch_add(1, std::memory_order_seq_cst); }
  bool GiveReference(uint64_t index);
  // Takes one from a slot, unless it has none, and returns what it had. What is refused is never seen by others: a slot
  // below nothing would be a holder for whoever looks meanwhile, and nobody would look again.
  static uint32_t TakeOne(u32* slot) {
    uint32_t held = slot->load(std::memory_order_relaxed);
    while (held != 0 && !slot->compare_exchange_weak(held, held - 1, std::memory_order_seq_cst,
                                                     std::memory_order_relaxed)) {
    }
    return held;
  }

  // Frees the entry's object, when this client alone knows it and nothing holds it; else has the server look
  // at it.
  void Drop(uint64_t index);
  bool FreesItself(uint64_t index);
  bool RoomIsShort() const;
  // After something was changed that the server may have to look at.
  void WakeServer();
  // Drops some of the references that were held for the children of containers the server has taken in since. Returns how
  // many containers it is done with for now.
  uint64_t DrainContainers();

  // client_names.cc
  class NameQuestion;
  Result<atoll_code> AskForName(NameWish wish, std::string_view name, uint64_t place, int64_t timeout_ns,
                                bool* repeated);
  void WakeNameQuestions();

  uint32_t LeaseBell();
  void ReturnBell(uint32_t bell);

  // reconnect.cc
  bool Supervised() const;
  // Says to all threads of this client that no server comes any more.
  void ServerHasGone();
  void LookAtServer(short revents, bool connected);
  // Whether somebody else in this process has closed the connection; says so then.
  bool LostConnection();
  void LookAtWake();
  // A new connection that has said who this is, or an invalid descriptor: try again.
  os::UniqueFd Reach();
  // To whoever starts a store again that has lost all its processes.
  void OfferSegments();
  // Takes the answer. Returns false when the connection is of no use.
  bool Reconnected(os::UniqueFd socket);

  // Background.
  static void RunBackground(void* self);
  void Background();
  void KeepWarm();
  void GiveAllBack();
  void NoteWhetherKeeper();
  void HandOverExtents();
  // Gives back what is empty once nothing has been made for a while. Returns the ms until the next look.
  int GiveBackWhenIdle();
  void WakeBackground();
  uint64_t WarmShare() const;  // of one client, at most
  uint64_t WarmCap() const;    // so much is made ready ahead at most
  uint64_t MostFree();         // what is free beyond that is given back
  uint64_t LeastWarm() const { return std::min(WarmCap(), 4 * control_.geometry().extent_bytes()); }

  // Hot, read-only after Attach().
  u32* pins_ = nullptr;
  Entry* entries_ = nullptr;
  u8* used_ = nullptr;
  uint64_t in_each_ = 0;  // Holders::InEach() of this client
  uint64_t store_ = 0;
  // Entries below it have been leased once, as far as this client has seen. The others are no objects and have no memory,
  // which a look at them would give them.
  mutable std::atomic<uint64_t> known_{0};
  uint64_t capacity_ = 0;
  uint64_t block_words_ = 0;
  pid_t forked_from_ = 0;
  os::Mapping views_;  // the whole data segment, PROT_READ
  ClientRecord* record_ = nullptr;
  u32* references_ = nullptr;
  uint32_t me_ = 0;

  Control control_;
  os::Mapping control_mapping_;
  os::Mapping window_;  // the same offsets, read-write where an extent is leased
  std::unique_ptr<os::SharedMemory> control_memory_, data_;
  std::string socket_path_;  // absolute
  os::SharedFd socket_;         // the background thread's; so is wake_
  os::UniqueFd server_pidfd_;  // the background thread's; invalid in a supervised store: there the connection tells
  os::WakeFd wake_;
  uint32_t server_epoch_ = 0;
  std::atomic<uint32_t> connections_{0};  // since the first
  std::unique_ptr<ControlBudget> budget_;
  std::unique_ptr<ClientHeap> heap_;
  std::unique_ptr<EntryPool> pool_;
  std::unique_ptr<Containers> containers_;
  Creations creations_;
  bool reserves_ = false;
  std::unique_ptr<SealedPages> sealed_pages_;  // null: what is sealed is not protected
  std::unique_ptr<Watches> watches_;
  std::unique_ptr<Wishes> wishes_;

  std::atomic<uint32_t> at_bells_{0};  // threads that wait for a bell and that EndWaits() has to send away
  std::atomic<bool> waits_over_{false};
  std::atomic<uint32_t> free_bells_{(1u << kLeasedBells) - 1};
  std::atomic<uint32_t> nudged_{0};  // the sleep out of which this client has nudged the server last
  std::atomic<uint64_t> warm_target_{0};
  std::atomic<uint64_t> largest_{0};  // bytes of an object, of late
  // By the background thread: bytes that were asked for, when it last looked; and in the last whole window.
  uint64_t asked_seen_ = 0, window_asked_ = 0, turnover_ = 0;
  int64_t window_begin_ = 0;
  std::array<uint64_t, 4> peaks_{};  // bytes of its extents that were in use, in each of the last windows
  int64_t idle_since_ = 0;
  bool settled_ = false;

  std::atomic<uint32_t> free_name_answers_{UINT32_MAX};  // a bit for each
  static_assert(kNameQuestions == 32);
  std::atomic<uint32_t> name_ticket_{0};  // of the last question
  os::Bell name_bell_{};                  // rung when a place for an answer is free again

  std::atomic_flag freeing_;  // a thread of this client frees: never two at once
  uint64_t freed_bytes_ = 0;  // by who has that flag, since the background thread was last told

  std::atomic<bool> server_gone_{false};  // until somebody starts a supervised store again
  Bell end_bell_{};                       // of this process: the server has gone, or its connection
  bool forgotten_ = false;                // by the background thread: no server will know this client again
  std::atomic<bool> leaving_{false};
  bool detached_ = false;
  os::Thread background_;
};

}  // namespace atollstore

#endif  // ATOLL_CLIENT_CLIENT_CORE_H_
