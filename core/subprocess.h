// Child processes that cannot outlive their owner: each leads a process group of its own, which is
// killed as a whole, and dies with the thread that started it even when that is killed.
//
// Started without copying the parent (vfork), so that neither a large process nor one that has MPI
// or a GPU open pays for it. The child gets the descriptors it is given and no others, default
// signal handlers, and no core dumps.
//
// Errors: a program that cannot be started is a ConfigError with its name; a system that refuses
// another process, an Error. Thread rule: one thread at a time per object.
#pragma once
#include <sys/resource.h>
#include <sys/types.h>

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/descriptor.h"

namespace kedge {

struct ResourceLimit {
  int resource = RLIMIT_AS;  // RLIMIT_* of <sys/resource.h>
  uint64_t value = 0;
};

struct ProcessOptions {
  std::vector<std::string> command;      // program, looked up in PATH, and its arguments
  std::vector<std::string> environment;  // "NAME=value": all the child sees
  std::string directory;                 // where it works; empty: where the parent does
  int input = -1;                        // its standard input; -1: /dev/null
  int output = -1;                       // its standard output and error; -1: /dev/null
  std::vector<int> descriptors;          // become 3, 4, ... of the child
  std::vector<ResourceLimit> limits;
};

struct ProcessEnd {
  int exit_code = 0;
  int signal = 0;  // 0: it left by itself
};
// "exit code 3", "signal 6 (Aborted)".
std::string describe(const ProcessEnd& end);

class Subprocess {
 public:
  explicit Subprocess(const ProcessOptions& options);
  ~Subprocess() { kill(); }
  Subprocess(const Subprocess&) = delete;
  Subprocess& operator=(const Subprocess&) = delete;

  pid_t pid() const { return pid_; }
  // How it ended, without waiting; nullopt while it runs.
  std::optional<ProcessEnd> ended();
  // Kills the group, children of the child included, and waits for the child. Then ended() has a
  // value.
  ProcessEnd kill();

 private:
  pid_t pid_ = -1;
  std::optional<ProcessEnd> end_;
};

// Where `program` lies: itself when it holds a '/', else its first match in PATH. Not found or not
// executable: ConfigError at `place`.
std::string find_program(const std::string& program, const std::string& place);

// This process's environment without what a scheduler or MPI launcher has put there: a child that
// reads it would believe to be a rank. Members of `added` ("NAME=value") replace and complete.
std::vector<std::string> child_environment(const std::vector<std::string>& added = {});

}  // namespace kedge
