// What c.h hands out: clients and servers. A child of fork() has neither the mappings (MADV_DONTFORK) nor the
// threads behind them, and everything else of them belongs to its parent. So there each handle is marked,
// every descriptor of the library is closed, and nothing is touched or removed. A child made by a bare
// clone() is not noticed.
#ifndef ATOLL_HANDLES_H_
#define ATOLL_HANDLES_H_

#include <sys/types.h>

#include "status.h"

namespace atollstore {

class Handle {
 public:
  // Before the first one is made.
  static Status WatchForks();

  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;

  // The process that had it when this one was forked from it; 0: it is this process's own.
  pid_t forked_from() const { return forked_from_; }
  Status Forked() const { return ForkedFrom(forked_from_); }
  static Status ForkedFrom(pid_t parent);

 protected:
  Handle() = default;
  ~Handle() = default;
  // The last thing that a constructor does, and the first of a destructor, of the class itself and not of a base: whoever
  // forks in between finds a whole one.
  void Register();
  void Unregister();

 private:
  // In the child, whose only thread this is.
  virtual void InChild() = 0;
  static void Prepare();
  static void Parent();
  static void Child();

  pid_t forked_from_ = 0;
  Handle *next_ = nullptr, *before_ = nullptr;
};

}  // namespace atollstore

#endif  // ATOLL_HANDLES_H_
