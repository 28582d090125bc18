// Asks the environment what follows when a row stops, without making the other rows wait for it.
#pragma once
#include <condition_variable>
#include <deque>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

#include "rollout/environment.h"
#include "rollout/rows.h"

namespace kedge {

// An environment that may wait is called on a thread of the desk's own, in order of asking; any other
// at once. Thread rule: one thread drives the desk. Rows asked for are left alone until answered.
class EnvironmentDesk {
 public:
  struct Answer {
    LiveRow* row = nullptr;
    StopReason reason = StopReason::none;
    EnvironmentAction action;
  };

  explicit EnvironmentDesk(Environment& environment);
  ~EnvironmentDesk();  // waits for the call in progress; questions not yet asked are dropped

  void ask(LiveRow& row, StopReason reason);
  // Answers that have come, in order of asking. `wait`: at least one, if any is out. An exception of
  // the environment is rethrown here.
  std::vector<Answer> collect(bool wait);
  size_t num_out() const { return num_out_; }  // asked and not collected

 private:
  struct Question {
    LiveRow* row = nullptr;
    StopReason reason = StopReason::none;
  };
  void work();

  Environment& environment_;
  size_t num_out_ = 0;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Question> questions_;
  std::vector<Answer> answers_;
  std::exception_ptr failure_;
  bool closed_ = false;
  std::thread thread_;
};

}  // namespace kedge
