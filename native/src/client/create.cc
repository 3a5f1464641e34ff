// Objects on their way: create, seal, abort. Which steps exclude each other is in client/creations.
#include <algorithm>
#include <cstring>
#include <vector>

#include "client/client_core.h"

namespace atollstore {
namespace {

// Runs at the end of its scope unless it was told that all went well: also when an allocation fails below.
template <typename F>
class Otherwise {
 public:
  explicit Otherwise(F undo) : undo_(undo) {}
  ~Otherwise() {
    if (!well_) undo_();
  }
  Otherwise(const Otherwise&) = delete;
  Otherwise& operator=(const Otherwise&) = delete;
  void Well() { well_ = true; }

 private:
  const F undo_;
  bool well_ = false;
};

}  // namespace

Result<uint64_t> ClientCore::CreateIn(From from, ObjectId* id, uint64_t size, uint64_t contained, uint64_t tag,
                                      int64_t timeout_ns) {
  const uint64_t most = capacity_ / sizeof(atoll_object_id);
  if (size > capacity_ || contained > std::min<uint64_t>(most, UINT32_MAX) ||
      ObjectBytes(size, contained) > capacity_) {
    return Status::Error(ATOLL_STORE_FULL, "%lu bytes and %lu ids asked, the store has %lu bytes", size,
                         contained, capacity_);
  }
  if (containers_->kept() != 0) (void)DrainContainers();
  OwnContainer container;
  if (contained != 0) {
    container = Containers::Make(static_cast<uint32_t>(contained));
    if (container == nullptr)
      return Status::Error(ATOLL_OUT_OF_MEMORY, "this process could not allocate for %lu contained ids",
                           contained);
  }
  if (id->nil()) {
    auto made = from == From::kReserve ? ExpectAtOnce() : ExpectIn(false, &timeout_ns);
    if (!made.ok()) return made.status();
    Otherwise give_up([&] { (void)Dereference(made.value()); });
    auto address = Fill(from, made.value(), Creations::Known::kNobody, size, std::move(container), tag, timeout_ns);
    if (!address.ok()) return address;
    give_up.Well();
    *id = made.value();
    return address;
  }
  ATOLL_RETURN_IF_ERROR(Check(*id));
  if (IsThere(id->index(), id->generation()) && !HasSlots(id->index())) {
    const auto deadline = os::Deadline::After(timeout_ns);
    const bool paid = from == From::kReserve ? budget_->PaySlots(id->index() / kEntriesPerBlock)
                                             : PaySlots(id->index(), &deadline);
    if (!paid) return NoControlMemory();
    timeout_ns = deadline.left();
  }
  return Fill(from, *id, Creations::Known::kOthers, size, std::move(container), tag, timeout_ns);
}

// Objects of an extent each are held until the heap knows of the reserve: so nobody gives their extents back before.
Status ClientCore::KeepReserve(uint64_t bytes) {
  constexpr int64_t kPatience = 10'000'000'000;
  const uint64_t extent = control_.geometry().extent_bytes();
  std::vector<ObjectId> held;
  held.reserve(bytes / extent + 1);
  Status status;
  for (uint64_t got = 0; got < bytes && status.ok(); got += extent) {
    ObjectId id;
    status = Create(&id, extent, 0, 0, kPatience).status();
    if (status.ok()) held.push_back(id);
  }
  if (status.ok()) heap_->KeepReserve(bytes);
  reserves_ = status.ok();
  for (const ObjectId id : held) {
    (void)Abort(id);
    (void)Dereference(id);
  }
  return status;
}

Result<uint64_t> ClientCore::CreateReserved(ObjectId* id, uint64_t size, uint64_t contained, uint64_t tag) {
  if (!reserves_)
    return Status::Error(ATOLL_INVALID_ARGUMENT, "client %u has no reserve (atoll_client_options.reserve_bytes)", me_);
  if (size > ATOLL_MOST_RESERVED_BYTES || contained > ATOLL_MOST_RESERVED_BYTES / sizeof(atoll_object_id) ||
      ObjectBytes(size, contained) > ATOLL_MOST_RESERVED_BYTES) {
    return Status::Error(ATOLL_INVALID_ARGUMENT, "%lu bytes and %lu ids asked, the reserve is for objects of %d", size,
                         contained, ATOLL_MOST_RESERVED_BYTES);
  }
  return CreateIn(From::kReserve, id, size, contained, tag, 0);
}

Result<uint64_t> ClientCore::Fill(From from, ObjectId id, Creations::Known known, uint64_t size, OwnContainer container,
                                  uint64_t tag, int64_t timeout_ns) {
  const uint32_t contained = container == nullptr ? 0 : container->count;
  ATOLL_RETURN_IF_ERROR(creations_.Begin(id, known, contained != 0));
  Entry& entry = entries_[id.index()];
  // release; pairs with the acquires in Peek(), which may still be looking at the object before this one.
  entry.size.store(size, std::memory_order_release);
  entry.tag.store(tag, std::memory_order_release);
  entry.contained.store(contained, std::memory_order_release);
  if (contained != 0) containers_->Promise(id.place, std::move(container));
  Otherwise give_up([&] { Undo(id); });
  const uint64_t bytes = ObjectBytes(size, contained);
  const uint64_t block = BlockBytes(bytes);
  if (from == From::kReserve) {
    if (!heap_->AllocateReserved(block, entry, id.place)) {
      if (budget_->low()) return NoControlMemory();  // for the words of its blocks
      return Status::Error(ATOLL_STORE_FULL, "%lu bytes: the reserve of client %u is used up", block, me_);
    }
  } else if (!heap_->Allocate(block, entry, id.place)) {
    ATOLL_RETURN_IF_ERROR(PlaceInTurn({block, entry, id.place}, timeout_ns).status());
  }
  const Location location(entry.location.load(std::memory_order_relaxed));
  const bool ours =
      location.Fits(Location::BoundOf(entry, id.place)) && location.offset() <= capacity_ - bytes;
  if (ours && sealed_pages_ != nullptr)  // it may be what an object before has left
    ATOLL_RETURN_IF_ERROR(sealed_pages_->Unprotect(location.offset(), bytes));
  give_up.Well();
  if (bytes >= control_.geometry().extent_bytes() && bytes > largest_.load(std::memory_order_relaxed)) {
    largest_.store(bytes, std::memory_order_relaxed);
  }
  if (known == Creations::Known::kOthers) creations_.PutBack(id.index());
  if (!ours) return Corrupted(id);  // written by somebody else since
  Count(&Counters::creates);
  return reinterpret_cast<uint64_t>(window_.data()) + location.offset();
}

void ClientCore::Undo(ObjectId id) {
  containers_->Forget(id.place);
  if (creations_.Undo(id.index(), id.place).has(Word::kDoomed | Word::kDeleted)) Drop(id.index());
}

Status ClientCore::Abort(ObjectId id) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  ATOLL_RETURN_IF_ERROR(creations_.Take(id, "abort"));
  Count(&Counters::aborts);
  Undo(id);
  return {};
}

Status ClientCore::Seal(ObjectId id, const atoll_object_id* contained) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  const uint64_t index = id.index();
  const Entry& entry = entries_[index];
  Word before;
  bool pinned = false;
  uint64_t size;
  if (const uint32_t count = containers_->Promised(id.place); count == 0 && sealed_pages_ == nullptr) {
    size = entry.size.load(std::memory_order_relaxed);
    if (const Status sealed = creations_.Seal(id, &before, &pinned); !sealed.ok()) {
      if (pinned) Unpin(index);
      return sealed;
    }
  } else {
    ATOLL_RETURN_IF_ERROR(creations_.Take(id, "seal"));
    size = entry.size.load(std::memory_order_relaxed);
    if (const Status sealed = SealInSteps(id, count, contained, &before, &pinned); !sealed.ok()) {
      creations_.PutBack(index);
      return sealed;
    }
  }
  if (pinned) {
    RingWaiters(control_, index);
    Unpin(index);
  }
  if (before.has(Word::kHasRefs | Word::kDoomed | Word::kDeleted)) Drop(index);
  Count(&Counters::seals);
  Count(&Counters::bytes_written, size);
  return {};
}

// REQUIRES: it is taken, so that no other thread ends it while its ids are written and its pages become read-only.
Status ClientCore::SealInSteps(ObjectId id, uint32_t count, const atoll_object_id* contained, Word* before,
                               bool* pinned) {
  if (count != 0) {
    ATOLL_RETURN_IF_ERROR(FillContainer(id, contained));
  } else {
    const Entry& entry = entries_[id.index()];
    // As in Creations::Seal(): another creation, or one that has not come back yet.
    if (Word(entry.word.load(std::memory_order_relaxed)).has(Word::kHasRefs) ||
        entry.block.load(std::memory_order_relaxed) == 0) {
      return Status::Error(ATOLL_NOT_CREATING, "seal of object %lu.%lu: another thread has begun it anew", id.index(),
                           id.generation());
    }
    if (entry.contained.load(std::memory_order_relaxed) != 0) return Corrupted(id);
  }
  if (sealed_pages_ != nullptr) ProtectPages(id, count);
  if (count != 0) containers_->Keep(id.place);
  *before = creations_.SealTaken(id.index(), pinned);
  return {};
}

void ClientCore::ProtectPages(ObjectId id, uint32_t contained) {
  const Entry& entry = entries_[id.index()];
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const Location location(entry.location.load(std::memory_order_relaxed));
  const uint64_t offset = location.offset();
  // Else somebody has written into the entry, and others' pages would be protected.
  if (size > capacity_ || !location.Fits(Location::BoundOf(entry, id.place)) ||
      !heap_->CanWrite(offset, ObjectBytes(size, contained)))
    return;
  sealed_pages_->Protect(offset, ObjectBytes(size, contained));
}

// Refers to the children and writes their ids behind the object's bytes. REQUIRES: it is taken.
Status ClientCore::FillContainer(ObjectId id, const atoll_object_id* contained) {
  Container* const container = containers_->Find(id.place);
  const Entry& entry = entries_[id.index()];
  if (container == nullptr)
    return Status::Error(ATOLL_NOT_CREATING, "seal of object %lu.%lu: another thread has begun it anew",
                         id.index(), id.generation());
  if (entry.contained.load(std::memory_order_relaxed) != container->count) return Corrupted(id);
  const uint32_t count = container->count;
  if (contained == nullptr)
    return Status::Error(ATOLL_INVALID_ARGUMENT, "%u contained ids promised, none given", count);
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const Location location(entry.location.load(std::memory_order_relaxed));
  const uint64_t offset = location.offset();
  // Else somebody has written into the entry, and the ids would go astray.
  if (!location.Fits(Location::BoundOf(entry, id.place)) || size > capacity_ ||
      !heap_->CanWrite(offset, ObjectBytes(size, count)))
    return Corrupted(id);
  Status held;
  for (container->held = 0; container->held < count && held.ok();) {
    if (contained[container->held].place == id.place) {
      held = Status::Error(ATOLL_INVALID_ARGUMENT, "object %lu.%lu would contain itself, and live for ever", id.index(),
                           id.generation());
      break;
    }
    held = Refer(contained[container->held]);
    if (!held.ok()) break;
    container->children[container->held] =
        static_cast<uint32_t>(ObjectId(contained[container->held]).index());
    ++container->held;
  }
  if (!held.ok()) {
    while (container->held > 0) GiveReference(container->children[--container->held]);
    return held;
  }
  std::memcpy(window_.data() + offset + (size + 15) / 16 * 16, contained, count * sizeof(atoll_object_id));
  return {};
}

uint64_t ClientCore::DrainContainers() {
  constexpr uint32_t kAtOnce = 256;
  return containers_->Drain(kAtOnce, [this](uint64_t child) {
    GiveReference(child);
    // Who waits to be alone with it is told to look: nobody else knows whose reference that was.
    TellAlone(control_, me_, child);
  });
}

}  // namespace atollstore
