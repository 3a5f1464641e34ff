// Two processes that put and drop objects of 1 MiB at once. The floor: two processes that copy as much into warm shared
// memory, with stores that go past the caches.
#include <algorithm>
#include <cstdlib>
#include <iostream>

#include "harness.h"

namespace atollbench {
namespace {

constexpr uint64_t kPut = kMiB;
constexpr int kPuts = 2'000, kRounds = 9;

// Both do it at once; GB/s of the two together.
double Both(Process* const (&two)[2], const std::string& what) {
  for (Process* one : two) one->WriteLine(what);
  double longest = 0;
  for (Process* one : two) longest = std::max(longest, std::strtod(one->ReadLine().c_str(), nullptr));
  return 2.0 * kPuts * kPut / longest;
}

}  // namespace

int PutterRole(const std::vector<std::string>& arguments) {
  Client client(arguments[0]);
  const std::vector<char> source(kPut, 'x');
  SharedFile warm(kPut);
  StreamedCopy(warm.data(), source.data(), kPut);
  for (std::string what; std::getline(std::cin, what);) {
    const bool put = what == "put";
    std::cout << TimeOf([&] {
      for (int i = 0; i < kPuts; ++i) {
        if (put) {
          client.Drop(client.Put(source.data(), kPut));
        } else {
          StreamedCopy(warm.data(), source.data(), kPut);
        }
      }
    }) << std::endl;
  }
  return 0;
}

void TwoPutters() {
  const Store store(1024 * kMiB);
  Process first({"putter", store.socket()}), second({"putter", store.socket()});
  Process* const two[] = {&first, &second};
  (void)Both(two, "put");
  std::vector<double> floor, puts;
  for (int i = 0; i < kRounds; ++i) {
    floor.push_back(Both(two, "copy"));
    puts.push_back(Both(two, "put"));
  }
  Print("copy.1MiB.two", Median(floor), "GB/s", "p50");
  Print("put.1MiB.two", Median(puts), "GB/s", "p50");
}

}  // namespace atollbench
