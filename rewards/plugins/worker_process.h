// A plug-in's process and the line to it: messages over a private socket (its descriptor 3),
// whatever it prints into the log.
//
// Thread rule: one thread at a time.
#pragma once
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/mutex.h"
#include "core/subprocess.h"
#include "rewards/plugins/frame.h"

namespace kedge {

struct WorkerCommand {
  std::string speaker;               // begins its log lines: "python my_reward.py:f"
  std::vector<std::string> command;  // kSourcePath stands for the program text
  std::string source;                // program text, given as descriptor 4
  uint64_t memory_bytes = 0;         // of address space; 0: no limit
};

// Where a worker finds WorkerCommand::source.
inline constexpr const char* kSourcePath = "/proc/self/fd/4";

class WorkerProcess {
 public:
  enum class Event {
    message,  // one has arrived
    timeout,  // the deadline passed
    ended,    // the process is gone; how: end()
    broken,   // it sent what is no message
  };

  // Starts the process; errors as Subprocess.
  explicit WorkerProcess(const WorkerCommand& command);
  // Kills the group, then logs the last that it printed.
  ~WorkerProcess();

  // Queues one frame; receive() sends it.
  void send(std::string_view frame);
  // Sends what is queued and waits for one message. Drains what the process prints meanwhile, so
  // that printing can never block it.
  Event receive(std::string& message, Deadline deadline);
  // Puts what it has printed so far into the log.
  void log_output();
  // After Event::ended or kill(): "it died of signal 6 (Aborted)", "it left with exit code 3".
  std::string end();
  pid_t pid() const { return process_->pid(); }

 private:
  Event wait(Deadline deadline);
  bool write_some();
  bool read_some();
  void drain_output();

  std::string speaker_;
  Descriptor socket_;
  Descriptor output_;
  std::unique_ptr<Subprocess> process_;
  FrameReader reader_;
  std::string unsent_;
  size_t sent_ = 0;
  std::string printed_;  // not yet in the log
  size_t printed_dropped_ = 0;
  bool closed_ = false;  // the far end of the socket is
};

}  // namespace kedge
