// Checks every invariant of a store from its two segments: entries, blocks, extents, containers, references,
// slots. Reads only; needs no server, and takes nothing it reads for granted.
//
// Of a store nobody works in, every finding is a fault. A store in use is always between two steps
// somewhere: FsckLive() looks several times and keeps what it finds each time.
#ifndef ATOLL_CHECK_FSCK_H_
#define ATOLL_CHECK_FSCK_H_

#include <string>
#include <vector>

#include "layout/geometry.h"
#include "os/shared_memory.h"

namespace atollstore {

struct Finding {
  const char* rule;  // the same pointer for the same kind of finding
  uint64_t where;    // entry, block, extent or slot, as the text says
  std::string text;
};

struct FsckReport {
  uint64_t objects = 0;
  uint64_t blocks = 0;
  uint64_t extents = 0;  // in use
  uint64_t clients = 0;
  std::vector<Finding> findings;
  bool sound() const { return findings.empty(); }
  std::string Text() const;  // a line per finding
};

FsckReport Fsck(const Control& control, const os::Mapping& data);
FsckReport FsckLive(const Control& control, const os::Mapping& data);

}  // namespace atollstore

#endif  // ATOLL_CHECK_FSCK_H_
