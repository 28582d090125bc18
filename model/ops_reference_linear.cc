#include <algorithm>
#include <vector>

#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

class Linear : public LinearOp {
 public:
  std::unique_ptr<PackedWeight> prepare(const TensorView&) const override { return nullptr; }
  void refresh(Context&, const Weight&) const override {}

  void forward(Context& context, const TensorView& x_TK, const Weight& w, const TensorView& bias_N,
               Start start, const TensorView& y_TN) const override {
    const int64_t K = x_TK.size(1), N = y_TN.size(1);
    parallel_for(context, x_TK.size(0), [&](int64_t t) {
      float* y = row(y_TN, t);
      for (int64_t n = 0; n < N; ++n) {
        double first = 0.0;
        if (start == Start::bias) first = bias_N.f32()[n];
        if (start == Start::accumulate) first = y[n];
        y[n] = static_cast<float>(first + dot(row(x_TK, t), row(w.master_NK, n), K));
      }
    });
  }

  void backward_input(Context& context, const TensorView& dy_TN, const Weight& w,
                      const TensorView& dx_TK) const override {
    const int64_t N = dy_TN.size(1), K = dx_TK.size(1);
    parallel_for(context, dx_TK.size(0), [&](int64_t t) {
      std::vector<double> sum(K, 0.0);
      for (int64_t n = 0; n < N; ++n) {
        const double dy = row(dy_TN, t)[n];
        const float* weights = row(w.master_NK, n);
        for (int64_t k = 0; k < K; ++k) sum[k] += dy * static_cast<double>(weights[k]);
      }
      std::transform(sum.begin(), sum.end(), row(dx_TK, t),
                     [](double value) { return static_cast<float>(value); });
    });
  }

  void backward_weight(Context& context, const TensorView& dy_TN, const TensorView& x_TK,
                       const TensorView& dw_NK, const TensorView& dbias_N) const override {
    const int64_t T = x_TK.size(0), K = x_TK.size(1);
    parallel_for(context, dy_TN.size(1), [&](int64_t n) {
      float* dw = row(dw_NK, n);
      for (int64_t t = 0; t < T; ++t) {
        const float dy = row(dy_TN, t)[n];
        const float* x = row(x_TK, t);
        for (int64_t k = 0; k < K; ++k) add_product(dw[k], dy, x[k]);
        if (!dbias_N.empty()) dbias_N.f32()[n] += dy;
      }
    });
  }
};

}  // namespace

std::unique_ptr<LinearOp> linear_op() {
  return std::make_unique<Linear>();
}

}  // namespace kedge::reference
