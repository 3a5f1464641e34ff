// Drives one thread of another process from point to point of an operation, by ptrace. Points are the
// instructions of the store's library in that thread, and before and after each system call below it. What
// the library calls is one point, and so is a string instruction, however often it repeats.
//
// The thread is a child that has called BeginOperation() and will call EndOperation(); its process has the
// same addresses as this one (it was forked from it). Other threads of it run on freely.
#ifndef ATOLL_TORTURE_POINTS_DRIVER_H_
#define ATOLL_TORTURE_POINTS_DRIVER_H_

#include <sys/types.h>

#include <cstdint>

namespace atollstore::torture {

// Called by the victim around the operation. The first stops it until a driver is there.
void BeginOperation();
extern "C" void EndOperation();

class Driver {
 public:
  enum class At { kPoint, kEnd, kGone };

  // Waits for BeginOperation() of the process. REQUIRES: it is a child of this one.
  explicit Driver(pid_t pid);

  // Runs the thread to its next point. kEnd: it has returned from the operation; kGone: the process has
  // ended.
  At Next();
  // Runs the thread at full speed to the instruction's visit of that number, 1 being the first.
  At SkipTo(uint64_t address, uint32_t visit);
  // Where it is: an address in the library, or that of the call it is in (system calls: the same for both).
  uint64_t where() const { return where_; }
  bool inside() const { return mode_ == Mode::kInside; }
  bool gone() const { return gone_; }

  // Lets it run on without the driver.
  void LetGo();
  // kill -9, and waits for the end.
  void Kill();
  // Waits for the end and returns the status of waitpid().
  int Wait();

 private:
  enum class Mode { kHarness, kInside, kCall };
  bool Run(int request, int* signal);  // until it stops; false when it has ended
  uint64_t Register(uint64_t offset) const;
  // Breakpoints of this thread alone; 0: none.
  void SetBreakpoints(uint64_t first, uint64_t second);

  const pid_t pid_;
  Mode mode_ = Mode::kHarness;
  uint64_t where_ = 0;
  uint64_t back_ = 0;  // the address to which the call returns
  int status_ = 0;
  bool gone_ = false;
};

}  // namespace atollstore::torture

#endif  // ATOLL_TORTURE_POINTS_DRIVER_H_
