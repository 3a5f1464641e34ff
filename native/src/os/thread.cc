#include "os/thread.h"

#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <new>

#include "os/shared_memory.h"
#include "os/sync.h"
#include "result.h"

namespace atollstore::os {
namespace {

// Who awaits memory on this thread, null: nobody does. initial-exec: a plain access, also in a library that
// was loaded late.
thread_local const char* waiting __attribute__((tls_model("initial-exec"))) = nullptr;
thread_local int64_t said_at __attribute__((tls_model("initial-exec"))) = 0;
std::new_handler handler_before = nullptr;

// What operator new calls when malloc has failed; it tries again when this returns.
void AwaitMemory() {
  if (waiting == nullptr) {
    if (handler_before == nullptr) throw std::bad_alloc();
    return handler_before();
  }
  constexpr int64_t kSayEvery = 10'000'000'000;
  const int64_t now = NowNanos();
  if (said_at == 0 || now - said_at > kSayEvery) {
    char text[100];  // nothing here allocates
    const int length =
        std::snprintf(text, sizeof(text), "atoll: %s: out of memory, waiting for some\n", waiting);
    (void)!::write(STDERR_FILENO, text, static_cast<size_t>(length));
    said_at = now;
  }
  const timespec pause{0, 1'000'000};
  (void)::nanosleep(&pause, nullptr);
}

struct Beginning {
  const char* name;
  Thread::Body body;
  void* argument;
};
void* Run(void* start) {
  const Beginning run = *static_cast<Beginning*>(start);
  delete static_cast<Beginning*>(start);
  pthread_setname_np(pthread_self(), run.name);  // before it does anything
  const AwaitsMemory here(run.name);
  run.body(run.argument);
  return nullptr;
}

}  // namespace

AwaitsMemory::AwaitsMemory(const char* who) : before_(waiting) {
  static const bool installed = [] {
    handler_before = std::set_new_handler(AwaitMemory);
    return true;
  }();
  (void)installed;
  waiting = who;
}

AwaitsMemory::~AwaitsMemory() { waiting = before_; }

namespace {

Status Create(const char* name, Thread::Body body, void* argument, pthread_t* thread) {
  auto* start = new Beginning{name, body, argument};
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int error = pthread_create(thread, nullptr, Run, start);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  if (error == 0) return {};
  delete start;
  const uint64_t limit = AddressLimit();
  if (error == EAGAIN && limit != UINT64_MAX) {
    return Status::Error(ATOLL_SYSTEM,
                         "thread %s cannot start: ulimit -v (RLIMIT_AS) allows %lu bytes and %lu are mapped, or as many threads run "
                         "as ulimit -u or pids.max of the cgroup allow",
                         name, limit, AddressesInUse());
  }
  errno = error;
  return Status::System("pthread_create");
}

}  // namespace

Status Thread::Start(const char* name, Body body, void* argument) {
  const Status started = Create(name, body, argument, &thread_);
  running_ = started.ok();
  return started;
}

Status StartDetached(const char* name, Thread::Body body, void* argument) {
  pthread_t thread;
  ATOLL_RETURN_IF_ERROR(Create(name, body, argument, &thread));
  pthread_detach(thread);
  return {};
}

void Thread::Join() {
  if (running_) pthread_join(thread_, nullptr);
  running_ = false;
}

}  // namespace atollstore::os
