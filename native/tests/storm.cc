#include "storm.h"

#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstdlib>

namespace atollstore {

Board* Board::In(atoll_client* client) {
  uint64_t address = 0, bytes = 0;
  if (atoll_ring(client, 1, ATOLL_RING_DOWN, &address, &bytes) != 0 || bytes < sizeof(Board)) std::abort();
  return reinterpret_cast<Board*>(address);
}

// The first and last words and some between: enough to see a reused block, quick enough to be done all the
// time.
void FillBytes(uint64_t address, uint64_t size, uint64_t place) {
  auto* words = reinterpret_cast<uint64_t*>(address);
  const uint64_t count = size / 8;
  for (uint64_t i = 0; i < count; i += i < 64 ? 1 : 61) words[i] = place + i;
  if (count > 0) words[count - 1] = place + count - 1;
}

bool BytesAreRight(const atoll_view& view, uint64_t place) {
  const auto* words = reinterpret_cast<const uint64_t*>(view.address);
  const uint64_t count = view.size / 8;
  for (uint64_t i = 0; i < count; i += i < 64 ? 1 : 61) {
    if (words[i] != place + i) return false;
  }
  return count == 0 || words[count - 1] == place + count - 1;
}

Storm::Storm(const std::string& path, uint64_t seed) : random_(seed) {
  // A store that has lost both of its processes may be started again in a moment.
  int64_t code = atoll_attach(path.c_str(), nullptr, &client_);
  for (int tries = 0; code == -ATOLL_DISCONNECTED && tries < 2000; ++tries) {
    ::usleep(10'000);
    code = atoll_attach(path.c_str(), nullptr, &client_);
  }
  if (code != 0) std::_Exit(3);
  board_ = Board::In(client_);
  store_ = atoll_store_id(client_);
  operations_ = &board_->operations[seed % Board::kSlots];
}

atoll_object_id Storm::FromBoard() {
  return {store_, board_->places[Random(Board::kPlaces)].load(std::memory_order_relaxed)};
}

void Storm::Keep(const atoll_object_id& id) {
  board_->places[Random(Board::kPlaces)].store(id.place, std::memory_order_relaxed);
  references_.push_back(id);
}

void Storm::Create() {
  uint64_t size = RandomSize();
  atoll_object_id id{};
  uint64_t address = 0;
  if (atoll_create(client_, &id, size, 0, 0, 1'000'000, &address) != 0) return;
  FillBytes(address, size, id.place);
  if (Random(8) == 0) size = Resize(id, size, &address);
  if (Random(20) == 0) {
    atoll_abort(client_, &id);
    atoll_dereference(client_, &id);
    return;
  }
  if (atoll_seal(client_, &id, nullptr) != 0) std::_Exit(6);
  Keep(id);
}

// Makes it of another size, if there is room, and looks whether its first bytes came along.
uint64_t Storm::Resize(const atoll_object_id& id, uint64_t size, uint64_t* address) {
  const uint64_t other = RandomSize();
  if (atoll_resize(client_, &id, other, Random(2) * 1'000'000, address) != 0) return size;
  atoll_view kept{};
  kept.address = *address;
  kept.size = std::min({size, other, uint64_t{512}});
  if (!BytesAreRight(kept, id.place)) board_->failed.fetch_add(1);
  FillBytes(*address, other, id.place);
  return other;
}

void Storm::CreateContainer() {
  if (references_.size() < 2) return;
  const atoll_object_id children[] = {references_[Random(references_.size())], references_.back()};
  atoll_object_id id{};
  uint64_t address = 0;
  if (atoll_create(client_, &id, 64, 2, 0, 1'000'000, &address) != 0) return;
  FillBytes(address, 64, id.place);
  if (atoll_seal(client_, &id, children) != 0) std::_Exit(7);
  Keep(id);
}

// An id on the board before it has bytes: others try to get it, or to create it.
void Storm::CreateExpected() {
  atoll_object_id id{};
  if (atoll_expect(client_, &id) != 0) return;
  Keep(id);
  uint64_t address = 0;
  if (Random(2) == 0 || atoll_create(client_, &id, 256, 0, 0, 1'000'000, &address) != 0) return;
  FillBytes(address, 256, id.place);
  atoll_seal(client_, &id, nullptr);
}

void Storm::GetOne() {
  atoll_object_id id = FromBoard();
  if (id.place == 0) return;
  atoll_view view;
  // Some wait long enough for what is on disk to be read.
  const int64_t timeout = Random(4) == 0 ? 50'000'000 : Random(8) == 0 ? 200'000 : 0;
  const int64_t code = atoll_get(client_, &id, timeout, &view);
  if (code == -ATOLL_TIMED_OUT) {
    // Expected: be the one who makes it.
    uint64_t address = 0;
    if (atoll_create(client_, &id, 128, 0, 0, 0, &address) != 0) return;
    FillBytes(address, 128, id.place);
    atoll_seal(client_, &id, nullptr);
    return;
  }
  if (code != 0) return;
  if (!BytesAreRight(view, id.place)) board_->failed.fetch_add(1);
  board_->checked.fetch_add(1);
  for (uint64_t i = 0; i < view.contained; ++i) {
    const auto* ids = reinterpret_cast<const atoll_object_id*>(view.contained_address);
    atoll_view child;
    const int64_t inner = atoll_get(client_, &ids[i], 0, &child);
    if (inner == 0) {
      if (!BytesAreRight(child, ids[i].place)) board_->failed.fetch_add(1);
      atoll_release(client_, &ids[i]);
    } else if (inner == -ATOLL_NOT_FOUND) {
      board_->failed.fetch_add(1);  // a pinned container has all its children
    }
  }
  if (Random(4) == 0 && atoll_reference(client_, &id) == 0) references_.push_back(id);
  pins_.push_back(id);
}

void Storm::GetAll() {
  std::array<atoll_object_id, 4> ids;
  for (atoll_object_id& id : ids) {
    id = FromBoard();
    if (id.place == 0) return;
  }
  std::array<atoll_view, 4> views;
  if (atoll_get_all(client_, ids.data(), ids.size(), 20'000'000, views.data()) != 0) return;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (!BytesAreRight(views[i], ids[i].place)) board_->failed.fetch_add(1);
    pins_.push_back(ids[i]);
  }
  board_->checked.fetch_add(ids.size());
}

void Storm::ReleaseOne() {
  if (pins_.empty()) return;
  std::swap(pins_[Random(pins_.size())], pins_.back());
  if (atoll_release(client_, &pins_.back()) != 0) std::_Exit(8);
  pins_.pop_back();
}

void Storm::DropOne() {
  if (references_.empty()) return;
  std::swap(references_[Random(references_.size())], references_.back());
  DropLast();
}

void Storm::DropLast() {
  if (atoll_dereference(client_, &references_.back()) != 0) std::_Exit(9);
  references_.pop_back();
}

void Storm::DeleteOne() {
  const atoll_object_id id = FromBoard();
  if (id.place != 0) atoll_delete(client_, &id);
}

void Storm::Run() {
  while (board_->stop.load(std::memory_order_relaxed) == 0) {
    operations_->fetch_add(1, std::memory_order_relaxed);
    switch (Random(32)) {
      case 0 ... 5:
        Create();
        break;
      case 6:
        CreateContainer();
        break;
      case 7:
        CreateExpected();
        break;
      case 8:
        if (Random(8) == 0) DeleteOne();
        break;
      case 9:
        if (Random(8) == 0) GetAll();
        break;
      case 10 ... 18:
        GetOne();
        break;
      case 19 ... 25:
        if (pins_.size() > Random(16)) ReleaseOne();
        break;
      default:
        if (references_.size() > Random(24)) DropOne();
    }
  }
  GiveAllBack();
}

void Storm::GiveAllBack() {
  while (!pins_.empty()) ReleaseOne();
  while (!references_.empty()) DropOne();
  atoll_detach(client_);
}

bool Storm::CreateFilled(uint64_t size, int64_t timeout) {
  atoll_object_id id{};
  uint64_t address = 0;
  if (atoll_create(client_, &id, size, 0, 0, timeout, &address) != 0) return false;
  FillBytes(address, size, id.place);
  if (atoll_seal(client_, &id, nullptr) != 0) std::_Exit(6);
  Keep(id);
  return true;
}

void Storm::Look(const atoll_object_id& id, bool ours) {
  atoll_view view;
  if (id.place == 0) return;
  // A server that was killed moving it is followed by another one.
  if (const int64_t code = atoll_get(client_, &id, ours ? 10'000'000'000 : 0, &view); code != 0) {
    if (ours && code != -ATOLL_TIMED_OUT && code != -ATOLL_DISCONNECTED) board_->failed.fetch_add(1);
    return;
  }
  if (!BytesAreRight(view, id.place)) board_->failed.fetch_add(1);
  board_->checked.fetch_add(1);
  if (atoll_release(client_, &id) != 0) std::_Exit(8);
}

// Three of these have some two thirds of a store of 48 MiB, and after each round half of that in all of its
// extents.
void Storm::RunHoles() {
  constexpr size_t kSmall = 320;
  constexpr uint64_t kLeastLarge = 6 << 20;
  constexpr int kLarge = 4;
  while (board_->stop.load(std::memory_order_relaxed) == 0) {
    while (references_.size() < kSmall && CreateFilled(4096 + Random(60'000), 50'000'000)) {
      operations_->fetch_add(1, std::memory_order_relaxed);
    }
    for (size_t left = references_.size() / 2; references_.size() > left;) {
      std::swap(references_[Random(references_.size())], references_.back());
      Look(references_.back(), true);
      DropLast();
    }
    for (int i = 0; i < kLarge; ++i) {
      operations_->fetch_add(1, std::memory_order_relaxed);
      if (CreateFilled(kLeastLarge + Random(kLeastLarge), 200'000'000)) {
        Look(references_.back(), true);
        DropLast();
      }
      for (int looks = 0; looks < 16; ++looks) Look(FromBoard(), false);
    }
  }
  GiveAllBack();
}

void PinRace(const std::string& path) {
  atoll_client* client = nullptr;
  if (atoll_attach(path.c_str(), nullptr, &client) != 0) std::_Exit(3);
  Board* board = Board::In(client);
  uint64_t checked = 0;
  while (board->stop.load(std::memory_order_relaxed) == 0) {
    const atoll_object_id id{atoll_store_id(client), board->places[0].load(std::memory_order_relaxed)};
    atoll_view view;
    if (atoll_get(client, &id, 0, &view) != 0) continue;
    if (!BytesAreRight(view, id.place)) board->failed.fetch_add(1);
    ++checked;
    if (atoll_release(client, &id) != 0) std::_Exit(8);
  }
  board->checked.fetch_add(checked);
  atoll_detach(client);
}

}  // namespace atollstore
