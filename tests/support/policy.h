// Random batches of rows, and one evaluation of them: what the tests of advantages and losses
// share.
#pragma once
#include <algorithm>
#include <cmath>
#include <random>
#include <vector>

#include "trainer/algorithm/prepare.h"
#include "trainer/algorithm/presets.h"
#include "trainer/loss/policy_loss.h"

namespace kedge::testing {

// What a batch came to. R rows, n tokens of a row.
struct Evaluation {
  PreparedBatch batch;
  UpdatePlan plan;
  std::vector<PathLoss> share;                  // [R]
  std::vector<std::vector<double>> gradient;    // [R][n]
  std::vector<std::vector<double>> token_loss;  // [R][n]
  LossMetrics metrics;

  double loss() const { return metrics.loss; }
  double gradient_norm() const {
    double sum = 0.0;
    for (const auto& row : gradient) {
      for (const double g : row) sum += g * g;
    }
    return std::sqrt(sum);
  }
};

inline PreparedBatch advantages_of(const AlgorithmConfig& config, const PolicyRows& rows) {
  return prepare_batch(config, rows, {.with_loss = false, .details = true});
}

// Phase B in double: the losses of all rows under a given plan. The rows bring their new log-probs.
inline void evaluate_paths(const AlgorithmConfig& config, const PolicyRows& rows,
                           const PreparedBatch& batch, const UpdatePlan& plan, Evaluation& out) {
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const auto n = static_cast<size_t>(rows.length(i));
    std::vector<uint8_t> trained(batch.mask.begin() + rows.begin[i],
                                 batch.mask.begin() + rows.begin[i + 1]);
    if (!batch.kept[i]) std::fill(trained.begin(), trained.end(), 0);
    const std::vector<double> coefficient(n, plan.coefficient[i]);
    const std::vector<double> entropy_coefficient(n, plan.entropy_coefficient[i]);
    PathTerms terms;
    terms.trained = trained;
    terms.new_logprob = rows.row(rows.new_logprob, i);
    terms.entropy = rows.row(rows.entropy, i);
    terms.old_logprob = rows.row(rows.old_logprob, i);
    terms.sampler_logprob = rows.row(rows.sampler_logprob, i);
    terms.ref_logprob = rows.row(rows.ref_logprob, i);
    terms.advantage = RealSpan(batch.advantage).part(rows.begin[i], n);
    terms.correction = RealSpan(batch.weight).part(rows.begin[i], n);
    terms.coefficient = coefficient;
    terms.entropy_coefficient = entropy_coefficient;
    terms.injected = rows.injected[i];
    out.gradient.emplace_back(n);
    out.token_loss.emplace_back(n);
    std::vector<double> entropy_gradient(n);
    out.share.push_back(path_loss(config, terms,
                                  {out.gradient.back(), entropy_gradient, out.token_loss.back()},
                                  out.metrics));
  }
}

// Phases A and B in double.
inline Evaluation evaluate(const AlgorithmConfig& config, const PolicyRows& rows) {
  Evaluation out;
  out.batch = prepare_batch(config, rows);
  out.plan = plan_update(config, rows, out.batch, {0, rows.num_groups}, rows.new_logprob.span());
  evaluate_paths(config, rows, out.batch, out.plan, out);
  return out;
}

// Rows with every column there is. Rewards of a group are never all equal.
struct RowsShape {
  int32_t groups = 4;
  int32_t min_rows = 2;
  int32_t max_rows = 5;
  int32_t min_tokens = 0;
  int32_t max_tokens = 6;
  double masked = 0.25;  // share of untrained tokens
  double drift = 0.2;    // nats: how far the log-probs are apart
};

class RandomRows {
 public:
  explicit RandomRows(uint64_t seed) : random_(seed) {}

  double uniform(double low, double high) {
    return std::uniform_real_distribution<double>(low, high)(random_);
  }
  int32_t integer(int32_t low, int32_t high) {
    return std::uniform_int_distribution<int32_t>(low, high)(random_);
  }
  std::mt19937_64& engine() { return random_; }

  PolicyRows make(const RowsShape& shape = {}) {
    PolicyRows rows;
    rows.num_groups = shape.groups;
    for (int32_t g = 0; g < shape.groups; ++g) {
      const int32_t n = integer(shape.min_rows, shape.max_rows);
      RewardAnchor anchor{std::vector<std::optional<double>>{}, uniform(0, 1)};
      for (int32_t k = 0; k < n; ++k) {
        add_row(rows, g, k, shape);
        anchor.rewards->push_back(integer(0, 1) + uniform(0, 0.1));
      }
      rows.anchor.push_back(anchor);
    }
    return rows;
  }

 private:
  void add_row(PolicyRows& rows, int32_t g, int32_t k, const RowsShape& shape) {
    rows.group.push_back(g);
    rows.scored.push_back(1);
    rows.reward.push_back((k == 0 ? 1 : k == 1 ? 0 : integer(0, 1)) + uniform(0, 0.1));
    rows.metric.push_back(rows.reward.back());
    rows.truncated.push_back(0);
    rows.injected.push_back(0);
    rows.trains.push_back(1);
    rows.given.push_back(0.0);
    const int32_t n = integer(shape.min_tokens, shape.max_tokens);
    for (int32_t t = 0; t < n; ++t) {
      const double old_logprob = uniform(-3, -0.1);
      rows.mask.push_back(uniform(0, 1) >= shape.masked);
      rows.old_logprob.wide.push_back(old_logprob);
      for (Numbers* other : {&rows.new_logprob, &rows.ref_logprob, &rows.sampler_logprob}) {
        other->wide.push_back(old_logprob + uniform(-shape.drift, shape.drift));
      }
      rows.entropy.wide.push_back(uniform(0.1, 2));
      rows.values.wide.push_back(uniform(0, 1));
      rows.given_token.wide.push_back(uniform(-1, 1));
    }
    rows.begin.push_back(static_cast<int64_t>(rows.mask.size()));
  }

  std::mt19937_64 random_;
};

// Rows `keep` of a batch, in that order. Group indices stay.
inline PolicyRows take_rows(const PolicyRows& rows, const std::vector<int64_t>& keep) {
  PolicyRows out;
  out.num_groups = rows.num_groups;
  out.anchor = rows.anchor;
  const auto copy_tokens = [&](const Numbers& from, Numbers& to, int64_t i) {
    if (from.empty()) return;
    to.wide.insert(to.wide.end(), from.wide.begin() + rows.begin[i],
                   from.wide.begin() + rows.begin[i + 1]);
  };
  for (const int64_t i : keep) {
    out.group.push_back(rows.group[i]);
    out.scored.push_back(rows.scored[i]);
    out.reward.push_back(rows.reward[i]);
    out.metric.push_back(rows.metric[i]);
    out.truncated.push_back(rows.truncated[i]);
    out.injected.push_back(rows.injected[i]);
    out.trains.push_back(rows.trains[i]);
    out.given.push_back(rows.given[i]);
    out.mask.insert(out.mask.end(), rows.mask.begin() + rows.begin[i],
                    rows.mask.begin() + rows.begin[i + 1]);
    copy_tokens(rows.old_logprob, out.old_logprob, i);
    copy_tokens(rows.new_logprob, out.new_logprob, i);
    copy_tokens(rows.ref_logprob, out.ref_logprob, i);
    copy_tokens(rows.sampler_logprob, out.sampler_logprob, i);
    copy_tokens(rows.entropy, out.entropy, i);
    copy_tokens(rows.values, out.values, i);
    copy_tokens(rows.credit, out.credit, i);
    copy_tokens(rows.given_token, out.given_token, i);
    out.begin.push_back(static_cast<int64_t>(out.mask.size()));
  }
  return out;
}

// Rows of one token each, for tests of advantages: rewards per group.
inline PolicyRows reward_rows(const std::vector<std::vector<double>>& groups, int64_t tokens = 1) {
  PolicyRows rows;
  rows.num_groups = static_cast<int32_t>(groups.size());
  for (int32_t g = 0; g < rows.num_groups; ++g) {
    for (const double reward : groups[g]) {
      rows.group.push_back(g);
      rows.scored.push_back(1);
      rows.reward.push_back(reward);
      rows.metric.push_back(reward);
      rows.truncated.push_back(0);
      rows.injected.push_back(0);
      rows.trains.push_back(1);
      rows.mask.insert(rows.mask.end(), tokens, 1);
      rows.begin.push_back(static_cast<int64_t>(rows.mask.size()));
    }
  }
  return rows;
}

// Advantages of the siblings of one prompt.
struct EstimateCase {
  std::vector<double> reward;
  std::vector<double> length = {};
  RewardAnchor anchor = {};
  BatchFacts facts = {};
};

inline std::vector<double> estimate(const AdvantageConfig& config, const EstimateCase& c,
                                    json* details = nullptr) {
  std::vector<double> length = c.length;
  length.resize(c.reward.size(), 1.0);
  std::vector<int32_t> position(c.reward.size());
  for (size_t i = 0; i < position.size(); ++i) position[i] = static_cast<int32_t>(i);
  const Siblings siblings{0, c.reward, length, position, c.reward, &c.anchor};
  std::vector<double> out(c.reward.size(), -99.0);
  estimator_of(config).estimate({config, siblings, c.facts}, out, details);
  return out;
}

inline AdvantageConfig estimator_config(const std::string& name) {
  AdvantageConfig config;
  config.estimator = name;
  return config;
}

// A block as a user writes it, presets included.
inline AlgorithmConfig algorithm(const std::string& yaml) {
  return bind_algorithm(parse_yaml(yaml, "test"));
}

}  // namespace kedge::testing
