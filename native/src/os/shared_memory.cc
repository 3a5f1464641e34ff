#include "os/shared_memory.h"

#include <fcntl.h>
#include <linux/falloc.h>
#include <sys/file.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include "os/file.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ 22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MFD_NOEXEC_SEAL
#define MFD_NOEXEC_SEAL 8u
#endif
#ifndef MADV_COLLAPSE
#define MADV_COLLAPSE 25
#endif

namespace atollstore::os {
namespace {

constexpr int kSeals = F_SEAL_SHRINK | F_SEAL_GROW | F_SEAL_SEAL;

// Why an address range could not be mapped. ENOMEM is said for three things.
[[maybe_unused]] Status CannotMap(const char* call, uint64_t bytes) {
  const int error = errno;
  const uint64_t limit = AddressLimit();
  if (error == ENOMEM && limit != UINT64_MAX && AddressesInUse() + bytes > limit) {
    return Status::Error(ATOLL_SYSTEM, "%s of %lu bytes: ulimit -v (RLIMIT_AS) allows %lu", call, bytes, limit);
  }
  if (error == ENOMEM) {
    return Status::Error(ATOLL_SYSTEM,
                         "%s of %lu bytes: no memory mapping left to this process (vm.max_map_count), or so many addresses",
                         call, bytes);
  }
  errno = error;
  return Status::System(call);
}

[[maybe_unused]] Status KeepPrivate(void* data, uint64_t size) {
  if (::madvise(data, size, MADV_DONTFORK) != 0) return CannotMap("madvise(MADV_DONTFORK)", size);
  if (::madvise(data, size, MADV_DONTDUMP) != 0) return CannotMap("madvise(MADV_DONTDUMP)", size);
  return {};
}

// Before each use: the number may be another file's by now, which is somebody else's to be written and punched. Who takes
// the number between this and the use cannot be seen; so what is mapped is looked at afterwards too, and Reserve() changes
// neither bytes nor size of what it meets.
Status StillOurs(const SharedMemory& memory, const char* call) {
  if (memory.ours()) return {};
  return Status::Error(ATOLL_SYSTEM, "%s: descriptor %d, of the store's memory, was closed by somebody else in this process",
                       call, memory.fd());
}

}  // namespace

uint64_t AddressLimit() {
  struct rlimit limit;
  if (::getrlimit(RLIMIT_AS, &limit) != 0 || limit.rlim_cur == RLIM_INFINITY) return UINT64_MAX;
  return limit.rlim_cur;
}

uint64_t AddressesInUse() {
  UniqueFd fd(::open("/proc/self/statm", O_RDONLY | O_CLOEXEC));
  char text[64] = {};
  if (!fd.valid() || ::read(fd.get(), text, sizeof(text) - 1) <= 0) return 0;
  return std::strtoull(text, nullptr, 10) * PageSize();
}

bool HasAddressesFor(uint64_t bytes) {
  void* const data = ::mmap(nullptr, bytes, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return false;
  ::munmap(data, bytes);
  return true;
}

uint64_t PageSize() {
  static const uint64_t size = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  return size;
}

Result<SharedMemory> SharedMemory::Create(const char* name, uint64_t bytes) {
  // Some systems demand that it is never to be executed (vm.memfd_noexec); before Linux 6.3 that could not be
  // said.
  UniqueFd fd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING | MFD_NOEXEC_SEAL));
  if (!fd.valid() && errno == EINVAL) fd = UniqueFd(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (!fd.valid()) return Status::Missing("memfd_create", "3.17");
  const NoFileSizeSignal quiet;
  if (::ftruncate(fd.get(), static_cast<off_t>(bytes)) != 0) {
    struct rlimit limit;
    if (errno == EFBIG && ::getrlimit(RLIMIT_FSIZE, &limit) == 0 && limit.rlim_cur < bytes) {
      return Status::Error(ATOLL_SYSTEM, "ftruncate of %s to %lu bytes: File too large (errno 27): ulimit -f (RLIMIT_FSIZE) allows %lu", name, bytes,
                           static_cast<uint64_t>(limit.rlim_cur));
    }
    return Status::System("ftruncate");
  }
  if (::fcntl(fd.get(), F_ADD_SEALS, kSeals) != 0) return Status::Missing("fcntl(F_ADD_SEALS)", "3.17");
  return SharedMemory(std::move(fd), bytes);
}

Result<SharedMemory> SharedMemory::Adopt(UniqueFd fd) {
  const int seals = ::fcntl(fd.get(), F_GET_SEALS);
  if (seals < 0 || (seals & kSeals) != kSeals) {
    return Status::Error(ATOLL_CORRUPT, "segment is not sealed against resizing (seals %d)", seals);
  }
  struct stat about;
  if (::fstat(fd.get(), &about) != 0) return Status::System("fstat");
  return SharedMemory(std::move(fd), static_cast<uint64_t>(about.st_size));
}

Result<UniqueFd> SharedMemory::Lock() const {
  ATOLL_RETURN_IF_ERROR(StillOurs(*this, "flock"));
  // Opened anew: who was sent a descriptor shares its lock with the sender.
  UniqueFd fd(::open(("/proc/self/fd/" + std::to_string(fd_.get())).c_str(), O_RDWR | O_CLOEXEC));
  if (!fd.valid()) return Status::System("open(segment)");
  if (::flock(fd.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EWOULDBLOCK) return Status::Error(ATOLL_ALREADY_EXISTS, "another process serves this store");
    return Status::System("flock");
  }
  return fd;
}

Status SharedMemory::Reserve(uint64_t offset, uint64_t bytes) {
  ATOLL_RETURN_IF_ERROR(StillOurs(*this, "fallocate"));
  int done;
  do {
    done = ::fallocate(fd_.get(), FALLOC_FL_KEEP_SIZE, static_cast<off_t>(offset), static_cast<off_t>(bytes));
  } while (done != 0 && errno == EINTR);
  return done == 0 ? Status() : Status::System("fallocate");
}

Status SharedMemory::ReserveHuge(const Mapping& mapping, uint64_t offset, uint64_t bytes) {
  for (const uint64_t end = offset + bytes; offset < end; offset += kHugePage) {
    // One page for the kernel to begin with: it does not collapse what has none.
    ATOLL_RETURN_IF_ERROR(Reserve(offset, PageSize()));
    if (::madvise(mapping.data() + offset, kHugePage, MADV_COLLAPSE) != 0)
      return Status::System("madvise(MADV_COLLAPSE)");
  }
  return {};
}

Status SharedMemory::Punch(uint64_t offset, uint64_t bytes) {
  ATOLL_RETURN_IF_ERROR(StillOurs(*this, "fallocate(FALLOC_FL_PUNCH_HOLE)"));
  const int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
  if (::fallocate(fd_.get(), mode, static_cast<off_t>(offset), static_cast<off_t>(bytes)) != 0) {
    return Status::System("fallocate(FALLOC_FL_PUNCH_HOLE)");
  }
  return {};
}

uint64_t SharedMemory::Resident() const {
  struct stat about;
  return ::fstat(fd_.get(), &about) == 0 ? static_cast<uint64_t>(about.st_blocks) * 512 : 0;
}

// Not by mincore: that says of what is swapped out that it is not there. The position that this changes is nobody's, for
// all who have the descriptor map it.
SharedMemory::Part SharedMemory::NextWritten(uint64_t begin, uint64_t end) const {
  if (begin >= end) return {end, end};
  if (!ours()) return {begin, end};
  const off_t data = ::lseek(fd_.get(), static_cast<off_t>(begin), SEEK_DATA);
  if (data < 0 && errno != ENXIO) return {begin, end};
  if (data < 0 || static_cast<uint64_t>(data) >= end) return {end, end};
  const off_t hole = ::lseek(fd_.get(), data, SEEK_HOLE);
  return {static_cast<uint64_t>(data), hole < 0 ? end : std::min(end, static_cast<uint64_t>(hole))};
}

Mapping::Mapping(Mapping&& other) noexcept
    : data_(std::exchange(other.data_, nullptr)), size_(std::exchange(other.size_, 0)) {}

Mapping& Mapping::operator=(Mapping&& other) noexcept {
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

#ifndef __SANITIZE_THREAD__  // that has other ones, in mapping_tsan.cc
Result<Mapping> Mapping::Map(const SharedMemory& memory, Access access) {
  const int protection = access == Access::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
  auto mapping = SetAside(memory);
  if (!mapping.ok()) return mapping;
  void* data =
      ::mmap(mapping.value().data(), memory.size(), protection, MAP_SHARED | MAP_FIXED, memory.fd(), 0);
  if (data == MAP_FAILED) return CannotMap("mmap", memory.size());
  ATOLL_RETURN_IF_ERROR(KeepPrivate(data, memory.size()));
  return mapping;
}

Result<Mapping> Mapping::SetAside(const SharedMemory& memory) {
  const uint64_t bytes = memory.size();
  // More than asked, and the ends given back: huge pages can only be mapped at multiples of their size.
  const uint64_t all = bytes + kHugePage;
  void* data = ::mmap(nullptr, all, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (data == MAP_FAILED) return CannotMap("mmap", all);
  const auto begin = reinterpret_cast<uint64_t>(data);
  const uint64_t aligned = (begin + kHugePage - 1) / kHugePage * kHugePage;
  const uint64_t end = (aligned + bytes + PageSize() - 1) / PageSize() * PageSize();
  if (aligned != begin) ::munmap(data, aligned - begin);
  if (end < begin + all) ::munmap(reinterpret_cast<void*>(end), begin + all - end);
  return Mapping(reinterpret_cast<void*>(aligned), bytes);
}

Mapping::~Mapping() {
  if (data_ != nullptr) ::munmap(data_, size_);
}

Status Mapping::MapPart(const SharedMemory& memory, uint64_t offset, uint64_t bytes) {
  ATOLL_RETURN_IF_ERROR(StillOurs(memory, "mmap"));
  void* data = ::mmap(data_ + offset, bytes, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_FIXED, memory.fd(),
                      static_cast<off_t>(offset));
  if (data == MAP_FAILED) return CannotMap("mmap", bytes);
  Status kept = KeepPrivate(data, bytes);
  if (kept.ok()) kept = StillOurs(memory, "mmap");
  if (!kept.ok()) (void)UnmapPart(offset, bytes);
  return kept;
}

Status Mapping::UnmapPart(uint64_t offset, uint64_t bytes) {
  void* data = ::mmap(data_ + offset, bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
  return data == MAP_FAILED ? Status::System("mmap") : Status();
}

Status Mapping::Protect(uint64_t offset, uint64_t bytes, Access access) {
  const int protection = access == Access::kRead ? PROT_READ : PROT_READ | PROT_WRITE;
  return ::mprotect(data_ + offset, bytes, protection) == 0 ? Status() : CannotMap("mprotect", 0);
}
#endif

void Mapping::Populate(uint64_t offset, uint64_t bytes, Access access) {
  const int advice = access == Access::kRead ? MADV_POPULATE_READ : MADV_POPULATE_WRITE;
  (void)::madvise(data_ + offset, bytes, advice);  // an old kernel says EINVAL; pages then fault one by one
}

}  // namespace atollstore::os
