#include "trainer/algorithm/prepare.h"

#include <algorithm>

#include "trainer/advantage/gae.h"
#include "trainer/advantage/statistics.h"
#include "trainer/advantage/token_advantage.h"
#include "trainer/algorithm/check_rows.h"
#include "trainer/algorithm/policy_error.h"
#include "trainer/algorithm/token_terms.h"

namespace kedge {
namespace {

// One rollout batch on its way from rewards to token advantages.
class Preparation {
 public:
  Preparation(const AlgorithmConfig& config, const PolicyRows& rows, const PrepareOptions& options)
      : config_(config),
        rows_(rows),
        options_(options),
        estimator_(estimator_of(config.advantage)) {}

  PreparedBatch run() {
    check_rows(rows_);
    require_columns();
    shape_rewards();
    choose_siblings();
    make_mask();
    estimate_rows();
    spread_over_tokens();
    whiten();
    apply_credit(config_.credit, rows_, out_.mask, out_.advantage);
    out_.kept.assign(rows_.num_rows(), 1);
    if (options_.with_loss && config_.correction.on()) {
      out_.weight = correction_weights(config_.correction, rows_, out_.mask, out_.kept);
    }
    return std::move(out_);
  }

 private:
  void require_columns() const {
    const bool no_tokens = rows_.mask.empty();
    const auto need = [&](bool wanted, bool there, const char* key, const char* what) {
      if (wanted && !there && !no_tokens) {
        throw ConfigError(std::string("algorithm.") + key,
                          std::string("set, but ") + what + " absent", "the batch must bring it");
      }
    };
    const bool in_reward = config_.reward.kl_coef > 0;
    need(in_reward, !rows_.ref_logprob.empty() && !rows_.old_logprob.empty(), "reward.kl_coef",
         "reference log-probs are");
    need(options_.with_loss && config_.kl.coef > 0, !rows_.ref_logprob.empty(), "kl.coef",
         "reference log-probs are");
    need(options_.with_loss && config_.correction.on(), !rows_.sampler_logprob.empty(),
         "correction", "sampler log-probs are");
    need(estimator_.tokens == TokenRule::gae, !rows_.values.empty(), "advantage.estimator",
         "a critic's values are");
    need(estimator_.tokens == TokenRule::given, !rows_.given_token.empty(), "advantage.estimator",
         "given advantages are");
  }

  // Step 2: overlong penalty, then the KL of the whole row.
  void shape_rewards() {
    out_.reward = rows_.reward;
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      if (!rows_.scored[i]) out_.reward[i] = 0.0;
      if (config_.reward.overlong) {
        out_.reward[i] += overlong_penalty(*config_.reward.overlong, rows_.length(i));
      }
    }
    if (config_.reward.kl_coef == 0) return;
    token_kl_ = reward_kl(config_.reward, rows_);
    if (config_.reward.kl_place != KlPlace::sequence) return;
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      double sum = 0.0;
      for (int64_t t = rows_.begin[i]; t < rows_.begin[i + 1]; ++t) sum += token_kl_[t];
      out_.reward[i] -= config_.reward.kl_coef * sum;
    }
  }

  // Step 3.
  void choose_siblings() {
    out_.sibling.assign(rows_.num_rows(), 0);
    members_.assign(rows_.num_groups, {});
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      const bool leaves = config_.truncated == TruncatedRule::leave_group && rows_.truncated[i];
      out_.sibling[i] = rows_.scored[i] && !leaves;
      members_[rows_.group[i]].push_back(i);
    }
    out_.flat.assign(rows_.num_groups, 0);
    out_.dropped.assign(rows_.num_groups, 0);
    const int32_t needed = estimator_.needs_siblings ? config_.advantage.min_siblings : 1;
    for (int32_t g = 0; g < rows_.num_groups; ++g) {
      const std::vector<int64_t> live = siblings_of(g);
      out_.flat[g] = is_flat(live);
      const bool too_few = static_cast<int32_t>(live.size()) < needed;
      const bool drop_flat = out_.flat[g] && config_.zero_variance != ZeroVariance::keep;
      out_.dropped[g] = too_few || drop_flat;
      if (!out_.dropped[g]) continue;
      for (const int64_t i : live) out_.sibling[i] = 0;
    }
  }

  std::vector<int64_t> siblings_of(int32_t g) const {
    std::vector<int64_t> live;
    for (const int64_t i : members_[g]) {
      if (out_.sibling[i]) live.push_back(i);
    }
    return live;
  }

  bool is_flat(const std::vector<int64_t>& live) const {
    for (const int64_t i : live) {
      if (rows_.metric[i] != rows_.metric[live.front()]) return false;
    }
    return !live.empty();
  }

  // Step 5.
  void make_mask() {
    out_.mask = rows_.mask;
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      const bool hidden = config_.truncated == TruncatedRule::mask && rows_.truncated[i];
      if (out_.sibling[i] && rows_.trains[i] && !hidden) continue;
      std::fill(out_.mask.begin() + rows_.begin[i], out_.mask.begin() + rows_.begin[i + 1], 0);
    }
  }

  // Step 4.
  void estimate_rows() {
    out_.row_advantage.assign(rows_.num_rows(), 0.0);
    if (options_.details) out_.details.assign(rows_.num_groups, json::object());
    require_anchors();
    const BatchFacts facts = batch_facts();
    for (int32_t g = 0; g < rows_.num_groups; ++g) estimate_group_rows(g, facts);
    if (estimator_.tokens == TokenRule::given) out_.row_advantage = rows_.given;
  }

  void require_anchors() const {
    if ((!estimator_.needs_reference && !estimator_.needs_greedy) || !rows_.anchor.empty()) return;
    throw PolicyError(PolicyFault::missing_anchor, -1,
                      "estimator " + std::string(estimator_.name) +
                          " needs reference rewards, and no prompt has any");
  }

  BatchFacts batch_facts() const {
    BatchFacts facts;
    std::vector<double> rewards;
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      if (!out_.sibling[i]) continue;
      rewards.push_back(out_.reward[i]);
      facts.nonzero_rows += out_.reward[i] != 0;
    }
    facts.rows = static_cast<int64_t>(rewards.size());
    facts.reward_std = std_of(rewards, config_.advantage.std);
    for (int32_t g = 0; g < rows_.num_groups; ++g) {
      const std::vector<int64_t> live = siblings_of(g);
      facts.groups += !live.empty();
      const bool varied = std::any_of(live.begin(), live.end(), [&](int64_t i) {
        return out_.reward[i] != out_.reward[live.front()];
      });
      facts.varied_groups += varied;
    }
    return facts;
  }

  void estimate_group_rows(int32_t g, const BatchFacts& facts) {
    const std::vector<int64_t> live = siblings_of(g);
    if (live.empty()) return;
    std::vector<double> reward;
    std::vector<double> length;
    std::vector<double> given;
    std::vector<int32_t> position;
    for (size_t k = 0; k < members_[g].size(); ++k) {
      const int64_t i = members_[g][k];
      if (!out_.sibling[i]) continue;
      reward.push_back(out_.reward[i]);
      const auto mask = rows_.row_mask(i);
      length.push_back(static_cast<double>(std::count(mask.begin(), mask.end(), 1)));
      position.push_back(static_cast<int32_t>(k));
      if (!rows_.given.empty()) given.push_back(rows_.given[i]);
    }
    std::vector<double> advantage(live.size(), 0.0);
    const RewardAnchor* anchor = rows_.anchor.empty() ? nullptr : &rows_.anchor[g];
    const Siblings siblings{g, reward, length, position, given, anchor};
    json* details = options_.details ? &out_.details[g] : nullptr;
    estimator_.estimate({config_.advantage, siblings, facts}, advantage, details);
    if (details && config_.advantage.clip) (*details)["before_clip"] = advantage;
    for (size_t k = 0; k < live.size(); ++k) out_.row_advantage[live[k]] = clipped(advantage[k]);
  }

  double clipped(double advantage) const {
    const auto& clip = config_.advantage.clip;
    return clip ? std::clamp(advantage, (*clip)[0], (*clip)[1]) : advantage;
  }

  // Step 6.
  void spread_over_tokens() {
    out_.advantage.assign(rows_.mask.size(), 0.0);
    for (int64_t i = 0; i < rows_.num_rows(); ++i) {
      const std::span<double> tokens = row_tokens(i);
      switch (estimator_.tokens) {
        case TokenRule::broadcast:
          std::fill(tokens.begin(), tokens.end(), out_.row_advantage[i]);
          subtract_kl_to_come(i);
          break;
        case TokenRule::suffix:
          place_token_rewards(i, tokens);
          suffix_sum(row_mask(i), config_.advantage.gamma, tokens);
          break;
        case TokenRule::given: {
          const RealSpan given = rows_.row(rows_.given_token, i);
          for (size_t t = 0; t < tokens.size(); ++t) tokens[t] = given[t];
          break;
        }
        case TokenRule::gae:
          place_gae(i, tokens);
          break;
      }
    }
  }

  std::span<double> row_tokens(int64_t i) {
    return std::span<double>(out_.advantage).subspan(rows_.begin[i], rows_.length(i));
  }
  std::span<const uint8_t> row_mask(int64_t i) const {
    return std::span<const uint8_t>(out_.mask).subspan(rows_.begin[i], rows_.length(i));
  }
  bool kl_by_token() const {
    return config_.reward.kl_coef > 0 && config_.reward.kl_place == KlPlace::token;
  }

  void subtract_kl_to_come(int64_t i) {
    if (!kl_by_token()) return;
    const auto mask = row_mask(i);
    double running = 0.0;
    for (size_t t = mask.size(); t-- > 0;) {
      if (!mask[t]) continue;
      running += token_kl_[rows_.begin[i] + t];
      out_.advantage[rows_.begin[i] + t] -= config_.reward.kl_coef * running;
    }
  }

  // The outcome on the last trained token, minus the KL of each token.
  void place_token_rewards(int64_t i, std::span<double> tokens) const {
    const auto mask = row_mask(i);
    bool placed = false;
    for (size_t t = mask.size(); t-- > 0;) {
      tokens[t] = 0.0;
      if (!mask[t]) continue;
      if (!placed) tokens[t] = out_.row_advantage[i];
      placed = true;
      if (kl_by_token()) tokens[t] -= config_.reward.kl_coef * token_kl_[rows_.begin[i] + t];
    }
  }

  void place_gae(int64_t i, std::span<double> tokens) const {
    std::vector<double> reward(tokens.size(), 0.0);
    place_token_rewards(i, reward);
    const double lambda = config_.critic ? config_.critic->lambda : config_.advantage.lambda;
    gae({config_.advantage.gamma, lambda}, row_mask(i), reward, rows_.row(rows_.values, i), tokens);
  }

  void whiten() {
    const AdvantageConfig& how = config_.advantage;
    if (how.whiten == Whiten::tokens) {
      whiten_tokens(out_.mask, how.whiten_std, how.whiten_epsilon, out_.advantage);
    } else if (how.whiten == Whiten::rows) {
      whiten_rows(out_.sibling, how.whiten_std, how.whiten_epsilon, out_.row_advantage);
      for (int64_t i = 0; i < rows_.num_rows(); ++i) {
        const auto tokens = row_tokens(i);
        std::fill(tokens.begin(), tokens.end(), out_.row_advantage[i]);
      }
    }
    for (size_t t = 0; t < out_.mask.size(); ++t) {
      if (!out_.mask[t]) out_.advantage[t] = 0.0;
    }
  }

  const AlgorithmConfig& config_;
  const PolicyRows& rows_;
  const PrepareOptions& options_;
  const AdvantageEstimator& estimator_;
  PreparedBatch out_;
  std::vector<std::vector<int64_t>> members_;  // [P] rows of each prompt, in order
  std::vector<double> token_kl_;               // [N]
};

}  // namespace

PreparedBatch prepare_batch(const AlgorithmConfig& config, const PolicyRows& rows,
                            const PrepareOptions& options) {
  return Preparation(config, rows, options).run();
}

std::vector<std::string> signal_columns(const AlgorithmConfig& config) {
  std::vector<std::string> names;
  if (needs_reference_policy(config)) names.push_back("ref_logprob");
  if (estimator_of(config.advantage).tokens == TokenRule::given) {
    names.push_back("given_advantage");
  }
  for (std::string& name : make_credit_shaper(config.credit)->columns()) {
    names.push_back(std::move(name));
  }
  return names;
}

}  // namespace kedge
