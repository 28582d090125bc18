#include "core/signal_flag.h"

#include <atomic>

#include "core/error.h"

namespace kedge {

namespace {

// Signal handlers can reach nothing but globals; these two are the only mutable ones.
std::atomic<int> received{0};
std::atomic<bool> installed{false};
static_assert(std::atomic<int>::is_always_lock_free, "handlers may not lock");

void on_signal(int number) {
  int none = 0;
  received.compare_exchange_strong(none, number);
}

}  // namespace

SignalFlag::SignalFlag() {
  KEDGE_CHECK(!installed.exchange(true), "a second SignalFlag");
  received = 0;
  struct sigaction action {};
  action.sa_handler = on_signal;
  // Back to the default after the first; system calls go on.
  action.sa_flags = static_cast<int>(SA_RESETHAND | SA_RESTART);
  sigemptyset(&action.sa_mask);
  sigaction(SIGTERM, &action, &former_term_);
  sigaction(SIGINT, &action, &former_int_);
}

SignalFlag::~SignalFlag() {
  sigaction(SIGTERM, &former_term_, nullptr);
  sigaction(SIGINT, &former_int_, nullptr);
  received = 0;
  installed = false;
}

int stop_requested() {
  return received.load();
}

}  // namespace kedge
