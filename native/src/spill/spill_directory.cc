#include "spill/spill_directory.h"

#include <fcntl.h>
#include <time.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <mutex>
#include <utility>

#include "os/sync.h"
#include "os/thread.h"

namespace atollstore {
namespace {

constexpr char kPrefix[] = "atoll-spill-";
constexpr size_t kStoreDigits = 16;
constexpr char kLock[] = "lock";
// Whoever sweeps may hold the lock while it removes what a dead store has left.
constexpr int64_t kLockNanos = 10'000'000'000;

bool MayBeSpillDirectory(const std::string& name) {
  const size_t prefix = sizeof(kPrefix) - 1;
  return name.size() == prefix + kStoreDigits && name.compare(0, prefix, kPrefix) == 0 &&
         name.find_first_not_of("0123456789abcdef", prefix) == std::string::npos;
}

// What was not ours to take away, for one line about all of it.
class LeftAlone {
 public:
  explicit LeftAlone(const std::string& where) : where_(where) {}
  ~LeftAlone() {
    if (count_ == 0) return;
    std::fprintf(stderr, "atoll: not made by this user's stores and left alone, below %s: %s%s\n",
                 where_.c_str(), names_.c_str(), count_ > kShown ? ", and others" : "");
  }
  void Note(const os::Directory& directory, const std::string& name, const std::string& below = "") {
    if (count_++ >= kShown) return;
    names_ += (names_.empty() ? "" : ", ") + below + name + " (" + directory.KindOf(name.c_str()) + ")";
  }

 private:
  static constexpr int kShown = 8;
  const std::string where_;
  std::string names_;
  int count_ = 0;
};

// All files of ours in the directory. Returns whether nothing but the lock file is left.
bool RemoveFiles(const os::Directory& directory, const std::string& name, LeftAlone* left_alone) {
  const auto files = directory.List();
  if (!files.ok()) return false;
  bool all = true;
  for (const std::string& file : files.value()) {
    if (file == kLock) continue;
    const Status removed =
        SpillFileName::NumberOf(file) != 0 ? directory.RemoveFile(file.c_str()) : Status(ATOLL_REFUSED);
    all = all && removed.ok();
    if (removed.code() == ATOLL_REFUSED) left_alone->Note(directory, file, name + "/");
  }
  return all;
}

// REQUIRES: the caller has the lock that is in the directory.
void RemoveLocked(const os::Directory& parent, const std::string& name, const os::Directory& directory,
                  LeftAlone* left_alone) {
  if (!RemoveFiles(directory, name, left_alone)) return;
  // Whoever makes a lock file of its own here, now or after the next line, keeps its directory by that.
  (void)directory.RemoveFile(kLock);
  if (parent.Has(name.c_str(), directory.fd())) (void)parent.RemoveDirectory(name.c_str());
}

// The directory of one store, unless that lives.
void SweepOne(const os::Directory& parent, const std::string& name, LeftAlone* left_alone) {
  auto directory = parent.OpenOwn(name.c_str());
  if (!directory.ok()) {
    if (directory.status().code() == ATOLL_REFUSED) left_alone->Note(parent, name);
    return;
  }
  auto lock = directory.value().LockFile(kLock, false);
  if (lock.ok()) {
    if (directory.value().Has(kLock, lock.value().get()))
      RemoveLocked(parent, name, directory.value(), left_alone);
    return;
  }
  if (lock.status().code() == ATOLL_REFUSED) left_alone->Note(directory.value(), kLock, name + "/");
  if (lock.status().code() != ATOLL_NOT_FOUND) return;
  // Whoever made it has not come to the lock file yet, and begins again; or was killed. No store leaves files
  // without one: they may be those of a living store whose lock file somebody has removed.
  if (parent.RemoveDirectory(name.c_str()).ok()) return;
  if (directory.value().LockFile(kLock, false).status().code() == ATOLL_NOT_FOUND)
    left_alone->Note(parent, name);
}

// What stores without any process have left below the directory.
void SweepStale(const os::Directory& parent, const std::string& path, const std::string& kept) {
  LeftAlone left_alone(path);
  const auto names = parent.List();
  if (!names.ok()) return;  // the next start sweeps
  for (const std::string& name : names.value()) {
    if (name.rfind(kPrefix, 0) != 0 || name == kept) continue;
    if (MayBeSpillDirectory(name)) {
      SweepOne(parent, name, &left_alone);
    } else {
      left_alone.Note(parent, name);
    }
  }
}

// Makes the directory if need be, and locks it. Returns no descriptor when it is the one that `held` locks.
// Below what `open` opens, which is `path`.
template <typename Open>
Result<os::UniqueFd> Acquire(Open&& open, const std::string& path, const std::string& name, int held,
                             os::Directory* directory) {
  const auto deadline = os::Deadline::After(kLockNanos);
  for (;;) {
    auto parent = open();
    if (!parent.ok()) return parent.status();
    auto made = parent.value().MakeOwn(name.c_str());
    Status status = made.status();
    if (made.ok()) {
      auto lock = made.value().LockFile(kLock, true);
      status = lock.status();
      if (status.code() == ATOLL_ALREADY_EXISTS && held >= 0 && made.value().Has(kLock, held)) {
        *directory = std::move(made).value();
        return os::UniqueFd();
      }
      if (lock.ok() && made.value().Has(kLock, lock.value().get()) &&
          parent.value().Has(name.c_str(), made.value().fd())) {
        *directory = std::move(made).value();
        return lock;
      }
    }
    // Swept meanwhile, or being swept.
    const bool again =
        status.ok() || status.code() == ATOLL_NOT_FOUND || status.code() == ATOLL_ALREADY_EXISTS;
    if (!again) return status;
    if (deadline.passed()) {
      return Status::Error(ATOLL_SYSTEM, "%s/%s: it, or its lock file, is taken away whenever it has been made", path.c_str(),
                           name.c_str());
    }
    const timespec pause{0, 500'000};
    (void)::nanosleep(&pause, nullptr);
  }
}

}  // namespace

SpillFileName::SpillFileName(uint64_t number) { std::snprintf(text_, sizeof(text_), "%lu", number); }

uint64_t SpillFileName::NumberOf(const std::string& name) {
  if (name.empty() || name.size() > 19 || name[0] == '0' ||
      name.find_first_not_of("0123456789") != std::string::npos) {
    return 0;
  }
  return std::strtoull(name.c_str(), nullptr, 10);
}

std::string SpillDirectoryName(uint64_t store) {
  char name[sizeof(kPrefix) + kStoreDigits];
  std::snprintf(name, sizeof(name), "%s%016lx", kPrefix, store);
  return name;
}

Result<os::UniqueFd> SpillDirectory::Lock(const std::string& parent, uint64_t store) {
  const std::string name = SpillDirectoryName(store);
  auto opened = os::Directory::Open(parent);
  if (!opened.ok()) {
    const std::string why = LastError();
    return Status::Error(opened.status().code(), "the spill directory cannot be used: %s", why.c_str());
  }
  SweepStale(opened.value(), parent, name);
  os::Directory directory;
  return Acquire([&] { return os::Directory::Open(parent); }, parent, name, -1, &directory);
}

SpillDirectory::SpillDirectory(const std::string& parent, uint64_t store, os::UniqueFd lock)
    : parent_(os::RealPath(parent)), name_(SpillDirectoryName(store)), lock_(std::move(lock)) {
  if (parent_.empty()) parent_ = parent;
  path_ = parent_ + "/" + name_;
  const auto above = os::Directory::Open(parent_);
  owner_ = above.ok() ? above.value().owner() : ::geteuid();
  if (!Find().ok()) return;  // when it is needed it is looked for again
  if (!directory_.Has(kLock, lock_.get())) (void)MakeAgain();  // an earlier life has lost and made it again
}

SpillDirectory::~SpillDirectory() {
  const os::AwaitsMemory here("removing spill files");
  if (!Find().ok()) return;
  auto parent = OpenParent();
  if (!parent.ok()) return;
  os::UniqueFd lock;
  if (!directory_.Has(kLock, lock_.get())) {  // somebody has removed the file
    auto made = directory_.LockFile(kLock, true);
    if (!made.ok()) return;
    lock = std::move(made).value();
  }
  LeftAlone left_alone(parent_);
  RemoveLocked(parent.value(), name_, directory_, &left_alone);
}

// REQUIRES: mutex_ is held, or nobody else has this
Status SpillDirectory::Find() const {
  if (directory_.valid()) return {};
  auto above = OpenParent();
  if (!above.ok()) return above.status();
  auto own = above.value().OpenOwn(name_.c_str());
  if (own.ok()) directory_ = std::move(own).value();
  if (own.status().code() == ATOLL_NOT_FOUND)
    return Status::Error(ATOLL_NOT_FOUND, "%s is not there any more", path_.c_str());
  return own.status();
}

// REQUIRES: mutex_ is held
Status SpillDirectory::MakeAgain() {
  auto above = OpenParent();
  if (above.status().code() == ATOLL_REFUSED) return above.status();
  if (!above.ok()) ATOLL_RETURN_IF_ERROR(os::MakeDirectory(parent_));
  if (above.ok() && directory_.valid() && above.value().Has(name_.c_str(), directory_.fd()) &&
      directory_.Has(kLock, lock_.get())) {
    return {};  // nothing is missing
  }
  os::Directory directory;
  auto lock = Acquire([this] { return OpenParent(); }, parent_, name_, lock_.get(), &directory);
  if (!lock.ok()) return lock.status();
  // Whoever has asked for the number of the lock goes on using it.
  if (lock.value().valid() && !lock_.Replace(std::move(lock).value())) return Status::System("dup3");
  directory_ = std::move(directory);
  return {};
}

Result<os::File> SpillDirectory::Create(uint64_t number) {
  std::unique_lock lock(mutex_);
  ATOLL_RETURN_IF_ERROR(MakeAgain());
  return os::File::Create(directory_.fd(), SpillFileName(number).text());
}

// One failure of a call is no reason to do without the directory for ever.
Status SpillDirectory::FindFor(std::shared_lock<std::shared_mutex>* lock) const {
  if (directory_.valid()) return {};
  lock->unlock();
  Status found;
  {
    std::lock_guard alone(mutex_);
    found = Find();
  }
  lock->lock();  // once found it stays so
  return found;
}

Result<os::File> SpillDirectory::OpenToRead(uint64_t number) const {
  std::shared_lock lock(mutex_);
  ATOLL_RETURN_IF_ERROR(FindFor(&lock));
  return os::File::OpenToRead(directory_.fd(), SpillFileName(number).text());
}

Result<os::File> SpillDirectory::OpenToPunch(uint64_t number) const {
  std::shared_lock lock(mutex_);
  ATOLL_RETURN_IF_ERROR(FindFor(&lock));
  return os::File::OpenToPunch(directory_.fd(), SpillFileName(number).text());
}

void SpillDirectory::Remove(uint64_t number) const {
  std::shared_lock lock(mutex_);
  if (FindFor(&lock).ok()) (void)directory_.RemoveFile(SpillFileName(number).text());
}

std::vector<uint64_t> SpillDirectory::List() const {
  std::shared_lock lock(mutex_);
  std::vector<uint64_t> numbers;
  if (!FindFor(&lock).ok()) return numbers;
  const auto names = directory_.List();
  if (!names.ok()) return numbers;
  for (const std::string& name : names.value()) {
    if (const uint64_t number = SpillFileName::NumberOf(name); number != 0) numbers.push_back(number);
  }
  return numbers;
}

}  // namespace atollstore
