#include "trainer/optim/grad_norm.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include "model/kernels/kernels.h"

namespace kedge {

double block_square_sum(std::span<const float> block) {
  std::array<double, kNormLanes> lane{};
  const size_t whole = block.size() / kNormLanes * kNormLanes;
  for (size_t i = 0; i < whole; i += kNormLanes) {
    for (int l = 0; l < kNormLanes; ++l) {
      const double value = block[i + l];
      lane[l] += value * value;
    }
  }
  for (size_t i = whole; i < block.size(); ++i) {
    const double value = block[i];
    lane[i - whole] += value * value;
  }
  for (int half = kNormLanes / 2; half > 0; half /= 2) {
    for (int l = 0; l < half; ++l) lane[l] += lane[l + half];
  }
  return lane[0];
}

double global_norm(Context& context, std::span<const float> values) {
  const auto size = static_cast<int64_t>(values.size());
  const int64_t blocks = (size + kNormBlock - 1) / kNormBlock;
  std::vector<double> sums(blocks);
  context.pool.run([&](int worker) {
    const Share share = share_of(blocks, worker, context.pool.size());
    for (int64_t b = share.begin; b < share.end; ++b) {
      const int64_t begin = b * kNormBlock;
      sums[b] =
          kernels().square_sum(values.data() + begin, std::min<int64_t>(kNormBlock, size - begin));
    }
  });
  double total = 0.0;
  for (const double sum : sums) total += sum;
  return std::sqrt(total);
}

double clip_scale(double norm, double limit) {
  return std::min(1.0, limit / (norm + 1e-6));
}

}  // namespace kedge
