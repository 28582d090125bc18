#include "trainer/evaluate.h"

#include "core/error.h"
#include "trainer/collector.h"

namespace kedge {
namespace {

void add_accuracy(const ScoredGroup& scored, MetricSet& metrics) {
  const auto n = static_cast<int64_t>(scored.scores.size());
  int64_t correct = 0;
  for (const TrajectoryScore& score : scored.scores) {
    metrics.add("eval/pass@1", score.metric);
    correct += score.metric >= 1.0 ? 1 : 0;
  }
  if (n > 1) metrics.add("eval/pass@k", pass_at_k(n, correct, n));
}

void add_rewards(const ScoredGroup& scored, const std::vector<std::string>& names,
                 MetricSet& metrics) {
  for (const TrajectoryScore& score : scored.scores) {
    if (score.total.has_score()) metrics.add("eval/rewards/mean", score.total.score);
    for (size_t i = 0; i < names.size(); ++i) {
      if (!score.components[i].has_score()) continue;
      metrics.add("eval/rewards/" + names[i] + "/mean", score.components[i].score);
    }
  }
}

}  // namespace

double pass_at_k(int64_t n, int64_t c, int64_t k) {
  KEDGE_CHECK(1 <= k && k <= n && 0 <= c && c <= n, "pass@", k, " of ", n, " samples, ", c,
              " correct");
  double all_wrong = 1.0;  // C(n - c, k) / C(n, k) as a product, factor by factor
  for (int64_t i = 0; i < k; ++i) {
    all_wrong *= static_cast<double>(std::max<int64_t>(n - c - i, 0)) / static_cast<double>(n - i);
  }
  return 1.0 - all_wrong;
}

EvaluationOptions evaluation_options(const RunConfig& config, std::vector<Token> stop_ids) {
  EvaluationOptions options;
  options.samples_per_prompt = config.train.eval_samples_per_prompt;
  options.sampling = config.rollout.sampling();
  options.sampling.stop_ids = std::move(stop_ids);
  const double temperature = config.train.eval_temperature.value_or(config.rollout.temperature);
  options.sampling.greedy = temperature == 0.0;
  if (temperature > 0.0) options.sampling.temperature = temperature;
  return options;
}

Evaluator::Evaluator(std::vector<PromptVisit> prompts, const EvaluationOptions& options,
                     const Tokenizer& tokenizer, RewardSet& rewards)
    : prompts_(std::move(prompts)), options_(options), tokenizer_(tokenizer), rewards_(rewards) {}

RolloutOrder Evaluator::order() const {
  RolloutOrder order;
  for (const PromptVisit& visit : prompts_) {
    SampleItem item;
    item.group = {Purpose::eval, visit.prompt->ordinal, 0};
    item.context = visit.prompt->tokens;
    item.fork = static_cast<int32_t>(item.context.size());
    item.num_samples = options_.samples_per_prompt;
    item.sampling = options_.sampling;
    order.prompts[item.group] = visit.prompt;
    order.samples.push_back(std::move(item));
  }
  return order;
}

Evaluation Evaluator::run(Rollouts& rollouts) const {
  Collector collector(tokenizer_, rewards_);
  collector.begin_step();
  const RolloutOrder asked = order();
  collector.ask(asked);
  collector.add(rollouts.run(asked, [&](const FinishedRow& row) { collector.judge(row); }));
  Evaluation evaluation;
  evaluation.groups = collector.finish(collector.round().groups);
  for (const ScoredGroup& scored : evaluation.groups) {
    add_accuracy(scored, evaluation.metrics);
    add_rewards(scored, rewards_.names(), evaluation.metrics);
    for (const Trajectory& trajectory : scored.group.trajectories) {
      const double length = response_length(scored.group, trajectory);
      evaluation.metrics.add("eval/response_length/mean", length);
      evaluation.metrics.add("eval/response_length/clip_ratio",
                             is_truncated(scored.group, trajectory) ? 1.0 : 0.0);
    }
  }
  return evaluation;
}

}  // namespace kedge
