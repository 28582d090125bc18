#include <algorithm>

#include "trainer/advantage/estimators.h"
#include "trainer/advantage/statistics.h"

namespace kedge {
namespace {

// The rows to keep, best first; ties by place.
std::vector<size_t> kept_rows(const Siblings& siblings, const GfpoConfig& config) {
  const auto merit = [&](size_t k) {
    const double length = siblings.length[k];
    return config.metric == GfpoMetric::shortest ? -length : siblings.reward[k] / length;
  };
  std::vector<size_t> rows(siblings.reward.size());
  for (size_t k = 0; k < rows.size(); ++k) rows[k] = k;
  std::stable_sort(rows.begin(), rows.end(),
                   [&](size_t a, size_t b) { return merit(a) > merit(b); });
  rows.resize(std::min(rows.size(), static_cast<size_t>(config.keep)));
  return rows;
}

}  // namespace

void estimate_gfpo(const EstimateInput& in, std::span<double> out, json* details) {
  if (settle_trivial(in, out)) return;
  std::fill(out.begin(), out.end(), 0.0);
  const std::vector<size_t> rows = kept_rows(in.siblings, in.config.gfpo);
  std::vector<double> kept;
  for (const size_t k : rows) kept.push_back(in.siblings.reward[k]);
  const double baseline = mean_of(kept);
  const double spread = std_of(kept, in.config.std);
  for (const size_t k : rows) {
    if (spread > 0) out[k] = (in.siblings.reward[k] - baseline) / (spread + in.config.epsilon);
  }
  if (details) {
    (*details)["baseline"] = baseline;
    (*details)["spread"] = spread;
    (*details)["kept"] = rows;
  }
}

}  // namespace kedge
