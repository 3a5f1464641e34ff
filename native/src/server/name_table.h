// The names of a store, as their only writer has them. A name keeps its object alive through one reference in
// the server's own column; the table is the truth of that, the column follows it (after a takeover it is
// counted anew by Recover()). Used by the server's thread alone.
//
// A name lies at its hash or in a later record of its chain. A record that a name has left stays `chained` as
// long as another record follows it, so that nobody who looks for a later name stops there.
#ifndef ATOLL_SERVER_NAME_TABLE_H_
#define ATOLL_SERVER_NAME_TABLE_H_

#include <functional>
#include <string_view>

#include "directory/names.h"
#include "server/slice.h"

namespace atollstore {

class NameTable {
 public:
  explicit NameTable(const Control& control);

  // Gives the object at `place` a name. Doing it twice does nothing. Fails with ALREADY_EXISTS when another
  // object has it, NOT_FOUND when there is no such object, TOO_MANY_NAMES; STORE_FULL when a page of the
  // table would be touched first for it, and the budget of control memory is empty.
  Status Publish(std::string_view name, uint64_t place);
  // Takes the name away. Returns the index of the entry that has one reference less: look at it.
  // Fails with NOT_FOUND.
  Result<uint64_t> Unpublish(std::string_view name);

  // After a server was killed: clears records it was writing, and those that name nothing that can be; `visit` is told
  // the place of the object of each other. Goes on from *slot, 0 at first, for a slice; returns whether it has come to the
  // end. Safe to repeat.
  bool Recover(uint64_t* slot, Slice* slice, const std::function<void(uint64_t place)>& visit);

 private:
  uint64_t SlotOf(uint64_t slot) const { return slot % control_.geometry().name_slots(); }
  NameRecord& At(uint64_t slot) const { return control_.name(SlotOf(slot)); }
  NameSeen Seen(uint64_t slot) const { return NameAt(control_, SlotOf(slot)); }
  // The record changes as a whole, for whoever reads it.
  void Write(uint64_t slot, std::string_view name, uint64_t place, bool chained);
  // Ends chains that nothing follows any more, from this record backwards.
  void Unchain(uint64_t slot);

  const Control control_;
  uint64_t recovered_ = 0;  // names, by Recover() so far
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_NAME_TABLE_H_
