// Many objects at once: all pinned, or none, or only looked at.
#include <algorithm>
#include <set>
#include <vector>

#include "client/client_core.h"

namespace atollstore {
namespace {

// How long whoever has the turn may bring nothing back before others go on beside it.
constexpr int64_t kNoProgressNanos = 1'000'000'000;

}  // namespace

// Two lists that do not fit the store together, each with half of it in pins, would wait for each other. So
// one list is brought back after the other. A turn is good manners and no lock: its owner may be stopped, and
// is not waited for when nothing moves; when it has died the server takes the turn back.
class ClientCore::ListTurn {
 public:
  // Waits for it, but no longer than until then.
  ListTurn(ClientCore* client, const os::Deadline& until)
      : client_(client), header_(client->control_.header()) {
    uint64_t restored = Restored();
    auto stuck = os::Deadline::After(kNoProgressNanos);
    for (;;) {
      const uint32_t seen = header_.list_bell.Read();
      uint32_t owner = 0;
      mine_ = header_.list_turn.compare_exchange_strong(owner, client_->me_, std::memory_order_seq_cst);
      if (mine_ || client_->Disconnected() || stuck.passed() || until.passed()) return;
      (void)header_.list_bell.Wait(seen, until.AtMost(kNoProgressNanos / 10));
      if (const uint64_t now = Restored(); now != restored) {
        restored = now;
        stuck = os::Deadline::After(kNoProgressNanos);
      }
    }
  }
  ~ListTurn() {
    if (!mine_) return;
    uint32_t me = client_->me_;
    if (header_.list_turn.compare_exchange_strong(me, 0, std::memory_order_seq_cst)) header_.list_bell.Ring();
  }
  ListTurn(const ListTurn&) = delete;
  ListTurn& operator=(const ListTurn&) = delete;

 private:
  uint64_t Restored() const { return header_.served.restored.load(std::memory_order_relaxed); }

  ClientCore* const client_;
  Header& header_;
  bool mine_ = false;
};

Status ClientCore::GetAll(const atoll_object_id* ids, uint64_t count, int64_t timeout_ns, atoll_view* views) {
  const auto deadline = os::Deadline::After(timeout_ns);
  for (;;) {
    bool again = false;
    const Status result = GetAllSealed(ids, count, timeout_ns, deadline, views, &again);
    if (!again) return result;
  }
}

// `again`: one was sealed and is to be made again, since its bytes on disk are bad. That is waited for without pins.
Status ClientCore::GetAllSealed(const atoll_object_id* ids, uint64_t count, int64_t timeout_ns,
                                const os::Deadline& deadline, atoll_view* views, bool* again) {
  std::vector<uint8_t> ready(count);
  auto sealed = Wait(ids, count, count, deadline.left(), ready.data());
  if (!sealed.ok()) return sealed.status();
  if (static_cast<uint64_t>(sealed.value()) < count) {
    return Status::Error(ATOLL_TIMED_OUT, "%ld of %lu objects sealed within %ld ns", sealed.value(), count,
                         timeout_ns);
  }
  uint64_t bytes = 0;
  bool on_disk = false;
  for (uint64_t i = 0; i < count; ++i) {
    const Entry& entry = entries_[ObjectId(ids[i]).index()];
    bytes += std::min(ObjectBytes(entry), capacity_ + 1);
    on_disk = on_disk || Word(entry.word.load(std::memory_order_acquire)).on_disk();
  }
  if (bytes > capacity_ && (bytes = BytesTogether(ids, count)) > capacity_) {
    return Status::Error(ATOLL_STORE_FULL, "%lu objects of %lu bytes together, and the store has %lu", count,
                         bytes, capacity_);
  }
  // Without the turn nothing is waited for while pins are held: some may have gone to disk meanwhile.
  if (!on_disk) {
    const Status result = PinAll(ids, count, FromDisk::kNot, deadline, views, again);
    if (result.code() != ATOLL_TIMED_OUT || *again) return result;
  }
  const ListTurn turn(this, deadline);
  return PinAll(ids, count, FromDisk::kAwaited, deadline, views, again);
}

// Those of the distinct ones: an object given twice lies in memory once.
uint64_t ClientCore::BytesTogether(const atoll_object_id* ids, uint64_t count) const {
  std::set<uint64_t> seen;
  uint64_t bytes = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const uint64_t index = ObjectId(ids[i]).index();
    if (seen.insert(index).second) bytes += std::min(ObjectBytes(entries_[index]), capacity_ + 1);
  }
  return bytes;
}

int64_t ClientCore::Peek(const atoll_object_id* ids, uint64_t count, atoll_view* views) {
  uint64_t i = 0;
  for (; i < count; ++i) {
    const ObjectId id(ids[i]);
    if (!Check(id).ok()) break;
    const Entry& entry = entries_[id.index()];
    Word word(entry.word.load(std::memory_order_acquire));
    if (word.generation() != id.generation() || Visible(word) != ATOLL_SEALED) break;
    // What is read here is this object's only if the entry still is. All acquire, so that the second look at
    // the word comes after them; pairs with the releases of whoever uses the entry next.
    views[i] = {};
    views[i].size = entry.size.load(std::memory_order_acquire);
    views[i].tag = entry.tag.load(std::memory_order_acquire);
    views[i].contained = entry.contained.load(std::memory_order_acquire);
    const Word after(entry.word.load(std::memory_order_relaxed));
    if (after.generation() != id.generation() || Visible(after) == ATOLL_ABSENT) break;
    if (word.state() == State::kDying) word = word.Revived();
    if (word.on_disk()) continue;
    views[i].offset = Location(entry.location.load(std::memory_order_relaxed)).offset();
    views[i].address = reinterpret_cast<uint64_t>(views_.data()) + views[i].offset;
  }
  return static_cast<int64_t>(i);
}

// TIMED_OUT when one is on disk and that is not to be waited for.
Status ClientCore::PinAll(const atoll_object_id* ids, uint64_t count, FromDisk from_disk,
                          const os::Deadline& deadline, atoll_view* views, bool* again) {
  // All pins first: they keep in memory what is there, and tell the server what is wanted, all at once.
  Status result;
  uint64_t pinned = 0;
  for (; pinned < count; ++pinned) {
    const uint64_t index = ObjectId(ids[pinned]).index();
    if (!Enter(ids[pinned], &deadline)) {
      result = NotFound(ids[pinned]);
      break;
    }
    pins_[index].fetch_add(1, std::memory_order_seq_cst);
    if (Word(entries_[index].word.load(std::memory_order_seq_cst)).on_disk()) Drop(index);
  }
  for (uint64_t i = 0; i < count && result.ok(); ++i) {
    const ObjectId id(ids[i]);
    Word word;
    Found found = Validate(entries_[id.index()], id.generation(), &word);
    if (found == Found::kPending && word.away()) {
      result = from_disk == FromDisk::kNot && word.on_disk() ? Status::Error(ATOLL_TIMED_OUT, "it is on disk")
                                                             : AwaitServer(id, deadline);
      if (result.ok()) found = Validate(entries_[id.index()], id.generation(), &word);
    }
    if (!result.ok()) break;
    if (found == Found::kSealed) {
      used_[id.index()].store(1, std::memory_order_relaxed);
    } else {
      *again = found == Found::kPending && !word.away();
      result = found == Found::kLost ? Lost(id) : NotFound(id);
    }
  }
  uint64_t described = 0;
  while (result.ok() && described < count && Describe(ids[described].place, &views[described])) {
    ++described;
  }
  if (result.ok() && described == count) return result;
  for (uint64_t i = 0; i < pinned; ++i) {
    // One that could not be described is unpinned already.
    if (!result.ok() || i != described) Unpin(ObjectId(ids[i]).index());
  }
  return result.ok() ? Corrupted(ids[described]) : result;
}

}  // namespace atollstore
