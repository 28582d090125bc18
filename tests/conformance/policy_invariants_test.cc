// The invariants of policy sheet section 6 over random ragged batches. Whatever is registered as an
// estimator, a clip kind, a KL estimator or a correction goes through them by being registered.
#include <gtest/gtest.h>

#include <numeric>

#include "core/registry.h"
#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"
#include "trainer/algorithm/policy_metrics.h"
#include "trainer/loss/aggregate.h"
#include "trainer/loss/clip.h"
#include "trainer/loss/correction.h"
#include "trainer/loss/kl.h"

namespace kedge {
namespace {

using testing::advantages_of;
using testing::evaluate;
using testing::Evaluation;
using testing::RandomRows;
using testing::reward_rows;
using testing::take_rows;

struct Named {
  std::string name;
  AlgorithmConfig config;
};

AlgorithmConfig plain_config() {
  AlgorithmConfig config;
  config.kl.force = true;
  return config;
}

// One configuration per estimator.
std::vector<Named> estimator_configs() {
  std::vector<Named> out;
  for (const AdvantageEstimator& entry : advantage_estimators()) {
    AlgorithmConfig config = plain_config();
    config.advantage.estimator = entry.name;
    out.push_back({"estimator " + std::string(entry.name), config});
  }
  return out;
}

// Every ratio level with every clip kind.
std::vector<Named> loss_configs() {
  std::vector<Named> out;
  for (size_t level = 0; level < enum_names(RatioLevel{}).size(); ++level) {
    for (const ClipKind& clip : clip_kinds()) {
      AlgorithmConfig config = plain_config();
      config.ratio.level = static_cast<RatioLevel>(level);
      config.clip.kind = clip.name;
      config.clip.dual = 1.5;
      out.push_back({"ratio " + std::string(enum_names(RatioLevel{})[level]) + " clip " +
                         std::string(clip.name),
                     config});
    }
  }
  return out;
}

// And every correction, KL estimator, aggregation and off-policy mask on top of the default loss.
std::vector<Named> all_configs() {
  std::vector<Named> out = estimator_configs();
  for (Named& named : loss_configs()) out.push_back(named);
  for (const Correction& correction : corrections()) {
    for (const auto denominator : {CorrectionDenominator::fixed, CorrectionDenominator::shrink}) {
      AlgorithmConfig config = plain_config();
      config.correction = {std::string(correction.name), 0.9, 1.1, denominator};
      out.push_back({"correction " + std::string(correction.name), config});
    }
  }
  for (const KlEstimator& kl : kl_estimators()) {
    for (const bool importance : {false, true}) {
      AlgorithmConfig config = plain_config();
      config.kl = {0.1, std::string(kl.name), true, importance, true};
      config.entropy.coef = 0.1;
      out.push_back({"kl " + std::string(kl.name), config});
    }
  }
  for (size_t mode = 0; mode < enum_names(AggregateMode{}).size(); ++mode) {
    AlgorithmConfig config = plain_config();
    config.aggregate = {static_cast<AggregateMode>(mode), 16.0, AggregateRows::all};
    config.entropy = {0.1, EntropyAggregate::token_mean};
    out.push_back({"aggregate " + std::string(enum_names(AggregateMode{})[mode]), config});
  }
  AlgorithmConfig masked = plain_config();
  masked.off_policy_mask = 0.02;
  out.push_back({"off_policy_mask", masked});
  return out;
}

void expect_close(double a, double b, double tolerance, const std::string& what) {
  EXPECT_LE(std::abs(a - b), tolerance * std::max({1.0, std::abs(a), std::abs(b)}))
      << what << ": " << a << " and " << b;
}

void expect_same_gradient(const Evaluation& a, const Evaluation& b, double tolerance,
                          const std::string& what) {
  ASSERT_EQ(a.gradient.size(), b.gradient.size());
  for (size_t i = 0; i < a.gradient.size(); ++i) {
    for (size_t t = 0; t < a.gradient[i].size(); ++t) {
      expect_close(a.gradient[i][t], b.gradient[i][t], tolerance, what);
    }
  }
}

std::vector<Numbers*> token_columns(PolicyRows& rows) {
  return {&rows.old_logprob, &rows.new_logprob, &rows.ref_logprob, &rows.sampler_logprob,
          &rows.entropy,     &rows.values,      &rows.given_token};
}

// ---- 1 to 4: masks, order, splits, independence ------------------------------------------------

TEST(PolicyInvariants, MaskedContentIsNeverRead) {  // 1
  RandomRows random(1);
  for (const Named& named : all_configs()) {
    const PolicyRows rows = random.make();
    PolicyRows noisy = rows;
    for (Numbers* column : token_columns(noisy)) {
      for (size_t t = 0; t < rows.mask.size(); ++t) {
        if (!rows.mask[t]) column->wide[t] = std::nan("");
      }
    }
    const Evaluation a = evaluate(named.config, rows);
    const Evaluation b = evaluate(named.config, noisy);
    EXPECT_EQ(a.loss(), b.loss()) << named.name;
    EXPECT_EQ(a.gradient, b.gradient) << named.name;
    EXPECT_EQ(b.metrics.nonfinite_paths, 0) << named.name;
  }
}

TEST(PolicyInvariants, OrderOfRowsDoesNotMatter) {  // 2
  RandomRows random(2);
  for (Named& named : all_configs()) {
    named.config.advantage.margin.pairing = Pairing::average;  // index is positional
    const PolicyRows rows = random.make();
    std::vector<int64_t> order(rows.num_rows());
    std::iota(order.begin(), order.end(), 0);
    std::shuffle(order.begin(), order.end(), random.engine());
    const Evaluation a = evaluate(named.config, rows);
    const Evaluation b = evaluate(named.config, take_rows(rows, order));
    expect_close(a.loss(), b.loss(), 1e-12, named.name);
    for (size_t i = 0; i < order.size(); ++i) {
      for (size_t t = 0; t < b.gradient[i].size(); ++t) {
        expect_close(a.gradient[order[i]][t], b.gradient[i][t], 1e-12, named.name);
      }
    }
  }
}

TEST(PolicyInvariants, SharesOfAnyPartitionAddUp) {  // 3
  RandomRows random(3);
  for (const Named& named : all_configs()) {
    const PolicyRows rows = random.make();
    const Evaluation e = evaluate(named.config, rows);
    std::vector<double> part(3, 0.0);
    for (const PathLoss& share : e.share) part[random.integer(0, 2)] += share.loss;
    expect_close(part[0] + part[1] + part[2], e.loss(), 1e-12, named.name);
  }
}

// The learner's own path: whatever is computed between two paths, bits stay.
TEST(PolicyInvariants, ContiguousCutsHaveTheSameBits) {  // 3
  RandomRows random(33);
  for (const Named& named : all_configs()) {
    const PolicyRows rows = random.make();
    const Evaluation e = evaluate(named.config, rows);
    const auto run = [&](const std::vector<int64_t>& order) {
      LossMetrics metrics;
      std::vector<std::vector<float>> gradient(rows.num_rows());
      for (const int64_t i : order) {
        const PackedPath path = make_path(rows, e.batch, e.plan, i);
        std::vector<float> now;
        std::vector<float> entropy;
        for (int64_t t = rows.begin[i]; t < rows.begin[i + 1]; ++t) {
          now.push_back(static_cast<float>(rows.new_logprob.wide[t]));
          entropy.push_back(static_cast<float>(rows.entropy.wide[t]));
        }
        gradient[i].resize(now.size());
        std::vector<float> dentropy(now.size());
        policy_path_loss(named.config, path, now, entropy, gradient[i], dentropy, metrics);
      }
      return std::pair(metrics.loss, gradient);
    };
    std::vector<int64_t> order(rows.num_rows());
    std::iota(order.begin(), order.end(), 0);
    const auto forward = run(order);
    EXPECT_EQ(run(order), forward) << named.name;
    expect_close(forward.first, e.loss(), 1e-5, named.name);
    std::reverse(order.begin(), order.end());
    EXPECT_EQ(run(order).second, forward.second) << named.name;
  }
}

TEST(PolicyInvariants, GroupsDoNotSeeEachOther) {  // 4
  RandomRows random(4);
  for (const Named& named : estimator_configs()) {
    if (named.config.advantage.estimator == "gpg") continue;  // by its formula
    const PolicyRows rows = random.make();
    const PreparedBatch all = advantages_of(named.config, rows);
    for (int32_t g = 0; g < rows.num_groups; ++g) {
      std::vector<int64_t> own;
      for (int64_t i = 0; i < rows.num_rows(); ++i) {
        if (rows.group[i] == g) own.push_back(i);
      }
      const PreparedBatch alone = advantages_of(named.config, take_rows(rows, own));
      for (size_t k = 0; k < own.size(); ++k) {
        EXPECT_EQ(alone.row_advantage[k], all.row_advantage[own[k]]) << named.name;
      }
    }
  }
}

// ---- 5 to 8: sums, shifts, scales, flat groups -------------------------------------------------

const std::vector<std::string> kCentred = {"group", "rloo", "gpg", "reinforce_pp_baseline"};

TEST(PolicyInvariants, AdvantagesOfAGroupSumToZero) {  // 5
  RandomRows random(5);
  for (const std::string& name : kCentred) {
    AlgorithmConfig config = plain_config();
    config.advantage.estimator = name;
    const PolicyRows rows = random.make();
    const PreparedBatch batch = advantages_of(config, rows);
    std::vector<double> sum(rows.num_groups, 0.0);
    for (int64_t i = 0; i < rows.num_rows(); ++i) sum[rows.group[i]] += batch.row_advantage[i];
    for (const double s : sum) EXPECT_NEAR(s, 0.0, 1e-12) << name;
  }
  AlgorithmConfig config = plain_config();
  config.advantage.estimator = "opo";
  const PolicyRows rows = random.make({.min_tokens = 1, .masked = 0});
  const PreparedBatch batch = advantages_of(config, rows);
  double sum = 0.0;
  for (const double a : batch.advantage) sum += a;
  EXPECT_NEAR(sum, 0.0, 1e-12);
  config.advantage.estimator = "pass_at_k";
  for (const double a : advantages_of(config, rows).row_advantage) EXPECT_GE(a, 0.0);
}

PolicyRows with_rewards(PolicyRows rows, double scale, double shift) {
  for (double& r : rows.reward) r = r * scale + shift;
  return rows;
}

PolicyRows with_anchors(PolicyRows rows, double shift) {
  for (RewardAnchor& anchor : rows.anchor) {
    for (auto& r : *anchor.rewards) r = *r + shift;
  }
  return rows;
}

void expect_row_advantages(const PreparedBatch& a, const PreparedBatch& b, double factor,
                           const std::string& what) {
  for (size_t i = 0; i < a.row_advantage.size(); ++i) {
    expect_close(a.row_advantage[i] * factor, b.row_advantage[i], 1e-9, what);
  }
}

TEST(PolicyInvariants, ShiftsOfTheRewardChangeNothing) {  // 6
  RandomRows random(6);
  const PolicyRows rows = random.make();
  for (const std::string name :
       {"group", "rloo", "opo", "pass_at_k", "reinforce_pp_baseline", "gpg"}) {
    AlgorithmConfig config = plain_config();
    config.advantage.estimator = name;
    expect_row_advantages(advantages_of(config, rows),
                          advantages_of(config, with_rewards(rows, 1, 7)), 1, name);
  }
  for (const std::string name : {"aapo", "pvpo"}) {
    AlgorithmConfig config = plain_config();
    config.advantage.estimator = name;
    expect_row_advantages(advantages_of(config, rows),
                          advantages_of(config, with_anchors(with_rewards(rows, 1, 7), 7)), 1,
                          name);
  }
  AlgorithmConfig config = plain_config();
  config.advantage.estimator = "reinforce_pp";
  config.advantage.whiten = Whiten::tokens;
  const auto a = advantages_of(config, rows).advantage;
  const auto b = advantages_of(config, with_rewards(rows, 1, 7)).advantage;
  for (size_t t = 0; t < a.size(); ++t) expect_close(a[t], b[t], 1e-6, "reinforce_pp");
}

TEST(PolicyInvariants, ScalesOfTheReward) {  // 7
  RandomRows random(7);
  const PolicyRows rows = random.make();
  const double k = 3.0;
  AlgorithmConfig config = plain_config();
  const PreparedBatch before = advantages_of(config, rows);
  config.advantage.epsilon *= k;
  expect_row_advantages(before, advantages_of(config, with_rewards(rows, k, 0)), 1, "group");
  config.advantage.scale = AdvantageScale::none;
  for (const std::string name : {"group", "rloo", "opo", "pass_at_k", "pvpo"}) {
    config.advantage.estimator = name;
    PolicyRows scaled = with_rewards(rows, k, 0);
    for (RewardAnchor& anchor : scaled.anchor) {
      for (auto& r : *anchor.rewards) r = *r * k;
    }
    expect_row_advantages(advantages_of(config, rows), advantages_of(config, scaled), k, name);
  }
}

TEST(PolicyInvariants, FlatGroupsAreExactlyZero) {  // 8
  RandomRows random(8);
  for (const AdvantageEstimator& entry : advantage_estimators()) {
    if (!entry.flat_is_zero) continue;
    for (const double reward : {0.9, 1.0 / 3, static_cast<double>(0.1f), 1e6, 0.0}) {
      AlgorithmConfig config = plain_config();
      config.advantage.estimator = entry.name;
      config.advantage.epsilon = random.uniform(1e-12, 1e-3);
      PolicyRows rows = random.make();
      std::fill(rows.reward.begin(), rows.reward.end(), reward);
      rows.metric = rows.reward;
      const Evaluation e = evaluate(config, rows);
      for (const double a : e.batch.row_advantage) EXPECT_EQ(a, 0.0) << entry.name;
      EXPECT_EQ(e.gradient_norm(), 0.0) << entry.name;
      EXPECT_EQ(e.plan.metrics.zero_variance_groups, 1.0);
    }
  }
}

// ---- 9 to 12: ratios and clips -----------------------------------------------------------------

TEST(PolicyInvariants, OnPolicyEveryLossHasTheSameGradient) {  // 9
  RandomRows random(9);
  PolicyRows rows = random.make();
  rows.new_logprob = rows.old_logprob;
  AlgorithmConfig plain = plain_config();
  plain.ratio.level = RatioLevel::none;
  const Evaluation expected = evaluate(plain, rows);
  for (const Named& named : loss_configs()) {
    const Evaluation e = evaluate(named.config, rows);
    EXPECT_EQ(e.metrics.ratio_max, 1.0) << named.name;
    EXPECT_EQ(e.metrics.ratio, e.metrics.tokens) << named.name;
    EXPECT_EQ(e.metrics.clip_high + e.metrics.clip_low + e.metrics.clip_dual, 0.0) << named.name;
    EXPECT_EQ(e.metrics.kl_old_k3, 0.0) << named.name;
    if (named.config.ratio.level == RatioLevel::sequence_product &&
        named.config.clip.kind != "cispo") {
      continue;  // its gradient is that of a sum over the row
    }
    expect_same_gradient(e, expected, 1e-15, named.name);
  }
}

bool stops_gradient(const AlgorithmConfig& config) {
  const bool clip = config.ratio.level != RatioLevel::none &&
                    find_entry("clip kind", clip_kinds(), config.clip.kind).stops_gradient;
  const bool kl = config.kl.coef > 0 &&
                  find_entry("KL estimator", kl_estimators(), config.kl.estimator).stops_gradient;
  return clip || kl || config.ratio.level == RatioLevel::sequence_token;
}

TEST(PolicyInvariants, GradientsAreFiniteDifferences) {  // 10
  RandomRows random(10);
  constexpr double kStep = 1e-6;
  for (const Named& named : all_configs()) {
    if (stops_gradient(named.config)) continue;
    PolicyRows rows = random.make({.groups = 2});
    const Evaluation e = evaluate(named.config, rows);
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      for (int64_t t = rows.begin[i]; t < rows.begin[i + 1]; ++t) {
        if (!rows.mask[t]) continue;
        double& x = rows.new_logprob.wide[t];
        const double at = x;
        x = at + kStep;
        const double up = evaluate(named.config, rows).loss();
        x = at - kStep;
        const double down = evaluate(named.config, rows).loss();
        x = at;
        expect_close((up - down) / (2 * kStep), e.gradient[i][t - rows.begin[i]], 1e-6, named.name);
      }
    }
  }
}

ClipTerm clip_at(const ClipKind& kind, const ClipConfig& config, double rho, double advantage) {
  return kind.term(config, {rho, advantage, -1.0, rho});
}

TEST(PolicyInvariants, ClippedLossesAreContinuousAndBounded) {  // 11
  ClipConfig config;
  config.high = 0.28;
  config.dual = 3.0;
  for (const ClipKind& kind : clip_kinds()) {
    for (const double advantage : {-1.5, 0.5}) {
      for (const double bound : {0.8, 1.28, 3.0}) {
        const double below = clip_at(kind, config, bound - 1e-9, advantage).loss;
        const double above = clip_at(kind, config, bound + 1e-9, advantage).loss;
        EXPECT_NEAR(below, above, 1e-7) << kind.name << " at " << bound;
      }
    }
  }
  const ClipKind& ppo = find_entry("clip kind", clip_kinds(), "ppo");
  for (double rho = 0.05; rho < 10; rho += 0.05) {
    for (const double advantage : {-2.0, 1.0}) {
      const ClipTerm term = clip_at(ppo, config, rho, advantage);
      EXPECT_LE(term.loss, 3.0 * std::abs(advantage));
      const bool cut = term.high || term.low || term.dual;
      EXPECT_EQ(term.d_rho, cut ? 0.0 : -advantage) << rho;
    }
  }
}

TEST(PolicyInvariants, SequenceAndSequenceTokenAgree) {  // 12
  RandomRows random(12);
  for (const ClipKind& clip : clip_kinds()) {
    AlgorithmConfig config = plain_config();
    config.clip.kind = clip.name;
    config.ratio.level = RatioLevel::sequence;
    const PolicyRows rows = random.make();
    const Evaluation a = evaluate(config, rows);
    config.ratio.level = RatioLevel::sequence_token;
    const Evaluation b = evaluate(config, rows);
    expect_close(a.loss(), b.loss(), 1e-14, std::string(clip.name));
    expect_same_gradient(a, b, 1e-14, std::string(clip.name));
  }
}

// ---- 13, 14: lengths and aggregation -----------------------------------------------------------

TEST(PolicyInvariants, RowsOfOneTokenHaveOneRatio) {  // 13
  RandomRows random(13);
  const PolicyRows rows = random.make({.min_tokens = 1, .max_tokens = 1, .masked = 0});
  AlgorithmConfig config = plain_config();
  const Evaluation token = evaluate(config, rows);
  for (const RatioLevel level :
       {RatioLevel::sequence, RatioLevel::sequence_token, RatioLevel::sequence_product}) {
    config.ratio.level = level;
    const Evaluation sequence = evaluate(config, rows);
    expect_close(sequence.loss(), token.loss(), 1e-14, "loss");
    expect_same_gradient(sequence, token, 1e-14, "gradient");
  }
}

double loss_with(AggregateMode mode, const PolicyRows& rows, double divisor = 16.0) {
  AlgorithmConfig config = plain_config();
  config.aggregate = {mode, divisor, AggregateRows::all};
  return evaluate(config, rows).loss();
}

TEST(PolicyInvariants, AggregationsAreRelated) {  // 13, 14
  RandomRows random(14);
  const PolicyRows even = random.make({.min_tokens = 4, .max_tokens = 4, .masked = 0});
  using M = AggregateMode;
  const double mean = loss_with(M::token_mean, even);
  expect_close(mean, loss_with(M::seq_mean_token_mean, even), 1e-14, "even lengths");
  expect_close(mean * 4, loss_with(M::seq_mean_token_sum, even), 1e-14, "even lengths");
  const PolicyRows rows = random.make();
  const auto tokens = static_cast<double>(std::count(rows.mask.begin(), rows.mask.end(), 1));
  expect_close(loss_with(M::token_sum, rows) / tokens, loss_with(M::token_mean, rows), 1e-14,
               "sum");
  expect_close(loss_with(M::seq_mean_token_sum_norm, rows, 5) * 5,
               loss_with(M::seq_mean_token_sum, rows), 1e-14, "norm");
}

// ---- 15, 16: corrections and KL ----------------------------------------------------------------

TEST(PolicyInvariants, NoGapMeansNoCorrection) {  // 15
  RandomRows random(15);
  PolicyRows rows = random.make();
  rows.sampler_logprob = rows.old_logprob;
  for (const Correction& correction : corrections()) {
    AlgorithmConfig config = plain_config();
    config.correction = {std::string(correction.name), 0.5, 2.0, CorrectionDenominator::fixed};
    const PreparedBatch batch = prepare_batch(config, rows);
    for (size_t t = 0; t < batch.mask.size(); ++t) {
      EXPECT_EQ(batch.weight[t], batch.mask[t] ? 1.0 : 0.0) << correction.name;
    }
    for (const uint8_t kept : batch.kept) EXPECT_EQ(kept, 1) << correction.name;
  }
}

TEST(PolicyInvariants, WithoutBoundsTruncatingIsMasking) {  // 15
  RandomRows random(16);
  const PolicyRows rows = random.make();
  const auto weights = [&](const std::string& kind) {
    AlgorithmConfig config = plain_config();
    config.correction.kind = kind;
    return prepare_batch(config, rows).weight;
  };
  EXPECT_EQ(weights("token_truncate"), weights("token_mask"));
  EXPECT_EQ(weights("sequence_truncate"), weights("sequence_mask"));
}

TEST(PolicyInvariants, KlEstimators) {  // 16
  const auto term = [](const std::string& name, double x) {
    return find_entry("KL estimator", kl_estimators(), name).term(x, true);
  };
  for (double x = -3; x <= 3; x += 0.01) {
    EXPECT_GE(term("k3", x).value, 0.0) << x;
    EXPECT_EQ(term("k3+", x).value, term("k3", x).value);
    EXPECT_EQ(term("k3+", x).d_logprob, term("k2", x).d_logprob);
  }
  for (const double x : {1e-2, 1e-3}) {
    EXPECT_NEAR(term("k3", x).value, term("k2", x).value, x * x * x);
  }
  for (const std::string name : {"k2", "k3", "abs", "k1+", "k3+"}) {
    EXPECT_EQ(term(name, 0.0).d_logprob, 0.0) << name;
  }
}

// ---- 17, 18: rows that leave -------------------------------------------------------------------

TEST(PolicyInvariants, DroppingAFlatGroupIsNotHavingIt) {  // 17
  RandomRows random(17);
  for (const AdvantageEstimator& entry : advantage_estimators()) {
    if (!entry.flat_is_zero) continue;
    AlgorithmConfig config = plain_config();
    config.advantage.estimator = entry.name;
    config.zero_variance = ZeroVariance::drop;
    PolicyRows rows = random.make();
    std::vector<int64_t> others;
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      if (rows.group[i] == 1) {
        rows.reward[i] = rows.metric[i] = 0.5;
      } else {
        others.push_back(i);
      }
    }
    expect_close(evaluate(config, rows).loss(), evaluate(config, take_rows(rows, others)).loss(),
                 1e-14, std::string(entry.name));
  }
}

TEST(PolicyInvariants, DuplicatedRowsChangeNoMean) {  // 17
  RandomRows random(18);
  const PolicyRows rows = random.make();
  std::vector<int64_t> twice;
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    twice.push_back(i);
    twice.push_back(i);
  }
  for (size_t mode = 0; mode < enum_names(AggregateMode{}).size(); ++mode) {
    if (static_cast<AggregateMode>(mode) == AggregateMode::token_sum) continue;
    AlgorithmConfig config = plain_config();
    config.advantage.estimator = "given";
    config.aggregate = {static_cast<AggregateMode>(mode), 16.0, AggregateRows::all};
    expect_close(evaluate(config, rows).loss(), evaluate(config, take_rows(rows, twice)).loss(),
                 1e-14, std::string(enum_names(AggregateMode{})[mode]));
  }
}

TEST(PolicyInvariants, AFailedRewardIsNotHavingTheRow) {  // 18
  RandomRows random(19);
  for (Named& named : estimator_configs()) {
    named.config.advantage.margin.pairing = Pairing::average;
    if (named.config.advantage.estimator == "given") continue;  // reads no reward
    PolicyRows rows = random.make({.min_rows = 4, .min_tokens = 1, .masked = 0});
    rows.reward[1] = 0.0;
    const double as_zero = evaluate(named.config, rows).loss();
    rows.scored[1] = 0;
    rows.reward[1] = std::nan("");
    std::vector<int64_t> others;
    for (int64_t i = 0; i < rows.num_rows(); ++i) {
      if (i != 1) others.push_back(i);
    }
    const double failed = evaluate(named.config, rows).loss();
    expect_close(failed, evaluate(named.config, take_rows(rows, others)).loss(), 1e-14, named.name);
    EXPECT_NE(failed, as_zero) << named.name;
  }
}

// ---- 19, 20: AAPO and PVPO ---------------------------------------------------------------------

AlgorithmConfig aapo(Pairing pairing) {
  AlgorithmConfig config = plain_config();
  config.advantage.estimator = "aapo";
  config.advantage.margin.pairing = pairing;
  return config;
}

std::vector<double> aapo_rows(Pairing pairing,
                              const std::vector<std::optional<double>>& reference) {
  PolicyRows rows = reward_rows({{1, 0, 0.5}});
  rows.anchor = {{reference, {}}};
  return advantages_of(aapo(pairing), rows).row_advantage;
}

TEST(PolicyInvariants, Aapo) {  // 19
  const std::vector<double> group =
      advantages_of(plain_config(), reward_rows({{1, 0, 0.5}})).row_advantage;
  EXPECT_EQ(aapo_rows(Pairing::index, {1, 0, 0.5}), group);
  EXPECT_EQ(aapo_rows(Pairing::average, {0.25}), aapo_rows(Pairing::index, {0.25, 0.25, 0.25}));
  std::vector<double> reference = {0, 0.9, 1};
  const auto average = aapo_rows(Pairing::average, {0, 0.9, 1});
  std::vector<double> mean(3, 0.0);
  std::sort(reference.begin(), reference.end());
  do {
    const auto one = aapo_rows(Pairing::index, {reference[0], reference[1], reference[2]});
    for (int k = 0; k < 3; ++k) mean[k] += one[k] / 6;
  } while (std::next_permutation(reference.begin(), reference.end()));
  for (int k = 0; k < 3; ++k) EXPECT_NEAR(mean[k], average[k], 1e-14);
  AlgorithmConfig shut = aapo(Pairing::index);
  shut.advantage.margin.low = shut.advantage.margin.high = 0;
  PolicyRows rows = reward_rows({{1, 0, 0.5}});
  rows.anchor = {{{{0.3, 0.3, 0.3}}, {}}};
  EXPECT_EQ(advantages_of(shut, rows).row_advantage, group);
}

TEST(PolicyInvariants, Pvpo) {  // 20
  AlgorithmConfig pvpo = plain_config();
  pvpo.advantage.estimator = "pvpo";
  AlgorithmConfig group = plain_config();
  group.advantage.scale = AdvantageScale::none;
  PolicyRows rows = reward_rows({{1, 0, 0.5}});
  rows.anchor = {{{{0.25, 0.75}}, {}}};
  EXPECT_EQ(advantages_of(pvpo, rows).row_advantage, advantages_of(group, rows).row_advantage);
  rows.anchor = {{{{0.0}}, {}}};
  EXPECT_EQ(advantages_of(pvpo, rows).row_advantage, rows.reward);
}

TEST(PolicyInvariants, DetachIsBehaviourWithOldAtNew) {  // 20
  RandomRows random(20);
  for (Named& named : loss_configs()) {
    PolicyRows rows = random.make();
    rows.injected[0] = rows.injected[2] = 1;
    named.config.injected = InjectedRule::detach;
    const Evaluation detached = evaluate(named.config, rows);
    named.config.injected = InjectedRule::behaviour;
    for (const int64_t i : {0, 2}) {
      for (int64_t t = rows.begin[i]; t < rows.begin[i + 1]; ++t) {
        rows.old_logprob.wide[t] = rows.new_logprob.wide[t];
      }
    }
    const Evaluation same = evaluate(named.config, rows);
    EXPECT_EQ(detached.loss(), same.loss()) << named.name;
    EXPECT_EQ(detached.gradient, same.gradient) << named.name;
  }
}

// ---- 21 to 24 ----------------------------------------------------------------------------------

TEST(PolicyInvariants, CreditIsAFactor) {  // 21
  RandomRows random(21);
  for (const Named& named : loss_configs()) {
    PolicyRows rows = random.make();
    const Evaluation before = evaluate(named.config, rows);
    rows.credit.wide.assign(rows.mask.size(), 1.0);
    const Evaluation ones = evaluate(named.config, rows);
    EXPECT_EQ(ones.loss(), before.loss()) << named.name;
    EXPECT_EQ(ones.gradient, before.gradient) << named.name;
    rows.credit.wide.assign(rows.mask.size(), 2.0);
    expect_close(evaluate(named.config, rows).loss(), 2 * before.loss(), 1e-14, named.name);
  }
}

TEST(PolicyInvariants, NothingToTrainIsZero) {  // 22
  RandomRows random(22);
  for (const Named& named : all_configs()) {
    PolicyRows rows = random.make();
    std::fill(rows.mask.begin(), rows.mask.end(), 0);
    const Evaluation e = evaluate(named.config, rows);
    EXPECT_EQ(e.loss(), 0.0) << named.name;
    EXPECT_EQ(e.gradient_norm(), 0.0) << named.name;
    EXPECT_EQ(e.plan.trained_tokens, 0) << named.name;
    for (const auto& [name, value] :
         policy_metric_values(named.config, e.plan.metrics, e.metrics)) {
      EXPECT_TRUE(std::isfinite(value)) << named.name << " " << name;
    }
  }
}

TEST(PolicyInvariants, NonFiniteInputsNameTheRow) {  // 23
  RandomRows random(23);
  for (const Named& named : all_configs()) {
    const PolicyRows rows = random.make({.min_tokens = 1, .masked = 0});
    const int64_t bad = rows.num_rows() - 1;
    for (const double value : {std::nan(""), HUGE_VAL, -HUGE_VAL}) {
      PolicyRows broken = rows;
      for (Numbers* column : token_columns(broken)) {
        const std::vector<double> good = column->wide;
        column->wide[rows.begin[bad]] = value;
        try {
          evaluate(named.config, broken);
          ADD_FAILURE() << named.name << ": accepted";
        } catch (const PolicyError& e) {
          EXPECT_EQ(e.where(), bad) << e.what();
        }
        column->wide = good;
      }
      broken.reward[bad] = value;
      EXPECT_THROW(evaluate(named.config, broken), PolicyError) << named.name;
    }
  }
}

}  // namespace
}  // namespace kedge
