// Random work on objects that many processes share through a board of ids, to be killed at any moment.
#ifndef ATOLL_TESTS_STORM_H_
#define ATOLL_TESTS_STORM_H_

#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "atoll/c.h"

namespace atollstore {

// Places of objects that anybody may try to get; they may be long gone. It lies in the down ring of client 1.
struct Board {
  static constexpr int kPlaces = 64;
  static constexpr int kSlots = 16;
  std::atomic<uint64_t> places[kPlaces];
  std::atomic<uint64_t> operations[kSlots];  // done so far by the process with this seed modulo kSlots
  std::atomic<uint64_t> checked;             // views whose bytes were looked at
  std::atomic<uint64_t> failed;              // of those, wrong ones
  std::atomic<uint64_t> stop;
  static Board* In(atoll_client* client);
};

class Storm {
 public:
  Storm(const std::string& path, uint64_t seed);
  // Until the board says stop; then everything it holds is given back.
  void Run();
  // The same, with much that stays long and lies scattered, and large objects that come and go.
  void RunHoles();

 private:
  void Create();
  uint64_t Resize(const atoll_object_id& id, uint64_t size, uint64_t* address);
  void CreateContainer();
  void CreateExpected();
  void GetOne();
  void GetAll();
  void ReleaseOne();
  void DropOne();
  void DeleteOne();
  void GiveAllBack();
  bool CreateFilled(uint64_t size, int64_t timeout);
  void Look(const atoll_object_id& id, bool ours);
  void DropLast();
  uint64_t Random(uint64_t below) { return random_() % below; }
  uint64_t RandomSize() { return Random(20) == 0 ? Random(3 << 20) : Random(5000); }
  atoll_object_id FromBoard();
  void Keep(const atoll_object_id& id);

  atoll_client* client_ = nullptr;
  Board* board_ = nullptr;
  uint64_t store_ = 0;
  std::atomic<uint64_t>* operations_ = nullptr;
  std::mt19937_64 random_;
  std::vector<atoll_object_id> references_;
  std::vector<atoll_object_id> pins_;
};

// Whether the bytes are those that Fill() writes for this id.
void FillBytes(uint64_t address, uint64_t size, uint64_t place);
bool BytesAreRight(const atoll_view& view, uint64_t place);

// Gets, checks and releases what place 0 of the board names until stop is set.
void PinRace(const std::string& path);

}  // namespace atollstore

#endif  // ATOLL_TESTS_STORM_H_
