#include "client/containers.h"

#include <algorithm>
#include <cstddef>
#include <new>

namespace atollstore {

Containers::~Containers() {
  for (Container* list : promised_) {
    for (OwnContainer one(list); one != nullptr; one.reset(one->next)) {
    }
  }
  for (OwnContainer one(kept_); one != nullptr; one.reset(one->next)) {
  }
}

OwnContainer Containers::Make(uint32_t count) {
  const size_t bytes = offsetof(Container, children) + size_t{count} * sizeof(uint32_t);
  OwnContainer made(static_cast<Container*>(::operator new(bytes, std::nothrow)));
  if (made != nullptr) {
    made->place = 0;
    made->next = nullptr;
    made->count = count;
    made->held = 0;
  }
  return made;
}

void Containers::Promise(uint64_t place, OwnContainer container) {
  std::lock_guard lock(mutex_);
  Container** const bucket = Bucket(place);
  container->place = place;
  container->next = *bucket;
  *bucket = container.release();
  promises_.fetch_add(1, std::memory_order_relaxed);
}

Container** Containers::Link(uint64_t place) const {
  Container** link = Bucket(place);
  while (*link != nullptr && (*link)->place != place) link = &(*link)->next;
  return link;
}

uint32_t Containers::Promised(uint64_t place) const {
  if (promises_.load(std::memory_order_relaxed) == 0) return 0;
  std::lock_guard lock(mutex_);
  const Container* const found = *Link(place);
  return found == nullptr ? 0 : found->count;
}

Container* Containers::Find(uint64_t place) const {
  if (promises_.load(std::memory_order_relaxed) == 0) return nullptr;
  std::lock_guard lock(mutex_);
  return *Link(place);
}

OwnContainer Containers::Unlink(uint64_t place) {
  Container** const link = Link(place);
  OwnContainer found(*link);
  if (found != nullptr) {
    *link = found->next;
    promises_.fetch_sub(1, std::memory_order_relaxed);
  }
  return found;
}

void Containers::Forget(uint64_t place) {
  if (promises_.load(std::memory_order_relaxed) == 0) return;
  OwnContainer forgotten;  // freed after the lock
  std::lock_guard lock(mutex_);
  forgotten = Unlink(place);
}

void Containers::Keep(uint64_t place) {
  std::lock_guard lock(mutex_);
  OwnContainer kept = Unlink(place);
  if (kept == nullptr) return;
  Append(std::move(kept));
}

bool Containers::KeepsFor(uint64_t child) const {
  if (kept() == 0) return false;
  std::lock_guard lock(mutex_);
  for (const Container* kept = kept_; kept != nullptr; kept = kept->next) {
    const uint32_t* const end = kept->children + kept->held;
    if (std::find(kept->children, end, child) != end) return true;
  }
  return false;
}

void Containers::Append(OwnContainer container) {
  container->next = nullptr;
  *kept_end_ = container.get();
  kept_end_ = &container.release()->next;
  kept_count_.fetch_add(1, std::memory_order_relaxed);
}

OwnContainer Containers::TakeFirst() {
  OwnContainer first(kept_);
  if (first == nullptr) return first;
  kept_ = first->next;
  if (kept_ == nullptr) kept_end_ = &kept_;
  kept_count_.fetch_sub(1, std::memory_order_relaxed);
  return first;
}

// As the next one: its children that are left have our references still.
void Containers::PutBack(OwnContainer container) {
  std::lock_guard lock(mutex_);
  if (kept_ == nullptr) return Append(std::move(container));
  container->next = kept_;
  kept_ = container.release();
  kept_count_.fetch_add(1, std::memory_order_relaxed);
}

OwnContainer Containers::TakeSettled(uint32_t most, uint64_t* before) {
  std::lock_guard lock(mutex_);
  for (uint64_t looks = std::min<uint64_t>(most, kept()); looks > 0; --looks) {
    OwnContainer first = TakeFirst();
    const ObjectId id(atoll_object_id{0, first->place});
    // acquire; pairs with the server's CAS to TAKEN: its references to the children came before.
    const Word word(control_.entry(id.index()).word.load(std::memory_order_acquire));
    const bool waits = word.generation() == id.generation() && !word.has(Word::kTaken) &&
                       word.state() != State::kFree && word.state() != State::kFreeing &&
                       word.state() != State::kLost;  // deleted meanwhile, and taken in before
    if (!waits) return first;
    Append(std::move(first));
    ++*before;
  }
  return nullptr;
}

}  // namespace atollstore
