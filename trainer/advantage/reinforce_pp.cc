#include <algorithm>

#include "trainer/advantage/estimators.h"

namespace kedge {

void estimate_reinforce_pp(const EstimateInput& in, std::span<double> out, json*) {
  std::copy(in.siblings.reward.begin(), in.siblings.reward.end(), out.begin());
}

}  // namespace kedge
