// The processes beside the victim: the server, and a second client that arranges what an operation needs,
// meddles while the victim is stopped, and afterwards looks whether anything is wrong. They are driven by
// one-letter commands, from a process that itself has no store and no threads, so that it may fork.
#ifndef ATOLL_TORTURE_POINTS_ACTORS_H_
#define ATOLL_TORTURE_POINTS_ACTORS_H_

#include <sys/types.h>

#include <functional>
#include <string>

#include "points/operations.h"

namespace atollstore::torture {

// A child of this process that answers commands, and dies with this object.
class Actor {
 public:
  struct Part {
    std::function<std::string(char command, const Operation* operation)> answer;
    std::function<bool()> idle;  // called while there is no command; false: it may sleep until there is one
  };
  // `make` runs in the child and returns what answers there.
  explicit Actor(const std::function<Part()>& make);
  ~Actor();
  Actor(const Actor&) = delete;
  Actor& operator=(const Actor&) = delete;

  // "" when all is well, else what is wrong. An actor that died or does not answer in a minute is wrong as
  // well.
  std::string Ask(char command, size_t operation) {
    Tell(command, operation);
    return Hear();
  }
  void Tell(char command, size_t operation);
  std::string Hear();
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int socket_ = -1;
};

// Commands of the server. It is driven by plain calls, in one thread.
constexpr char kBeQuiet = 'q';  // does nothing until told
constexpr char kGoOn = 'g';
constexpr char kOperate = 'o';   // the rounds of the operation, for a driver
constexpr char kTakeOver = 't';  // begins a life over the stage's segments; before that there is no server
constexpr char kFsck = 'f';      // "" when every invariant of the store holds
// Makes the stage's segments, whose descriptors this process keeps.
void MakeSegments(Stage* stage);
Actor::Part MakeServer(Stage* stage);

// Commands of the second client.
constexpr char kArrange = 'a';  // makes the target
constexpr char kBefore = 'b';   // what the operation wants done while the server is quiet
constexpr char kMeddle =
    'm';  // get, create, release, drop of every object there is, the target's reference too
constexpr char kVerify = 'v';  // the victim is gone: nothing may be left of it, and a full cycle must succeed
Actor::Part MakeSecondClient(Stage* stage);

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_POINTS_ACTORS_H_
