#include "trainer/loss/value_loss.h"

#include <algorithm>

namespace kedge {

ValueLoss value_loss(const ValueTerms& terms, std::span<double> gradient) {
  ValueLoss out;
  for (size_t t = 0; t < terms.mask.size(); ++t) {
    gradient[t] = 0.0;
    if (!terms.mask[t]) continue;
    const double v = terms.new_values[t];
    const double old = terms.old_values[t];
    const double cut = terms.clip ? std::clamp(v, old - *terms.clip, old + *terms.clip) : v;
    const double free = (v - terms.returns[t]) * (v - terms.returns[t]);
    const double bounded = (cut - terms.returns[t]) * (cut - terms.returns[t]);
    out.loss += terms.coefficient * 0.5 * std::max(free, bounded);
    out.clipped += bounded > free ? terms.coefficient : 0.0;
    if (free >= bounded) gradient[t] = terms.coefficient * (v - terms.returns[t]);
  }
  return out;
}

}  // namespace kedge
