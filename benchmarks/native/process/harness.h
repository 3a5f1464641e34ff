// What the benchmarks of several processes share: starting processes, taking turns, and printing numbers.
// A process of ours is this same program, started again in a role; it ends with its standard input.
#ifndef ATOLL_BENCHMARKS_PROCESS_HARNESS_H_
#define ATOLL_BENCHMARKS_PROCESS_HARNESS_H_

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "atoll/c.h"

namespace atollbench {

constexpr uint64_t kMiB = uint64_t{1} << 20;
constexpr int64_t kSecond = 1'000'000'000;

// Ends the program when a call of c.h or of the system has failed.
void Check(int64_t result, const char* what);
void CheckSystem(bool ok, const char* what);

inline double Nanos() {
  return static_cast<double>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                 std::chrono::steady_clock::now().time_since_epoch())
                                 .count());
}
double TimeOf(const std::function<void()>& work);  // ns

// The value below which the share `p` of the values lies.
double Quantile(std::vector<double> values, double p);
inline double Median(std::vector<double> values) { return Quantile(std::move(values), 0.5); }

// One line for ci/bench: name, value, unit, statistic, separated by tabs.
void Print(const std::string& name, double value, const char* unit, const char* stat);

// This thread runs on that CPU only, and so do the processes it starts; -1: on all that there were at first.
void RunOn(int cpu);

// This program in the role, with arguments, talking in lines.
class Process {
 public:
  explicit Process(std::vector<std::string> role);
  ~Process();  // closes its input and waits
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  std::string ReadLine();
  void WriteLine(const std::string& line);
  void Signal(int number);
  double CpuNanos() const;  // that it has used so far

 private:
  pid_t pid_ = -1;
  int in_ = -1, out_ = -1;
};

// A store whose server is a process of its own.
class Store {
 public:
  explicit Store(uint64_t capacity, uint64_t max_objects = 0);
  ~Store();
  const std::string& socket() const { return socket_; }

 private:
  std::string directory_, socket_;
  Process* server_;
};

class Client {
 public:
  explicit Client(const std::string& socket) {
    Check(atoll_attach(socket.c_str(), nullptr, &client_), "atoll_attach");
  }
  ~Client() { atoll_detach(client_); }
  Client(const Client&) = delete;
  Client& operator=(const Client&) = delete;

  atoll_client* get() const { return client_; }
  atoll_object_id Put(const void* bytes, uint64_t size);
  void Drop(const atoll_object_id& id) { Check(atoll_dereference(client_, &id), "atoll_dereference"); }

 private:
  atoll_client* client_ = nullptr;
};

double CpuNanos();  // of this process

// With stores that go past the caches, where the CPU has such.
void StreamedCopy(char* to, const char* from, uint64_t bytes);

// The best that this machine copies with: the faster of memcpy and of stores that go past the caches, in
// turns. Returns the time, in ns.
double FastestCopy(char* to, const char* from, uint64_t bytes);

// Whether this process, in a role, should end.
bool InputEnded();

std::string Text(const atoll_object_id& id);
atoll_object_id Id(const std::string& store, const std::string& place);

// A shared memory file of this process, mapped; its memory comes when it is touched.
class SharedFile {
 public:
  explicit SharedFile(uint64_t bytes);
  ~SharedFile();
  SharedFile(const SharedFile&) = delete;
  SharedFile& operator=(const SharedFile&) = delete;
  char* data() const { return data_; }

 private:
  char* data_;
  uint64_t bytes_;
  int file_;
};

// The benchmarks, and the roles of processes; each in a file of its own.
void Churn();
void Clients();
void Contended();
void FirstAndFreshPuts();
void Copies();
void Drops();
void LargeCreates();
void TwoPutters();
void Objects();
void Wakeup();
void Attaching();
void Spilling();
int LargeRole(const std::vector<std::string>& arguments);
int GetterRole(const std::vector<std::string>& arguments);
int CreatorRole(const std::vector<std::string>& arguments);
int PutterRole(const std::vector<std::string>& arguments);
int WaiterRole(const std::vector<std::string>& arguments);

}  // namespace atollbench

#endif  // ATOLL_BENCHMARKS_PROCESS_HARNESS_H_
