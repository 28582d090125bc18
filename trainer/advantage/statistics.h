// Means and deviations in double, in the order of the values. Two passes for a variance:
// E[x^2] - E[x]^2 cancels.
#pragma once
#include <span>

#include "trainer/advantage/config.h"

namespace kedge {

double mean_of(std::span<const double> values);  // 0 for none
// sqrt(sum (x - mean)^2 / (n - 1 or n)); 0 where the divisor is not positive.
double std_of(std::span<const double> values, StdKind kind);

}  // namespace kedge
