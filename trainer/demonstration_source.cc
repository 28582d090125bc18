#include "trainer/demonstration_source.h"

#include "trainer/collector.h"

namespace kedge {
namespace {

class DemonstrationBatch : public TrainBatch {
 public:
  explicit DemonstrationBatch(std::vector<ScoredGroup> groups) : groups_(std::move(groups)) {
    for (const ScoredGroup& scored : groups_) tokens_ += length_of(scored);
  }

  const std::vector<ScoredGroup>& groups() const override { return groups_; }
  int num_updates() const override { return 1; }

  UpdateInput input(int, Learner&) override {
    UpdateInput input;
    for (size_t g = 0; g < groups_.size(); ++g) {
      PackedPath path;
      path.group = static_cast<int32_t>(g);
      path.injected = true;
      const auto length = static_cast<size_t>(length_of(groups_[g]));
      path.trained.assign(length, 1);
      path.advantage.assign(length, 1.0f);
      path.coefficient.assign(length, 1.0 / static_cast<double>(tokens_));
      input.groups.push_back({&groups_[g].group, {std::move(path)}});
    }
    return input;
  }

  void add_metrics(const UpdateReport& report, MetricSet& metrics) const override {
    metrics.add("sft/tokens", static_cast<double>(tokens_));
    if (report.result != UpdateResult::not_finite) metrics.add("sft/loss", report.loss.loss);
  }

 private:
  static int64_t length_of(const ScoredGroup& scored) {
    return static_cast<int64_t>(scored.group.rows.back().tokens.size());
  }

  const std::vector<ScoredGroup> groups_;
  int64_t tokens_ = 0;
};

class DemonstrationBatches : public BatchSource {
 public:
  DemonstrationBatches(DemonstrationSource& demonstrations, int per_step)
      : demonstrations_(demonstrations), per_step_(per_step) {}

  std::unique_ptr<TrainBatch> next(int64_t, MetricSet& metrics) override {
    std::vector<ScoredGroup> groups;
    for (const Demonstration& demonstration : demonstrations_.draw(per_step_)) {
      groups.push_back({group_of(demonstration), {}, {}});
      validate(groups.back().group);
    }
    const SourceCounts counts = demonstrations_.counts();
    metrics.add("data/too_long_dropped", static_cast<double>(counts.too_long_dropped),
                Reduce::last);
    if (groups.empty()) return nullptr;
    return std::make_unique<DemonstrationBatch>(std::move(groups));
  }

  void register_state(StateRegistry& registry) override {
    registry.add("demonstrations", demonstrations_);
  }

 private:
  DemonstrationSource& demonstrations_;
  const int per_step_;
};

}  // namespace

LossConfig supervised_loss() {
  LossConfig loss;
  loss.ratio.level = RatioLevel::none;
  return loss;
}

Group group_of(const Demonstration& demonstration) {
  const Prompt& prompt = *demonstration.prompt;
  Group group = group_of_prompt({Purpose::sample, prompt.ordinal, 0}, prompt);
  Row row;
  row.parent = 0;
  row.fork = static_cast<int32_t>(prompt.tokens.size());
  row.tokens = demonstration.completion_tokens;
  row.kinds.assign(row.tokens.size(), TokenKind::injected);
  row.policy_logprob.assign(row.tokens.size(), 0.0f);
  row.sampler_logprob.assign(row.tokens.size(), 0.0f);
  row.source = RowSource::injected;
  row.stop = StopReason::given;
  group.rows.push_back(std::move(row));
  group.trajectories.push_back({{1}, TrajectoryRole::train});
  return group;
}

std::unique_ptr<BatchSource> make_demonstration_batches(DemonstrationSource& demonstrations,
                                                        int per_step) {
  return std::make_unique<DemonstrationBatches>(demonstrations, per_step);
}

}  // namespace kedge
