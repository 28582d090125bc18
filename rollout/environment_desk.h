// Asks the environment what follows when a row stops, without making the other rows wait for it.
#pragma once
#include <exception>
#include <thread>
#include <vector>

#include "core/queue.h"
#include "rollout/environment.h"
#include "rollout/rows.h"

namespace kedge {

// An environment that may wait is called on a thread of the desk's own, in order of asking; any
// other at once. Thread rule: one thread drives the desk. Rows asked for are left alone until
// answered.
class EnvironmentDesk {
 public:
  struct Answer {
    LiveRow* row = nullptr;
    StopReason reason = StopReason::none;
    EnvironmentAction action;
  };

  // `timeout_s`: how long collect(true) waits for the next answer.
  explicit EnvironmentDesk(Environment& environment, double timeout_s = 600.0);
  ~EnvironmentDesk();  // waits for the call in progress; questions not yet asked are dropped

  void ask(LiveRow& row, StopReason reason);
  // Answers that have come, in order of asking. `wait`: at least one, if any is out; none within
  // the time-out is a TemporaryError. An exception of the environment is rethrown here.
  std::vector<Answer> collect(bool wait);
  size_t num_out() const { return num_out_; }  // asked and not collected

 private:
  struct Question {
    LiveRow* row = nullptr;
    StopReason reason = StopReason::none;
  };
  struct Outcome {
    Answer answer;
    std::exception_ptr failure;
  };
  void work();
  void take(Outcome outcome, std::vector<Answer>& out);

  static constexpr size_t kMostOut = 1 << 20;

  Environment& environment_;
  double timeout_s_;
  size_t num_out_ = 0;
  Queue<Question> questions_{kMostOut};
  Queue<Outcome> outcomes_{kMostOut};
  std::thread thread_;
};

}  // namespace kedge
