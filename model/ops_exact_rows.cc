// The operators that work row by row: norm, rotary, SwiGLU, embedding.
#include <cstring>

#include "model/kernels/kernels.h"
#include "model/kernels/parallel.h"
#include "model/ops_exact.h"

namespace kedge::exact {
namespace {

Rows rows_of(const TensorView& x_TGD) { return {x_TGD.f32(), x_TGD.stride[0], x_TGD.stride[1]}; }

class Norm : public NormOp {
 public:
  explicit Norm(const Kernels& kernels) : kernels_(kernels) {}

  void forward(Context& context, const TensorView& x_TGD, const TensorView& w_D, float eps,
               const TensorView& y_TGD, const TensorView& rstd_TG) const override {
    const int64_t groups = x_TGD.size(1), n = x_TGD.size(2);
    for_shares(context, x_TGD.size(0), 1, 4.0 * groups * n, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        for (int64_t g = 0; g < groups; ++g) {
          const float rstd =
              kernels_.norm_row(row(x_TGD, t, g), w_D.f32(), n, eps, row(y_TGD, t, g));
          if (!rstd_TG.empty()) row(rstd_TG, t)[g] = rstd;
        }
      }
    });
  }

  void backward(Context& context, const TensorView& dy_TGD, const TensorView& x_TGD,
                const TensorView& w_D, const TensorView& rstd_TG, bool accumulate,
                const TensorView& dx_TGD, const TensorView& dw_D) const override {
    const int64_t tokens = x_TGD.size(0), groups = x_TGD.size(1), n = x_TGD.size(2);
    // Weights first: dx may lie where dy does.
    for_shares(context, n, 16, 4.0 * tokens * groups, [&](int64_t begin, int64_t end) {
      kernels_.norm_weight({rows_of(dy_TGD), rows_of(x_TGD), rstd_TG.f32(), tokens, groups, begin,
                             end, dw_D.f32()});
    });
    for_shares(context, tokens, 1, 8.0 * groups * n, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        for (int64_t g = 0; g < groups; ++g) {
          kernels_.norm_backward_row(row(dy_TGD, t, g), row(x_TGD, t, g), w_D.f32(),
                                      row(rstd_TG, t)[g], n, accumulate, row(dx_TGD, t, g));
        }
      }
    });
  }

 private:
  const Kernels& kernels_;
};

class Rope : public RopeOp {
 public:
  explicit Rope(const Kernels& kernels) : kernels_(kernels) {}

  void apply(Context& context, const TensorView& x_TGD, std::span<const int32_t> position_T,
             const RopeTable& table, bool inverse) const override {
    const int64_t groups = x_TGD.size(1), half = x_TGD.size(2) / 2;
    for_shares(context, x_TGD.size(0), 1, 8.0 * groups * half, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        const float* cos = row(table.cos_PD, position_T[t]);
        const float* sin = row(table.sin_PD, position_T[t]);
        for (int64_t g = 0; g < groups; ++g) {
          kernels_.rope_row(row(x_TGD, t, g), cos, sin, half, inverse);
        }
      }
    });
  }

 private:
  const Kernels& kernels_;
};

class Swiglu : public SwigluOp {
 public:
  explicit Swiglu(const Kernels& kernels) : kernels_(kernels) {}

  void forward(Context& context, const TensorView& gate_up_T2F,
               const TensorView& h_TF) const override {
    const int64_t n = h_TF.size(1);
    for_shares(context, h_TF.size(0), 1, 30.0 * n, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        const float* gate = row(gate_up_T2F, t);
        kernels_.swiglu_row(gate, gate + n, n, row(h_TF, t));
      }
    });
  }

  void backward(Context& context, const TensorView& dh_TF, const TensorView& gate_up_T2F,
                const TensorView& dgate_up_T2F) const override {
    const int64_t n = dh_TF.size(1);
    for_shares(context, dh_TF.size(0), 1, 40.0 * n, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        const float* gate = row(gate_up_T2F, t);
        float* dgate = row(dgate_up_T2F, t);
        kernels_.swiglu_backward_row(row(dh_TF, t), gate, gate + n, n, dgate, dgate + n);
      }
    });
  }

 private:
  const Kernels& kernels_;
};

class Embedding : public EmbeddingOp {
 public:
  explicit Embedding(const Kernels& kernels) : kernels_(kernels) {}

  void forward(Context& context, std::span<const Token> token_T, const Weight& w_VE,
               const TensorView& x_TE) const override {
    const int64_t n = x_TE.size(1);
    for_shares(context, x_TE.size(0), 1, n, [&](int64_t begin, int64_t end) {
      for (int64_t t = begin; t < end; ++t) {
        std::memcpy(row(x_TE, t), row(w_VE.master_NK, token_T[t]), n * sizeof(float));
      }
    });
  }

  void backward(Context& context, std::span<const Token> token_T, const TensorView& dx_TE,
                const TensorView& dw_VE) const override {
    const int64_t tokens = dx_TE.size(0);
    // Every thread walks all tokens for its columns: an output's chain is in token order.
    for_shares(context, dx_TE.size(1), 16, 2.0 * tokens, [&](int64_t begin, int64_t end) {
      for (int64_t t = 0; t < tokens; ++t) {
        kernels_.add_row(row(dx_TE, t) + begin, end - begin, row(dw_VE, token_T[t]) + begin);
      }
    });
  }

 private:
  const Kernels& kernels_;
};

}  // namespace

std::unique_ptr<NormOp> norm_op(const Kernels& kernels) {
  return std::make_unique<Norm>(kernels);
}
std::unique_ptr<RopeOp> rope_op(const Kernels& kernels) {
  return std::make_unique<Rope>(kernels);
}
std::unique_ptr<SwigluOp> swiglu_op(const Kernels& kernels) {
  return std::make_unique<Swiglu>(kernels);
}
std::unique_ptr<EmbeddingOp> embedding_op(const Kernels& kernels) {
  return std::make_unique<Embedding>(kernels);
}

}  // namespace kedge::exact
