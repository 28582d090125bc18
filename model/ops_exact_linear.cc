#include "model/kernels/bf16.h"
#include "model/kernels/parallel.h"
#include "model/ops_exact.h"

namespace kedge::exact {
namespace {

// Panels of 32 outputs (gemm.h): [k][32] of fp32, or [k / 2][32] pairs of bf16.
class PanelWeight : public PackedWeight {
 public:
  explicit PanelWeight(int64_t floats) : floats_(floats), memory_(take_memory(floats * 4)) {}
  int64_t bytes() const override { return floats_ * 4; }
  float* data() const { return floats_of(memory_); }
  bool fresh = false;

 private:
  int64_t floats_;
  Memory memory_;
};

class Linear : public LinearOp {
 public:
  Linear(const Kernels& kernels, WeightFormat format)
      : kernels_(kernels), products_(kernels, format) {}

  std::unique_ptr<PackedWeight> prepare(const TensorView& w_NK) const override {
    return std::make_unique<PanelWeight>(products_.panels_size(w_NK));
  }

  void refresh(Context& context, const Weight& w) const override {
    if (w.packed == nullptr) return;
    PanelWeight& panels = static_cast<PanelWeight&>(*w.packed);
    products_.pack(context, w.master_NK, panels.data());
    panels.fresh = true;
  }

  void forward(Context& context, const TensorView& x_TK, const Weight& w, const TensorView& bias_N,
               Start start, const TensorView& y_TN) const override {
    const float* bias = start == Start::bias ? bias_N.f32() : nullptr;
    const kedge::Start from = start == Start::zero   ? kedge::Start::zero
                              : start == Start::bias ? kedge::Start::bias
                                                     : kedge::Start::accumulate;
    products_.multiply(context, x_TK, w, bias, from, y_TN);
  }

  void backward_input(Context& context, const TensorView& dy_TN, const Weight& w,
                      const TensorView& dx_TK) const override {
    products_.multiply_back(context, dy_TN, w, dx_TK);
  }

  void backward_weight(Context& context, const TensorView& dy_TN, const TensorView& x_TK,
                       const TensorView& dw_NK, const TensorView& dbias_N) const override {
    products_.add_outer(context, dy_TN, x_TK, dw_NK);
    if (dbias_N.empty()) return;
    const int64_t rows = dy_TN.size(0);
    for_shares(context, dy_TN.size(1), 16, rows, [&](int64_t begin, int64_t end) {
      kernels_.add_columns(dy_TN.f32(), rows, dy_TN.stride[0], begin, end, dbias_N.f32());
    });
  }

 private:
  const Kernels& kernels_;
  Products products_;
};

}  // namespace

Products::Products(const Kernels& kernels, WeightFormat format)
    : kernels_(kernels), format_(format),
      gemm_(format == WeightFormat::bf16 ? pair_gemm(kernels) : kernels.gemm) {}

int64_t Products::panels_size(const TensorView& w_NK) const {
  return panel_floats(w_NK.size(0), pairs() ? (w_NK.size(1) + 1) / 2 : w_NK.size(1));
}

void Products::pack(Context& context, const TensorView& w_NK, float* panels) const {
  Arena::Scope scope(context.scratch);
  const int64_t n = w_NK.size(0), k = w_NK.size(1), row = w_NK.stride[0];
  const int64_t count = (n + kPanelColumns - 1) / kPanelColumns;
  const int64_t floats = pairs() ? (kPanelColumns * ((k + 1) / 2) + 15) / 16 * 16 : 0;
  float* scratch = context.scratch.floats(floats * context.pool.size());
  on_threads(context, 40.0 * k * count, [&](int worker, int workers) {
    const Share share = share_of(count, worker, workers);
    if (pairs()) {
      kernels_.pack_pair_panels(w_NK.f32(), row, n, k, share.begin, share.end, panels,
                                scratch + worker * floats);
    } else {
      kernels_.pack_panels(w_NK.f32(), row, n, k, share.begin, share.end, panels);
    }
  });
}

void Products::multiply(Context& context, const TensorView& x_TK, const Weight& w, const float* bias,
                        Start start, const TensorView& y_TN) const {
  Arena::Scope scope(context.scratch);
  const float* panels = nullptr;
  if (w.packed != nullptr) {
    const PanelWeight& packed = static_cast<const PanelWeight&>(*w.packed);
    KEDGE_CHECK(packed.fresh, "[exact] weight ", w.master_NK.describe(), " was never refreshed");
    panels = packed.data();
  } else {
    float* fresh = context.scratch.floats(panels_size(w.master_NK));
    pack(context, w.master_NK, fresh);
    panels = fresh;
  }
  const int64_t k = w.master_NK.size(1);
  GemmCall call;
  call.m = x_TK.size(0), call.n = w.master_NK.size(0), call.k = pairs() ? (k + 1) / 2 : k;
  call.a = x_TK.f32(), call.a_row = x_TK.stride[0], call.a_step = 1;
  call.a_terms = pairs() ? k : 0;
  call.b = panels, call.b_panel = kPanelColumns * call.k;
  call.c = y_TN.f32(), call.c_row = y_TN.stride[0];
  call.bias = bias;
  call.start = start;
  parallel_gemm(context, gemm_, call);
}

void Products::multiply_back(Context& context, const TensorView& dy_TN, const Weight& w,
                             const TensorView& dx_TK) const {
  Arena::Scope scope(context.scratch);
  const int64_t n = dy_TN.size(1), k = dx_TK.size(1), w_row = w.master_NK.stride[0];
  GemmCall call;
  call.m = dy_TN.size(0), call.n = k, call.k = n;
  call.a = dy_TN.f32(), call.a_row = dy_TN.stride[0], call.a_step = 1;
  call.b = w.master_NK.f32(), call.b_row = w_row;
  call.c = dx_TK.f32(), call.c_row = dx_TK.stride[0];
  if (pairs()) {
    call.k = (n + 1) / 2, call.a_terms = n;
    float* rounded = context.scratch.floats(call.k * k);
    for_shares(context, call.k, 1, 4.0 * k, [&](int64_t begin, int64_t end) {
      kernels_.pair_rows(w.master_NK.f32(), w_row, n, k, begin, end, rounded);
    });
    call.b = rounded, call.b_row = k;
  }
  parallel_gemm(context, gemm_, call);
}

void Products::add_outer(Context& context, const TensorView& dy_TN, const TensorView& x_TK,
               const TensorView& dw_NK) const {
  GemmCall call;
  call.m = dw_NK.size(0), call.n = dw_NK.size(1), call.k = dy_TN.size(0);
  call.a = dy_TN.f32(), call.a_row = 1, call.a_step = dy_TN.stride[0];
  call.b = x_TK.f32(), call.b_row = x_TK.stride[0];
  call.c = dw_NK.f32(), call.c_row = dw_NK.stride[0];
  call.start = Start::accumulate;
  parallel_gemm(context, kernels_.gemm, call);
}

std::unique_ptr<LinearOp> linear_op(const Kernels& kernels, WeightFormat format) {
  return std::make_unique<Linear>(kernels, format);
}

}  // namespace kedge::exact
