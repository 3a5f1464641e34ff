// Blocks, spans and slabs. The extents they lie in are in client_extents.cc.
#include "heap/client_heap.h"

#include <algorithm>
#include <bit>
#include <new>

#include "layout/location.h"

namespace atollstore {
namespace {

// So many marks are looked at before what is free at hand is used instead; each has freed something once.
constexpr uint64_t kMarksAtOnce = 32;
// Under one hold of the lock.
constexpr uint64_t kSlabsAtOnce = 16384;

void Prefetch(const uint8_t* block, uint64_t bytes) {
  constexpr uint64_t kMost = 1024;
  for (uint64_t at = 0; at < bytes && at < kMost; at += 64) __builtin_prefetch(block + at, 1);
}

}  // namespace

ClientHeap::ClientHeap(const Control& control, uint32_t me, const os::SharedMemory* data, os::Mapping* window,
                       ControlBudget* budget)
    : control_(control),
      me_(me),
      marks_(control.freed_slabs(me == kRestorer ? kServer : me)),
      data_(data),
      window_(window),
      budget_(budget),
      sizes_(control.geometry().slabs_per_extent()),
      slabs_per_extent_(control.geometry().slabs_per_extent()),
      lists_(sizes_.count()) {}

Result<std::unique_ptr<ClientHeap>> ClientHeap::Create(const Control& control, uint32_t me,
                                                       const os::SharedMemory* data, os::Mapping* window,
                                                       ControlBudget* budget) {
  std::unique_ptr<ClientHeap> heap(new (std::nothrow) ClientHeap(control, me, data, window, budget));
  if (heap == nullptr) return Status::Error(ATOLL_OUT_OF_MEMORY, "no memory for a heap");
  auto spans = os::Zeros<Span>::Create(control.geometry().slabs());
  if (!spans.ok()) return spans.status();
  auto open = os::Zeros<uint8_t>::Create(control.geometry().extents());
  if (!open.ok()) return open.status();
  auto free = FreeRuns::Create(control.geometry().slabs());
  if (!free.ok()) return free.status();
  heap->spans_ = std::move(spans).value();
  heap->open_ = std::move(open).value();
  heap->free_ = std::move(free).value();
  return heap;
}

bool ClientHeap::Allocate(uint64_t bytes, Entry& entry, uint64_t place) {
  std::lock_guard lock(mutex_);
  return AllocateHere(bytes, entry, place);
}

void ClientHeap::KeepReserve(uint64_t bytes) {
  reserve_.store((bytes + kSlabBytes - 1) / kSlabBytes, std::memory_order_relaxed);
}

bool ClientHeap::AllocateReserved(uint64_t bytes, Entry& entry, uint64_t place) {
  std::lock_guard lock(mutex_);
  if (AllocateHere(bytes, entry, place)) return true;
  // Blocks of these sizes lie in spans of one slab, so that every slab of the reserve is of use, wherever it lies.
  may_take_reserve_ = true;
  const bool allocated = AllocateHere(std::bit_ceil(std::max<uint64_t>(bytes, 64)), entry, place);
  may_take_reserve_ = false;
  return allocated;
}

Placed ClientHeap::Place(const BlockFor& wanted) {
  std::lock_guard lock(mutex_);
  return PlaceHere(wanted);
}

Placed ClientHeap::PlaceHere(const BlockFor& wanted) {
  if (wanted.block != 0 && ResizeHere(wanted.block, wanted.old_bytes, wanted.bytes)) return Placed::kWhereItLay;
  return AllocateHere(wanted.bytes, wanted.entry, wanted.place) ? Placed::kNew : Placed::kNowhere;
}

bool ClientHeap::AllocateHere(uint64_t bytes, Entry& entry, uint64_t place) {
  const uint32_t c = sizes_.For(bytes);
  asked_.store(asked_.load(std::memory_order_relaxed) + bytes, std::memory_order_relaxed);
  if (c < sizes_.count()) return AllocateSmall(c, entry, place);
  return AllocateRun((bytes + kSlabBytes - 1) / kSlabBytes, entry, place);
}

bool ClientHeap::AllocateSmall(uint32_t c, Entry& entry, uint64_t place) {
  if (TakeFromList(c, entry, place)) return true;
  (void)TakeMarks(c, kMarksAtOnce);
  if (TakeFromList(c, entry, place)) return true;
  uint64_t head;
  while (!NewSpan(c, sizes_[c].slabs, true, &head)) {
    if (TakeMarks(c, kMarksAtOnce) == 0) return false;
    if (TakeFromList(c, entry, place)) return true;
  }
  Enlist(head);
  return TakeFrom(head, entry, place);
}

bool ClientHeap::AllocateRun(uint64_t slabs, Entry& entry, uint64_t place) {
  uint64_t marks = TakeMarks(kNoClass, kMarksAtOnce);
  uint64_t head;
  while (!NewSpan(sizes_.count(), slabs, marks == 0, &head)) {
    if (marks == 0) return false;
    marks = TakeMarks(kNoClass, kMarksAtOnce);
  }
  return TakeFrom(head, entry, place);
}

bool ClientHeap::TakeFromList(uint32_t c, Entry& entry, uint64_t place) {
  while (lists_[c].first != 0) {
    const uint64_t head = lists_[c].first - 1;
    if (TakeFrom(head, entry, place)) return true;
    Span& span = spans_[head];
    if ((span.flags & kAgain) == 0) {
      Unlist(head);
    } else {
      span.flags &= static_cast<uint8_t>(~kAgain);
      span.cursor = 0;
    }
  }
  return false;
}

bool ClientHeap::TakeFrom(uint64_t head, Entry& entry, uint64_t place) {
  Span& span = spans_[head];
  const uint64_t words = head * kWordsPerSlab, bytes = BytesOf(span);
  const uint32_t blocks = BlocksOf(span);
  while (span.cursor < blocks) {
    const uint32_t i = span.cursor++;
    u64& word = control_.block_word(words + i);
    if (word.load(std::memory_order_acquire) != 0) continue;  // pairs with FreeBlockWord()
    entry.block.store(words + i + 1, std::memory_order_relaxed);
    entry.location.store(Location::Of(head * kSlabBytes + i * bytes, Location::BoundOf(entry, place)).bits(),
                         std::memory_order_relaxed);
    // release; whoever finds the word also finds the entry pointing back.
    word.store(place, std::memory_order_release);
    // The next one of this size will be written soon; what was freed long ago has left the caches.
    if (i + 1 < blocks) Prefetch(window_->data() + head * kSlabBytes + (i + 1) * bytes, bytes);
    return true;
  }
  return false;
}

bool ClientHeap::NewSpan(uint32_t c, uint64_t slabs, bool thorough, uint64_t* head) {
  if (!TakeSlabs(slabs, thorough, head)) return false;
  if (!PayForWords(*head, c < sizes_.count() ? sizes_[c].blocks : 1)) {
    FreeSlabs(*head, slabs);
    return false;
  }
  Span& span = spans_[*head];
  span = {0, 0, static_cast<uint32_t>(slabs), 0, 0, static_cast<uint8_t>(c + 1), 0, span.paid};
  return true;
}

// The words of so many blocks of the slab are about to be touched.
bool ClientHeap::PayForWords(uint64_t head, uint32_t blocks) {
  uint8_t& paid = spans_[head].paid;
  const uint64_t pages = (blocks * sizeof(u64) + ControlBudget::kPage - 1) / ControlBudget::kPage;
  if (budget_ == nullptr || paid >= pages) return true;
  if (!budget_->Pay(pages - paid)) return false;
  paid = static_cast<uint8_t>(pages);
  return true;
}

void ClientHeap::Enlist(uint64_t head) {
  Span& span = spans_[head];
  List& list = lists_[span.kind - 1];
  const auto number = static_cast<uint32_t>(head + 1);
  span.cursor = 0;
  span.flags = kListed;
  span.next = 0;
  span.before = list.last;
  (list.last != 0 ? spans_[list.last - 1].next : list.first) = number;
  list.last = number;
}

void ClientHeap::Unlist(uint64_t head) {
  Span& span = spans_[head];
  List& list = lists_[span.kind - 1];
  (span.before != 0 ? spans_[span.before - 1].next : list.first) = span.next;
  (span.next != 0 ? spans_[span.next - 1].before : list.last) = span.before;
  span.flags = 0;
}

uint64_t ClientHeap::TakeMarks(uint32_t wanted, uint64_t most) {
  if (!marks_.Any()) return 0;
  return marks_.Take([&, left = most](uint64_t slab) mutable {
    LookAt(slab, wanted);
    return --left > 0 && (wanted == kNoClass || lists_[wanted].first == 0);
  });
}

void ClientHeap::LookAt(uint64_t head, uint32_t wanted) {
  Span& span = spans_[head];
  if (span.kind == 0) return;  // a mark of before, or a stranger's
  if (IsEmpty(head)) {
    if (wanted + 1 == span.kind && lists_[wanted].first == 0) return Enlist(head);
    if ((span.flags & kListed) != 0) Unlist(head);
    span.kind = 0;
    return FreeSlabs(head, span.slabs);
  }
  if (IsLarge(span)) return;
  if ((span.flags & kListed) != 0) {
    span.flags |= kAgain;
  } else {
    Enlist(head);
  }
}

bool ClientHeap::IsEmpty(uint64_t head) {
  Span& span = spans_[head];
  const uint64_t words = head * kWordsPerSlab;
  const uint32_t blocks = BlocksOf(span);
  // Nearly always one look is enough. All of them are looked at only when that block has gone since, from
  // there on: what goes in the order in which it came costs one look a block.
  for (uint32_t i = 0, block = span.live; i < blocks; ++i, ++block) {
    if (block >= blocks) block = 0;
    // acquire; pairs with FreeBlockWord(): what is taken from these slabs next comes after it.
    if (control_.block_word(words + block).load(std::memory_order_acquire) == 0) continue;
    span.live = static_cast<uint16_t>(block);
    return false;
  }
  return true;
}

void ClientHeap::FreeSlabs(uint64_t first, uint64_t count) {
  free_.Add(first, count);
  NoteFree();
}

bool ClientHeap::TakeSlabs(uint64_t count, bool thorough, uint64_t* first) {
  if (!MayTake(count)) return false;
  *first = free_.Take(count, thorough);
  if (*first == FreeRuns::kNone) return false;
  // What is left beside a long one is of use only together with the longer rest of the store; what the server has does not
  // grow.
  const uint64_t slabs = control_.geometry().slabs(), left = free_.FreeFrom(*first + count);
  if (me_ == kRestorer && count > slabs / 3 && *first > slabs - (*first + count + left)) {
    free_.Add(*first, count);
    free_.TakeAt(*first += left, count);
  }
  NoteFree();
  NotePeak();
  return true;
}

void ClientHeap::TakeSlabsAt(uint64_t first, uint64_t count) {
  free_.TakeAt(first, count);
  NoteFree();
}

void ClientHeap::ForgetHints() {
  for (uint64_t slab = 0; slab < control_.geometry().slabs();) {
    std::lock_guard lock(mutex_);
    const uint64_t end = std::min(control_.geometry().slabs(), slab + kSlabsAtOnce);
    while (slab < end) {
      if (open_[slab / slabs_per_extent_] == 0) {
        slab = (slab / slabs_per_extent_ + 1) * slabs_per_extent_;
        continue;
      }
      LookAt(slab++, kNoClass);
    }
  }
}

uint64_t ClientHeap::LargeAt(uint64_t block) const {
  const uint64_t head = (block - 1) / kWordsPerSlab;
  return (block - 1) % kWordsPerSlab == 0 && IsLarge(spans_[head]) ? head : UINT64_MAX;
}

bool ClientHeap::Resize(uint64_t block, uint64_t old_bytes, uint64_t new_bytes) {
  std::lock_guard lock(mutex_);
  return ResizeHere(block, old_bytes, new_bytes);
}

bool ClientHeap::ResizeHere(uint64_t block, uint64_t old_bytes, uint64_t new_bytes) {
  const uint32_t before = sizes_.For(old_bytes), after = sizes_.For(new_bytes);
  if (before != after) return false;
  if (after < sizes_.count()) return true;
  const uint64_t slabs = (new_bytes + kSlabBytes - 1) / kSlabBytes;
  const uint64_t head = LargeAt(block);
  if (head == UINT64_MAX) return false;
  Span& span = spans_[head];
  const uint64_t end = head + span.slabs, new_end = head + slabs;
  if (new_end < end) {
    FreeSlabs(new_end, end - new_end);
  } else if (new_end > end) {
    if (!MayTake(new_end - end) || !free_.AllFree(end, new_end - end)) return false;
    TakeSlabsAt(end, new_end - end);
    NotePeak();
  }
  span.slabs = static_cast<uint32_t>(slabs);
  return true;
}

}  // namespace atollstore
