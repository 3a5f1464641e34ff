// Copies a part of an object out of the store: from memory, or straight from its spill file, which takes no
// room and brings nothing back. The caller's reference keeps the record; who has deleted the object
// meanwhile, or restarted the store elsewhere, makes the record a bad one, and then the entry says what
// became of it.
#include <time.h>

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "client/client_core.h"
#include "client/disk_read.h"
#include "os/copy.h"
#include "os/socket.h"

namespace atollstore {
namespace {

constexpr uint32_t kNoBell = UINT32_MAX;
// How often the server is asked about one record, and how long its answer is waited for; a little also by
// those whose time is over, for it tells an object that is lost from one that only this process cannot have.
constexpr int kMostAsks = 3;
constexpr int64_t kAnswerNanos = 2'000'000'000, kLeastAnswerNanos = 8'000'000;
// For an object that the server is moving, which takes it some instructions, unless it is stopped there.
constexpr int64_t kLeastMovingNanos = 8'000'000;

bool IsOfTheRecord(Status failure) {
  return failure.code() == ATOLL_CORRUPT || failure.code() == ATOLL_NOT_FOUND ||
         failure.code() == ATOLL_REFUSED;
}

Result<uint64_t> Clip(ObjectId id, uint64_t size, uint64_t offset, uint64_t bytes) {
  if (offset <= size) return std::min(bytes, size - offset);
  return Status::Error(ATOLL_INVALID_ARGUMENT, "byte %lu of object %lu.%lu, which has %lu", offset,
                       id.index(), id.generation(), size);
}

}  // namespace

// Nothing when the entry has changed: then it is to be looked at again.
std::optional<Result<uint64_t>> ClientCore::ReadInMemory(ObjectId id, const ReadPart& wanted) {
  atoll_view view{};
  if (!Pin(id.index(), id.generation())) {
    // It is being looked at, or moved, which is over in a moment.
    const timespec moment{0, 20'000};
    (void)::nanosleep(&moment, nullptr);
    return {};
  }
  if (!Describe(id.place, &view)) return Corrupted(id);
  const uint64_t size = wanted.with_ids ? ObjectBytes(view.size, view.contained) : view.size;
  auto part = Clip(id, size, wanted.offset, wanted.bytes);
  if (part.ok())
    os::Copy(wanted.to, reinterpret_cast<const uint8_t*>(view.address) + wanted.offset, part.value());
  (void)Release(id);
  return part;
}

std::optional<Result<uint64_t>> ClientCore::ReadSpilled(ObjectId id, const ReadPart& wanted,
                                                        const os::Deadline& deadline, uint32_t* bell, int* asks) {
  const Entry& entry = entries_[id.index()];
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint32_t contained = entry.contained.load(std::memory_order_relaxed);
  const uint64_t spill = entry.spill.load(std::memory_order_relaxed);
  const uint64_t all = ObjectBytes(size, contained);
  if (size > capacity_ || all > capacity_) return Corrupted(id);
  auto part = Clip(id, wanted.with_ids ? all : size, wanted.offset, wanted.bytes);
  if (!part.ok() || part.value() == 0) return part;
  const SpillItem item{id, size, 0, contained, all, SpillPlace(spill), nullptr, {}, nullptr, {}};
  const bool timed = !deadline.never() && deadline.at() != 0;
  const SpillPart here{static_cast<uint8_t*>(wanted.to), wanted.offset, part.value()};
  const Status read = timed ? ReadOnDiskInTime(control_, item, here, deadline) : ReadOnDisk(control_, item, here);
  if (read.ok()) return part;
  if (!IsOfTheRecord(read)) return read;

  char why[400];
  std::snprintf(why, sizeof(why), "%s", LastError());
  Word word(entry.word.load(std::memory_order_acquire));
  if (word.state() == State::kDying) word = word.Revived();
  const bool same = word.generation() == id.generation() && word.on_disk() && !word.has(Word::kDeleted) &&
                    entry.spill.load(std::memory_order_relaxed) == spill;
  if (!same) return {};
  if (Disconnected()) {
    return Status::Error(ATOLL_DISCONNECTED, "the server of object %lu.%lu, which was on disk, has gone: %s",
                         id.index(), id.generation(), why);
  }
  const bool answered = *asks < kMostAsks && AskToCheck(id, deadline, bell);
  if (++*asks <= kMostAsks && answered) return {};
  if (read.code() == ATOLL_CORRUPT && *asks <= kMostAsks) {
    // Whether it is lost is the server's to say, which may ask somebody first.
    return Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: the server has not said yet what becomes of it: %s", id.index(),
                         id.generation(), why);
  }
  return Status::Error(
      read.code() == ATOLL_CORRUPT ? ATOLL_CORRUPT : ATOLL_SYSTEM,
      "object %lu.%lu: its spill file is not to be had by this process, which may see other files "
      "than the server: %s",
      id.index(), id.generation(), why);
}

// Has the server look at the record. Returns whether there may be an answer: the entry is to be looked at
// again.
bool ClientCore::AskToCheck(ObjectId id, const os::Deadline& deadline, uint32_t* bell) {
  if (!Enter(id, &deadline)) return false;
  if (*bell == kNoBell) *bell = LeaseBell();
  Bell& mine = record_->object_bells[BellSlot(*bell)];
  const uint32_t seen = mine.Read();
  if (!SetWait(control_, me_, id.index(), id.generation(), BellSlot(*bell))) return true;
  const CheckRequest request{kMagic, id.place};
  if (!os::TrySend(socket_.now(), &request, sizeof(request))) return false;
  const bool in_time = deadline.left() > kLeastAnswerNanos;
  return mine.Wait(seen, in_time ? deadline.AtMost(kAnswerNanos) : os::Deadline::After(kLeastAnswerNanos));
}

Result<uint64_t> ClientCore::Read(ObjectId id, const ReadPart& part, int64_t timeout_ns) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const uint64_t index = id.index();
  const auto deadline = os::Deadline::After(timeout_ns);
  uint32_t bell = kNoBell;
  int asks = 0;
  std::optional<Result<uint64_t>> result;
  const auto moving = os::Deadline::After(kLeastMovingNanos);
  const auto stuck = os::Deadline::After(std::max(timeout_ns, kLeastMovingNanos));
  for (bool last = timeout_ns <= 0; !result;) {
    const uint32_t slot = BellSlot(bell);
    const uint32_t seen = bell == kNoBell ? 0 : record_->object_bells[slot].Read();
    const bool registered = bell != kNoBell && SetWait(control_, me_, index, id.generation(), slot);
    // acquire; pairs with the sealer's and the server's CAS: what the entry says is of this state or a later
    // one.
    const Word word(entries_[index].word.load(std::memory_order_acquire));
    const Word live = word.state() == State::kDying ? word.Revived() : word;
    const atoll_object_state state = word.generation() == id.generation() ? Visible(word) : ATOLL_ABSENT;
    if (state == ATOLL_ABSENT) {
      result = NotFound(id);
    } else if (state == ATOLL_IS_LOST) {
      result = Lost(id);
    } else if (state == ATOLL_SEALED && live.on_disk()) {
      result = ReadSpilled(id, part, deadline, &bell, &asks);
    } else if (state == ATOLL_SEALED) {
      result = ReadInMemory(id, part);
      if (!result && moving.passed() && Disconnected()) {
        result = Status::Error(ATOLL_DISCONNECTED, "the server has gone while it moved object %lu.%lu", index,
                               id.generation());
      } else if (!result && stuck.passed()) {
        result = Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: the server does not end moving it", index,
                               id.generation());
      }
    } else if (last) {
      result = Status::Error(ATOLL_TIMED_OUT, "object %lu.%lu: not sealed within %ld ns", index,
                             id.generation(), timeout_ns);
    } else if (Disconnected()) {
      result = Status::Error(ATOLL_DISCONNECTED, "the server has gone while waiting for object %lu.%lu",
                             index, id.generation());
    } else if (bell == kNoBell) {
      // Its wait slot is to be touched.
      if (Enter(id, &deadline)) bell = LeaseBell();
      if (bell == kNoBell) result = NotFound(id);
    } else if (registered) {
      last = !record_->object_bells[slot].Wait(seen, deadline);
    }
  }
  if (bell != kNoBell) ReturnBell(bell);
  return *result;
}

}  // namespace atollstore
