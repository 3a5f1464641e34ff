#include "spill/spill_files.h"

#include <algorithm>
#include <utility>

#include "spill/spill_writer.h"

namespace atollstore {

Result<std::unique_ptr<SpillFiles>> SpillFiles::Open(const std::string& parent, uint64_t store,
                                                     uint64_t limit) {
  auto lock = SpillDirectory::Lock(parent, store);
  if (!lock.ok()) return lock.status();
  return std::make_unique<SpillFiles>(parent, store, limit, std::move(lock).value());
}

SpillFiles::SpillFiles(const std::string& parent, uint64_t store, uint64_t limit, os::UniqueFd lock,
                       uint64_t last_place)
    : directory_(parent, store, std::move(lock)), limit_(limit), last_place_(last_place) {
  uint64_t last = 0;
  for (const uint64_t number : directory_.List()) {
    if (number <= SpillPlace::kMaxFile) last = std::max(last, number);
  }
  first_ = next_ = last + 1;
}

Result<os::File> SpillFiles::CreateNext() {
  for (;;) {
    if (next_ > SpillPlace::kMaxFile)
      return Status::Error(ATOLL_SYSTEM, "%lu spill files have been made", next_);
    auto made = directory_.Create(next_++);
    if (made.status().code() != ATOLL_ALREADY_EXISTS) return made;  // else somebody else has made that one
  }
}

size_t SpillFiles::SetPlaces(std::vector<SpillItem>& items, size_t begin, uint64_t file) const {
  uint64_t at = kSpillBegin;
  size_t end = begin;
  // The first has a place in any case, however large it is.
  for (; end < items.size() && (end == begin || at < last_place_); ++end) {
    items[end].place = SpillPlace(file, at);
    at += SpillRecordBytes(items[end].bytes);
  }
  return end;
}

Status SpillFiles::Write(std::vector<SpillItem>* items) {
  std::stable_partition(items->begin(), items->end(),
                        [](const SpillItem& item) { return item.bytes >= kSpillLarge; });
  for (size_t begin = 0, end = 0; begin < items->size(); begin = end) {
    auto made = CreateNext();
    Status written = made.status();
    if (made.ok()) {
      end = SetPlaces(*items, begin, next_ - 1);
      SpillWriter writer(&made.value(), &giving_up_);
      written = writer.Skip(kSpillBegin);
      for (size_t i = begin; i < end && written.ok(); ++i) written = writer.Add((*items)[i]);
      if (written.ok()) written = writer.Finish();
    }
    if (written.ok()) continue;
    for (uint64_t i = 0, gone = 0; i < end; ++i) {
      if ((*items)[i].place.file() != gone) directory_.Remove(gone = (*items)[i].place.file());
    }
    return written;
  }
  return {};
}

Status SpillFiles::ReadPart(const SpillItem& item, SpillPart part) const {
  part.stop = &giving_up_;
  auto file = directory_.OpenToRead(item.place.file());
  return file.ok() ? ReadSpilled(file.value(), item, part) : file.status();
}

Status SpillFiles::Read(const SpillItem& item, uint8_t* to) const {
  return ReadPart(item, {to, 0, item.bytes});
}

void SpillFiles::ReadAll(std::vector<SpillItem>* items) const {
  std::sort(items->begin(), items->end(),
            [](const SpillItem& a, const SpillItem& b) { return a.place.bits() < b.place.bits(); });
  for (auto first = items->begin(); first != items->end();) {
    const auto other = std::find_if(first, items->end(), [&](const SpillItem& item) {
      return item.place.file() != first->place.file() || item.bytes >= kSpillLarge;
    });
    if (other - first < 2) {
      first->outcome = Read(*first, first->to);
      ++first;
      continue;
    }
    auto file = directory_.OpenToRead(first->place.file());
    if (file.ok()) {
      ReadSpilledTogether(file.value(), std::span(first, other), &giving_up_);
    } else {
      std::for_each(first, other, [&](SpillItem& item) { item.outcome = file.status(); });
    }
    first = other;
  }
}

Status SpillFiles::ReadIds(const SpillItem& item, std::vector<uint8_t>* ids) const {
  ids->resize(item.contained * sizeof(atoll_object_id));
  return ReadPart(item, {ids->data(), item.bytes - ids->size(), ids->size()});
}

Status SpillFiles::Check(const SpillItem& item) const { return ReadPart(item, {nullptr, 0, 0}); }

void SpillFiles::Remove(const SpillRemoval& removal) {
  switch (removal.kind) {
    case SpillRemoval::Kind::kBlocks:
      if (auto opened = directory_.OpenToPunch(removal.file); opened.ok())
        opened.value().Punch(removal.offset, removal.bytes);
      break;
    case SpillRemoval::Kind::kFile:
      directory_.Remove(removal.file);
      break;
    case SpillRemoval::Kind::kUnknown:
      for (const uint64_t number : directory_.List()) {
        if (number < first_ && !std::binary_search(removal.kept.begin(), removal.kept.end(), number))
          directory_.Remove(number);
      }
      return;
  }
  bytes_on_disk_.fetch_sub(removal.bytes, std::memory_order_relaxed);
}

namespace {
constexpr uint64_t FirstBlock(SpillPlace place) { return place.offset() / kSpillBlock; }
constexpr uint64_t LastBlock(SpillPlace place, uint64_t record_bytes) {
  return (place.offset() + record_bytes - 1) / kSpillBlock;
}
}  // namespace

void SpillFiles::Adopt(SpillPlace place, uint64_t bytes) {
  const uint64_t record_bytes = SpillRecordBytes(bytes);
  const uint64_t first = FirstBlock(place), last = LastBlock(place, record_bytes);
  InFile& in = files_[place.file()];
  ++in.records;
  in.sorted = in.sorted && (in.sizes.empty() || in.sizes.back().first < place.offset());
  in.sizes.emplace_back(place.offset(), record_bytes);
  if (in.ends.size() <= last) in.ends.resize(last + 1);
  uint64_t blocks = last - first + 1;
  if (in.ends[first]++ != 0) --blocks;
  if (last != first && in.ends[last]++ != 0) --blocks;
  bytes_on_disk_.fetch_add(blocks * kSpillBlock, std::memory_order_relaxed);
}

// Anybody may have written into the entry since: only what Adopt() was told counts.
uint64_t SpillFiles::TakeSize(InFile* in, SpillPlace place) {
  if (!std::exchange(in->sorted, true)) std::sort(in->sizes.begin(), in->sizes.end());
  const auto at = std::lower_bound(in->sizes.begin(), in->sizes.end(), std::pair(place.offset(), uint64_t{0}));
  return at == in->sizes.end() || at->first != place.offset() ? 0 : std::exchange(at->second, 0);
}

void SpillFiles::Release(SpillPlace place) {
  const auto found = files_.find(place.file());
  const uint64_t record_bytes = found == files_.end() ? 0 : TakeSize(&found->second, place);
  if (record_bytes == 0) return;
  InFile& in = found->second;
  uint64_t first = FirstBlock(place), end = LastBlock(place, record_bytes) + 1;
  const uint64_t last = end - 1;
  if (last != first && --in.ends[last] != 0) --end;
  if (--in.ends[first] != 0) ++first;
  const bool whole = --in.records == 0;
  if (whole) files_.erase(found);
  if (!whole && first >= end) return;
  SpillRemoval removal{whole ? SpillRemoval::Kind::kFile : SpillRemoval::Kind::kBlocks, place.file(),
                       first * kSpillBlock, first < end ? (end - first) * kSpillBlock : 0};
  remover_ ? remover_(std::move(removal)) : Remove(removal);
}

void SpillFiles::RemoveUnknown() {
  SpillRemoval removal;
  for (const auto& [file, in] : files_) removal.kept.push_back(file);
  std::sort(removal.kept.begin(), removal.kept.end());
  remover_ ? remover_(std::move(removal)) : Remove(removal);
}

}  // namespace atollstore
