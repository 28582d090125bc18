// SIGTERM and SIGINT as a flag: the pipeline asks between steps, saves and leaves.
#pragma once
#include <signal.h>

namespace kedge {

// Installs handlers while it lives and puts the former ones back. One at a time (a second one is an
// InvariantError). A second signal of the same kind ends the process at once: whoever presses Ctrl-C
// twice means it.
class SignalFlag {
 public:
  SignalFlag();
  ~SignalFlag();
  SignalFlag(const SignalFlag&) = delete;
  SignalFlag& operator=(const SignalFlag&) = delete;

 private:
  struct sigaction former_term_ {};
  struct sigaction former_int_ {};
};

// SIGTERM or SIGINT, whichever arrived first while a SignalFlag lives; else 0. Any thread.
int stop_requested();

}  // namespace kedge
