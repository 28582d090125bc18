#include <cmath>

#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

// y_i = x_i r w_i with r = 1 / sqrt(mean(x^2) + eps)   (Zhang and Sennrich 2019, eq. 4)
// dx_i = r (w_i dy_i - x_i r^2 mean_j(w_j dy_j x_j)),   dw_i = sum_rows dy_i x_i r
class Norm : public NormOp {
 public:
  void forward(Context& context, const TensorView& x_TGD, const TensorView& w_D, float eps,
               const TensorView& y_TGD, const TensorView& rstd_TG) const override {
    const int64_t G = x_TGD.size(1), D = x_TGD.size(2);
    const float* w = w_D.f32();
    parallel_for(context, x_TGD.size(0), [&](int64_t t) {
      for (int64_t g = 0; g < G; ++g) {
        const float* x = row(x_TGD, t, g);
        float* y = row(y_TGD, t, g);
        const double mean = dot(x, x, D) / static_cast<double>(D);
        const auto rstd = static_cast<float>(1.0 / std::sqrt(mean + static_cast<double>(eps)));
        for (int64_t d = 0; d < D; ++d) y[d] = x[d] * rstd * w[d];
        row(rstd_TG, t)[g] = rstd;
      }
    });
  }

  void backward(Context& context, const TensorView& dy_TGD, const TensorView& x_TGD,
                const TensorView& w_D, const TensorView& rstd_TG, bool accumulate,
                const TensorView& dx_TGD, const TensorView& dw_D) const override {
    const int64_t T = x_TGD.size(0), G = x_TGD.size(1), D = x_TGD.size(2);
    parallel_for(context, D, [&](int64_t d) {
      float& dw = dw_D.f32()[d];
      for (int64_t t = 0; t < T; ++t) {
        for (int64_t g = 0; g < G; ++g) {
          add_product(dw, row(dy_TGD, t, g)[d], row(x_TGD, t, g)[d] * row(rstd_TG, t)[g]);
        }
      }
    });
    parallel_for(context, T, [&](int64_t t) {
      for (int64_t g = 0; g < G; ++g) {
        backward_row(row(dy_TGD, t, g), row(x_TGD, t, g), w_D, row(rstd_TG, t)[g], accumulate,
                     row(dx_TGD, t, g));
      }
    });
  }

 private:
  static void backward_row(const float* dy, const float* x, const TensorView& w_D, double rstd,
                           bool accumulate, float* dx) {
    const float* w = w_D.f32();
    const int64_t D = w_D.size(0);
    double sum = 0.0;
    for (int64_t d = 0; d < D; ++d) sum += static_cast<double>(w[d]) * dy[d] * x[d];
    const double mean = sum / static_cast<double>(D);
    for (int64_t d = 0; d < D; ++d) {
      const double value = rstd * (static_cast<double>(w[d]) * dy[d] - x[d] * rstd * rstd * mean);
      dx[d] = static_cast<float>(accumulate ? dx[d] + value : value);
    }
  }
};

}  // namespace

std::unique_ptr<NormOp> norm_op() {
  return std::make_unique<Norm>();
}

}  // namespace kedge::reference
