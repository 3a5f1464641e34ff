// The library's own threads.
#ifndef ATOLL_OS_THREAD_H_
#define ATOLL_OS_THREAD_H_

#include <pthread.h>

#include "status.h"

namespace atollstore::os {

// As long as it lives, an allocation that fails on the calling thread waits until there is memory, and says
// so on stderr: for what must come to its end and has nobody to tell that it cannot. Other threads of the
// process see std::bad_alloc as ever.
class AwaitsMemory {
 public:
  explicit AwaitsMemory(const char* who);  // a literal
  ~AwaitsMemory();
  AwaitsMemory(const AwaitsMemory&) = delete;
  AwaitsMemory& operator=(const AwaitsMemory&) = delete;

 private:
  const char* const before_;
};

// One thread that blocks all signals, so that it never runs a handler of its host (a JVM's, say). It awaits
// memory: nobody has called who could be told, and what a server has half done is not to be thrown away.
class Thread {
 public:
  using Body = void (*)(void*);
  Thread() = default;
  Thread(const Thread&) = delete;
  Thread& operator=(const Thread&) = delete;
  ~Thread() { Join(); }
  Status Start(const char* name, Body body, void* argument);
  void Join();
  bool IsRunning() const { return running_; }
  bool IsCurrent() const { return running_ && pthread_equal(pthread_self(), thread_); }

 private:
  pthread_t thread_{};
  bool running_ = false;
};

// The same without anybody who joins it: for what may take longer than anybody waits. `argument` is the body's.
Status StartDetached(const char* name, Thread::Body body, void* argument);

}  // namespace atollstore::os

#endif  // ATOLL_OS_THREAD_H_
