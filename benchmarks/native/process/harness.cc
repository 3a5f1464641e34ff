#include "harness.h"

#if defined(__x86_64__)
#include <immintrin.h>
#endif
#include <fcntl.h>
#include <poll.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace atollbench {

void Check(int64_t result, const char* what) {
  if (result >= 0) return;
  fprintf(stderr, "%s: %s\n", what, atoll_last_error());
  exit(1);
}

void CheckSystem(bool ok, const char* what) {
  if (ok) return;
  perror(what);
  exit(1);
}

double TimeOf(const std::function<void()>& work) {
  const double start = Nanos();
  work();
  return Nanos() - start;
}

namespace {

double CpuNanosOf(clockid_t clock) {
  timespec now;
  CheckSystem(clock_gettime(clock, &now) == 0, "clock_gettime");
  return static_cast<double>(now.tv_sec) * 1e9 + static_cast<double>(now.tv_nsec);
}

}  // namespace

void StreamedCopy(char* to, const char* from, uint64_t bytes) {
#if defined(__x86_64__)
  uint64_t at = 0;
  for (; at + 16 <= bytes; at += 16) {
    _mm_stream_si128(reinterpret_cast<__m128i*>(to + at),
                     _mm_loadu_si128(reinterpret_cast<const __m128i*>(from + at)));
  }
  _mm_sfence();
  memcpy(to + at, from + at, bytes - at);
#else
  memcpy(to, from, bytes);
#endif
}

double CpuNanos() { return CpuNanosOf(CLOCK_PROCESS_CPUTIME_ID); }

double FastestCopy(char* to, const char* from, uint64_t bytes) {
  const double cached = TimeOf([&] { memcpy(to, from, bytes); });
  const double streamed = TimeOf([&] { StreamedCopy(to, from, bytes); });
  return std::min(cached, streamed);
}

double Quantile(std::vector<double> values, double p) {
  if (values.empty()) return 0;
  const auto at = static_cast<size_t>(static_cast<double>(values.size() - 1) * p + 0.5);
  std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(at), values.end());
  return values[at];
}

void Print(const std::string& name, double value, const char* unit, const char* stat) {
  printf("%s\t%.3f\t%s\t%s\n", name.c_str(), value, unit, stat);
  fflush(stdout);
}

void RunOn(int cpu) {
  static const cpu_set_t all = [] {
    cpu_set_t set;
    CheckSystem(sched_getaffinity(0, sizeof(set), &set) == 0, "sched_getaffinity");
    return set;
  }();
  cpu_set_t set = all;
  if (cpu >= 0 && CPU_ISSET(cpu, &all)) {
    CPU_ZERO(&set);
    CPU_SET(cpu, &set);
  }
  CheckSystem(sched_setaffinity(0, sizeof(set), &set) == 0, "sched_setaffinity");
}

Process::Process(std::vector<std::string> role) {
  int to[2], from[2];
  CheckSystem(pipe2(to, O_CLOEXEC) == 0 && pipe2(from, O_CLOEXEC) == 0, "pipe2");
  std::vector<char*> arguments{const_cast<char*>("atoll_process_bench"), const_cast<char*>("--role")};
  for (std::string& argument : role) arguments.push_back(argument.data());
  arguments.push_back(nullptr);
  pid_ = fork();
  CheckSystem(pid_ >= 0, "fork");
  if (pid_ == 0) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    dup2(to[0], STDIN_FILENO);
    dup2(from[1], STDOUT_FILENO);
    execv("/proc/self/exe", arguments.data());
    _exit(127);
  }
  close(to[0]);
  close(from[1]);
  in_ = to[1];
  out_ = from[0];
}

Process::~Process() {
  kill(pid_, SIGCONT);
  close(in_);
  int status = 0;
  waitpid(pid_, &status, 0);
  close(out_);
  if (WIFEXITED(status) && WEXITSTATUS(status) == 0) return;
  fprintf(stderr, "a process of the benchmark ended with status %d\n", status);
  _exit(1);
}

std::string Process::ReadLine() {
  std::string line;
  char c;
  while (read(out_, &c, 1) == 1 && c != '\n') line += c;
  return line;
}

void Process::WriteLine(const std::string& line) {
  const std::string text = line + "\n";
  CheckSystem(write(in_, text.data(), text.size()) == static_cast<ssize_t>(text.size()), "write");
}

double Process::CpuNanos() const {
  clockid_t clock;
  CheckSystem(clock_getcpuclockid(pid_, &clock) == 0, "clock_getcpuclockid");
  return CpuNanosOf(clock);
}

void Process::Signal(int number) { kill(pid_, number); }

Store::Store(uint64_t capacity, uint64_t max_objects) {
  char directory[] = "/tmp/atoll-bench-XXXXXX";
  CheckSystem(mkdtemp(directory) != nullptr, "mkdtemp");
  directory_ = directory;
  socket_ = directory_ + "/store.sock";
  server_ = new Process({"server", socket_, std::to_string(capacity), std::to_string(max_objects)});
  if (server_->ReadLine() != "ready") {
    fprintf(stderr, "the server has not started\n");
    exit(1);
  }
}

Store::~Store() {
  delete server_;
  rmdir(directory_.c_str());
}

atoll_object_id Client::Put(const void* bytes, uint64_t size) {
  atoll_object_id id{};
  uint64_t address = 0;
  Check(atoll_create(client_, &id, size, 0, 0, 10 * kSecond, &address), "atoll_create");
  Check(atoll_copy(reinterpret_cast<void*>(address), bytes, size), "atoll_copy");
  Check(atoll_seal(client_, &id, nullptr), "atoll_seal");
  return id;
}

bool InputEnded() {
  pollfd input{STDIN_FILENO, POLLIN, 0};
  return poll(&input, 1, 0) > 0;
}

std::string Text(const atoll_object_id& id) {
  return std::to_string(id.store) + " " + std::to_string(id.place);
}

atoll_object_id Id(const std::string& store, const std::string& place) {
  return {strtoull(store.c_str(), nullptr, 10), strtoull(place.c_str(), nullptr, 10)};
}

SharedFile::SharedFile(uint64_t bytes) : bytes_(bytes), file_(memfd_create("atoll-bench", MFD_CLOEXEC)) {
  CheckSystem(file_ >= 0 && ftruncate(file_, static_cast<off_t>(bytes)) == 0, "memfd_create");
  void* data = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, file_, 0);
  CheckSystem(data != MAP_FAILED, "mmap");
  data_ = static_cast<char*>(data);
}

SharedFile::~SharedFile() {
  munmap(data_, bytes_);
  close(file_);
}

}  // namespace atollbench
