// Terms that compare an answer with the others of its prompt: kimi, alp, efficient, shorter_better,
// group_relative.
#include <algorithm>

#include "core/math.h"
#include "rewards/length/length_reward.h"

namespace kedge {
namespace {

using Rows = std::span<const LengthRow>;

// Lengths of the correct rows, or of all.
std::vector<double> lengths_of(Rows rows, bool correct_only) {
  std::vector<double> lengths;
  for (const LengthRow& row : rows) {
    if (row.correct || !correct_only) {
      lengths.push_back(row.length);
    }
  }
  return lengths;
}

double mean_of(const std::vector<double>& values) {
  double sum = 0.0;
  for (const double value : values) {
    sum += value;
  }
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size());
}

double population_std_of(const std::vector<double>& values) {
  const double mean = mean_of(values);
  double squares = 0.0;
  for (const double value : values) {
    squares += (value - mean) * (value - mean);
  }
  return values.empty() ? 0.0 : std::sqrt(squares / static_cast<double>(values.size()));
}

// ---- kimi ----

struct KimiConfig {
  LengthConfig length;
};

template <class V>
void visit(V& v, KimiConfig& c) {
  visit_length(v, c.length);
}

// lambda = 0.5 - (L - min) / (max - min) over all rows; correct: lambda, wrong: min(0, lambda);
// 0 where all are equally long (Kimi k1.5, arXiv 2501.12599, section 2.3.3).
class Kimi : public GroupLengthReward {
 public:
  explicit Kimi(const KimiConfig& config) : GroupLengthReward(config.length) {}

 protected:
  std::vector<double> terms(Rows rows) const override {
    const std::vector<double> lengths = lengths_of(rows, false);
    const auto [low, high] = std::minmax_element(lengths.begin(), lengths.end());
    std::vector<double> out;
    for (const LengthRow& row : rows) {
      const double lambda = *low == *high ? 0.0 : 0.5 - (row.length - *low) / (*high - *low);
      out.push_back(row.correct ? lambda : std::min(0.0, lambda));
    }
    return out;
  }
};

// ---- alp ----

struct AlpConfig {
  LengthConfig length;
  std::optional<double> beta;
  std::optional<double> scale;

  void check(const std::string& path) const {
    if (!beta || !scale) {
      throw ConfigError(join_path(path, beta ? "scale" : "beta"), "missing",
                        "the paper names no value: beta in reward units, scale in tokens");
    }
  }
};

template <class V>
void visit(V& v, AlpConfig& c) {
  visit_length(v, c.length);
  v.field("beta", c.beta, "penalty of `scale` tokens where every answer is correct, required",
          at_least(0));
  v.field("scale", c.scale, "tokens, required", positive());
}

// c - beta L / scale max(p, 1 / G), p the share of correct rows (arXiv 2506.05256).
class Alp : public GroupLengthReward {
 public:
  explicit Alp(const AlpConfig& config)
      : GroupLengthReward(config.length), beta_(*config.beta), scale_(*config.scale) {}

 protected:
  std::vector<double> terms(Rows rows) const override {
    const auto count = static_cast<double>(rows.size());
    const auto correct = static_cast<double>(lengths_of(rows, true).size());
    const double share = std::max(correct / count, 1.0 / count);
    std::vector<double> out;
    for (const LengthRow& row : rows) {
      out.push_back(-beta_ * row.length / scale_ * share);
    }
    return out;
  }

 private:
  const double beta_;
  const double scale_;
};

// ---- efficient ----

struct EfficientConfig {
  LengthConfig length;
  double alpha = 0.1;
};

template <class V>
void visit(V& v, EfficientConfig& c) {
  visit_length(v, c.length);
  v.field("alpha", c.alpha, "largest share of the reward that length can take", between(0, 1));
}

// c (1 - alpha sigmoid((L - mean) / (std + 1e-7))), mean and population deviation over the correct
// rows (arXiv 2502.04463).
class Efficient : public GroupLengthReward {
 public:
  explicit Efficient(const EfficientConfig& config)
      : GroupLengthReward(config.length), alpha_(config.alpha) {}

 protected:
  std::vector<double> terms(Rows rows) const override {
    constexpr double kEpsilon = 1e-7;
    const std::vector<double> correct = lengths_of(rows, true);
    const double mean = mean_of(correct);
    const double spread = population_std_of(correct) + kEpsilon;
    std::vector<double> out;
    for (const LengthRow& row : rows) {
      const double z = (row.length - mean) / spread;
      out.push_back(row.correct ? -alpha_ / (1.0 + math::exp(-z)) : 0.0);
    }
    return out;
  }

 private:
  const double alpha_;
};

// ---- shorter_better ----

struct ShorterBetterConfig {
  LengthConfig length;
  double alpha = 2.0;
  double beta = 0.001;
};

template <class V>
void visit(V& v, ShorterBetterConfig& c) {
  visit_length(v, c.length);
  v.field("alpha", c.alpha, "reward of a correct answer", positive());
  v.field("beta", c.beta, "reward per token of distance from the best length", at_least(0));
}

// alpha c - beta |L - L*|, L* the shortest correct length, else the mean (arXiv 2504.21370).
class ShorterBetter : public GroupLengthReward {
 public:
  explicit ShorterBetter(const ShorterBetterConfig& config)
      : GroupLengthReward(config.length), config_(config) {}

 protected:
  std::vector<double> terms(Rows rows) const override {
    const std::vector<double> correct = lengths_of(rows, true);
    const double best = correct.empty() ? mean_of(lengths_of(rows, false))
                                        : *std::min_element(correct.begin(), correct.end());
    std::vector<double> out;
    for (const LengthRow& row : rows) {
      const double formula =
          config_.alpha * number_of(row.correct) - config_.beta * std::abs(row.length - best);
      out.push_back(formula - number_of(row.correct));
    }
    return out;
  }

 private:
  const ShorterBetterConfig config_;
};

// ---- group_relative ----

struct GroupRelativeConfig {
  LengthConfig length;
  double coef = 0.1;
};

template <class V>
void visit(V& v, GroupRelativeConfig& c) {
  visit_length(v, c.length);
  v.field("coef", c.coef, "term of the shortest against the longest correct answer", at_least(0));
}

// coef (w - mean w), w = 1 - (L - min) / (max - min) over the correct rows (NeMo-RL).
class GroupRelative : public GroupLengthReward {
 public:
  explicit GroupRelative(const GroupRelativeConfig& config)
      : GroupLengthReward(config.length), coef_(config.coef) {}

 protected:
  std::vector<double> terms(Rows rows) const override {
    const std::vector<double> correct = lengths_of(rows, true);
    std::vector<double> out(rows.size(), 0.0);
    const auto [low, high] = std::minmax_element(correct.begin(), correct.end());
    if (correct.size() < 2 || *low == *high) {
      return out;
    }
    std::vector<double> shortness;
    for (const double length : correct) {
      shortness.push_back(1.0 - (length - *low) / (*high - *low));
    }
    const double mean = mean_of(shortness);
    size_t next = 0;
    for (size_t i = 0; i < rows.size(); ++i) {
      out[i] = rows[i].correct ? coef_ * (shortness[next++] - mean) : 0.0;
    }
    return out;
  }

 private:
  const double coef_;
};

}  // namespace

RewardEntry kimi_entry() {
  return reward_entry<Kimi, KimiConfig>(
      "kimi", "length: place between the shortest and the longest of the group (Kimi k1.5)");
}
RewardEntry alp_entry() {
  return reward_entry<Alp, AlpConfig>(
      "alp", "length: a price per token that grows with the group's solve rate (ALP)");
}
RewardEntry efficient_entry() {
  return reward_entry<Efficient, EfficientConfig>(
      "efficient", "length: correct answers pay for being long among the correct ones");
}
RewardEntry shorter_better_entry() {
  return reward_entry<ShorterBetter, ShorterBetterConfig>(
      "shorter_better", "length: distance from the shortest correct answer of the group");
}
RewardEntry group_relative_entry() {
  return reward_entry<GroupRelative, GroupRelativeConfig>(
      "group_relative", "length: centred shortness among the group's correct answers (NeMo-RL)");
}

}  // namespace kedge
