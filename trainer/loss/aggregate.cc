#include "trainer/loss/aggregate.h"

#include "core/error.h"

namespace kedge {
namespace {

struct Totals {
  double tokens = 0.0;
  double rows = 0.0;
  double groups = 0.0;
  std::vector<double> group_tokens;
};

Totals totals_of(const AggregateConfig& config, const RowCounts& rows) {
  Totals totals;
  totals.group_tokens.assign(rows.num_groups, 0.0);
  for (size_t i = 0; i < rows.tokens.size(); ++i) {
    const double n = static_cast<double>(rows.tokens[i]);
    totals.tokens += n;
    totals.group_tokens[rows.group[i]] += n;
    const bool counts = config.rows == AggregateRows::all ? rows.counted[i] != 0 : n > 0;
    totals.rows += counts ? 1.0 : 0.0;
  }
  for (const double n : totals.group_tokens) totals.groups += n > 0 ? 1.0 : 0.0;
  return totals;
}

double coefficient(const AggregateConfig& config, const Totals& totals, double n, int32_t group) {
  switch (config.mode) {
    case AggregateMode::token_mean:
      return 1.0 / totals.tokens;
    case AggregateMode::token_sum:
      return 1.0;
    case AggregateMode::seq_mean_token_mean:
      return 1.0 / (totals.rows * n);
    case AggregateMode::seq_mean_token_sum:
      return 1.0 / totals.rows;
    case AggregateMode::seq_mean_token_sum_norm:
      KEDGE_CHECK(config.divisor, "seq_mean_token_sum_norm without divisor");
      return 1.0 / (totals.rows * *config.divisor);
    case AggregateMode::group_mean_token_mean:
      return 1.0 / (totals.groups * totals.group_tokens[group]);
  }
  KEDGE_CHECK(false, "mode ", static_cast<int>(config.mode));
  return 0.0;
}

}  // namespace

std::vector<double> aggregation_coefficients(const AggregateConfig& config, const RowCounts& rows) {
  const Totals totals = totals_of(config, rows);
  std::vector<double> out(rows.tokens.size(), 0.0);
  for (size_t i = 0; i < out.size(); ++i) {
    if (rows.tokens[i] == 0) continue;
    out[i] = coefficient(config, totals, static_cast<double>(rows.tokens[i]), rows.group[i]);
  }
  return out;
}

}  // namespace kedge
