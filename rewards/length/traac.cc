#include "rewards/length/traac.h"

#include <algorithm>
#include <deque>
#include <map>

#include "core/json.h"
#include "core/math.h"
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

enum class Difficulty { easy, medium, hard };

Difficulty difficulty_of(double pass_rate) {
  return pass_rate >= 0.8   ? Difficulty::easy
         : pass_rate >= 0.3 ? Difficulty::medium
                            : Difficulty::hard;
}

const char* name_of(Difficulty difficulty) {
  return difficulty == Difficulty::easy     ? "easy"
         : difficulty == Difficulty::medium ? "medium"
                                            : "hard";
}

struct TraacConfig {
  LengthConfig length;
  std::string data_source;
  int64_t history_steps = 10;
};

template <class V>
void visit(V& v, TraacConfig& c) {
  visit_length(v, c.length);
  v.field("data_source", c.data_source,
          "prompt column whose values have histories of their own; empty: one for all");
  v.field("history_steps", c.history_steps, "steps of correct lengths that are kept", at_least(1));
}

// Correct lengths of the last steps, by class.
class LengthHistory : public Stateful {
 public:
  using Step = std::map<std::string, std::vector<double>>;

  explicit LengthHistory(int64_t num_steps) : num_steps_(static_cast<size_t>(num_steps)) {}

  void add(Step step) {
    steps_.push_back(std::move(step));
    if (steps_.size() > num_steps_) {
      steps_.pop_front();
    }
  }
  std::vector<double> of(const std::string& name) const {
    std::vector<double> lengths;
    for (const Step& step : steps_) {
      if (const auto found = step.find(name); found != step.end()) {
        lengths.insert(lengths.end(), found->second.begin(), found->second.end());
      }
    }
    return lengths;
  }

  json save() const override { return {{"steps", steps_}}; }
  void load(const json& state) override {
    steps_.clear();
    for (const json& step : required<std::vector<json>>(state, "steps", "traac")) {
      steps_.push_back(step.get<Step>());
    }
  }

 private:
  const size_t num_steps_;
  std::deque<Step> steps_;
};

// The items of one group that take part, with what their history is called.
struct JudgedClass {
  size_t first = 0;  // the group's first item
  std::vector<LengthRow> rows;
  std::vector<size_t> items;  // counted from `first`
  double pass_rate = 0.0;
  std::string history;
};

class Traac : public LengthReward {
 public:
  explicit Traac(const TraacConfig& config)
      : LengthReward(config.length),
        data_source_(config.data_source),
        history_(config.history_steps) {}

  RewardScope scope() const override { return RewardScope::step; }
  std::vector<std::string> prompt_columns() const override {
    return data_source_.empty() ? std::vector<std::string>{} : std::vector{data_source_};
  }
  Stateful* state() override { return &history_; }

  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override {
    const std::vector<JudgedClass> groups = classes_of(items, verdicts);
    LengthHistory::Step step;
    for (const JudgedClass& group : groups) {
      for (const LengthRow& row : group.rows) {
        if (row.correct) {
          step[group.history].push_back(row.length);
        }
      }
    }
    history_.add(std::move(step));
    for (const JudgedClass& group : groups) {
      const std::vector<double> history = history_.of(group.history);
      for (size_t i = 0; i < group.rows.size(); ++i) {
        const LengthRow& row = group.rows[i];
        verdicts[group.first + group.items[i]] =
            Verdict::scored(row.correct ? traac_term(row.length, history, group.pass_rate) : 0.0);
      }
    }
  }

 private:
  std::vector<JudgedClass> classes_of(std::span<const RewardItem> items,
                                      std::span<Verdict> verdicts) const {
    std::vector<JudgedClass> groups;
    for (size_t first = 0, end = 0; first < items.size(); first = end) {
      while (end < items.size() && items[end].group == items[first].group) {
        ++end;
      }
      Participants in =
          participants(items.subspan(first, end - first), verdicts.subspan(first, end - first));
      JudgedClass group{first, std::move(in.rows), std::move(in.items), 0.0, ""};
      const auto correct = std::count_if(group.rows.begin(), group.rows.end(),
                                         [](const LengthRow& row) { return row.correct; });
      group.pass_rate = group.rows.empty()
                            ? 0.0
                            : static_cast<double>(correct) / static_cast<double>(group.rows.size());
      group.history =
          source_of(items[first].prompt()) + "/" + name_of(difficulty_of(group.pass_rate));
      groups.push_back(std::move(group));
    }
    return groups;
  }

  std::string source_of(const Prompt& prompt) const {
    if (data_source_.empty()) {
      return "";
    }
    const json& value = prompt.columns.at(data_source_);
    return value.is_string() ? value.get<std::string>() : value.dump();
  }

  const std::string data_source_;
  LengthHistory history_;
};

}  // namespace

double traac_term(double length, std::span<const double> history, double pass_rate) {
  if (history.empty()) {
    return 0.0;
  }
  constexpr double kFurthest = 700.0;  // exp beyond it is no number
  const Difficulty difficulty = difficulty_of(pass_rate);
  const double beta = difficulty == Difficulty::easy     ? 1.0
                      : difficulty == Difficulty::medium ? 0.75
                                                         : 0.5;
  std::vector<double> sorted(history.begin(), history.end());
  std::sort(sorted.begin(), sorted.end());
  const size_t middle = sorted.size() / 2;
  const double median =
      sorted.size() % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2.0;
  const double span = std::max(sorted.back() - sorted.front(), 1e-6);
  const double linear = std::clamp((sorted.back() - length) / span, 0.0, 1.0);
  const double x = (length - median) / (0.1 * median);
  const double soft = x > kFurthest ? 0.0 : 1.0 / (1.0 + math::exp(x));
  return beta * std::max(linear, soft);
}

RewardEntry traac_entry() {
  return reward_entry<Traac, TraacConfig>(
      "traac", "length: place among recent correct answers of the same difficulty (TRAAC)");
}

}  // namespace kedge
