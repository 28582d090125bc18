// Evaluation on a fixed prompt set: pass@1, pass@k, rewards, length. The draws have their own
// purpose and visit 0, so the same weights give the same numbers at any time.
#pragma once
#include <memory>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"
#include "model/tokenizer/tokenizer.h"
#include "rewards/reward_set.h"
#include "rollout/prompt_source.h"
#include "rollout/rollouts.h"
#include "trainer/config.h"

namespace kedge {

// Unbiased estimate of P(at least one of k is correct) from c correct among n samples:
// 1 - C(n - c, k) / C(n, k) (Chen et al. 2021, arXiv 2107.03374, eq. 1). 1 <= k <= n.
double pass_at_k(int64_t n, int64_t c, int64_t k);

struct EvaluationOptions {
  int32_t samples_per_prompt = 1;
  Sampling sampling;
};
// From train.eval_* and rollout.*; stop ids are the model's.
EvaluationOptions evaluation_options(const RunConfig& config, std::vector<Token> stop_ids);

struct Evaluation {
  MetricSet metrics;                // eval/*
  std::vector<ScoredGroup> groups;  // for the log of samples
};

// Thread rule: one thread. Borrows all it is given.
class Evaluator {
 public:
  Evaluator(std::vector<PromptVisit> prompts, const EvaluationOptions& options,
            const Tokenizer& tokenizer, RewardSet& rewards);

  // Samples with the weights that `rollouts` adopted last. eval/pass@1 is the mean of the metric
  // reward, eval/pass@k (k = samples per prompt, when above 1) counts a metric of at least 1 as
  // correct; eval/rewards/mean, eval/rewards/<name>/mean, eval/response_length/mean.
  Evaluation run(Rollouts& rollouts) const;

 private:
  RolloutOrder order() const;

  std::vector<PromptVisit> prompts_;
  EvaluationOptions options_;
  const Tokenizer& tokenizer_;
  RewardSet& rewards_;
};

}  // namespace kedge
