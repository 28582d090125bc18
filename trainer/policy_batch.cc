#include "trainer/algorithm/policy_metrics.h"
#include "trainer/algorithm/prepare.h"
#include "trainer/policy_source.h"

namespace kedge {
namespace {

class PolicyBatch : public TrainBatch {
 public:
  PolicyBatch(const RunConfig& config, std::vector<ScoredGroup> groups, const SignalTable& signals)
      : config_(config),
        groups_(std::move(groups)),
        rows_(policy_rows(groups_, &signals, signal_columns(config.algorithm))),
        batch_(prepare_batch(config.algorithm, rows_)) {}

  const std::vector<ScoredGroup>& groups() const override { return groups_; }

  int num_updates() const override {
    return config_.train.minibatches_per_batch * config_.train.passes_per_batch;
  }

  UpdateInput input(int update, Learner& learner) override {
    const GroupRange range = range_of(update);
    std::vector<float> scored;
    if (needs_scoring_pass(config_.algorithm)) scored = scoring_pass(range, learner);
    plan_ = plan_update(config_.algorithm, rows_, batch_, range, scored);
    UpdateInput input;
    input.first_of_batch = update == 0;
    // Without a trained token every denominator is 0: the learner then sees nothing at all.
    if (plan_.trained_tokens > 0) input.groups = paths_of(range, plan_);
    return input;
  }

  void add_metrics(const UpdateReport& report, MetricSet& metrics) const override {
    if (report.result == UpdateResult::not_finite) return;
    for (const auto& [name, value] :
         exported_policy_metrics(config_.algorithm, plan_.metrics, report.loss)) {
      metrics.add(name, value);
    }
  }

 private:
  GroupRange range_of(int update) const {
    const int shares = config_.train.minibatches_per_batch;
    const int64_t share = update % shares;
    const auto count = static_cast<int64_t>(groups_.size());
    return {static_cast<int32_t>(count * share / shares),
            static_cast<int32_t>(count * (share + 1) / shares)};
  }

  std::vector<GroupPaths> paths_of(GroupRange range, const UpdatePlan& plan) const {
    std::vector<GroupPaths> out;
    for (int64_t row = 0; row < rows_.num_rows(); ++row) {
      const int32_t group = rows_.origin[row].group;
      if (group < range.begin || group >= range.end) continue;
      const Group* owner = &groups_[group].group;
      if (out.empty() || out.back().group != owner) out.push_back({owner, {}});
      out.back().paths.push_back(make_path(rows_, batch_, plan, row));
    }
    return out;
  }

  // New log-probs of all rows of the range [N], 0 elsewhere.
  std::vector<float> scoring_pass(GroupRange range, Learner& learner) const {
    UpdatePlan plan;
    plan.groups = range;
    plan.coefficient.assign(rows_.num_rows(), 0.0);
    plan.entropy_coefficient.assign(rows_.num_rows(), 0.0);
    const auto logprobs = learner.new_logprobs(paths_of(range, plan));
    std::vector<float> out(rows_.num_tokens(), 0.0f);
    size_t group = 0;
    size_t path = 0;
    for (int64_t row = 0; row < rows_.num_rows(); ++row) {
      if (rows_.origin[row].group < range.begin || rows_.origin[row].group >= range.end) continue;
      while (group < logprobs.size() && path == logprobs[group].size()) {
        ++group;
        path = 0;
      }
      std::ranges::copy(logprobs[group][path++], out.begin() + rows_.begin[row]);
    }
    return out;
  }

  const RunConfig& config_;
  const std::vector<ScoredGroup> groups_;
  const PolicyRows rows_;
  const PreparedBatch batch_;
  UpdatePlan plan_;  // of the latest update asked for
};

}  // namespace

std::unique_ptr<TrainBatch> make_policy_batch(const RunConfig& config,
                                              std::vector<ScoredGroup> groups,
                                              const SignalTable& signals) {
  return std::make_unique<PolicyBatch>(config, std::move(groups), signals);
}

}  // namespace kedge
