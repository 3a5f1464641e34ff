// What kill-points and pause-points share: a store, a second client, and a fresh victim for each point.
#ifndef ATOLL_TORTURE_POINTS_RUN_H_
#define ATOLL_TORTURE_POINTS_RUN_H_

#include <sched.h>

#include <memory>
#include <string>
#include <vector>

#include "points/actors.h"
#include "points/driver.h"
#include "torture.h"

namespace atollstore::torture {

struct Step {
  uint64_t where;
  uint32_t visit;  // the how manyth of this instruction; 0: in a call
};

class Run {
 public:
  // What happens to the victim at a point.
  enum class Blow { kKill, kPause };
  Run(const char* name, Blow blow);
  ~Run();

  // Goes through the points of scenes: those of the operation named, or of all. In about so many seconds some, drawn by the
  // seed, and some points of each; with 0 seconds all, and of each all that Choose() gives. Those that `done` names, a
  // line each, are not run again; it names what has been run without a violation. Null: there is no such file. Stops at the
  // first violation of a scene, and of a named operation, and prints where it was.
  void Go(const char* only, double seconds, uint64_t seed, const char* done);

  uint64_t there_are = 0, scenes = 0, points = 0, violations = 0;

 private:
  void Begin(const Scene& scene);
  // Returns whether it was without a violation.
  bool GoThrough(const Scene& scene, double seconds, uint64_t seed);
  void End();
  void StartServer();  // without a store yet; the one of before, if any, is killed
  // Arranges for the operation and returns the process to drive through it.
  pid_t StartVictim();
  // It has prepared, and stands before the operation.
  void VictimIsReady();
  // Lets a victim that was stopped come to its end. "" or what it saw that was wrong.
  std::string Finish(Driver* driver);
  // Each step of the operation, from one whole run of it.
  // It ends when the time is over, if that is not 0.
  std::vector<Step> Trace(double seconds);
  std::string At(const std::vector<Step>& trace, uint64_t step, uint64_t* where);

  const char* const name_;
  const Blow blow_;
  cpu_set_t everywhere_;
  Stage* stage_ = nullptr;
  std::unique_ptr<Scratch> scratch_;
  std::unique_ptr<Actor> server_, second_;
  size_t operation_ = 0;
};

// The steps of a trace to try: all of them; of a long one the first, second and last visit of every
// instruction, and others evenly between.
std::vector<uint64_t> Choose(const std::vector<Step>& trace, uint64_t most);

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_POINTS_RUN_H_
