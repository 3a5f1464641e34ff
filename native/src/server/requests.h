// What clients ask of the server with a message of their own, and not only a nudge: names, and a look at a record on disk
// that one of them has found bad. The server's thread alone.
#ifndef ATOLL_SERVER_REQUESTS_H_
#define ATOLL_SERVER_REQUESTS_H_

#include <deque>
#include <utility>

#include "layout/geometry.h"
#include "layout/wire.h"
#include "server/admission.h"
#include "server/name_table.h"
#include "server/reserver.h"
#include "server/sweeper.h"
#include "spill/spiller.h"

namespace atollstore {

class Requests {
 public:
  // All live longer than this.
  Requests(const Control& control, const Admission* admission, NameTable* names, Sweeper* sweeper, Reserver* reserver)
      : control_(control), admission_(admission), names_(names), sweeper_(sweeper), reserver_(reserver) {}
  void UseSpiller(Spiller* spiller) { spiller_ = spiller; }

  // Takes and answers what a client has sent; all but requests means "look at the shared memory". Returns false when it has
  // closed the connection.
  bool Take(uint32_t client);
  // Those that wait for control memory, again. Returns whether there are any left.
  bool AnswerLate();

 private:
  void Answer(uint32_t client, const NameRequest& request);

  const Control control_;
  const Admission* const admission_;
  NameTable* const names_;
  Sweeper* const sweeper_;
  Reserver* const reserver_;
  Spiller* spiller_ = nullptr;
  // What is to have a name, and waits for control memory for that; first come first.
  std::deque<std::pair<uint32_t, NameRequest>> late_;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_REQUESTS_H_
