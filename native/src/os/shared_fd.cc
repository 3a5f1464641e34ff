#include "os/shared_fd.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <cstdint>

namespace atollstore::os {

bool WakeFd::Make() {
  UniqueFd made(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK));
  return made.valid() && fd_.Set(std::move(made));
}

void WakeFd::Ring() const {
  const Fd fd = now();
  const uint64_t one = 1;
  if (fd.ours()) (void)!::write(fd.number, &one, sizeof(one));
}

void WakeFd::Clear() const {
  uint64_t count;
  (void)!::read(fd_.get(), &count, sizeof(count));
}

}  // namespace atollstore::os
