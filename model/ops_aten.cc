#include "model/ops_aten.h"

namespace kedge {

namespace aten {
namespace {

class Linear : public LinearOp {
 public:
  explicit Linear(int threads) : threads_(threads) {}

  std::unique_ptr<PackedWeight> prepare(const TensorView&) const override { return nullptr; }
  void refresh(Context&, const Weight&) const override {}

  void forward(Context&, const TensorView& x_TK, const Weight& w, const TensorView& bias_N,
               Start start, const TensorView& y_TN) const override {
    const Session session(threads_);
    at::Tensor y = tensor_of(y_TN);
    const at::Tensor x = tensor_of(x_TK), weight = tensor_of(w).t();
    switch (start) {
      case Start::zero:
        at::mm_out(y, x, weight);
        break;
      case Start::bias:
        at::addmm_out(y, tensor_of(bias_N), x, weight);
        break;
      case Start::accumulate:
        y.addmm_(x, weight);
        break;
    }
  }

  void backward_input(Context&, const TensorView& dy_TN, const Weight& w,
                      const TensorView& dx_TK) const override {
    const Session session(threads_);
    at::Tensor dx = tensor_of(dx_TK);
    at::mm_out(dx, tensor_of(dy_TN), tensor_of(w));
  }

  void backward_weight(Context&, const TensorView& dy_TN, const TensorView& x_TK,
                       const TensorView& dw_NK, const TensorView& dbias_N) const override {
    const Session session(threads_);
    const at::Tensor dy = tensor_of(dy_TN);
    tensor_of(dw_NK).addmm_(dy.t(), tensor_of(x_TK));
    if (!dbias_N.empty()) tensor_of(dbias_N).add_(dy.sum(0));
  }

 private:
  int threads_;
};

class Norm : public NormOp {
 public:
  explicit Norm(int threads) : threads_(threads) {}

  void forward(Context&, const TensorView& x_TGD, const TensorView& w_D, float eps,
               const TensorView& y_TGD, const TensorView& rstd_TG) const override {
    const Session session(threads_);
    const at::Tensor x = tensor_of(x_TGD);
    const at::Tensor rstd = x.square().mean(-1).add_(eps).rsqrt_();
    tensor_of(rstd_TG).copy_(rstd);
    at::Tensor y = tensor_of(y_TGD);
    at::mul_out(y, x * rstd.unsqueeze(-1), tensor_of(w_D));
  }

  void backward(Context&, const TensorView& dy_TGD, const TensorView& x_TGD, const TensorView& w_D,
                const TensorView& rstd_TG, bool accumulate, const TensorView& dx_TGD,
                const TensorView& dw_D) const override {
    const Session session(threads_);
    const at::Tensor dy = tensor_of(dy_TGD);
    const at::Tensor rstd = tensor_of(rstd_TG).unsqueeze(-1);
    const at::Tensor normed = tensor_of(x_TGD) * rstd;
    tensor_of(dw_D).add_((dy * normed).sum(at::IntArrayRef{0, 1}));
    const at::Tensor dnormed = dy * tensor_of(w_D);
    const at::Tensor mean = (dnormed * normed).mean(-1, true);
    const at::Tensor dx = (dnormed - normed * mean).mul_(rstd);
    if (accumulate) {
      tensor_of(dx_TGD).add_(dx);
    } else {
      tensor_of(dx_TGD).copy_(dx);
    }
  }

 private:
  int threads_;
};

class Rope : public RopeOp {
 public:
  explicit Rope(int threads) : threads_(threads) {}

  void apply(Context&, const TensorView& x_TGD, std::span<const int32_t> position_T,
             const RopeTable& table, bool inverse) const override {
    const Session session(threads_);
    const at::Tensor x = tensor_of(x_TGD), position = tensor_of(position_T);
    const int64_t half = x.size(2) / 2;
    const at::Tensor a = x.narrow(2, 0, half), b = x.narrow(2, half, half);
    const at::Tensor cos = tensor_of(table.cos_PD).index_select(0, position).unsqueeze(1);
    at::Tensor sin = tensor_of(table.sin_PD).index_select(0, position).unsqueeze(1);
    if (inverse) sin.neg_();
    const at::Tensor rotated_a = (a * cos).sub_(b * sin);
    b.copy_((b * cos).add_(a * sin));
    a.copy_(rotated_a);
  }

 private:
  int threads_;
};

class Swiglu : public SwigluOp {
 public:
  explicit Swiglu(int threads) : threads_(threads) {}

  void forward(Context&, const TensorView& gate_up_T2F, const TensorView& h_TF) const override {
    const Session session(threads_);
    const int64_t F = h_TF.size(1);
    const at::Tensor gate_up = tensor_of(gate_up_T2F);
    at::Tensor h = tensor_of(h_TF);
    at::mul_out(h, at::silu(gate_up.narrow(1, 0, F)), gate_up.narrow(1, F, F));
  }

  void backward(Context&, const TensorView& dh_TF, const TensorView& gate_up_T2F,
                const TensorView& dgate_up_T2F) const override {
    const Session session(threads_);
    const int64_t F = dh_TF.size(1);
    const at::Tensor gate_up = tensor_of(gate_up_T2F), dgate_up = tensor_of(dgate_up_T2F);
    const at::Tensor gate = gate_up.narrow(1, 0, F), up = gate_up.narrow(1, F, F);
    const at::Tensor dh = tensor_of(dh_TF), sigmoid = gate.sigmoid();
    const at::Tensor slope = (gate * (1.0 - sigmoid)).add_(1.0).mul_(sigmoid);
    dgate_up.narrow(1, F, F).copy_((gate * sigmoid).mul_(dh));
    dgate_up.narrow(1, 0, F).copy_((dh * up).mul_(slope));
  }

 private:
  int threads_;
};

class Embedding : public EmbeddingOp {
 public:
  explicit Embedding(int threads) : threads_(threads) {}

  void forward(Context&, std::span<const Token> token_T, const Weight& w_VE,
               const TensorView& x_TE) const override {
    const Session session(threads_);
    at::Tensor x = tensor_of(x_TE);
    at::index_select_out(x, tensor_of(w_VE), 0, tensor_of(token_T));
  }

  void backward(Context&, std::span<const Token> token_T, const TensorView& dx_TE,
                const TensorView& dw_VE) const override {
    const Session session(threads_);
    tensor_of(dw_VE).index_add_(0, tensor_of(token_T), tensor_of(dx_TE));
  }

 private:
  int threads_;
};

}  // namespace

std::unique_ptr<LinearOp> linear_op(int threads) {
  return std::make_unique<Linear>(threads);
}
std::unique_ptr<NormOp> norm_op(int threads) {
  return std::make_unique<Norm>(threads);
}
std::unique_ptr<RopeOp> rope_op(int threads) {
  return std::make_unique<Rope>(threads);
}
std::unique_ptr<SwigluOp> swiglu_op(int threads) {
  return std::make_unique<Swiglu>(threads);
}
std::unique_ptr<EmbeddingOp> embedding_op(int threads) {
  return std::make_unique<Embedding>(threads);
}

}  // namespace aten

Operators aten_operators(int threads) {
  Operators ops;
  ops.name = "aten";
  ops.linear = aten::linear_op(threads);
  ops.norm = aten::norm_op(threads);
  ops.rope = aten::rope_op(threads);
  ops.attention = aten::attention_op(threads);
  ops.swiglu = aten::swiglu_op(threads);
  ops.embedding = aten::embedding_op(threads);
  ops.head = aten::head_op(threads);
  return ops;
}

}  // namespace kedge
