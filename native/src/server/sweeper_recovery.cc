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
      case State::kSpilled:  // the block goes after the word: the last life may have come to the word only
      case State::kLost:
        // Killed between saying so and freeing the block.
        if (entry.block.load(std::memory_order_relaxed) != 0)
          (void)FreeBlock(control_, entry, ObjectId(0, index, word.generation()).place);
        break;
      default:
        break;
    }
  }
  const State state = Word(entry.word.load(std::memory_order_acquire)).state();
  if (state != State::kSealed && state != State::kSpilled) return;
  const SpillPlace place(entry.spill.load(std::memory_order_relaxed));
  if (files_ != nullptr && !place.nowhere()) {
    files_->Adopt(place, ObjectBytes(entry));
  } else if (state == State::kSpilled) {
    MarkLost(index, ATOLL_LOST_UNREADABLE);
  }
}

void Sweeper::HaveSettled() {
  if (files_ != nullptr) files_->RemoveUnknown();
}

bool Sweeper::ChildrenOfSpilled(const Entry& entry, std::vector<uint64_t>* children) const {
  auto item = files_->Describe(SpillPlace(entry.spill.load(std::memory_order_relaxed)));
  if (!item.ok() || item.value().bytes != ObjectBytes(entry) ||
      item.value().contained != entry.contained.load(std::memory_order_relaxed)) {
    return false;
  }
  std::vector<uint8_t> bytes(item.value().bytes);
  if (!files_->Read(item.value(), bytes.data()).ok()) return false;
  const uint64_t ids = uint64_t{item.value().contained} * sizeof(atoll_object_id);
  *children = LiveOnes(bytes.data() + bytes.size() - ids, item.value().contained);
  return true;
}

const std::vector<uint64_t>& Sweeper::KnowAgain(uint64_t index) {
  static const std::vector<uint64_t> none;
  const Entry& entry = control_.entry(index);
  const Word word(entry.word.load(std::memory_order_acquire));
  const bool spilled = word.state() == State::kSpilled;
  if ((word.state() != State::kSealed && !spilled) || !word.has(Word::kTaken)) return none;
  std::vector<uint64_t> children;
  if (!spilled) {
    children = ChildrenOf(index);
  } else if (!ChildrenOfSpilled(entry, &children)) {
    MarkLost(index, ATOLL_LOST_DAMAGED);
    return none;
  }
  return children_[index] = std::move(children);
}

}  // namespace atollstore
