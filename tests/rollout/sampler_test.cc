#include "rollout/sampler.h"

#include <gtest/gtest.h>

#include <cmath>

#include "core/error.h"
#include "core/rng.h"

namespace kedge {
namespace {

std::vector<float> random_logits(size_t count, uint64_t salt, float scale) {
  std::vector<float> logits(count);
  for (size_t i = 0; i < count; ++i) {
    logits[i] = static_cast<float>(
        scale * (random_uniform(11, {Purpose::task, salt, 0, 0, i}) * 2.0 - 1.0));
  }
  return logits;
}

double uniform_at(uint64_t i) {
  return random_uniform(13, {Purpose::sample, i, 0, 0, 0});
}

// Probabilities of the kept set, by sorting everything, in double.
std::vector<double> brute_force(const std::vector<float>& logits, const Sampling& s) {
  std::vector<size_t> order(logits.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return logits[a] > logits[b]; });
  std::vector<double> p(logits.size());
  for (size_t i = 0; i < p.size(); ++i) {
    p[i] = std::exp((logits[i] - logits[order[0]]) / s.temperature);
  }
  if (s.top_k > 0 && s.top_k < static_cast<int>(order.size())) order.resize(s.top_k);
  double total = 0, running = 0;
  for (const size_t i : order) total += p[i];
  if (s.top_p < 1.0) {
    size_t keep = 0;
    while (keep < order.size() && running < s.top_p * total) running += p[order[keep++]];
    order.resize(keep);
  }
  if (s.min_p > 0) std::erase_if(order, [&](size_t i) { return p[i] < s.min_p; });
  std::vector<double> kept(logits.size(), 0.0);
  total = 0;
  for (const size_t i : order) total += p[i];
  for (const size_t i : order) kept[i] = p[i] / total;
  return kept;
}

double logprob_in_double(const std::vector<float>& logits, Token id, double temperature) {
  double sum = 0;
  for (const float logit : logits) sum += std::exp(static_cast<double>(logit) / temperature);
  return static_cast<double>(logits[id]) / temperature - std::log(sum);
}

TEST(SamplerTest, FollowsTheDistribution) {
  const std::vector<float> logits = random_logits(20, 1, 2.0f);
  Sampling sampling;
  sampling.temperature = 0.8;
  const std::vector<double> p = brute_force(logits, sampling);
  constexpr int kDraws = 20000;
  std::vector<int> counts(logits.size());
  Sampler sampler;
  for (int i = 0; i < kDraws; ++i) ++counts[sampler.draw(logits, sampling, uniform_at(i)).id];
  double chi2 = 0;
  for (size_t i = 0; i < p.size(); ++i) {
    chi2 += std::pow(counts[i] - kDraws * p[i], 2) / (kDraws * p[i]);
  }
  EXPECT_LT(chi2, 43.8);  // 19 degrees of freedom, p = 0.001
}

TEST(SamplerTest, InvertsTheCumulativeDistributionInIdOrder) {
  const std::vector<float> logits = random_logits(5000, 2, 3.0f);
  Sampling sampling;
  const std::vector<double> p = brute_force(logits, sampling);
  Sampler sampler;
  for (uint64_t i = 0; i < 300; ++i) {
    const double u = uniform_at(i);
    const Token id = sampler.draw(logits, sampling, u).id;
    double below = 0;
    for (Token v = 0; v < id; ++v) below += p[v];
    EXPECT_LE(below, u + 1e-6);
    EXPECT_GE(below + p[id], u - 1e-6);
  }
  EXPECT_EQ(sampler.draw(logits, sampling, 0.0).id, 0);
  EXPECT_EQ(sampler.draw(logits, sampling, std::nextafter(1.0, 0.0)).id, 4999);
}

TEST(SamplerTest, LogprobsAreThoseOfTheWholeDistribution) {
  const std::vector<float> logits = random_logits(700, 3, 4.0f);
  Sampling sampling;
  sampling.temperature = 1.3;
  Sampler sampler;
  for (uint64_t i = 0; i < 50; ++i) {
    const SampledToken token = sampler.draw(logits, sampling, uniform_at(i));
    EXPECT_NEAR(token.policy_logprob, logprob_in_double(logits, token.id, 1.3), 2e-6);
    EXPECT_EQ(token.policy_logprob, token.sampler_logprob);
    const float scale = inverse_of_temperature(1.3f);
    EXPECT_EQ(token.policy_logprob,
              token_logprob(logits[token.id], scale, row_softmax(logits.data(), 700, scale).lse));
  }
}

class Truncation : public ::testing::TestWithParam<Sampling> {};

TEST_P(Truncation, KeepsWhatBruteForceKeeps) {
  const Sampling sampling = GetParam();
  Sampler sampler;
  for (uint64_t salt = 0; salt < 20; ++salt) {
    const std::vector<float> logits = random_logits(300, 100 + salt, 4.0f);
    const std::vector<double> kept = brute_force(logits, sampling);
    std::set<Token> seen;
    for (uint64_t i = 0; i < 400; ++i) {
      const double u = (static_cast<double>(i) + 0.5) / 400;
      const SampledToken token = sampler.draw(logits, sampling, u);
      ASSERT_GT(kept[token.id], 0.0) << "token " << token.id;
      EXPECT_NEAR(token.sampler_logprob, std::log(kept[token.id]), 2e-5);
      EXPECT_NEAR(token.policy_logprob, logprob_in_double(logits, token.id, sampling.temperature),
                  1e-5);
      seen.insert(token.id);
    }
    for (size_t i = 0; i < kept.size(); ++i) {
      if (kept[i] <= 0.005) continue;
      EXPECT_TRUE(seen.contains(static_cast<Token>(i)));
    }
  }
}

Sampling cut(double temperature, int top_k, double top_p, double min_p) {
  Sampling sampling;
  sampling.temperature = temperature;
  sampling.top_k = top_k;
  sampling.top_p = top_p;
  sampling.min_p = min_p;
  return sampling;
}
INSTANTIATE_TEST_SUITE_P(Rules, Truncation,
                         ::testing::Values(cut(1, 5, 1, 0), cut(1, 1, 1, 0), cut(1, 0, 0.9, 0),
                                           cut(0.5, 0, 0.3, 0), cut(1, 0, 1, 0.1),
                                           cut(1, 20, 0.8, 0.05), cut(2, 0, 0.999, 0),
                                           cut(1.5, 50, 0.95, 0)));

TEST(SamplerTest, TiesAtTheBorderGoToTheSmallerId) {
  const std::vector<float> logits = {0.0f, 1.0f, 1.0f, 1.0f, 0.0f};
  Sampler sampler;
  std::set<Token> seen;
  for (int i = 0; i < 100; ++i) {
    seen.insert(sampler.draw(logits, cut(1, 2, 1, 0), i / 100.0).id);
  }
  EXPECT_EQ(seen, (std::set<Token>{1, 2}));
}

TEST(SamplerTest, ACutThatKeepsAllChangesNoBit) {
  const std::vector<float> logits = random_logits(64, 5, 1.0f);
  Sampler sampler;
  for (uint64_t i = 0; i < 20; ++i) {
    const SampledToken plain = sampler.draw(logits, cut(1, 0, 1, 0), uniform_at(i));
    const SampledToken kept = sampler.draw(logits, cut(1, 64, 1, 0.0), uniform_at(i));
    EXPECT_EQ(plain.id, kept.id);
    EXPECT_EQ(plain.sampler_logprob, kept.sampler_logprob);
    const SampledToken low = sampler.draw(logits, cut(1, 0, 1, 1e-9), uniform_at(i));
    EXPECT_EQ(low.policy_logprob, low.sampler_logprob);
  }
}

TEST(SamplerTest, GreedyTakesTheFirstMaximum) {
  const std::vector<float> logits = {0.5f, 2.0f, -1.0f, 2.0f};
  Sampling sampling;
  sampling.greedy = true;
  Sampler sampler;
  const SampledToken token = sampler.draw(logits, sampling, 0.99);
  EXPECT_EQ(token.id, 1);
  EXPECT_EQ(token.sampler_logprob, 0.0f);
  EXPECT_NEAR(token.policy_logprob, logprob_in_double(logits, 1, 1.0), 1e-6);
}

TEST(SamplerTest, NeverDrawsWhatHasNoProbability) {
  std::vector<float> logits(3000, -500.0f);
  logits[7] = 0.0f;
  logits[1500] = 1.0f;
  Sampler sampler;
  for (uint64_t i = 0; i < 200; ++i) {
    const Token id = sampler.draw(logits, Sampling(), uniform_at(i)).id;
    EXPECT_TRUE(id == 7 || id == 1500) << id;
  }
  EXPECT_EQ(sampler.draw(logits, Sampling(), 0.0).id, 7);
  EXPECT_EQ(sampler.draw(logits, Sampling(), std::nextafter(1.0, 0.0)).id, 1500);
}

TEST(SamplerTest, RefusesLogitsThatAreNotFinite) {
  Sampler sampler;
  EXPECT_THROW(sampler.draw(std::vector<float>{0.0f, NAN}, Sampling(), 0.5), InvariantError);
}

}  // namespace
}  // namespace kedge
