// The wishes that clients have published (layout/wish.h), in the order of their tickets, and their answers. Whatever a
// client has written is read once and checked. The server's thread alone.
#ifndef ATOLL_SERVER_WISH_LIST_H_
#define ATOLL_SERVER_WISH_LIST_H_

#include <list>

#include "heap/choose_run.h"
#include "layout/geometry.h"
#include "layout/wish.h"

namespace atollstore {

struct KnownWish {
  uint32_t client, place;  // 0: the server's own, for what it is to bring back from disk
  WishWord word;           // as it stood when it was looked at last, or was answered
  WishKind kind;
  bool urgent;
  uint64_t ticket;
  int64_t until;
  uint64_t extents;  // kRoom: how many in a row
  Run instead;       // kRoom: a run that would do as well

  int64_t since;     // when it was taken in

  // Of the RoomQueue. Extents that are kept for this wish: all of `kept` that nobody has.
  Run kept{};
  bool whole = false;      // all of `kept`: only memory is missing
  bool stuck = false;      // nothing that may be taken away makes room for it
  int64_t look_at = 0;     // when to see whether it still is
  int64_t granted_at = 0;
  bool aside = false;      // the server's: for what only an unpin makes room for, beside the one for all else
  // What room for it is made by. Each wish begins with the first: else it is the last one, which looks for the cheapest
  // run and not for what was looked at least lately, that all memory would come from.
  enum class Step : uint8_t { kMove, kEvict, kMoveAndEvict };
  Step step = Step::kMove;
  bool granted() const { return word.state() == WishState::kGranted; }
};

class WishList {
 public:
  explicit WishList(const Control& control) : control_(control) {}

  // Takes in what has been published since. Returns whether there was any.
  bool TakeIn();
  // Forgets those whose threads have gone, or have what they wanted; the extents that were kept for those which did
  // not take them are free again.
  void ForgetTheGone();
  std::list<KnownWish>& all() { return wishes_; }
  const std::list<KnownWish>& all() const { return wishes_; }

  // For a server that has no time for wishes yet: who has none either is refused, and not taken in.
  void SendUrgentAway() const;

  // Answers. What cannot be answered any more is forgotten at the next look.
  void Grant(KnownWish& wish);
  void Refuse(KnownWish& wish);
  // A grant that nobody has taken is a wish again, the last of all. False when it has just been taken.
  bool TakeBack(KnownWish& wish);
  // Has the thread look for itself.
  void Ring(const KnownWish& wish) const;

  // Makes the extents of the run that are free the server's, for a wish. Returns whether all of them are kept.
  bool Keep(const Run& run) const;
  void Release(const Run& run) const;

  // The client is dead: its wishes are cleared, what was granted to it is free.
  void Bury(uint32_t client);
  // A server that follows another: extents that are kept for no grant are free; all wishes are taken in again.
  void Recover();

 private:
  WishRecord& RecordOf(const KnownWish& wish) const { return control_.client(wish.client).wishes[wish.place]; }
  void TakeInOf(uint32_t client);
  bool Knows(uint32_t client, uint32_t place, uint64_t ticket) const;
  bool Answer(KnownWish& wish, WishState state);
  // Of a record that says kGranted or kTaken; empty when that cannot be.
  Run RunOf(const WishRecord& record) const;
  void Insert(const KnownWish& wish);

  const Control control_;
  std::list<KnownWish> wishes_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_WISH_LIST_H_
