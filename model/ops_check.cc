#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "core/error.h"
#include "model/ops.h"

namespace kedge {

namespace {

// Both packed forms of a weight; each side is shown its own.
class BothPacked : public PackedWeight {
 public:
  BothPacked(std::unique_ptr<PackedWeight> fast, std::unique_ptr<PackedWeight> oracle)
      : fast(std::move(fast)), oracle(std::move(oracle)) {}
  int64_t bytes() const override {
    return (fast ? fast->bytes() : 0) + (oracle ? oracle->bytes() : 0);
  }
  std::unique_ptr<PackedWeight> fast, oracle;
};

Weight fast_of(const Weight& w) {
  const auto* both = dynamic_cast<BothPacked*>(w.packed);
  return {w.master_NK, both ? both->fast.get() : w.packed};
}

Weight oracle_of(const Weight& w) {
  const auto* both = dynamic_cast<BothPacked*>(w.packed);
  return {w.master_NK, both ? both->oracle.get() : nullptr};
}

// What every decorated operator holds besides its two sides.
struct Judge {
  std::string fast, oracle;
  double tolerance;
};

// A dense copy of an output's memory before the call, for the oracle to write into.
class Twin {
 public:
  explicit Twin(const TensorView& output) : output_(output) {
    if (output.empty()) return;
    values_.resize(output.numel());
    for_each([&](int64_t offset, int64_t i) { values_[i] = output.f32()[offset]; });
    view_ = output;
    view_.data = values_.data();
    int64_t stride = 1;
    for (int d = output.rank - 1; d >= 0; stride *= output.shape[d--]) view_.stride[d] = stride;
  }
  Twin(const Twin&) = delete;
  Twin& operator=(const Twin&) = delete;

  const TensorView& view() const { return view_; }

  // The fast side has written the output by now, the oracle this copy.
  void compare(const Judge& judge, const char* what) const {
    float largest = 0.0f;
    for (const float value : values_) {
      if (std::isfinite(value)) largest = std::max(largest, std::fabs(value));
    }
    for_each([&](int64_t offset, int64_t i) {
      compare_at(judge, what, i, output_.f32()[offset], largest);
    });
  }

 private:
  void compare_at(const Judge& judge, const char* what, int64_t i, float fast,
                  float largest) const {
    const float expected = values_[i];
    if (fast == expected || (std::isnan(fast) && std::isnan(expected))) return;
    const double difference = std::fabs(static_cast<double>(fast) - expected);
    KEDGE_CHECK(difference <= judge.tolerance * largest, "[check] ", what, "[", i,
                "]: ", judge.fast, " ", fast, ", ", judge.oracle, " ", expected,
                "; the largest entry is ", largest, ", the tolerance ", judge.tolerance, " of it");
  }

  // visit(offset in the output's memory, index in ours), row-major.
  template <class Visit>
  void for_each(const Visit& visit) const {
    if (output_.empty()) return;
    const int64_t count = output_.numel();
    for (int64_t i = 0; i < count; ++i) {
      int64_t rest = i, offset = 0;
      for (int d = output_.rank - 1; d >= 0; --d) {
        offset += rest % output_.shape[d] * output_.stride[d];
        rest /= output_.shape[d];
      }
      visit(offset, i);
    }
  }

  const TensorView output_;
  std::vector<float> values_;
  TensorView view_;
};

TensorView as_view(std::span<float> values) {
  if (values.empty()) return {};
  return {values.data(), {static_cast<int64_t>(values.size())}};
}

std::span<float> as_span(const Twin& twin) {
  if (twin.view().empty()) return {};
  return {twin.view().f32(), static_cast<size_t>(twin.view().numel())};
}

// One operator in two forms.
template <class Op>
struct Pair {
  std::unique_ptr<Op> fast, oracle;
  Judge judge;
};

class CheckedLinear : public LinearOp {
 public:
  explicit CheckedLinear(Pair<LinearOp> pair) : pair_(std::move(pair)) {}

  std::unique_ptr<PackedWeight> prepare(const TensorView& w_NK) const override {
    return std::make_unique<BothPacked>(pair_.fast->prepare(w_NK), pair_.oracle->prepare(w_NK));
  }
  void refresh(Context& context, const Weight& w) const override {
    pair_.fast->refresh(context, fast_of(w));
    pair_.oracle->refresh(context, oracle_of(w));
  }
  void forward(Context& context, const TensorView& x_TK, const Weight& w, const TensorView& bias_N,
               Start start, const TensorView& y_TN) const override {
    const Twin y(y_TN);
    pair_.fast->forward(context, x_TK, fast_of(w), bias_N, start, y_TN);
    pair_.oracle->forward(context, x_TK, oracle_of(w), bias_N, start, y.view());
    y.compare(pair_.judge, "linear forward: y");
  }
  void backward_input(Context& context, const TensorView& dy_TN, const Weight& w,
                      const TensorView& dx_TK) const override {
    const Twin dx(dx_TK);
    pair_.fast->backward_input(context, dy_TN, fast_of(w), dx_TK);
    pair_.oracle->backward_input(context, dy_TN, oracle_of(w), dx.view());
    dx.compare(pair_.judge, "linear backward_input: dx");
  }
  void backward_weight(Context& context, const TensorView& dy_TN, const TensorView& x_TK,
                       const TensorView& dw_NK, const TensorView& dbias_N) const override {
    const Twin dw(dw_NK), dbias(dbias_N);
    pair_.fast->backward_weight(context, dy_TN, x_TK, dw_NK, dbias_N);
    pair_.oracle->backward_weight(context, dy_TN, x_TK, dw.view(), dbias.view());
    dw.compare(pair_.judge, "linear backward_weight: dw");
    dbias.compare(pair_.judge, "linear backward_weight: dbias");
  }

 private:
  Pair<LinearOp> pair_;
};

class CheckedNorm : public NormOp {
 public:
  explicit CheckedNorm(Pair<NormOp> pair) : pair_(std::move(pair)) {}

  void forward(Context& context, const TensorView& x_TGD, const TensorView& w_D, float eps,
               const TensorView& y_TGD, const TensorView& rstd_TG) const override {
    const Twin y(y_TGD), rstd(rstd_TG);
    // The oracle first: y may be x.
    pair_.oracle->forward(context, x_TGD, w_D, eps, y.view(), rstd.view());
    pair_.fast->forward(context, x_TGD, w_D, eps, y_TGD, rstd_TG);
    y.compare(pair_.judge, "norm forward: y");
    rstd.compare(pair_.judge, "norm forward: rstd");
  }
  void backward(Context& context, const TensorView& dy_TGD, const TensorView& x_TGD,
                const TensorView& w_D, const TensorView& rstd_TG, bool accumulate,
                const TensorView& dx_TGD, const TensorView& dw_D) const override {
    const Twin dx(dx_TGD), dw(dw_D);
    pair_.oracle->backward(context, dy_TGD, x_TGD, w_D, rstd_TG, accumulate, dx.view(), dw.view());
    pair_.fast->backward(context, dy_TGD, x_TGD, w_D, rstd_TG, accumulate, dx_TGD, dw_D);
    dx.compare(pair_.judge, "norm backward: dx");
    dw.compare(pair_.judge, "norm backward: dw");
  }

 private:
  Pair<NormOp> pair_;
};

class CheckedRope : public RopeOp {
 public:
  explicit CheckedRope(Pair<RopeOp> pair) : pair_(std::move(pair)) {}

  void apply(Context& context, const TensorView& x_TGD, std::span<const int32_t> position_T,
             const RopeTable& table, bool inverse) const override {
    const Twin x(x_TGD);
    pair_.fast->apply(context, x_TGD, position_T, table, inverse);
    pair_.oracle->apply(context, x.view(), position_T, table, inverse);
    x.compare(pair_.judge, inverse ? "rope inverse: x" : "rope: x");
  }

 private:
  Pair<RopeOp> pair_;
};

class CheckedAttention : public AttentionOp {
 public:
  explicit CheckedAttention(Pair<AttentionOp> pair) : pair_(std::move(pair)) {}

  void forward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
               const TensorView& qkv_TC, const TensorView& out_THD,
               const TensorView& lse_TH) const override {
    const Twin out(out_THD), lse(lse_TH);
    pair_.fast->forward(context, shape, layout, qkv_TC, out_THD, lse_TH);
    pair_.oracle->forward(context, shape, layout, qkv_TC, out.view(), lse.view());
    out.compare(pair_.judge, "attention forward: out");
    lse.compare(pair_.judge, "attention forward: lse");
  }
  void backward(Context& context, const AttentionShape& shape, const SegmentLayout& layout,
                const TensorView& qkv_TC, const TensorView& out_THD, const TensorView& lse_TH,
                const TensorView& dout_THD, const TensorView& dqkv_TC) const override {
    const Twin dqkv(dqkv_TC);
    pair_.fast->backward(context, shape, layout, qkv_TC, out_THD, lse_TH, dout_THD, dqkv_TC);
    pair_.oracle->backward(context, shape, layout, qkv_TC, out_THD, lse_TH, dout_THD, dqkv.view());
    dqkv.compare(pair_.judge, "attention backward: dqkv");
  }
  void forward_paged(Context& context, const AttentionShape& shape, const PagedLayout& layout,
                     const TensorView& qkv_TC, const KvLayer& kv, const TensorView& out_THD,
                     const TensorView& lse_TH) const override {
    const Twin out(out_THD), lse(lse_TH);
    // Both write the same keys and values: copies of qkv. The fast side's stay.
    pair_.oracle->forward_paged(context, shape, layout, qkv_TC, kv, out.view(), lse.view());
    pair_.fast->forward_paged(context, shape, layout, qkv_TC, kv, out_THD, lse_TH);
    out.compare(pair_.judge, "attention forward_paged: out");
    lse.compare(pair_.judge, "attention forward_paged: lse");
  }

 private:
  Pair<AttentionOp> pair_;
};

class CheckedSwiglu : public SwigluOp {
 public:
  explicit CheckedSwiglu(Pair<SwigluOp> pair) : pair_(std::move(pair)) {}

  void forward(Context& context, const TensorView& gate_up_T2F,
               const TensorView& h_TF) const override {
    const Twin h(h_TF);
    pair_.fast->forward(context, gate_up_T2F, h_TF);
    pair_.oracle->forward(context, gate_up_T2F, h.view());
    h.compare(pair_.judge, "swiglu forward: h");
  }
  void backward(Context& context, const TensorView& dh_TF, const TensorView& gate_up_T2F,
                const TensorView& dgate_up_T2F) const override {
    const Twin dgate_up(dgate_up_T2F);
    pair_.fast->backward(context, dh_TF, gate_up_T2F, dgate_up_T2F);
    pair_.oracle->backward(context, dh_TF, gate_up_T2F, dgate_up.view());
    dgate_up.compare(pair_.judge, "swiglu backward: dgate_up");
  }

 private:
  Pair<SwigluOp> pair_;
};

class CheckedEmbedding : public EmbeddingOp {
 public:
  explicit CheckedEmbedding(Pair<EmbeddingOp> pair) : pair_(std::move(pair)) {}

  void forward(Context& context, std::span<const Token> token_T, const Weight& w_VE,
               const TensorView& x_TE) const override {
    const Twin x(x_TE);
    pair_.fast->forward(context, token_T, fast_of(w_VE), x_TE);
    pair_.oracle->forward(context, token_T, oracle_of(w_VE), x.view());
    x.compare(pair_.judge, "embedding forward: x");
  }
  void backward(Context& context, std::span<const Token> token_T, const TensorView& dx_TE,
                const TensorView& dw_VE) const override {
    const Twin dw(dw_VE);
    pair_.fast->backward(context, token_T, dx_TE, dw_VE);
    pair_.oracle->backward(context, token_T, dx_TE, dw.view());
    dw.compare(pair_.judge, "embedding backward: dw");
  }

 private:
  Pair<EmbeddingOp> pair_;
};

class CheckedHead : public HeadOp {
 public:
  explicit CheckedHead(Pair<HeadOp> pair) : pair_(std::move(pair)) {}

  void logits(Context& context, const TensorView& x_SE, const Weight& w_VE,
              const TensorView& logits_SV) const override {
    const Twin logits(logits_SV);
    pair_.fast->logits(context, x_SE, fast_of(w_VE), logits_SV);
    pair_.oracle->logits(context, x_SE, oracle_of(w_VE), logits.view());
    logits.compare(pair_.judge, "head logits");
  }
  void forward(Context& context, const TensorView& x_TE, const Weight& w_VE,
               const HeadTargets& targets, float temperature, std::span<float> logprob_M,
               std::span<float> lse_M, std::span<float> entropy_M) const override {
    const Twin logprob(as_view(logprob_M)), lse(as_view(lse_M)), entropy(as_view(entropy_M));
    pair_.fast->forward(context, x_TE, fast_of(w_VE), targets, temperature, logprob_M, lse_M,
                        entropy_M);
    pair_.oracle->forward(context, x_TE, oracle_of(w_VE), targets, temperature, as_span(logprob),
                          as_span(lse), as_span(entropy));
    logprob.compare(pair_.judge, "head forward: logprob");
    lse.compare(pair_.judge, "head forward: lse");
    entropy.compare(pair_.judge, "head forward: entropy");
  }
  void backward(Context& context, const TensorView& x_TE, const Weight& w_VE,
                const HeadTargets& targets, float temperature, const Gradients& gradients,
                const TensorView& dx_TE, const TensorView& dw_VE) const override {
    const Twin dx(dx_TE), dw(dw_VE);
    pair_.fast->backward(context, x_TE, fast_of(w_VE), targets, temperature, gradients, dx_TE,
                         dw_VE);
    pair_.oracle->backward(context, x_TE, oracle_of(w_VE), targets, temperature, gradients,
                           dx.view(), dw.view());
    dx.compare(pair_.judge, "head backward: dx");
    dw.compare(pair_.judge, "head backward: dw");
  }

 private:
  Pair<HeadOp> pair_;
};

}  // namespace

Operators checked_operators(Operators fast, Operators oracle, double tolerance) {
  const Judge judge{fast.name, oracle.name, tolerance};
  Operators ops;
  ops.name = "check(" + fast.name + ", " + oracle.name + ")";
  ops.linear = std::make_unique<CheckedLinear>(
      Pair<LinearOp>{std::move(fast.linear), std::move(oracle.linear), judge});
  ops.norm = std::make_unique<CheckedNorm>(
      Pair<NormOp>{std::move(fast.norm), std::move(oracle.norm), judge});
  ops.rope = std::make_unique<CheckedRope>(
      Pair<RopeOp>{std::move(fast.rope), std::move(oracle.rope), judge});
  ops.attention = std::make_unique<CheckedAttention>(
      Pair<AttentionOp>{std::move(fast.attention), std::move(oracle.attention), judge});
  ops.swiglu = std::make_unique<CheckedSwiglu>(
      Pair<SwigluOp>{std::move(fast.swiglu), std::move(oracle.swiglu), judge});
  ops.embedding = std::make_unique<CheckedEmbedding>(
      Pair<EmbeddingOp>{std::move(fast.embedding), std::move(oracle.embedding), judge});
  ops.head = std::make_unique<CheckedHead>(
      Pair<HeadOp>{std::move(fast.head), std::move(oracle.head), judge});
  return ops;
}

}  // namespace kedge
