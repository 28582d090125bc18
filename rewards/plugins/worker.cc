#include "rewards/plugins/worker.h"

#include <algorithm>
#include <thread>

#include "core/json.h"
#include "core/log.h"
#include "core/text.h"
#include "rewards/plugins/reply.h"

namespace kedge {
namespace {

using Event = WorkerProcess::Event;

constexpr double kStopLook_s = 0.1;  // how soon a set stop flag is noticed

WorkerReady ready_from(const std::string& message, const std::string& place) {
  WorkerReady ready;
  ready.message = parse_json(message, place);
  const auto op = required<std::string>(ready.message, "op", place);
  if (op == "refused") {
    throw ConfigError(place, member_or<std::string>(ready.message, "found", "refused", place),
                      member_or<std::string>(ready.message, "valid", "", place));
  }
  if (op != "ready") throw ConfigError(place, "the worker began with '" + op + "'", "ready");
  ready.fields = item_fields_from(ready.message, place);
  ready.one_by_one = member_or<bool>(ready.message, "one_by_one", false, place);
  ready.groups_only = member_or<bool>(ready.message, "groups_only", false, place);
  ready.concurrent = member_or<bool>(ready.message, "concurrent", false, place);
  return ready;
}

void log_lines(const std::string& speaker, const std::string& text) {
  if (text.empty()) return;
  for (const std::string& line : split(text, '\n')) log_info("[", speaker, "] ", line);
}

}  // namespace

Worker::Worker(WorkerSpec spec, const std::atomic<bool>& stop)
    : spec_(std::move(spec)), stop_(stop), backoff_s_(spec_.backoff_first_s) {}

void Worker::start() {
  process_ = std::make_unique<WorkerProcess>(spec_.command);
  json message = spec_.start;
  message["op"] = "start";
  message["timeout_s"] = spec_.timeout_s;
  message["whole_groups"] = spec_.whole_groups;
  process_->send(frame_of(message.dump()));
}

const WorkerReady& Worker::await_ready() {
  std::string message;
  const Event event = receive(message, deadline_in(spec_.start_timeout_s));
  if (event != Event::message) {
    const std::string why = event == Event::timeout
                                ? "not ready within " + human_duration(spec_.start_timeout_s)
                                : failure(event).note;
    process_.reset();
    throw ConfigError(spec_.place, "the worker did not start: " + why,
                      "what it printed is in the log");
  }
  try {
    ready_ = ready_from(message, spec_.place);
  } catch (...) {
    process_.reset();
    throw;
  }
  return ready_;
}

void Worker::score(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  Indices pending(items.size());
  for (size_t i = 0; i < pending.size(); ++i) pending[i] = i;
  bool together = true;
  while (!pending.empty()) {
    Indices batch = together ? pending : Indices{pending.front()};
    const size_t asked = batch.size();
    const std::optional<Verdict> trouble = converse(items, verdicts, batch);
    if (trouble && !taken_apart()) {
      for (const size_t i : batch) verdicts[i] = *trouble;
      batch.clear();
    } else if (trouble && batch.size() == 1) {
      verdicts[batch.front()] = *trouble;
      batch.clear();
    } else if (trouble) {
      together = false;  // any of them may be the culprit
    }
    pending.erase(pending.begin(), pending.begin() + static_cast<std::ptrdiff_t>(asked));
    pending.insert(pending.begin(), batch.begin(), batch.end());
  }
}

// One batch: takes what is answered out of `pending`, and says why the rest is not.
std::optional<Verdict> Worker::converse(std::span<const RewardItem> items,
                                        std::span<Verdict> verdicts, Indices& pending) {
  std::string problem;
  if (!running(problem)) {
    for (const size_t i : pending) verdicts[i] = Verdict::failed(problem);
    pending.clear();
    return std::nullopt;
  }
  ask(items, pending);
  constexpr size_t kAnswered = SIZE_MAX;
  const size_t num_items = pending.size();
  size_t missing = num_items;
  Deadline deadline = deadline_for(num_items);
  std::optional<Verdict> trouble;
  while (missing > 0 && !trouble) {
    std::string message;
    const Event event = receive(message, deadline);
    if (event != Event::message) {
      trouble = failure(event);
      break;
    }
    try {
      Reply reply = reply_from(message, id_, num_items);
      log_lines(spec_.command.speaker, reply.log);
      for (size_t k = 0; k < reply.verdicts.size(); ++k) {
        size_t& index = pending[reply.first + k];
        if (index == kAnswered) continue;
        verdicts[index] = std::move(reply.verdicts[k]);
        index = kAnswered;
        --missing;
      }
      backoff_s_ = spec_.backoff_first_s;
      if (ready_.one_by_one) deadline = deadline_for(1);
    } catch (const ConfigError& error) {
      trouble = Verdict::failed(std::string("the worker sent garbage: ") + error.what());
    }
  }
  std::erase(pending, kAnswered);
  process_->log_output();
  if (trouble) {
    log_warning("[", spec_.command.speaker, "] ", trouble->note);
    process_.reset();
  }
  return trouble;
}

bool Worker::running(std::string& problem) {
  if (process_) return true;
  const Deadline resume = deadline_in(backoff_s_);
  while (!stop_ && std::chrono::steady_clock::now() < resume) {
    std::this_thread::sleep_until(std::min(resume, deadline_in(kStopLook_s)));
  }
  backoff_s_ = std::min(2 * backoff_s_, spec_.backoff_max_s);
  if (stop_) {
    problem = "the run ends";
    return false;
  }
  try {
    start();
    await_ready();
    return true;
  } catch (const Error& error) {
    problem = std::string("the worker cannot be started again: ") + error.what();
    return false;
  }
}

void Worker::ask(std::span<const RewardItem> items, const Indices& which) {
  begin_frame(frame_);
  frame_ += "{\"id\":" + std::to_string(++id_) + ",\"op\":\"score\",\"items\":[";
  for (const size_t i : which) {
    if (frame_.back() != '[') frame_ += ',';
    append_item(frame_, items[i], ready_.fields);
  }
  frame_ += "]}";
  finish_frame(frame_);
  process_->send(frame_);
}

Deadline Worker::deadline_for(size_t num_items) const {
  if (ready_.one_by_one) return deadline_in(spec_.timeout_s);
  // A worker that keeps time itself is only killed when it has clearly stopped doing so.
  if (ready_.concurrent) return deadline_in(2 * spec_.timeout_s);
  return deadline_in(spec_.timeout_s * static_cast<double>(num_items));
}

Event Worker::receive(std::string& message, Deadline deadline) const {
  for (;;) {
    const Deadline look = std::min(deadline, deadline_in(kStopLook_s));
    const Event event = process_->receive(message, look);
    if (event != Event::timeout || look == deadline || stop_) return event;
  }
}

Verdict Worker::failure(Event event) {
  switch (event) {
    case Event::timeout:
      if (stop_) return Verdict::failed("the run ends");
      return {VerdictKind::timeout, 0.0,
              "no answer within " + short_number(spec_.timeout_s) + " s"};
    case Event::broken:
      return Verdict::failed("the worker sent what is no message");
    default:
      return Verdict::failed("the worker is gone: " + process_->end());
  }
}

}  // namespace kedge
