#include "heap/free_runs.h"

#include <algorithm>
#include <bit>
#include <iterator>

namespace atollstore {
namespace {

// How many runs of the bin of the length itself are looked at, before a longer one is cut.
constexpr int kLooks = 32;

}  // namespace

Result<FreeRuns> FreeRuns::Create(uint64_t slabs) {
  FreeRuns runs;
  runs.slabs_ = slabs;
  auto free = os::Zeros<uint64_t>::Create((slabs + 63) / 64);
  if (!free.ok()) return free.status();
  auto count = os::Zeros<uint32_t>::Create(slabs);
  if (!count.ok()) return count.status();
  auto links = os::Zeros<Links>::Create(slabs);
  if (!links.ok()) return links.status();
  runs.free_ = std::move(free).value();
  runs.count_ = std::move(count).value();
  runs.links_ = std::move(links).value();
  return runs;
}

uint32_t FreeRuns::BinOf(uint64_t count) {
  if (count < kExact) return static_cast<uint32_t>(count);
  const auto doubling = static_cast<uint32_t>(std::bit_width(count) - 1);  // 5 or more
  const auto part = static_cast<uint32_t>(count >> (doubling - 4)) % kPerDoubling;
  return kExact + (doubling - 5) * kPerDoubling + part;
}

uint32_t FreeRuns::NextBin(uint32_t from) const {
  if (from >= kBins) return kBins;
  uint32_t word = from / 64;
  uint64_t bits = has_[word] & ~uint64_t{0} << (from % 64);
  while (bits == 0) {
    if (++word == std::size(has_)) return kBins;
    bits = has_[word];
  }
  return word * 64 + static_cast<uint32_t>(std::countr_zero(bits));
}

void FreeRuns::Link(uint64_t first, uint64_t count) {
  const uint32_t bin = BinOf(count);
  const auto number = static_cast<uint32_t>(first + 1);
  count_[first] = count_[first + count - 1] = static_cast<uint32_t>(count);
  links_[first] = {heads_[bin], 0};
  if (heads_[bin] != 0) links_[heads_[bin] - 1].before = number;
  heads_[bin] = number;
  has_[bin / 64] |= uint64_t{1} << (bin % 64);
}

void FreeRuns::Unlink(uint64_t first) {
  const uint32_t bin = BinOf(count_[first]);
  const Links links = links_[first];
  if (links.next != 0) links_[links.next - 1].before = links.before;
  if (links.before != 0) {
    links_[links.before - 1].next = links.next;
  } else {
    heads_[bin] = links.next;
    if (links.next == 0) has_[bin / 64] &= ~(uint64_t{1} << (bin % 64));
  }
}

void FreeRuns::Mark(uint64_t first, uint64_t count, bool free) {
  total_ += free ? count : -count;
  for (uint64_t at = first, end = first + count; at < end;) {
    const uint64_t bits = std::min(end, at / 64 * 64 + 64) - at;
    const uint64_t mask = (bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1) << (at % 64);
    if (free) {
      free_[at / 64] |= mask;
    } else {
      free_[at / 64] &= ~mask;
    }
    at += bits;
  }
}

bool FreeRuns::AllFree(uint64_t first, uint64_t count) const {
  if (first > slabs_ || count > slabs_ - first) return false;
  for (uint64_t at = first, end = first + count; at < end;) {
    const uint64_t bits = std::min(end, at / 64 * 64 + 64) - at;
    const uint64_t mask = (bits == 64 ? ~uint64_t{0} : (uint64_t{1} << bits) - 1) << (at % 64);
    if ((free_[at / 64] & mask) != mask) return false;
    at += bits;
  }
  return true;
}

uint64_t FreeRuns::FirstOf(uint64_t slab) const {
  // The lowest of the ones that end with its bit.
  uint64_t word = slab / 64;
  uint64_t taken = ~free_[word] & (~uint64_t{0} >> (63 - slab % 64));
  while (taken == 0) {
    if (word == 0) return 0;
    taken = ~free_[--word];
  }
  return word * 64 + static_cast<uint64_t>(std::bit_width(taken));
}

uint64_t FreeRuns::FreeFrom(uint64_t slab) const {
  if (slab >= slabs_ || !IsFree(slab)) return 0;
  const uint64_t first = FirstOf(slab);
  return first + count_[first] - slab;
}

void FreeRuns::Add(uint64_t first, uint64_t count) {
  Mark(first, count, true);
  if (first > 0 && IsFree(first - 1)) {
    const uint64_t before = count_[first - 1];
    first -= before;
    count += before;
    Unlink(first);
  }
  if (const uint64_t end = first + count; end < slabs_ && IsFree(end)) {
    Unlink(end);
    count += count_[end];
  }
  Link(first, count);
}

uint64_t FreeRuns::Take(uint64_t count, bool thorough) {
  if (count > total_) return kNone;
  const uint32_t bin = BinOf(count);
  uint64_t found = kNone;
  int looks = 0;
  for (uint32_t at = heads_[bin]; at != 0 && looks < kLooks; at = links_[at - 1].next, ++looks) {
    if (count_[at - 1] < count) continue;
    found = at - 1;
    break;
  }
  if (found == kNone) {
    if (const uint32_t longer = NextBin(bin + 1); longer != kBins) found = heads_[longer] - 1;
  }
  if (found == kNone && thorough) {
    uint32_t at = heads_[bin];
    while (at != 0 && count_[at - 1] < count) at = links_[at - 1].next;
    if (at != 0) found = at - 1;
  }
  if (found == kNone) return kNone;
  // From its beginning, so that what is taken and given back in turn stays where it is.
  const uint64_t length = count_[found];
  Unlink(found);
  Mark(found, count, false);
  if (length > count) Link(found + count, length - count);
  return found;
}

void FreeRuns::TakeAt(uint64_t first, uint64_t count) {
  const uint64_t begin = FirstOf(first);
  const uint64_t end = begin + count_[begin];
  Unlink(begin);
  Mark(first, count, false);
  if (begin < first) Link(begin, first - begin);
  if (first + count < end) Link(first + count, end - first - count);
}

}  // namespace atollstore
