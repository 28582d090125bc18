// Advantages and losses must not be felt in a step: 4096 rows of 4096 tokens in under 2 s of one
// core. Measured in CPU time on a sixteenth of that.
#include <gtest/gtest.h>

#include <ctime>

#include "tests/support/policy.h"

namespace kedge {
namespace {

constexpr int32_t kRows = 256;
constexpr int32_t kTokens = 4096;
constexpr double kSeconds = 2.0 * kRows / 4096;

PolicyRows long_rows() {
  PolicyRows rows = testing::reward_rows(
      std::vector<std::vector<double>>(kRows / 8, {1, 0, 0, 1, 0, 0, 0, 1}), kTokens);
  for (size_t t = 0; t < rows.mask.size(); ++t) {
    const float logprob = -static_cast<float>(t % 977) / 300.0f;
    rows.old_logprob.narrow.push_back(logprob);
    rows.sampler_logprob.narrow.push_back(logprob);
    rows.ref_logprob.narrow.push_back(logprob + 0.01f * static_cast<float>(t % 31) - 0.1f);
  }
  return rows;
}

double seconds_of(const AlgorithmConfig& config, const PolicyRows& rows) {
  std::vector<float> now(kTokens);
  const std::vector<float> entropy(kTokens, 1.0f);
  std::vector<float> dlogprob(kTokens);
  std::vector<float> dentropy(kTokens);
  LossMetrics metrics;
  const std::clock_t start = std::clock();
  const PreparedBatch batch = prepare_batch(config, rows);
  const UpdatePlan plan = plan_update(config, rows, batch, {0, rows.num_groups});
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const PackedPath path = make_path(rows, batch, plan, i);
    for (int32_t t = 0; t < kTokens; ++t) {
      now[t] = path.old_logprob[t] + 0.01f * static_cast<float>(t % 37) - 0.2f;
    }
    policy_path_loss(config, path, now, entropy, dlogprob, dentropy, metrics);
  }
  EXPECT_EQ(metrics.tokens, static_cast<double>(kRows) * kTokens);
  return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
}

TEST(PolicySpeed, AMillionTokensTakeAnEighthOfASecond) {
#if !defined(NDEBUG) || defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
  GTEST_SKIP() << "a checked build is slower";
#endif
  const PolicyRows rows = long_rows();
  for (const std::string yaml : {"{preset: grpo}", "{preset: gspo}", "{preset: reinforce_pp}",
                                 "{preset: trl, kl: {coef: 0.01}}"}) {
    EXPECT_LT(seconds_of(testing::algorithm(yaml), rows), kSeconds) << yaml;
  }
}

}  // namespace
}  // namespace kedge
