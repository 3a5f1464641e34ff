// Spill files that are not what was written: a file of two records, a large and a small one, is changed as
// the input says (or replaced by it); a store that takes the directory over must read what is right, refuse
// what is not, and touch nothing else.
#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <string>
#include <vector>

#include "input.h"
#include "spill/spill_files.h"

using namespace atollstore;
using namespace atollstore::fuzz;

namespace {

constexpr uint64_t kStore = 0x5eed;
constexpr uint64_t kGuard = 4096;
constexpr uint8_t kUntouched = 0xa5;

const std::string& Directory() {
  static const std::string path = [] {
    static char name[] = "/tmp/atoll-fuzz-XXXXXX";
    if (::mkdtemp(name) == nullptr) ::abort();
    ::atexit([] { (void)::rmdir(name); });  // what was in it goes with the files
    return std::string(name);
  }();
  return path;
}

std::vector<uint8_t> BytesOf(uint64_t seed, uint64_t bytes) {
  std::vector<uint8_t> all(bytes);
  for (uint64_t i = 0; i < bytes; ++i) all[i] = static_cast<uint8_t>(seed + i * 7);
  return all;
}

struct Object {
  SpillItem item;
  std::vector<uint8_t> bytes;
};

// Writes what the input says into the only file: first a kind, then either its bytes or places and values.
void Damage(const std::string& path, Input* input) {
  const int fd = ::open(path.c_str(), O_RDWR | O_CLOEXEC);
  if (fd < 0) ::abort();
  const auto end = static_cast<uint64_t>(::lseek(fd, 0, SEEK_END));
  switch (input->Take<uint8_t>() % 3) {
    case 0: {
      if (::ftruncate(fd, input->Take<uint32_t>() % (end + 1)) != 0) ::abort();
      break;
    }
    case 1: {
      std::vector<uint8_t> bytes(2 * kSpillBlock);
      const size_t taken = input->Bytes(bytes.data(), bytes.size());
      if (::pwrite(fd, bytes.data(), taken, kSpillBegin) < 0) ::abort();
      break;
    }
    default:
      while (!input->empty()) {
        // The headers are what there is to guess.
        const uint64_t at = kSpillBegin + input->Take<uint16_t>() % (end - kSpillBegin);
        const auto value = input->Take<uint64_t>();
        if (::pwrite(fd, &value, sizeof(value), static_cast<off_t>(at)) < 0) ::abort();
      }
  }
  ::close(fd);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  auto opened = SpillFiles::Open(Directory(), kStore, 0);
  if (!opened.ok()) ::abort();
  SpillFiles& files = *opened.value();
  Object objects[] = {
      {{{kStore, 1, 1}, kSpillLarge + 100, 1, 0, kSpillLarge + 100, SpillPlace(), nullptr}, {}},
      {{{kStore, 2, 1}, 100, 2, 2, 112 + 2 * sizeof(atoll_object_id), SpillPlace(), nullptr}, {}}};
  std::vector<SpillItem> items;
  for (Object& object : objects) {
    object.bytes = BytesOf(object.item.tag, object.item.bytes);
    object.item.from = object.bytes.data();
    items.push_back(object.item);
  }
  if (!files.Write(&items).ok()) ::abort();
  Input input(data, size);
  Damage(Directory() + "/atoll-spill-0000000000005eed/1", &input);
  for (size_t i = 0; i < std::size(objects); ++i) {
    const Object& object = objects[i];
    std::vector<uint8_t> to(object.item.bytes + 2 * kGuard, kUntouched);
    if (files.Read(items[i], to.data() + kGuard).ok() &&
        std::memcmp(to.data() + kGuard, object.bytes.data(), object.bytes.size()) != 0) {
      ::abort();  // wrong bytes are believed
    }
    for (uint64_t k = 0; k < kGuard; ++k) {
      if (to[k] != kUntouched || to[to.size() - 1 - k] != kUntouched) ::abort();
    }
    std::vector<uint8_t> ids;
    (void)files.ReadIds(items[i], &ids);
  }
  // Places that no correct program stores.
  for (int i = 0; i < 4; ++i) {
    SpillItem item = items[i % 2];
    item.place = SpillPlace(input.Take<uint8_t>() % 3, uint64_t{input.Take<uint32_t>()} * kSpillAlignment);
    std::vector<uint8_t> to(item.bytes);
    (void)files.Read(item, to.data());
    std::vector<uint8_t> ids;
    (void)files.ReadIds(item, &ids);
  }
  return 0;
}
