#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

// (a, b) -> (a cos - b sin, b cos + a sin) for a = x[i], b = x[i + D/2]   (Su et al. 2021, eq. 34)
class Rope : public RopeOp {
 public:
  void apply(Context& context, const TensorView& x_TGD, std::span<const int32_t> position_T,
             const RopeTable& table, bool inverse) const override {
    const int64_t G = x_TGD.size(1), half = x_TGD.size(2) / 2;
    const float sign = inverse ? -1.0f : 1.0f;
    parallel_for(context, x_TGD.size(0), [&](int64_t t) {
      const float* cos = row(table.cos_PD, position_T[t]);
      const float* sin = row(table.sin_PD, position_T[t]);
      for (int64_t g = 0; g < G; ++g) {
        float* x = row(x_TGD, t, g);
        for (int64_t i = 0; i < half; ++i) {
          const float a = x[i], b = x[i + half], s = sign * sin[i];
          x[i] = a * cos[i] - b * s;
          x[i + half] = b * cos[i] + a * s;
        }
      }
    });
  }
};

}  // namespace

std::unique_ptr<RopeOp> rope_op() {
  return std::make_unique<Rope>();
}

}  // namespace kedge::reference
