#include <cmath>

#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

double sigmoid(double x) {
  return 1.0 / (1.0 + std::exp(-x));
}

// h = g s(g) u with s the logistic function   (Shazeer 2020, eq. 6)
// du = dh g s(g),   dg = dh u s(g) (1 + g (1 - s(g)))
class Swiglu : public SwigluOp {
 public:
  void forward(Context& context, const TensorView& gate_up_T2F,
               const TensorView& h_TF) const override {
    const int64_t F = h_TF.size(1);
    parallel_for(context, h_TF.size(0), [&](int64_t t) {
      const float* gate = row(gate_up_T2F, t);
      const float* up = gate + F;
      float* h = row(h_TF, t);
      for (int64_t f = 0; f < F; ++f) {
        h[f] = static_cast<float>(gate[f] * sigmoid(gate[f]) * up[f]);
      }
    });
  }

  void backward(Context& context, const TensorView& dh_TF, const TensorView& gate_up_T2F,
                const TensorView& dgate_up_T2F) const override {
    const int64_t F = dh_TF.size(1);
    parallel_for(context, dh_TF.size(0), [&](int64_t t) {
      const float* gate = row(gate_up_T2F, t);
      const float* up = gate + F;
      const float* dh = row(dh_TF, t);
      float* dgate = row(dgate_up_T2F, t);
      float* dup = dgate + F;
      for (int64_t f = 0; f < F; ++f) {
        const double g = gate[f], s = sigmoid(g);
        dgate[f] = static_cast<float>(dh[f] * up[f] * s * (1.0 + g * (1.0 - s)));
        dup[f] = static_cast<float>(dh[f] * g * s);
      }
    });
  }
};

}  // namespace

std::unique_ptr<SwigluOp> swiglu_op() {
  return std::make_unique<Swiglu>();
}

}  // namespace kedge::reference
