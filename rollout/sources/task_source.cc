#include "rollout/sources/task_source.h"

#include "core/error.h"
#include "core/json.h"
#include "rollout/sources/prompt_maker.h"
#include "rollout/tasks/task.h"

namespace kedge {

namespace {

constexpr int kMostMisses = 1000;  // candidates in a row without a usable one

// The usable items of one side of a task in order of their ordinals. An ordinal numbers candidates
// of both sides, so an item's randomness does not depend on the side.
class TaskWalk {
 public:
  TaskWalk(const SourceConfig& config, const SourceOptions& options, const std::string& path)
      : name_(config.task),
        task_(find_entry("task", task_table(), config.task, path + ".task")
                  .create(config.settings, path)),
        seed_(config.seed.value_or(options.seed)),
        held_out_(options.side == Side::held_out),
        maker_(config, options, path) {}

  std::shared_ptr<const Prompt> next_prompt(uint64_t& ordinal) {
    return search(
        ordinal, [&](const TaskPrompt& made, uint64_t now) { return maker_.make(raw(made, now)); });
  }

  Demonstration next_demonstration(uint64_t& ordinal, Token eos) {
    Demonstration out;
    search(ordinal, [&](const TaskPrompt& made, uint64_t now) {
      out.completion = task_->demonstrate(made, seed_, now);
      out.completion_tokens = maker_.completion(out.completion, eos);
      const auto room = maker_.max_tokens() - static_cast<int32_t>(out.completion_tokens.size());
      return out.prompt = maker_.make(raw(made, now), room);
    });
    return out;
  }

  json save(uint64_t next) const {
    return {{"task", name_}, {"next", next}, {"too_long", save_counts(maker_.counts())}};
  }

  uint64_t load(const json& state) {
    const std::string place = "state of task " + name_;
    const auto task = required<std::string>(state, "task", place);
    if (task != name_) throw ConfigError(place, "the checkpoint holds task '" + task + "'", name_);
    maker_.set_counts(load_counts(state, place));
    return required<uint64_t>(state, "next", place);
  }

  SourceCounts counts() const { return maker_.counts(); }

 private:
  // Moves `ordinal` behind the next candidate that `make` accepts and returns what it made.
  template <class Make>
  std::shared_ptr<const Prompt> search(uint64_t& ordinal, const Make& make) {
    for (int misses = 0; misses < kMostMisses; ++ordinal) {
      const TaskPrompt made = task_->make(seed_, ordinal);
      if (is_held_out(made.text) != held_out_) continue;
      if (auto prompt = make(made, ordinal)) {
        ++ordinal;
        return prompt;
      }
      ++misses;
    }
    throw ConfigError("task " + name_,
                      std::to_string(kMostMisses) + " prompts in a row are too long",
                      "at most " + std::to_string(maker_.max_tokens()) + " tokens");
  }

  RawPrompt raw(const TaskPrompt& made, uint64_t ordinal) const {
    RawPrompt raw;
    raw.ordinal = ordinal;
    raw.id = raw.place = name_ + ":" + std::to_string(ordinal);
    raw.text = made.text;
    raw.answer = made.answer;
    raw.columns = made.columns;
    raw.placeholders = made.columns;
    raw.placeholders["prompt"] = made.text;
    raw.placeholders["answer"] = made.answer;
    return raw;
  }

  std::string name_;
  std::shared_ptr<const Task> task_;  // copies of a walk share it
  uint64_t seed_;
  bool held_out_;
  PromptMaker maker_;
};

class TaskPrompts : public PromptSource {
 public:
  explicit TaskPrompts(TaskWalk walk) : walk_(std::move(walk)) {}

  std::vector<PromptVisit> draw(int count) override { return take(walk_, next_, count); }

  std::vector<PromptVisit> fixed(int count) const override {
    TaskWalk walk = walk_;  // its counts are its own
    uint64_t ordinal = 0;
    return take(walk, ordinal, count);
  }

  std::optional<uint64_t> size() const override { return std::nullopt; }
  SourceCounts counts() const override { return walk_.counts(); }
  json save() const override { return walk_.save(next_); }
  void load(const json& state) override { next_ = walk_.load(state); }

 private:
  static std::vector<PromptVisit> take(TaskWalk& walk, uint64_t& ordinal, int count) {
    std::vector<PromptVisit> visits;
    for (int i = 0; i < count; ++i) visits.push_back({walk.next_prompt(ordinal), 0});
    return visits;
  }

  TaskWalk walk_;
  uint64_t next_ = 0;
};

class TaskDemonstrations : public DemonstrationSource {
 public:
  TaskDemonstrations(TaskWalk walk, Token eos) : walk_(std::move(walk)), eos_(eos) {}

  std::vector<Demonstration> draw(int count) override {
    std::vector<Demonstration> out;
    for (int i = 0; i < count; ++i) out.push_back(walk_.next_demonstration(next_, eos_));
    return out;
  }

  std::optional<uint64_t> size() const override { return std::nullopt; }
  SourceCounts counts() const override { return walk_.counts(); }
  json save() const override { return walk_.save(next_); }
  void load(const json& state) override { next_ = walk_.load(state); }

 private:
  TaskWalk walk_;
  Token eos_;
  uint64_t next_ = 0;
};

}  // namespace

std::unique_ptr<PromptSource> task_prompt_source(const SourceConfig& config,
                                                 const SourceOptions& options,
                                                 const std::string& path) {
  return std::make_unique<TaskPrompts>(TaskWalk(config, options, path));
}

std::unique_ptr<DemonstrationSource> task_demonstration_source(const SourceConfig& config,
                                                               const SourceOptions& options,
                                                               Token eos, const std::string& path) {
  return std::make_unique<TaskDemonstrations>(TaskWalk(config, options, path), eos);
}

}  // namespace kedge
