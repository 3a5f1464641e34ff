#include "client/watches.h"

#include <algorithm>
#include <utility>

namespace atollstore {

namespace {
constexpr uint64_t kSlice = 4096;  // ids
}  // namespace

Status Watches::Add(const atoll_object_id* ids, uint64_t count, uint64_t kind) {
  std::map<uint64_t, Watch> added;
  for (uint64_t i = 0; i < count; ++i) {
    const ObjectId id(ids[i]);
    if (!added.emplace(Key(id.index(), kind), Watch{id.place}).second)
      return Status::Error(ATOLL_INVALID_ARGUMENT, "object %lu.%lu: given twice", id.index(), id.generation());
  }
  bool happened = false;
  std::unique_lock lock(mutex_);
  const auto breathe = [&](uint64_t done) {
    if (done % kSlice != kSlice - 1) return;
    lock.unlock();
    lock.lock();
  };
  // One of an object that is gone gives way to the next one in its entry.
  const auto is_watched = [&](uint64_t i) {
    const auto found = watches_.find(Key(ObjectId(ids[i]).index(), kind));
    return found != watches_.end() && found->second.place == ids[i].place;
  };
  if (watches_.empty()) {  // nobody was missed before
    buried_ = control_.header().served.buried.load(std::memory_order_seq_cst);
    epoch_ = control_.header().server_epoch.load(std::memory_order_seq_cst);
  }
  uint64_t watched = 0;
  for (; watched < count && !is_watched(watched); ++watched) breathe(watched);
  for (uint64_t i = 0; i < count && watched == count; ++i) {
    breathe(i);
    if (is_watched(i)) {  // by another thread, since
      for (uint64_t begun = 0; begun < i; ++begun) Forget(Key(ObjectId(ids[begun]).index(), kind), ids[begun].place);
      watched = i;
      break;
    }
    const uint64_t at = Key(ObjectId(ids[i]).index(), kind);
    if (const auto old = watches_.find(at); old != watches_.end()) Forget(at, old->second.place);
    auto& [key, watch] = *watches_.insert(added.extract(at)).position;
    Look(key, &watch);
    happened = happened || watch.happened;
    if (to_look_at_ != 0) ++to_look_at_;  // it may lie on the way
  }
  lock.unlock();
  if (happened) bell().Ring();
  if (watched == count) return {};
  const ObjectId id(ids[watched]);
  return Status::Error(ATOLL_INVALID_ARGUMENT, "object %lu.%lu: its entry is watched already", id.index(),
                       id.generation());
}

bool Watches::Forget(uint64_t key, uint64_t place) {
  const auto found = watches_.find(key);
  if (found == watches_.end() || found->second.place != place) return false;
  if (found->second.happened) Unlink(&found->second);
  watches_.erase(found);
  return true;
}

uint64_t Watches::Remove(const atoll_object_id* ids, uint64_t count) {
  uint64_t removed = 0;
  std::unique_lock lock(mutex_);
  for (uint64_t i = 0; i < count; ++i) {
    if (i % kSlice == kSlice - 1) {
      lock.unlock();
      lock.lock();
    }
    const ObjectId id(ids[i]);
    for (const uint64_t kind : kKinds) {
      if (!Forget(Key(id.index(), kind), id.place)) continue;
      // The bit in the slot stays: it costs one mark that is of no use. But nobody is asked who does not hear it.
      if (kind == ATOLL_EVENT_DAMAGED) GiveUpAsked(control_, me_, id.index(), id.generation());
      ++removed;
    }
  }
  return removed;
}

uint64_t Watches::Take(atoll_event* events, uint64_t max) {
  std::lock_guard lock(mutex_);
  uint64_t looks = 0;
  // seq_cst; pair with the burial, which counts before it rings.
  const uint64_t buried = control_.header().served.buried.load(std::memory_order_seq_cst);
  const uint32_t epoch = control_.header().server_epoch.load(std::memory_order_seq_cst);
  const bool missed = std::exchange(buried_, buried) != buried || std::exchange(epoch_, epoch) != epoch;
  control_.ready(me_).Take([this, &looks](uint64_t index) {
    for (const uint64_t kind : kKinds) {
      const auto found = watches_.find(Key(index, kind));
      if (found != watches_.end()) Look(found->first, &found->second);
    }
    return ++looks < kSlice;
  });
  if (looks == kSlice) bell().Ring();  // as below
  if (missed) to_look_at_ = watches_.size();
  LookAtSome();
  const uint64_t store = control_.header().store.load(std::memory_order_relaxed);
  uint64_t taken = 0;
  while (taken < max && first_ != nullptr) {
    Watch* const watch = first_;
    Unlink(watch);
    const ObjectId id({store, watch->place});
    for (const uint64_t kind : kKinds) {
      const auto found = watches_.find(Key(id.index(), kind));
      if (found == watches_.end() || &found->second != watch) continue;
      events[taken++] = {id.c(), kind};
      watches_.erase(found);
      break;
    }
  }
  return taken;
}

void Watches::LookAtSome() {
  if (to_look_at_ == 0) return;
  const uint64_t slice = std::min(to_look_at_, kSlice);
  auto next = watches_.lower_bound(look_from_);
  for (uint64_t i = 0; i < slice && !watches_.empty(); ++i, ++next) {
    if (next == watches_.end()) next = watches_.begin();
    Look(next->first, &next->second);
  }
  look_from_ = next == watches_.end() ? 0 : next->first;
  to_look_at_ -= slice;
  if (to_look_at_ != 0) bell().Ring();  // nobody sleeps over the rest
}

// Whether it has happened; else sees to it that it will be told of.
void Watches::Look(uint64_t key, Watch* watch) {
  if (watch->happened || Arm(key, *watch)) return;
  watch->happened = true;
  watch->next = nullptr;
  watch->before = last_;
  (last_ == nullptr ? first_ : last_->next) = watch;
  last_ = watch;
}

bool Watches::Arm(uint64_t key, const Watch& watch) {
  const ObjectId id({0, watch.place});
  if (KindOf(key) == ATOLL_EVENT_READY) {
    // What is gone is nothing to wait for, and what is on disk is ready: a get brings it back.
    const auto pending = [&] {
      const Word word(control_.entry(id.index()).word.load(std::memory_order_seq_cst));
      return word.generation() == id.generation() && Visible(word) == ATOLL_EXPECTED;
    };
    return pending() && SetWait(control_, me_, id.index(), id.generation(), kWatchBell) && pending();
  }
  if (KindOf(key) == ATOLL_EVENT_DAMAGED)
    return SetAsk(control_, me_, id.index(), id.generation()) || !MayAnswer(control_, me_, id.index());
  // A container that the server has not taken in is a holder, too: this client refers to its children for it,
  // and is told when it does so no longer (ClientCore::DrainContainers).
  if (SetWaitAlone(control_, me_, id.index(), id.generation())) return true;
  const Word word(control_.entry(id.index()).word.load(std::memory_order_seq_cst));
  return word.generation() == id.generation() && word.Exists() && Visible(word) != ATOLL_IS_LOST &&
         containers_->KeepsFor(id.index());
}

void Watches::Unlink(Watch* watch) {
  (watch->before == nullptr ? first_ : watch->before->next) = watch->next;
  (watch->next == nullptr ? last_ : watch->next->before) = watch->before;
}

}  // namespace atollstore
