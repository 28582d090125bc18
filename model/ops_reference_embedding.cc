#include <algorithm>

#include "model/ops_reference.h"

namespace kedge::reference {

namespace {

class Embedding : public EmbeddingOp {
 public:
  void forward(Context& context, std::span<const Token> token_T, const Weight& w_VE,
               const TensorView& x_TE) const override {
    parallel_for(context, x_TE.size(0), [&](int64_t t) {
      std::copy_n(row(w_VE.master_NK, token_T[t]), x_TE.size(1), row(x_TE, t));
    });
  }

  void backward(Context& context, std::span<const Token> token_T, const TensorView& dx_TE,
                const TensorView& dw_VE) const override {
    // Threads share out columns: tokens repeat, so rows of the gradient may not be shared out.
    parallel_for(context, dx_TE.size(1), [&](int64_t e) {
      for (int64_t t = 0; t < dx_TE.size(0); ++t) row(dw_VE, token_T[t])[e] += row(dx_TE, t)[e];
    });
  }
};

}  // namespace

std::unique_ptr<EmbeddingOp> embedding_op() {
  return std::make_unique<Embedding>();
}

}  // namespace kedge::reference
