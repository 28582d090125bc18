#include <algorithm>

#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"

namespace kedge {
namespace {

double alpha_of(const EstimateInput& in) {
  const BatchFacts& batch = in.batch;
  switch (in.config.gpg_alpha) {
    case GpgAlpha::groups:
      return batch.varied_groups == 0
                 ? 0.0
                 : static_cast<double>(batch.groups) / static_cast<double>(batch.varied_groups);
    case GpgAlpha::verl:  // counts rows, and those with a reward other than 0
      return static_cast<double>(batch.rows) /
             static_cast<double>(std::max<int64_t>(batch.nonzero_rows, 1));
    case GpgAlpha::one:
      break;
  }
  return 1.0;
}

}  // namespace

void estimate_gpg(const EstimateInput& in, std::span<double> out, json* details) {
  if (settle_trivial(in, out)) return;
  const double alpha = alpha_of(in);
  const double baseline = mean_of(in.siblings.reward);
  for (size_t k = 0; k < out.size(); ++k) out[k] = alpha * (in.siblings.reward[k] - baseline);
  if (details) {
    (*details)["baseline"] = baseline;
    (*details)["alpha"] = alpha;
  }
}

}  // namespace kedge
