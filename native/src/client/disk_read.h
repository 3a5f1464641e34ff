// Reads an object's record for a client, from the server's spill files as this process sees them.
#ifndef ATOLL_CLIENT_DISK_READ_H_
#define ATOLL_CLIENT_DISK_READ_H_

#include "layout/geometry.h"
#include "os/sync.h"
#include "spill/spill_reader.h"

namespace atollstore {

// As ReadSpilled(). NOT_FOUND and REFUSED are about the file, which this process may see otherwise than the server does.
Status ReadOnDisk(const Control& control, const SpillItem& item, const SpillPart& part);

// The same by the deadline, TIMED_OUT, whatever the disk does: another thread reads, into memory of its own, and goes on
// with that for as long as it takes when nobody waits for it any more. From the return on nothing is written to `part.to`.
Status ReadOnDiskInTime(const Control& control, const SpillItem& item, const SpillPart& part, const os::Deadline& deadline);

}  // namespace atollstore

#endif  // ATOLL_CLIENT_DISK_READ_H_
