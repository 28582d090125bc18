// The reward `bingo`: counts from a signal column, the formula of bingo.h, and its schedule.
#include "rewards/length/bingo.h"
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

constexpr size_t kWindow = 512;  // tokens over which significance is scaled
constexpr const char* kSignificant = "bingo_significant";
constexpr const char* kInsignificant = "bingo_insignificant";

enum class Significance { surprisal, given };

std::span<const std::string_view> enum_names(Significance) {
  static constexpr std::array<std::string_view, 2> names = {"surprisal", "given"};
  return names;
}

struct BingoConfig {
  LengthConfig length;
  BingoFormula formula;
  double tau = 0.5;
  Significance significance = Significance::surprisal;
  std::string column = "significance";
  bool strict_published = false;
};

template <class V>
void visit(V& v, BingoConfig& c) {
  visit_length(v, c.length);
  visit_bingo(v, c.formula);
  v.field("tau", c.tau, "scaled significance from which on a token is significant", between(0, 1));
  v.field("significance", c.significance,
          "surprisal: -log p of each token under the reference policy; given: numbers of a prompt "
          "column");
  v.field("column", c.column,
          "given: prompt column with one number per token; NAME_reference holds those of the "
          "reference answer",
          not_empty());
  v.field("strict_published", c.strict_published,
          "a reference count of 0 counts as a ratio of 0; false: there is no term then");
}

std::vector<std::vector<double>> windows_of(std::span<const double> values) {
  std::vector<std::vector<double>> windows;
  for (size_t at = 0; at < values.size(); at += kWindow) {
    const auto window = values.subspan(at, std::min(kWindow, values.size() - at));
    windows.emplace_back(window.begin(), window.end());
  }
  return windows;
}

// The signal of the trajectory's sampled tokens, contexts in order. nullopt: a row has none.
std::optional<std::vector<double>> signal_of(const RewardItem& item, const std::string& name) {
  const SignalColumn* column = item.signals == nullptr ? nullptr : item.signals->find(name);
  if (column == nullptr) {
    return std::nullopt;
  }
  std::vector<double> values;
  const Group& group = *item.group;
  for (const int32_t row : group.trajectories[static_cast<size_t>(item.trajectory)].rows) {
    const auto found = column->values.find({group.key, row});
    if (found == column->values.end()) {
      return std::nullopt;
    }
    const std::vector<TokenKind>& kinds = group.rows[static_cast<size_t>(row)].kinds;
    KEDGE_CHECK(found->second.size() == kinds.size(), "[bingo] ", found->second.size(),
                " values of ", name, " for ", kinds.size(), " tokens");
    for (size_t i = 0; i < kinds.size(); ++i) {
      if (kinds[i] == TokenKind::sampled) {
        values.push_back(found->second[i]);
      }
    }
  }
  return values;
}

class Bingo : public LengthReward {
 public:
  explicit Bingo(const BingoConfig& config)
      : LengthReward(config.length), config_(config), schedule_(config.formula) {}

  RewardScope scope() const override { return RewardScope::step; }
  bool reads_anchor() const override { return config_.significance == Significance::surprisal; }
  Stateful* state() override { return &schedule_; }

  std::vector<std::string> columns() const override {
    return reads_anchor() ? std::vector<std::string>{"surprisal"} : std::vector<std::string>{};
  }
  std::vector<std::string> prompt_columns() const override {
    return reads_anchor() ? std::vector<std::string>{}
                          : std::vector{config_.column, config_.column + "_reference"};
  }

  std::map<std::string, double> anchor_counts(const RewardItem& item) const override {
    const auto values = signal_of(item, "surprisal");
    if (!reads_anchor() || !values) {
      return {};
    }
    const SignificanceCounts counts = counts_of(*values);
    return {{kSignificant, counts.significant}, {kInsignificant, counts.insignificant}};
  }

  void score(std::span<const RewardItem> items, std::span<Verdict> verdicts) override {
    double sum = 0.0;
    int64_t num_metrics = 0;
    for (size_t i = 0; i < items.size(); ++i) {
      if (items[i].metric) {
        sum += *items[i].metric;
        ++num_metrics;
      }
      if (const auto row = row_of(items[i], verdicts[i])) {
        verdicts[i] = term(items[i], row->correct);
      }
    }
    if (num_metrics > 0) {
      schedule_.step(items.front().step + 1, sum / static_cast<double>(num_metrics));
    }
  }

 private:
  SignificanceCounts counts_of(std::span<const double> values) const {
    return significance_counts(windows_of(values), config_.tau);
  }

  Verdict term(const RewardItem& item, bool correct) const {
    try {
      std::string problem;
      const auto counts = own_counts(item, problem);
      const auto reference = counts ? reference_counts(item, problem) : std::nullopt;
      if (!reference) {
        return Verdict::abstained(problem);
      }
      const bool comparable = reference->significant > 0.0 && reference->insignificant > 0.0;
      if (!comparable && !config_.strict_published) {
        return Verdict::abstained("the reference answer has only tokens of one kind");
      }
      return Verdict::scored(
          bingo_term(config_.formula, correct, *counts, *reference, schedule_.k()));
    } catch (const ConfigError& error) {
      return Verdict::failed(error.what());
    }
  }

  SignificanceCounts given_counts(const Prompt& prompt, const std::string& column) const {
    return counts_of(
        required<std::vector<double>>(prompt.columns, column.c_str(), "prompt " + prompt.id));
  }

  std::optional<SignificanceCounts> own_counts(const RewardItem& item, std::string& problem) const {
    if (!reads_anchor()) {
      return given_counts(item.prompt(), config_.column);
    }
    const auto values = signal_of(item, "surprisal");
    if (!values) {
      problem = "no surprisal of its tokens";
      return std::nullopt;
    }
    return counts_of(*values);
  }

  std::optional<SignificanceCounts> reference_counts(const RewardItem& item,
                                                     std::string& problem) const {
    if (!reads_anchor()) {
      return given_counts(item.prompt(), config_.column + "_reference");
    }
    const auto mean = [&](const char* name) -> std::optional<double> {
      const auto found = item.anchor->counts.find(name);
      if (found == item.anchor->counts.end() || found->second.empty()) {
        return std::nullopt;
      }
      double sum = 0.0;
      for (const double count : found->second) {
        sum += count;
      }
      return sum / static_cast<double>(found->second.size());
    };
    const auto significant = item.anchor == nullptr ? std::nullopt : mean(kSignificant);
    const auto insignificant = item.anchor == nullptr ? std::nullopt : mean(kInsignificant);
    if (!significant || !insignificant) {
      problem = "prompt " + item.prompt().id + " has no reference answer";
      return std::nullopt;
    }
    return SignificanceCounts{*significant, *insignificant};
  }

  const BingoConfig config_;
  BingoSchedule schedule_;
};

}  // namespace

RewardEntry bingo_entry() {
  return reward_entry<Bingo, BingoConfig>(
      "bingo", "length: pays for few insignificant tokens, significant ones in phases (Bingo)");
}

}  // namespace kedge
