#include "server/reserver.h"

#include <algorithm>

#include "layout/control_budget.h"

namespace atollstore {
namespace {

constexpr uint64_t kAheadBytes = 128 << 20;
// Of one owner in one job: others who have asked come next.
constexpr uint64_t kBackAtOnce = 8 << 20;
constexpr uint64_t kGiveBackAtOnce = 16 << 20;
// Words of extents in one round.
constexpr uint64_t kLooksAtOnce = 1 << 16;
constexpr uint64_t kMostBare = 64;
// What was too much during all of such a time is given back.
constexpr int64_t kWindowNanos = 2'000'000'000;
constexpr int64_t kRefillAgainNanos = 5'000'000;  // after a refusal

}  // namespace

// For data nothing is taken of what clients may touch of the control segment, now or when it is filled again.
Reserver::Reserver(const Control& control, os::SharedMemory* control_memory, os::SharedMemory* data,
                   const os::Mapping* mapping, const os::WakeFd* wake)
    : control_(control),
      extents_(control.geometry().extents()),
      extent_bytes_(control.geometry().extent_bytes()),
      being_backed_(extents_),
      thread_(control_memory, data, mapping, extent_bytes_, kControlTarget * ControlBudget::kPage, wake) {}

bool Reserver::Poll(bool pressure) {
  (void)Refill();
  for (const PageJob& job : thread_.TakeDone()) Done(job);
  // What is being backed for those whom nobody asks for any more is ready for whoever comes next.
  std::erase_if(requests_, [](Request& request) { return !std::exchange(request.asked, false); });
  for (Request& request : requests_) Advance(&request);
  bool more = Ahead();
  if (!pressure) more = GiveBackSurplus() || more;
  return more || thread_.jobs() != 0 || !requests_.empty();
}

uint32_t Reserver::OwnerOf(uint64_t extent) const {
  return control_.extent(extent).load(std::memory_order_acquire) & kExtentOwnerMask;
}

void Reserver::Done(const PageJob& job) {
  switch (job.kind) {
    case PageJob::Kind::kLook:
      return Looked(job.result);
    case PageJob::Kind::kBack:
      return Backed(job);
    case PageJob::Kind::kPunch:
      if (job.tag == 0) {
        ++cleared_;
        return;
      }
      --opening_;
      freed_ = true;
      // release; pairs with ClientHeap::Take(): who leases it finds zeros in its words.
      GiveTo(job.tag - 1, 0);
  }
}

void Reserver::HandInBacking(uint64_t first, uint64_t count, uint64_t request) {
  for (uint64_t extent = first; extent < first + count; ++extent) being_backed_[extent] = true;
  PageJob job;
  job.kind = PageJob::Kind::kBack;
  job.data = {first * extent_bytes_, count * extent_bytes_};
  job.tag = request;
  thread_.HandIn(job);
}

void Reserver::Backed(const PageJob& job) {
  const uint64_t first = job.data.at / extent_bytes_;
  const uint64_t asked = job.data.bytes / extent_bytes_, backed = job.result / extent_bytes_;
  for (uint64_t i = 0; i < asked; ++i) {
    being_backed_[first + i] = false;
    if (i >= backed) continue;
    // release; pairs with the acquire in ClientHeap::Commit(). Its owner may have changed meanwhile.
    control_.extent(first + i).fetch_or(kExtentReserved, std::memory_order_release);
  }
  control_.header().reserved_bytes.fetch_add(job.result, std::memory_order_relaxed);
  refused_ = backed < asked;
  tell_lost_ = tell_lost_ || (job.lost && !lost_);
  lost_ = job.lost;
  if (job.tag == 0) {
    backs_ahead_ = false;
    census_.ready += backed;
    if (refused_) census_.bare.clear();
  }
  for (Request& request : requests_) {
    if (request.number != job.tag) continue;
    request.handed_in = false;
    request.at = first + backed;
    request.refused = request.done = refused_;
  }
}

Reserver::Backing Reserver::Back(uint32_t owner, const Run& run) {
  auto request = std::find_if(requests_.begin(), requests_.end(),
                              [&](const Request& r) { return r.owner == owner && r.run == run; });
  if (request == requests_.end()) {
    requests_.push_back({owner, run, ++last_request_, run.first});
    request = requests_.end() - 1;
    Advance(&*request);
  }
  request->asked = true;
  if (!request->done) return Backing::kUnderWay;
  const bool refused = request->refused;
  requests_.erase(request);
  look_ahead_ = true;
  return refused ? Backing::kRefused : Backing::kDone;
}

void Reserver::Advance(Request* request) {
  if (request->handed_in || request->done) return;
  const auto lacks = [&](uint64_t extent) {
    const uint32_t word = control_.extent(extent).load(std::memory_order_acquire);
    return (word & kExtentOwnerMask) == request->owner && (word & kExtentReserved) == 0;
  };
  const uint64_t end = request->run.first + request->run.count;
  const uint64_t stop = std::min(end, request->at + kLooksAtOnce);
  while (request->at < stop && !lacks(request->at)) ++request->at;
  if (request->at == stop) {
    request->done = stop == end;
    return;
  }
  const uint64_t most = std::max<uint64_t>(1, kBackAtOnce / extent_bytes_);
  uint64_t count = 0;
  // What is being backed for somebody before it is waited for.
  while (count < most && request->at + count < end && lacks(request->at + count) &&
         !being_backed_[request->at + count]) {
    ++count;
  }
  if (count == 0) return;
  request->handed_in = true;
  HandInBacking(request->at, count, request->number);
}

void Reserver::HandInOpening(uint64_t extent, const Range& data) {
  const Geometry& g = control_.geometry();
  const uint64_t words = g.slabs_per_extent() * kWordsPerSlab * sizeof(u64);
  PageJob job;
  job.kind = PageJob::Kind::kPunch;
  job.data = data;
  job.control = {g.block_words_at + extent * words, words};
  job.tag = extent + 1;
  ++opening_;
  thread_.HandIn(job);
}

void Reserver::Open(uint64_t extent) {
  GiveTo(extent, kReserver);
  HandInOpening(extent, {});
}

// Only the server changes the words of its extents.
void Reserver::GiveTo(uint64_t extent, uint32_t owner) {
  u32& word = control_.extent(extent);
  const uint32_t now = word.load(std::memory_order_relaxed);
  word.store((now & ~(kExtentOwnerMask | kExtentWanted)) | owner, std::memory_order_release);
}

uint64_t Reserver::Clear(const Range& range) {
  PageJob job;
  job.kind = PageJob::Kind::kPunch;
  job.control = range;
  thread_.HandIn(job);
  return ++clears_;
}

uint64_t Reserver::Target() const {
  return std::clamp<uint64_t>(kAheadBytes / extent_bytes_, 1, std::max<uint64_t>(1, extents_ / 8));
}

// Goes on with the count of what is free. Returns whether it is complete.
bool Reserver::Count() {
  if (census_.complete) return true;
  if (census_.at == 0) seen_moves_ = control_.header().extent_moves.load(std::memory_order_seq_cst);
  for (const uint64_t stop = std::min(extents_, census_.at + kLooksAtOnce); census_.at < stop; ++census_.at) {
    const uint32_t word = control_.extent(census_.at).load(std::memory_order_acquire);
    if ((word & kExtentOwnerMask) != 0) continue;
    if ((word & kExtentReserved) != 0) {
      ++census_.ready;
    } else if (census_.bare.size() < kMostBare) {
      census_.bare.push_back(census_.at);
    }
  }
  if (census_.at < extents_) return false;
  census_.complete = true;
  std::reverse(census_.bare.begin(), census_.bare.end());
  NoteSurplus(census_.ready - std::min(census_.ready, Target()));
  return true;
}

// Keeps free extents backed, so that leasing one does not wait. One at a time, and none while somebody waits for others:
// those who ask come first. Returns whether there is more to do.
bool Reserver::Ahead() {
  if (control_.header().extent_moves.load(std::memory_order_seq_cst) != seen_moves_) look_ahead_ = true;
  if (!look_ahead_) return false;
  if (backs_ahead_ || !requests_.empty() || !Count()) return true;
  while (census_.ready < Target() && !census_.bare.empty()) {
    const uint64_t extent = census_.bare.back();
    census_.bare.pop_back();
    if (control_.extent(extent).load(std::memory_order_acquire) != 0 || being_backed_[extent]) continue;
    backs_ahead_ = true;
    HandInBacking(extent, 1, 0);
    return true;
  }
  census_ = Census();
  look_ahead_ = false;
  ready_ = true;
  return false;
}

void Reserver::NoteSurplus(uint64_t extents) {
  least_surplus_ = std::min(least_surplus_, extents);
  if (extents == 0) {
    window_end_ = 0;
  } else if (window_end_ == 0) {
    least_surplus_ = extents;
    window_end_ = os::NowNanos() + kWindowNanos;
  }
}

int Reserver::MillisToGiveBack() const {
  if (window_end_ == 0) return -1;
  return static_cast<int>(std::max<int64_t>(0, (window_end_ - os::NowNanos()) / 1'000'000 + 1));
}

// The bytes of a free extent go back to the OS, and so do the pages of its block words, which are zeros.
bool Reserver::Unreserve(uint64_t extent) {
  uint32_t free = kExtentReserved;
  if (!control_.extent(extent).compare_exchange_strong(free, kReserver, std::memory_order_acq_rel)) return false;
  control_.header().reserved_bytes.fetch_sub(extent_bytes_, std::memory_order_relaxed);
  HandInOpening(extent, {extent * extent_bytes_, extent_bytes_});
  return true;
}

// Up to so many extents from the end, so that what stays is together. Returns how many.
uint64_t Reserver::GiveBack(uint64_t most) {
  most = std::min(most, std::max<uint64_t>(1, kGiveBackAtOnce / extent_bytes_));
  uint64_t given = 0;
  for (uint64_t extent = extents_; extent-- > 0 && given < most;) given += Unreserve(extent);
  return given;
}

bool Reserver::GiveBackSurplus() {
  if (window_end_ == 0 || os::NowNanos() < window_end_) return false;
  if (opening_ != 0) return true;  // not faster than it is done
  const uint64_t given = GiveBack(least_surplus_);
  least_surplus_ -= given;
  if (given != 0 && least_surplus_ != 0) return true;
  window_end_ = 0;
  look_ahead_ = true;  // counts anew
  return true;
}

bool Reserver::Refill() {
  const uint64_t left = control_.header().control_budget.load(std::memory_order_relaxed);
  if (left >= kControlTarget / 2 || os::NowNanos() < refill_again_at_) return true;
  if (!looking_) {
    looking_ = true;
    thread_.HandIn(PageJob());
  }
  return left >= ControlBudget::kLow;
}

// Where the limits allow no more, memory that waits for objects is given up for it, and clients are asked for theirs:
// without control memory nothing at all can be made.
void Reserver::Looked(uint64_t available) {
  looking_ = false;
  u64& budget = control_.header().control_budget;
  const uint64_t left = budget.load(std::memory_order_relaxed), have = available / ControlBudget::kPage;
  const uint64_t pages = std::min(kControlTarget - std::min(left, kControlTarget), have > left ? have - left : 0);
  // relaxed; nothing is published by it.
  if (pages != 0) budget.fetch_add(pages, std::memory_order_relaxed);
  if (left + pages >= kControlTarget / 2) return;
  refill_again_at_ = os::NowNanos() + kRefillAgainNanos;
  const uint64_t most = kGiveBackAtOnce / extent_bytes_;
  if (GiveBack(std::max<uint64_t>(1, most)) < most && left + pages < ControlBudget::kLow) pressure_ = true;
}

}  // namespace atollstore
