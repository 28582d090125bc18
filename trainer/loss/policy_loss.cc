#include "trainer/loss/policy_loss.h"

#include <algorithm>
#include <cmath>
#include <vector>

#include "core/math.h"
#include "core/registry.h"
#include "trainer/loss/clip.h"
#include "trainer/loss/correction.h"
#include "trainer/loss/kl.h"
#include "trainer/loss/ratio.h"

namespace kedge {
namespace {

// One path on its way through the loss.
class PathWalk {
 public:
  PathWalk(const LossConfig& config, const PathTerms& terms, const PathGradient& out)
      : config_(config),
        terms_(terms),
        out_(out),
        clip_(find_entry("clip kind", clip_kinds(), config.clip.kind)),
        kl_(find_entry("KL estimator", kl_estimators(), config.kl.estimator)),
        detached_(terms.old_logprob.empty() ||
                  (terms.injected && config.injected == InjectedRule::detach)),
        rejects_(rejects_negative()) {}

  PathLoss run(LossMetrics& metrics) {
    take_row_ratio();
    for (size_t t = 0; t < terms_.trained.size(); ++t) {
      clear(t);
      if (terms_.trained[t]) token(t);
    }
    share_gradient();
    loss_.loss = loss_.policy + config_.kl.coef * loss_.kl - config_.entropy.coef * loss_.entropy;
    loss_.finite = std::isfinite(loss_.loss) && std::isfinite(gradient_sum_);
    if (!loss_.finite) return discard(metrics);
    own_.policy_loss = loss_.policy;
    own_.kl_loss = loss_.kl;
    own_.entropy_bonus = loss_.entropy;
    own_.loss = loss_.loss;
    metrics += own_;
    return loss_;
  }

 private:
  // Is this a row whose tokens with negative advantage are rejected?
  bool rejects_negative() const {
    if (!config_.off_policy_mask || terms_.injected) return false;
    const bool recorded = !terms_.sampler_logprob.empty();
    const RealSpan source = recorded ? terms_.sampler_logprob : terms_.old_logprob;
    if (source.empty()) return false;
    return policy_drift(terms_.trained, source, terms_.new_logprob) > *config_.off_policy_mask;
  }

  bool used(size_t t) const { return terms_.trained[t] && !(rejects_ && terms_.advantage[t] < 0); }

  double gap(size_t t) const {
    return detached_ ? 0.0 : terms_.new_logprob[t] - terms_.old_logprob[t];
  }

  // Sequence ratios need the whole row first. Injected rows always use the token ratio.
  void take_row_ratio() {
    whole_row_ = is_sequence_level(config_.ratio.level) && !terms_.injected;
    if (!whole_row_) return;
    double sum = 0.0;
    int64_t count = 0;
    for (size_t t = 0; t < terms_.trained.size(); ++t) {
      if (!used(t)) continue;
      sum += gap(t);
      ++count;
    }
    row_ratio_ = sequence_ratio(config_.ratio, sum, count);
  }

  void clear(size_t t) {
    out_.logprob[t] = 0.0;
    if (!out_.entropy.empty()) out_.entropy[t] = 0.0;
    if (!out_.token_loss.empty()) out_.token_loss[t] = 0.0;
  }

  void token(size_t t) {
    const double weight = terms_.correction.empty() ? 1.0 : terms_.correction[t];
    if (!used(t)) {
      own_.rejected += 1.0;
      own_.rejected_weight += weight != 0.0 ? 1.0 : 0.0;
      return;
    }
    own_.tokens += 1.0;
    double gradient = policy_term(t, weight * terms_.coefficient[t], weight);
    if (config_.kl.coef > 0) gradient += kl_term(t);
    out_.logprob[t] = gradient;
    gradient_sum_ += gradient;
    entropy_term(t);
  }

  // Returns the part of d loss / d log-prob that falls on the token itself.
  double policy_term(size_t t, double scale, double weight) {
    const double d = gap(t);
    const bool plain = config_.ratio.level == RatioLevel::none;
    const Ratio alone = plain ? Ratio{} : token_ratio_where_needed(d);
    const Ratio& ratio = whole_row_ ? row_ratio_ : alone;
    const ClipInput in{ratio.rho, terms_.advantage[t], terms_.new_logprob[t], alone.rho};
    const ClipTerm term = plain ? logprob_term(in) : clip_.term(config_.clip, in);
    loss_.policy += scale * term.loss;
    own_.logprob_loss -= scale * in.advantage * in.logprob;
    if (!out_.token_loss.empty()) out_.token_loss[t] = weight * term.loss;
    shared_ += scale * term.d_rho * ratio.shared;
    count(term, ratio, alone, d);
    return scale * (term.d_rho * ratio.own + term.d_logprob);
  }

  // A sequence ratio makes the token's own one unnecessary, except as CISPO's weight.
  Ratio token_ratio_where_needed(double d) const {
    if (whole_row_ && clip_.name != "cispo") return {};
    return token_ratio(d, config_.ratio.log_clamp);
  }

  void count(const ClipTerm& term, const Ratio& ratio, const Ratio& alone, double d) {
    if (terms_.injected) {
      own_.injected_tokens += 1.0;
      own_.injected_ratio += ratio.rho;
      return;
    }
    own_.policy_tokens += 1.0;
    own_.clip_high += term.high ? 1.0 : 0.0;
    own_.clip_low += term.low ? 1.0 : 0.0;
    own_.clip_dual += term.dual ? 1.0 : 0.0;
    own_.ratio += ratio.rho;
    own_.ratio_max = std::max(own_.ratio_max, ratio.rho);
    if (d == 0.0) return;
    const double e = alone.own != 0.0 ? alone.own : math::exp(d);  // own is e^d where not clamped
    own_.kl_old_k1 -= d;
    own_.kl_old_k3 += e - d - 1.0;
  }

  double kl_term(size_t t) {
    KlTerm term = kl_.term(terms_.ref_logprob[t] - terms_.new_logprob[t], config_.kl.clamp);
    if (config_.kl.importance) {
      const double d =
          terms_.old_logprob.empty() ? 0.0 : terms_.new_logprob[t] - terms_.old_logprob[t];
      term = with_importance(term, d);
    }
    own_.kl_ref += term.value;
    own_.kl_ref_k1 += terms_.new_logprob[t] - terms_.ref_logprob[t];
    loss_.kl += terms_.coefficient[t] * term.value;
    return config_.kl.coef * terms_.coefficient[t] * term.d_logprob;
  }

  void entropy_term(size_t t) {
    if (terms_.entropy.empty()) return;
    own_.entropy += terms_.entropy[t];
    if (config_.entropy.coef == 0) return;
    loss_.entropy += terms_.entropy_coefficient[t] * terms_.entropy[t];
    if (!out_.entropy.empty()) {
      out_.entropy[t] = -config_.entropy.coef * terms_.entropy_coefficient[t];
    }
  }

  void share_gradient() {
    if (shared_ == 0.0) return;
    for (size_t t = 0; t < terms_.trained.size(); ++t) {
      if (used(t)) out_.logprob[t] += shared_;
    }
    gradient_sum_ += shared_;
  }

  PathLoss discard(LossMetrics& metrics) {
    for (size_t t = 0; t < terms_.trained.size(); ++t) clear(t);
    LossMetrics none;
    none.nonfinite_paths = 1.0;
    metrics += none;
    PathLoss lost;
    lost.finite = false;
    return lost;
  }

  const LossConfig& config_;
  const PathTerms& terms_;
  const PathGradient& out_;
  const ClipKind& clip_;
  const KlEstimator& kl_;
  const bool detached_;
  const bool rejects_;
  bool whole_row_ = false;
  Ratio row_ratio_;
  double shared_ = 0.0;
  double gradient_sum_ = 0.0;
  PathLoss loss_;
  LossMetrics own_;
};

void check_column(const char* name, size_t found, size_t expected) {
  KEDGE_CHECK(found == expected, name, " has ", found, " tokens, the path ", expected);
}

void check_terms(const LossConfig& config, const PathTerms& terms, const PathGradient& out) {
  const size_t n = terms.trained.size();
  check_column("new_logprob", terms.new_logprob.size(), n);
  check_column("advantage", terms.advantage.size(), n);
  check_column("coefficient", terms.coefficient.size(), n);
  check_column("d/d(log-prob)", out.logprob.size(), n);
  if (!terms.old_logprob.empty()) check_column("old_logprob", terms.old_logprob.size(), n);
  if (!terms.correction.empty()) check_column("correction", terms.correction.size(), n);
  if (!terms.entropy.empty()) check_column("entropy", terms.entropy.size(), n);
  if (config.kl.coef > 0) check_column("ref_logprob", terms.ref_logprob.size(), n);
  if (config.entropy.coef > 0) {
    check_column("entropy", terms.entropy.size(), n);
    check_column("entropy_coefficient", terms.entropy_coefficient.size(), n);
  }
}

}  // namespace

PathLoss path_loss(const LossConfig& config, const PathTerms& terms, const PathGradient& out,
                   LossMetrics& metrics) {
  check_terms(config, terms, out);
  return PathWalk(config, terms, out).run(metrics);
}

PathLoss policy_path_loss(const LossConfig& config, const PackedPath& path,
                          std::span<const float> new_logprob, std::span<const float> entropy,
                          std::span<float> dlogprob, std::span<float> dentropy,
                          LossMetrics& metrics) {
  const size_t n = path.trained.size();
  check_column("dlogprob", dlogprob.size(), n);
  if (!dentropy.empty()) check_column("dentropy", dentropy.size(), n);
  std::vector<double> gradient(n * 2, 0.0);
  PathTerms terms{
      path.trained,     new_logprob,    entropy,         path.old_logprob, path.sampler_logprob,
      path.ref_logprob, path.advantage, path.correction, path.coefficient, path.entropy_coefficient,
      path.injected};
  const std::span<double> all(gradient);
  const PathGradient out{all.first(n), all.subspan(n), {}};
  const PathLoss loss = path_loss(config, terms, out, metrics);
  for (size_t t = 0; t < n; ++t) {
    dlogprob[t] = static_cast<float>(out.logprob[t]);
    if (!dentropy.empty()) dentropy[t] = static_cast<float>(out.entropy[t]);
  }
  return loss;
}

}  // namespace kedge
