// Bingo (arXiv 2506.08125; methods: rewards, section 1): pay for few insignificant tokens; on wrong
// answers pay for significant ones while the policy still learns, and charge for them afterwards.
//
//   correct   lambda_c cos(clip(r_i, 0, pi/2))
//   wrong     min(0, lambda_is (cos(clip(r_i, 0, pi/2)) - 1) + k r_s - lambda_s)
//
// r_i and r_s are the numbers of insignificant and significant tokens over those of an answer of
// the reference policy to the same prompt.
#pragma once
#include <optional>
#include <span>
#include <vector>

#include "core/json.h"
#include "core/stateful.h"
#include "rewards/length/length_reward.h"

namespace kedge {

struct BingoFormula {
  double lambda_c = 5.0;
  double lambda_is = 2.0;
  double lambda_s = 5.0;
  int64_t slope_start = 50;
  int64_t slope_period = 10;
  double slope_threshold = 2.5;
  double decay = 0.5;
};

template <class V>
void visit_bingo(V& v, BingoFormula& c) {
  v.field("lambda_c", c.lambda_c, "bonus of a correct answer without insignificant tokens",
          at_least(0));
  v.field("lambda_is", c.lambda_is, "price of insignificant tokens in a wrong answer", at_least(0));
  v.field("lambda_s", c.lambda_s, "price of a wrong answer without significant tokens", positive());
  v.field("slope_start", c.slope_start, "steps before the slope of the score is looked at",
          at_least(1));
  v.field("slope_period", c.slope_period, "scores the slope is taken over", at_least(1));
  v.field("slope_threshold", c.slope_threshold,
          "scaled slope up to which learning counts as slow; the first one scales to 3.18 with "
          "lambda_s 5");
  v.field("decay", c.decay, "k falls by this much per slow step", at_least(0));
}

// Means over reference samples need not be whole.
struct SignificanceCounts {
  double significant = 0.0;
  double insignificant = 0.0;
};

// Tokens are cut into windows; in each the values are scaled to 0..1 (all equal: 1), and from `tau`
// on a token is significant.
SignificanceCounts significance_counts(std::span<const std::vector<double>> windows, double tau);

// k: nullopt before the schedule has one. Where a reference count is 0 both ratios are 0.
double bingo_term(const BingoFormula& formula, bool correct, const SignificanceCounts& counts,
                  const SignificanceCounts& reference, std::optional<double> k);

// k from the slope of the mean training score: step() is called once after every update.
class BingoSchedule : public Stateful {
 public:
  explicit BingoSchedule(const BingoFormula& formula) : formula_(formula) {}

  std::optional<double> k() const { return k_; }
  // Steps count from 1. Returns the new k.
  std::optional<double> step(int64_t step, double score);

  json save() const override;
  void load(const json& state) override;

 private:
  const BingoFormula formula_;
  std::vector<double> steps_;   // the last slope_period of them
  std::vector<double> scores_;  // beside the steps
  int64_t num_scores_ = 0;
  int64_t num_slow_ = 0;  // slow steps without one between that was not
  std::optional<double> scale_;
  std::optional<double> k_;
};

}  // namespace kedge
