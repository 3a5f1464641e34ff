// What one client is creating: the steps of an entry's word on the way to SEALED, or back.
//
//   EXPECTED --Begin--> CREATING --Seal--> SEALED
//       ^                ^    |               ^
//       |        PutBack |    | Take          | SealTaken
//       |                |    v               |
//       +-----Undo------ CHANGING ------------+
//
// Any thread. Threads of one client may end one creation at the same time: whoever seals a plain object needs
// one CAS from CREATING; whoever needs several steps (abort, resize, seal of a container) takes it with
// CHANGING first, and for that while nobody else may touch it. So one wins, and the others are told. Killed
// anywhere, the burial makes CREATING and CHANGING of the dead EXPECTED again (Sweeper::UndoCreation).
#ifndef ATOLL_CLIENT_CREATIONS_H_
#define ATOLL_CLIENT_CREATIONS_H_

#include "layout/geometry.h"
#include "result.h"

namespace atollstore {

class Creations {
 public:
  // A creation just begun, without a block, is CREATING where nobody else knows the id, else CHANGING.
  enum class Known { kNobody, kOthers };

  Creations() = default;
  Creations(const Control& control, uint32_t me) : control_(control), me_(me) {}

  // EXPECTED -> CREATING or CHANGING, with HAS_REFS if it is to hold ids. Whoever is late gets
  // ALREADY_EXISTS. REQUIRES: the index exists.
  Status Begin(ObjectId id, Known known, bool holds_ids) const;
  // CREATING -> CHANGING: the caller alone has it until PutBack(), SealTaken() or Undo(). `what` is what it
  // is about to do, for the text of NOT_CREATING.
  Status Take(ObjectId id, const char* what) const;
  // CHANGING -> CREATING.
  void PutBack(uint64_t index) const;
  // CREATING -> SEALED in one step, of what holds no ids. `before` is the word it replaced. `pinned`: it was
  // pinned, since somebody may wait for it; the caller rings (if it was sealed) and unpins.
  Status Seal(ObjectId id, Word* before, bool* pinned) const;
  // CHANGING -> SEALED, as Seal(). Returns the word it replaced.
  Word SealTaken(uint64_t index, bool* pinned) const;
  // CHANGING (or CREATING, known to nobody) -> EXPECTED without a block. Returns the word it replaced.
  Word Undo(uint64_t index, uint64_t place) const;

 private:
  bool Mine(Word word, ObjectId id) const {
    return word.generation() == id.generation() && word.owner() == me_ && word.being_created();
  }
  void KeepForWaiters(uint64_t index, Word word, bool* pinned) const;
  Status NotCreating(ObjectId id, Word word, const char* what) const;

  Control control_;
  uint32_t me_ = 0;
};

// What is said of an object that is not there, or not any more.
Status NotFound(const Control& control, ObjectId id);
Status Lost(const Control& control, ObjectId id);

}  // namespace atollstore

#endif  // ATOLL_CLIENT_CREATIONS_H_
