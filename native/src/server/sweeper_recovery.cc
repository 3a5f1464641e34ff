// What the sweeper of a new server life makes again from the segments.
#include <utility>

#include "server/sweeper.h"

namespace atollstore {

void Sweeper::Settle(uint64_t index) {
  Entry& entry = control_.entry(index);
  for (bool settled = false; !settled;) {
    uint64_t bits = entry.word.load(std::memory_order_seq_cst);
    const Word word(bits);
    settled = true;
    switch (word.state()) {
      case State::kDying:
        settled = entry.word.compare_exchange_strong(bits, word.Revived().bits(), std::memory_order_seq_cst);
        break;
      case State::kFreeing:
        if (word.has(Word::kByCreator)) break;  // that client's to finish, or its burial's
        // Its children are counted without it, and then looked at as all entries are.
        Free(index, word, false);
        break;
      case State::kRestoring:
        (void)FreeBlock(control_, entry, ObjectId(0, index, word.generation()).place);
        settled =
            entry.word.compare_exchange_strong(bits, word.As(State::kSpilled).bits(), std::memory_order_seq_cst);
        break;
      case State::kMoving:
        SettleMove(index, word);
        break;
      case State::kSpilled:  // the block goes after the word: the last life may have come to the word only
      case State::kLost:
        // Killed between saying so and freeing the block. What is damaged has none, and may be begun anew at any moment.
        if (word.state() == State::kLost && word.reason() != ATOLL_LOST_DELETED) break;
        if (entry.block.load(std::memory_order_relaxed) != 0)
          (void)FreeBlock(control_, entry, ObjectId(0, index, word.generation()).place);
        break;
      default:
        break;
    }
  }
  const State state = Word(entry.word.load(std::memory_order_acquire)).state();
  if (state != State::kSealed && state != State::kSpilled) return;
  const uint64_t size = entry.size.load(std::memory_order_relaxed);
  const uint32_t contained = entry.contained.load(std::memory_order_relaxed);
  const SpillPlace place(entry.spill.load(std::memory_order_relaxed));
  if (!MayBe(control_.geometry(), size, contained)) {  // its record, if it has one, is unknown
    entry.spill.store(0, std::memory_order_relaxed);
    if (state == State::kSpilled) MarkLost(index, ATOLL_LOST_DAMAGED);
  } else if (files_ != nullptr && !place.nowhere()) {
    files_->Adopt(place, ObjectBytes(size, contained));
  } else if (state == State::kSpilled) {
    MarkLost(index, ATOLL_LOST_UNREADABLE);
  }
}

void Sweeper::HaveSettled() {
  if (files_ != nullptr) files_->RemoveUnknown();
}

bool Sweeper::ReadIds(uint64_t index) {
  SpillJob job;
  job.kind = SpillJob::Kind::kIds;
  job.items.push_back(ItemOf(control_, index));
  const SpillItem& item = job.items[0];
  if (!MayBe(control_.geometry(), item.size, item.contained)) return false;
  knowing_.reading = true;
  threads_->HandIn(std::move(job));
  return true;
}

bool Sweeper::HaveReadIds() {
  for (SpillJob& job : threads_->TakeDone()) {
    if (job.kind != SpillJob::Kind::kIds || job.items[0].id.index() != knowing_.index) continue;
    knowing_.reading = false;
    if (job.outcome.ok()) {
      knowing_.ids = std::move(job.ids);
      return true;
    }
    if (job.outcome.code() == ATOLL_OUT_OF_MEMORY) {  // that passes, and the record is as good as it was
      if (ReadIds(knowing_.index)) return false;
    }
    MarkLost(knowing_.index, job.outcome.code() == ATOLL_CORRUPT ? ATOLL_LOST_DAMAGED : ATOLL_LOST_UNREADABLE);
    knowing_ = {};
    return true;
  }
  return false;
}

bool Sweeper::KnowAgain(uint64_t index, Slice* slice, const std::function<void(uint64_t)>& visit) {
  if (knowing_.index != index) {
    const Entry& entry = control_.entry(index);
    const Word word(entry.word.load(std::memory_order_acquire));
    const bool on_disk = word.state() == State::kSpilled;
    if ((word.state() != State::kSealed && !on_disk) || !word.has(Word::kTaken)) return true;
    knowing_ = {};
    knowing_.index = index;
    knowing_.count = entry.contained.load(std::memory_order_relaxed);
    knowing_.on_disk = on_disk;
    if (on_disk && !ReadIds(index)) {
      MarkLost(index, ATOLL_LOST_DAMAGED);
      knowing_ = {};
      return true;
    }
  }
  if (knowing_.reading && !HaveReadIds()) return false;
  if (knowing_.index != index) return true;  // it is lost
  const uint8_t* const ids = knowing_.on_disk ? knowing_.ids.data() : IdsOf(index, knowing_.count);
  const uint64_t count =
      knowing_.on_disk ? knowing_.ids.size() / sizeof(atoll_object_id) : ids == nullptr ? 0 : knowing_.count;
  for (; knowing_.next < count; ++knowing_.next) {
    if (slice->Over()) return false;
    const uint64_t child = LiveOne(ids + knowing_.next * sizeof(atoll_object_id));
    if (child == kNone) continue;
    knowing_.children.push_back(child);
    visit(child);
  }
  children_[index] = std::move(knowing_.children);
  knowing_ = {};
  return true;
}

}  // namespace atollstore
