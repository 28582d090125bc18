#include "rewards/whiten.h"

#include <algorithm>
#include <cmath>
#include <vector>

namespace kedge {

void whiten(std::span<Verdict* const> verdicts) {
  constexpr double kEpsilon = 1e-4;
  std::vector<Verdict*> scored;
  std::copy_if(verdicts.begin(), verdicts.end(), std::back_inserter(scored),
               [](const Verdict* verdict) { return verdict->has_score(); });
  double mean = 0.0;
  for (const Verdict* verdict : scored) {
    mean += verdict->score / static_cast<double>(scored.size());
  }
  double squares = 0.0;
  for (const Verdict* verdict : scored) {
    squares += (verdict->score - mean) * (verdict->score - mean);
  }
  const auto [low, high] =
      std::minmax_element(scored.begin(), scored.end(),
                          [](const Verdict* a, const Verdict* b) { return a->score < b->score; });
  const bool flat = scored.size() < 2 || (*low)->score == (*high)->score;
  const double spread =
      flat ? 0.0 : std::sqrt(squares / static_cast<double>(scored.size() - 1)) + kEpsilon;
  for (Verdict* verdict : scored) {
    verdict->score = flat ? 0.0 : (verdict->score - mean) / spread;
  }
}

}  // namespace kedge
