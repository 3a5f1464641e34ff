// A child process that runs the test peer, and dies with its Process object at the latest.
#ifndef ATOLL_TESTS_PROCESS_H_
#define ATOLL_TESTS_PROCESS_H_

#include <sys/types.h>

#include <string>
#include <vector>

namespace atollstore {

class Process {
 public:
  // Starts the peer with these arguments. `traced`: it stops itself for ptrace where it says so.
  explicit Process(const std::vector<std::string>& arguments);
  Process(Process&& other) noexcept;
  Process& operator=(Process&& other) noexcept;
  ~Process();

  pid_t pid() const { return pid_; }
  int output() const { return out_; }  // what ReadLine() reads from
  // The next line it writes, without its end; empty when it has ended.
  std::string ReadLine();
  void WriteLine(const std::string& line);
  void Signal(int signal);
  // SIGKILL, and waits for the end.
  void Kill();
  // Waits for its end and returns the status of waitpid().
  int Wait();

 private:
  pid_t pid_ = -1;
  int in_ = -1;
  int out_ = -1;
  int status_ = 0;
};

}  // namespace atollstore

#endif  // ATOLL_TESTS_PROCESS_H_
