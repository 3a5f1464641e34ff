// A process in which the kernel refuses some calls, as an old one or a sandbox does.
#ifndef ATOLL_TESTS_SANDBOX_H_
#define ATOLL_TESTS_SANDBOX_H_

namespace atollstore {

// From now on, in this process and its children, what the name stands for fails with that errno:
// "memfd_create", "seals" (fcntl(F_ADD_SEALS)) or "pidfd", which is all ways to get one. Returns false when
// the kernel has no seccomp.
bool Forbid(const char* what, int error);

}  // namespace atollstore

#endif  // ATOLL_TESTS_SANDBOX_H_
