// The least that a round trip between two processes costs here: one wakes the other through a futex in shared memory,
// which wakes it back. Neither spins, both sleep each time.
//
// Reads numbers from standard input; for each does as many round trips and prints the time of each in ns, on one line.
// So a caller can take turns with it. Ends with the end of its input.

#include <linux/futex.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdio>
#include <vector>

namespace {

struct Bell {
  alignas(64) std::atomic<uint32_t> count{0};

  void Ring() {
    count.fetch_add(1);
    syscall(SYS_futex, &count, FUTEX_WAKE, 1, nullptr, nullptr, 0);
  }

  void Await(uint32_t seen) {
    while (count.load() == seen) syscall(SYS_futex, &count, FUTEX_WAIT, seen, nullptr, nullptr, 0);
  }
};

struct Table {
  Bell there;
  Bell back;
};

[[noreturn]] void Echo(Table* table) {
  prctl(PR_SET_PDEATHSIG, SIGKILL);
  for (uint32_t seen = 0;; ++seen) {
    table->there.Await(seen);
    table->back.Ring();
  }
}

int64_t RoundTrip(Table* table, uint32_t seen) {
  const auto start = std::chrono::steady_clock::now();
  table->there.Ring();
  table->back.Await(seen);
  const auto end = std::chrono::steady_clock::now();
  return std::chrono::duration_cast<std::chrono::nanoseconds>(end - start).count();
}

}  // namespace

int main() {
  void* memory = mmap(nullptr, sizeof(Table), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) {
    perror("mmap");
    return 1;
  }
  Table* table = new (memory) Table;
  const pid_t echo = fork();
  if (echo < 0) {
    perror("fork");
    return 1;
  }
  if (echo == 0) Echo(table);

  uint32_t rounds = 0;
  int wanted = 0;
  std::vector<int64_t> times;
  while (scanf("%d", &wanted) == 1) {
    times.clear();
    for (int i = 0; i < wanted; ++i) times.push_back(RoundTrip(table, rounds++));
    for (const int64_t time : times) printf("%lld ", static_cast<long long>(time));
    printf("\n");
    fflush(stdout);
  }
  kill(echo, SIGKILL);
  waitpid(echo, nullptr, 0);
  return 0;
}
