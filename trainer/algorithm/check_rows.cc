#include "trainer/algorithm/check_rows.h"

#include <cmath>

#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

std::string row_name(const PolicyRows& rows, int64_t row) {
  std::string name = "row " + std::to_string(row) + " (prompt " + std::to_string(rows.group[row]);
  if (!rows.origin.empty()) {
    name += ", trajectory " + std::to_string(rows.origin[row].trajectory);
  }
  return name + ")";
}

void check_column(const PolicyRows& rows, const char* name, const Numbers& column,
                  PolicyFault fault) {
  if (column.empty()) return;
  const RealSpan values = column.span();
  if (values.size() != rows.mask.size()) {
    throw PolicyError(PolicyFault::shape_mismatch, -1,
                      std::string(name) + " has " + std::to_string(values.size()) +
                          " tokens, the mask " + std::to_string(rows.mask.size()));
  }
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    for (int64_t t = rows.begin[i]; t < rows.begin[i + 1]; ++t) {
      if (!rows.mask[t] || std::isfinite(values[t])) continue;
      throw PolicyError(fault, i,
                        std::string(name) + " of " + row_name(rows, i) + ", token " +
                            std::to_string(t - rows.begin[i]) + ", is " + format_float(values[t]));
    }
  }
}

void check_length(const char* name, size_t found, int64_t expected) {
  if (static_cast<int64_t>(found) == expected) return;
  throw PolicyError(PolicyFault::shape_mismatch, -1,
                    std::string(name) + " has " + std::to_string(found) + " rows, the batch " +
                        std::to_string(expected));
}

void check_lengths(const PolicyRows& rows) {
  const int64_t n = rows.num_rows();
  check_length("lengths", rows.begin.size() - 1, n);
  check_length("verdict", rows.scored.size(), n);
  check_length("reward", rows.reward.size(), n);
  check_length("metric", rows.metric.size(), n);
  check_length("truncated", rows.truncated.size(), n);
  check_length("source", rows.injected.size(), n);
  check_length("trains", rows.trains.size(), n);
  if (static_cast<int64_t>(rows.mask.size()) != rows.num_tokens()) {
    throw PolicyError(PolicyFault::shape_mismatch, -1,
                      "mask has " + std::to_string(rows.mask.size()) + " tokens, the rows " +
                          std::to_string(rows.num_tokens()));
  }
}

void check_scores(const PolicyRows& rows) {
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    if (!rows.scored[i]) continue;
    if (!std::isfinite(rows.reward[i])) {
      throw PolicyError(PolicyFault::nonfinite_reward, i,
                        "reward of " + row_name(rows, i) + " is " + format_float(rows.reward[i]));
    }
    if (!std::isfinite(rows.metric[i])) {
      throw PolicyError(PolicyFault::nonfinite_metric, rows.group[i],
                        "metric of " + row_name(rows, i) + " is " + format_float(rows.metric[i]));
    }
  }
}

}  // namespace

void check_rows(const PolicyRows& rows) {
  check_lengths(rows);
  check_column(rows, "new_logprob", rows.new_logprob, PolicyFault::nonfinite_logprob);
  check_column(rows, "old_logprob", rows.old_logprob, PolicyFault::nonfinite_logprob);
  check_column(rows, "ref_logprob", rows.ref_logprob, PolicyFault::nonfinite_logprob);
  check_column(rows, "sampler_logprob", rows.sampler_logprob, PolicyFault::nonfinite_logprob);
  check_column(rows, "entropy", rows.entropy, PolicyFault::nonfinite_input);
  check_column(rows, "credit", rows.credit, PolicyFault::nonfinite_input);
  check_column(rows, "values", rows.values, PolicyFault::nonfinite_input);
  check_column(rows, "given_advantage", rows.given_token, PolicyFault::nonfinite_input);
  for (const auto& [name, column] : rows.signals) {
    check_column(rows, name.c_str(), column, PolicyFault::nonfinite_input);
  }
  check_scores(rows);
}

}  // namespace kedge
