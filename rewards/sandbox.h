// Runs a program that nobody has looked at, isolated against accidents: no network, no way to
// outlive its deadline, bounded memory, files and output. It is not a boundary against an attacker.
//
// What the system allows is used: its own user, network, process and mount namespaces (`unshare`)
// and no new privileges (`setpriv`); always its own process group, resource limits, an empty
// environment, a temporary directory that is removed, and none of the caller's descriptors.
#pragma once
#include <cstdint>
#include <string>
#include <vector>

namespace kedge {

struct SandboxOptions {
  double timeout_s = 10.0;
  int64_t memory_mb = 1024;      // address space of each of its processes
  int64_t file_mb = 16;          // largest file it may write
  int64_t output_bytes = 65536;  // of standard output and error together; the last ones are kept
};

struct SandboxResult {
  enum class End { exited, killed, timeout };
  End end = End::exited;
  int exit_code = 0;
  std::string how;  // "exit code 1", "signal 9 (Killed)", "no end within 10 s"
  std::string output;
};

// Whether the namespaces are to be had; looked at once.
bool has_namespaces();

// `files` are written into the program's directory before it starts there. A program that cannot be
// started is a ConfigError. Thread rule: any thread, calls do not share anything.
struct SandboxFile {
  std::string name;
  std::string text;
};
SandboxResult run_sandboxed(const std::vector<std::string>& command,
                            const std::vector<SandboxFile>& files, const SandboxOptions& options);

}  // namespace kedge
