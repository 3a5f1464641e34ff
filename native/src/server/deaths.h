// Clients that have died or left, until they are buried: one after the other, and after whoever awaits their farewell has
// said so. DeadClient() and BuryDead() may be called from any thread, the rest by the server's alone.
#ifndef ATOLL_SERVER_DEATHS_H_
#define ATOLL_SERVER_DEATHS_H_

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <vector>

#include "layout/geometry.h"
#include "result.h"
#include "server/burial.h"
#include "server/reserver.h"
#include "server/sweeper.h"

namespace atollstore {

class Deaths {
 public:
  // `begins` is told before the first step of a client's burial, `ends` after the last but one: from then on its slot is
  // nobody's. Both live longer than this.
  Deaths(const Control& control, Sweeper* sweeper, Reserver* reserver, std::function<void(uint32_t client)> begins,
         std::function<void(uint32_t client)> ends);
  // The dead are buried only when somebody says so.
  void AwaitFarewell() { await_farewell_ = true; }

  // It is dead, and nobody has noted that before.
  void Note(uint32_t client);
  // Begins with those of which somebody has said so.
  void TakeAsked();
  // Goes on with the first for a slice. Returns whether there is one.
  bool GoOn();
  // Whether that waits for nobody.
  bool in_a_hurry() const { return !burials_.empty() && !burials_.front().waits(); }
  // The server ends: nobody is buried any more.
  void Stop();

  // One that awaits its burial. NOT_FOUND.
  Result<int64_t> DeadClient();
  // Has it buried. NOT_FOUND unless it awaits that.
  Status AskForBurial(uint64_t client);
  // Until that is done, or the server has been stopped: DISCONNECTED.
  Status AwaitBurial(uint64_t client);
  // Whether it awaits that still.
  bool Unburied(uint64_t client);

 private:
  void Bury(uint32_t client);
  bool IsAmongDead(uint64_t client) const;  // REQUIRES: mutex_ is held

  const Control control_;
  Sweeper* const sweeper_;
  Reserver* const reserver_;
  const std::function<void(uint32_t)> begins_, ends_;
  bool await_farewell_ = false;
  std::deque<Burial> burials_;  // first come first

  std::mutex mutex_;  // of what follows
  std::condition_variable done_;
  std::vector<uint32_t> dead_;   // await their burial, all of them while somebody awaits a farewell
  std::vector<uint32_t> asked_;  // those of them of which it has been said
  bool stopped_ = false;
};

}  // namespace atollstore

#endif  // ATOLL_SERVER_DEATHS_H_
