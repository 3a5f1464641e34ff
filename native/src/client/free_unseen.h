// The creator's end of an object that nobody else has ever seen: freed on the spot, without the server.
#ifndef ATOLL_CLIENT_FREE_UNSEEN_H_
#define ATOLL_CLIENT_FREE_UNSEEN_H_

#include "layout/geometry.h"

namespace atollstore {

enum class Unseen {
  kFreed,
  kHeld,    // by this client itself: whoever drops or releases it last comes back here
  kServer,  // the server must look at it
};

// Frees the entry's object if client `me` made it, nobody else has entered it and none of its threads holds it.
// REQUIRES: no other thread of the client is in here. Two could undo each other's DYING and not notice.
Unseen FreeUnseen(const Control& control, uint32_t me, uint64_t index);

}  // namespace atollstore

#endif  // ATOLL_CLIENT_FREE_UNSEEN_H_
