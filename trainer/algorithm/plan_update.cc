#include <algorithm>

#include "trainer/algorithm/prepare.h"
#include "trainer/loss/aggregate.h"
#include "trainer/loss/correction.h"

namespace kedge {
namespace {

// Denominators and coefficients of the rows of one update.
class Planner {
 public:
  Planner(const AlgorithmConfig& config, const PolicyRows& rows, const PreparedBatch& batch,
          GroupRange groups, RealSpan new_logprob)
      : config_(config), rows_(rows), batch_(batch), groups_(groups), new_(new_logprob) {
    KEDGE_CHECK(!needs_scoring_pass(config) || !new_.empty(),
                "the denominators need new log-probs and got none");
    KEDGE_CHECK(new_.empty() || new_.size() == rows.mask.size(), "new log-probs of ", new_.size(),
                " tokens, rows have ", rows.mask.size());
  }

  UpdatePlan run() {
    count_rows();
    const bool shrink = config_.correction.denominator == CorrectionDenominator::shrink;
    UpdatePlan plan;
    plan.groups = groups_;
    plan.coefficient = coefficients(config_.aggregate, shrink ? used_ : trained_);
    AggregateConfig entropy = config_.aggregate;
    const bool own = config_.entropy.aggregate == EntropyAggregate::token_mean;
    if (own) entropy.mode = AggregateMode::token_mean;
    plan.entropy_coefficient = coefficients(entropy, own ? used_ : (shrink ? used_ : trained_));
    for (const int64_t n : used_) plan.trained_tokens += n;
    plan.metrics = metrics();
    return plan;
  }

 private:
  bool inside(int64_t i) const {
    return rows_.group[i] >= groups_.begin && rows_.group[i] < groups_.end;
  }

  void count_rows() {
    trained_.assign(rows_.num_rows(), 0);
    used_.assign(rows_.num_rows(), 0);
    counted_.assign(rows_.num_rows(), 0);
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      if (!inside(i)) continue;
      counted_[i] = batch_.sibling[i] && rows_.trains[i];
      trained_[i] = std::count(mask_of(i).begin(), mask_of(i).end(), 1);
      used_[i] = batch_.kept[i] ? trained_[i] - rejected(i) : 0;
    }
  }

  std::span<const uint8_t> mask_of(int64_t i) const {
    return std::span<const uint8_t>(batch_.mask).subspan(rows_.begin[i], rows_.length(i));
  }

  // Tokens that off_policy_mask will reject; 0 where new log-probs are not known yet.
  int64_t rejected(int64_t i) const {
    if (!config_.off_policy_mask || new_.empty() || rows_.injected[i] || trained_[i] == 0) return 0;
    const Numbers& source =
        rows_.sampler_logprob.empty() ? rows_.old_logprob : rows_.sampler_logprob;
    if (source.empty()) return 0;
    const auto mask = mask_of(i);
    const RealSpan now = new_.part(rows_.begin[i], rows_.length(i));
    if (policy_drift(mask, rows_.row(source, i), now) <= *config_.off_policy_mask) return 0;
    int64_t count = 0;
    for (size_t t = 0; t < mask.size(); ++t) {
      count += mask[t] && batch_.advantage[rows_.begin[i] + t] < 0;
    }
    return count;
  }

  std::vector<double> coefficients(const AggregateConfig& config,
                                   const std::vector<int64_t>& tokens) const {
    return aggregation_coefficients(config, {rows_.group, tokens, counted_, rows_.num_groups});
  }

  PlanMetrics metrics() const {
    PlanMetrics m;
    m.corrected = !batch_.weight.empty();
    double advantage = 0.0;
    double flat = 0.0;
    std::vector<uint8_t> seen(rows_.num_groups, 0);
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      if (!inside(i)) continue;
      m.rows += counted_[i];
      if (counted_[i]) advantage += batch_.row_advantage[i];
      if (!seen[rows_.group[i]]) flat += batch_.flat[rows_.group[i]];
      seen[rows_.group[i]] = 1;
      if (m.corrected && !rows_.injected[i]) add_weights(i, m);
    }
    for (const uint8_t s : seen) m.groups += s;
    m.zero_variance_groups = m.groups == 0 ? 0.0 : flat / m.groups;
    m.mean_advantage = m.rows == 0 ? 0.0 : advantage / m.rows;
    return m;
  }

  void add_weights(int64_t i, PlanMetrics& m) const {
    for (int64_t t = rows_.begin[i]; t < rows_.begin[i + 1]; ++t) {
      if (!batch_.mask[t]) continue;
      m.weighted_tokens += 1.0;
      m.weight_sum += batch_.weight[t];
      m.weight_max = std::max(m.weight_max, batch_.weight[t]);
      m.weight_zero += batch_.weight[t] == 0 || !batch_.kept[i];
    }
  }

  const AlgorithmConfig& config_;
  const PolicyRows& rows_;
  const PreparedBatch& batch_;
  const GroupRange groups_;
  const RealSpan new_;
  std::vector<int64_t> trained_;  // [R] before rejection
  std::vector<int64_t> used_;     // [R] after
  std::vector<uint8_t> counted_;  // [R]
};

}  // namespace

UpdatePlan plan_update(const AlgorithmConfig& config, const PolicyRows& rows,
                       const PreparedBatch& batch, GroupRange groups, RealSpan new_logprob) {
  return Planner(config, rows, batch, groups, new_logprob).run();
}

PreparedUpdate prepare_update(const AlgorithmConfig& config, std::span<const ScoredGroup> groups,
                              const SignalTable* signals, RealSpan new_logprob) {
  PreparedUpdate update;
  const std::vector<std::string> columns = make_credit_shaper(config.credit)->columns();
  update.rows = policy_rows(groups, signals, columns);
  update.batch = prepare_batch(config, update.rows);
  update.plan =
      plan_update(config, update.rows, update.batch, {0, update.rows.num_groups}, new_logprob);
  return update;
}

}  // namespace kedge
