// An object that is being written becomes larger or smaller.
#include <algorithm>

#include "client/client_core.h"
#include "os/copy.h"

namespace atollstore {

// Taken for as long as it lasts, the wait for room included: whoever seals or gives up meanwhile is told so.
Result<uint64_t> ClientCore::Resize(ObjectId id, uint64_t size, int64_t timeout_ns) {
  ATOLL_RETURN_IF_ERROR(Check(id));
  ATOLL_RETURN_IF_ERROR(creations_.Take(id, "resize"));
  struct PutBack {  // whatever comes, an allocation that fails below too
    const Creations& creations;
    uint64_t index;
    ~PutBack() { creations.PutBack(index); }
  } const put_back{creations_, id.index()};
  return ResizeTaken(id, size, timeout_ns);
}

// Where it lies if that can be; else in another block. While its bytes are copied there are two whose words
// name the entry, and the entry points to the old one, then to the new one. Killed in between, the burial
// frees the one that it points to; the other lies in an extent that is taken over, and goes with that.
Result<uint64_t> ClientCore::ResizeTaken(ObjectId id, uint64_t size, int64_t timeout_ns) {
  Entry& entry = entries_[id.index()];
  const uint32_t contained = containers_->Promised(id.place);
  if (size > capacity_ || ObjectBytes(size, contained) > capacity_) {
    return Status::Error(ATOLL_STORE_FULL, "%lu bytes and %u ids asked, the store has %lu bytes", size,
                         contained, capacity_);
  }
  const Location location(entry.location.load(std::memory_order_relaxed));
  Location::Bound bound = Location::BoundOf(entry, id.place);
  const uint64_t offset = location.offset(), block = bound.block, old_size = bound.size;
  // Each number once, and checked: anybody may have written there.
  if (!location.Fits(bound) || block - 1 >= block_words_ || old_size > capacity_ ||
      !heap_->CanWrite(offset, ObjectBytes(old_size, contained))) {
    return Corrupted(id);
  }
  const uint64_t old_bytes = ObjectBytes(old_size, contained), bytes = ObjectBytes(size, contained);
  uint8_t* const here = window_.data() + offset;
  bound.size = size;
  Entry moved{};
  moved.size.store(size, std::memory_order_relaxed);
  moved.tag.store(bound.tag, std::memory_order_relaxed);
  moved.contained.store(bound.contained, std::memory_order_relaxed);
  const BlockFor wanted{BlockBytes(bytes), moved, id.place, block, BlockBytes(old_bytes)};
  // Where it lies, as long as that can be: what lies behind may be this client's, or nobody's.
  Placed placed = heap_->Resize(block, wanted.old_bytes, wanted.bytes) ? Placed::kWhereItLay : Placed::kNowhere;
  const auto deadline = os::Deadline::After(timeout_ns);
  if (placed == Placed::kNowhere && bytes > old_bytes) placed = GrowBehind(wanted, deadline);
  if (placed == Placed::kNowhere) placed = heap_->Place(wanted);
  if (placed == Placed::kNowhere) {
    auto found = PlaceInTurn(wanted, deadline.left());
    if (!found.ok()) return found.status();
    placed = found.value();
  }
  const bool stays = placed == Placed::kWhereItLay;
  const uint64_t to = stays ? offset : Location(moved.location.load(std::memory_order_relaxed)).offset();
  if (sealed_pages_ != nullptr) {  // an object before may have left them read-only
    if (const Status writable = sealed_pages_->Unprotect(to, bytes); !writable.ok()) {
      if (!stays) (void)FreeBlockWord(control_, moved.block.load(std::memory_order_relaxed), id.place);
      return writable;
    }
  }
  if (stays) {
    entry.size.store(size, std::memory_order_relaxed);
    entry.location.store(Location::Of(offset, bound).bits(), std::memory_order_relaxed);
    return reinterpret_cast<uint64_t>(here);
  }
  os::Copy(window_.data() + to, here, std::min(size, old_size));
  entry.location.store(moved.location.load(std::memory_order_relaxed), std::memory_order_relaxed);
  entry.size.store(size, std::memory_order_relaxed);
  // release; whoever finds the block also finds where it is.
  entry.block.store(moved.block.load(std::memory_order_relaxed), std::memory_order_release);
  (void)FreeBlockWord(control_, block, id.place);
  if (bytes >= control_.geometry().extent_bytes() && bytes > largest_.load(std::memory_order_relaxed))
    largest_.store(bytes, std::memory_order_relaxed);
  return reinterpret_cast<uint64_t>(window_.data()) + to;
}

}  // namespace atollstore
