// Aggregation (policy sheet 3.5): loss = sum_it c_it l_it. All coefficients of an update are known
// before its first backward, so any split only adds partial sums (design law 6).
#pragma once
#include <cstdint>
#include <span>
#include <vector>

#include "trainer/loss/config.h"

namespace kedge {

// The rows of one optimiser update. R rows.
struct RowCounts {
  std::span<const int32_t> group;    // [R] index below num_groups
  std::span<const int64_t> tokens;   // [R] tokens in the denominators
  std::span<const uint8_t> counted;  // [R] part of R with `rows: all`
  int32_t num_groups = 0;
};

// c of each row's trained tokens [R] (the same for all of a row); 0 for rows without tokens.
std::vector<double> aggregation_coefficients(const AggregateConfig& config, const RowCounts& rows);

}  // namespace kedge
