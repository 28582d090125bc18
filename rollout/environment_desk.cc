#include "rollout/environment_desk.h"

#include "core/error.h"

namespace kedge {

EnvironmentDesk::EnvironmentDesk(Environment& environment, double timeout_s)
    : environment_(environment), timeout_s_(timeout_s) {
  if (environment.may_wait()) thread_ = std::thread([this] { work(); });
}

EnvironmentDesk::~EnvironmentDesk() {
  questions_.close();
  while (questions_.try_pop()) {
  }
  if (thread_.joinable()) thread_.join();
}

void EnvironmentDesk::ask(LiveRow& row, StopReason reason) {
  ++num_out_;
  bool taken = true;
  if (thread_.joinable()) {
    taken = questions_.push({&row, reason}, deadline_in(timeout_s_));
  } else {
    Outcome outcome{{&row, reason, environment_.next(row.record, reason)}, nullptr};
    taken = outcomes_.push(std::move(outcome), deadline_in(timeout_s_));
  }
  KEDGE_CHECK(taken, num_out_, " rows wait for the environment");
}

std::vector<EnvironmentDesk::Answer> EnvironmentDesk::collect(bool wait) {
  std::vector<Answer> answers;
  if (wait && num_out_ > 0) {
    std::optional<Outcome> first = outcomes_.pop(deadline_in(timeout_s_));
    if (!first) {
      throw TemporaryError(detail::concat("[environment] no answer within ", timeout_s_, " s, ",
                                          num_out_, " rows wait"));
    }
    take(std::move(*first), answers);
  }
  while (std::optional<Outcome> outcome = outcomes_.try_pop()) take(std::move(*outcome), answers);
  return answers;
}

void EnvironmentDesk::take(Outcome outcome, std::vector<Answer>& out) {
  if (outcome.failure != nullptr) std::rethrow_exception(outcome.failure);
  out.push_back(std::move(outcome.answer));
  --num_out_;
}

void EnvironmentDesk::work() {
  while (true) {
    const std::optional<Question> question = questions_.pop(deadline_in(timeout_s_));
    if (!question) {
      if (questions_.closed()) return;
      continue;
    }
    Outcome outcome{{question->row, question->reason, {}}, nullptr};
    try {
      outcome.answer.action = environment_.next(question->row->record, question->reason);
    } catch (...) {
      outcome.failure = std::current_exception();
    }
    outcomes_.push(std::move(outcome), deadline_in(timeout_s_));
  }
}

}  // namespace kedge
