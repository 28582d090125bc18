#include "rollout/environment_desk.h"

namespace kedge {

EnvironmentDesk::EnvironmentDesk(Environment& environment) : environment_(environment) {
  if (environment.may_wait()) thread_ = std::thread([this] { work(); });
}

EnvironmentDesk::~EnvironmentDesk() {
  if (!thread_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

void EnvironmentDesk::ask(LiveRow& row, StopReason reason) {
  ++num_out_;
  if (!thread_.joinable()) {
    answers_.push_back({&row, reason, environment_.next(row.record, reason)});
    return;
  }
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back({&row, reason});
  }
  changed_.notify_all();
}

std::vector<EnvironmentDesk::Answer> EnvironmentDesk::collect(bool wait) {
  std::unique_lock lock(mutex_);
  if (wait && num_out_ > 0) {
    changed_.wait(lock, [this] { return !answers_.empty() || failure_ != nullptr; });
  }
  if (failure_ != nullptr) std::rethrow_exception(failure_);
  std::vector<Answer> taken = std::move(answers_);
  answers_.clear();
  num_out_ -= taken.size();
  return taken;
}

void EnvironmentDesk::work() {
  std::unique_lock lock(mutex_);
  while (true) {
    changed_.wait(lock, [this] { return closed_ || !questions_.empty(); });
    if (closed_) return;
    const Question question = questions_.front();
    questions_.pop_front();
    lock.unlock();
    std::exception_ptr failure;
    Answer answer{question.row, question.reason, {}};
    try {
      answer.action = environment_.next(question.row->record, question.reason);
    } catch (...) {
      failure = std::current_exception();
    }
    lock.lock();
    if (failure == nullptr) {
      answers_.push_back(std::move(answer));
    } else {
      failure_ = failure;
    }
    changed_.notify_all();
  }
}

}  // namespace kedge
