#include "server/wish_list.h"

#include <algorithm>
#include <bit>
#include <vector>

#include "heap/client_heap.h"

namespace atollstore {

bool WishList::TakeIn() {
  if (!control_.wishers().Any()) return false;
  return control_.wishers().Take([this](uint64_t client) {
    if (control_.HasClient(client)) TakeInOf(static_cast<uint32_t>(client));
    return true;
  }) != 0;
}

bool WishList::Knows(uint32_t client, uint32_t place, uint64_t ticket) const {
  return std::any_of(wishes_.begin(), wishes_.end(), [&](const KnownWish& wish) {
    return wish.client == client && wish.place == place && wish.ticket == ticket;
  });
}

void WishList::TakeInOf(uint32_t client) {
  ClientRecord& of = control_.client(client);
  const Geometry& g = control_.geometry();
  for (uint32_t bits = of.wishing.load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
    const auto place = static_cast<uint32_t>(std::countr_zero(bits));
    WishRecord& record = of.wishes[place];
    // acquire; pairs with the release in Wish::Publish().
    const WishWord word(record.word.load(std::memory_order_acquire));
    if (word.state() != WishState::kWaits && word.state() != WishState::kGranted) continue;
    const uint32_t kind = record.kind.load(std::memory_order_relaxed);
    const uint64_t ticket = record.ticket.load(std::memory_order_relaxed);
    const uint64_t bytes = std::min(record.bytes.load(std::memory_order_relaxed), g.capacity() + g.extent_bytes());
    KnownWish wish{client,
                   place,
                   word,
                   static_cast<WishKind>(kind & ~kUrgent),
                   (kind & kUrgent) != 0,
                   ticket,
                   static_cast<int64_t>(record.until.load(std::memory_order_relaxed)),
                   std::max<uint64_t>(1, (bytes + g.extent_bytes() - 1) / g.extent_bytes()),
                   {record.instead_first.load(std::memory_order_relaxed),
                    record.instead_count.load(std::memory_order_relaxed)},
                   os::NowNanos()};
    if (Knows(client, place, ticket)) continue;
    if (wish.instead.first > g.extents() || wish.instead.count > g.extents() - wish.instead.first) wish.instead = {};
    if (wish.granted()) wish.kept = RunOf(record);  // by the server before this one
    // release; pairs with the acquire in Wish::noticed().
    record.seen.store(ticket, std::memory_order_release);
    Insert(wish);
  }
}

void WishList::Insert(const KnownWish& wish) {
  const auto later = std::find_if(wishes_.begin(), wishes_.end(),
                                  [&](const KnownWish& other) { return other.ticket > wish.ticket; });
  wishes_.insert(later, wish);
}

void WishList::ForgetTheGone() {
  for (auto wish = wishes_.begin(); wish != wishes_.end();) {
    // A thread that publishes again has the same ticket and another word.
    if (wish->client == kServer || RecordOf(*wish).word.load(std::memory_order_acquire) == wish->word.bits()) {
      ++wish;
      continue;
    }
    // A grant is the client's to give back, whatever it has done with it.
    if (!wish->granted()) Release(wish->kept);
    const uint32_t client = wish->client;
    wish = wishes_.erase(wish);
    control_.wishers().Set(client);
  }
}

bool WishList::Answer(KnownWish& wish, WishState state) {
  uint32_t bits = wish.word.bits();
  const WishWord answered = wish.word.As(state);
  // seq_cst; release for what is written of the grant, pairs with the acquire in Wish::state(). Fails when the thread
  // has withdrawn.
  if (!RecordOf(wish).word.compare_exchange_strong(bits, answered.bits(), std::memory_order_seq_cst)) return false;
  wish.word = answered;
  Ring(wish);
  return true;
}

void WishList::Grant(KnownWish& wish) {
  WishRecord& record = RecordOf(wish);
  record.first.store(static_cast<uint32_t>(wish.kept.first), std::memory_order_relaxed);
  record.count.store(static_cast<uint32_t>(wish.kept.count), std::memory_order_relaxed);
  (void)Answer(wish, WishState::kGranted);
}

void WishList::Refuse(KnownWish& wish) {
  Release(wish.kept);
  wish.kept = {};
  (void)Answer(wish, WishState::kRefused);
}

bool WishList::TakeBack(KnownWish& wish) {
  WishRecord& record = RecordOf(wish);
  uint32_t bits = wish.word.bits();
  const WishWord waits = wish.word.As(WishState::kWaits);
  if (!record.word.compare_exchange_strong(bits, waits.bits(), std::memory_order_seq_cst)) return false;
  wish.word = waits;
  Release(wish.kept);
  wish.kept = {};
  wish.whole = wish.stuck = false;
  return true;
}

void WishList::SendUrgentAway() const {
  control_.EachClient([&](uint32_t client) {
    ClientRecord& of = control_.client(client);
    for (uint32_t bits = of.wishing.load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
      WishRecord& record = of.wishes[std::countr_zero(bits)];
      // acquire; pairs with the release in Wish::Publish().
      uint32_t word = record.word.load(std::memory_order_acquire);
      const bool urgent = (record.kind.load(std::memory_order_relaxed) & kUrgent) != 0;
      if (!urgent || WishWord(word).state() != WishState::kWaits) continue;
      // Fails when the thread has withdrawn.
      if (record.word.compare_exchange_strong(word, WishWord(word).As(WishState::kRefused).bits(), std::memory_order_seq_cst))
        record.bell.Ring();
    }
  });
}

void WishList::Ring(const KnownWish& wish) const { RecordOf(wish).bell.Ring(); }

bool WishList::Keep(const Run& run) const {
  bool all = true;
  for (uint64_t at = run.first; at < run.first + run.count; ++at) {
    u32& word = control_.extent(at);
    uint32_t now = word.load(std::memory_order_relaxed);
    while ((now & kExtentOwnerMask) == 0 &&
           // acquire; pairs with the release in ClientHeap::Disown().
           !word.compare_exchange_weak(now, now | kKept, std::memory_order_acq_rel)) {
    }
    const uint32_t owner = now & kExtentOwnerMask;
    all = all && (owner == 0 || owner == kKept);
  }
  return all;
}

void WishList::Release(const Run& run) const { GiveBackKept(control_, run); }

Run WishList::RunOf(const WishRecord& record) const {
  const Run run{record.first.load(std::memory_order_relaxed), record.count.load(std::memory_order_relaxed)};
  const uint64_t extents = control_.geometry().extents();
  return run.first <= extents && run.count <= extents - run.first ? run : Run();
}

void WishList::Bury(uint32_t client) {
  for (auto wish = wishes_.begin(); wish != wishes_.end();) {
    if (wish->client == client && !wish->granted()) Release(wish->kept);
    wish = wish->client == client ? wishes_.erase(wish) : std::next(wish);
  }
  ClientRecord& of = control_.client(client);
  for (uint32_t bits = of.wishing.load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
    WishRecord& record = of.wishes[std::countr_zero(bits)];
    // Those that it had made its own already are taken over with all others of its extents. One that it had given back,
    // and that is kept for another since, is missed by that one's Adopt(), who wishes again.
    if (HasRun(WishWord(record.word.load(std::memory_order_acquire)))) Release(RunOf(record));
    record.bell.waiters.store(0, std::memory_order_relaxed);
    record.word.store(0, std::memory_order_relaxed);
  }
  // Last: a server killed before this finds them here again.
  of.wishing.store(0, std::memory_order_seq_cst);
}

void WishList::Recover() {
  std::vector<bool> granted(control_.geometry().extents());
  control_.EachClient([&](uint32_t client) {
    ClientRecord& of = control_.client(client);
    for (uint32_t bits = of.wishing.load(std::memory_order_seq_cst); bits != 0; bits &= bits - 1) {
      const WishRecord& record = of.wishes[std::countr_zero(bits)];
      if (!HasRun(WishWord(record.word.load(std::memory_order_acquire)))) continue;
      const Run run = RunOf(record);
      for (uint64_t at = run.first; at < run.first + run.count; ++at) granted[at] = true;
    }
    control_.wishers().Set(client);
  });
  for (uint64_t at = 0; at < granted.size(); ++at) {
    if (!granted[at]) Release({at, 1});
  }
}

}  // namespace atollstore
