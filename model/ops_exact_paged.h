// Attention over paged KV (prefill, decode): the same chains as over a packed forest.
#pragma once
#include "model/kernels/kernels.h"
#include "model/ops.h"

namespace kedge::exact {

// The arguments of AttentionOp::forward_paged.
struct PagedCall {
  const AttentionShape& shape;
  const PagedLayout& layout;
  const TensorView& qkv_TC;
  const KvLayer& kv;
  const TensorView& out_THD;
  const TensorView& lse_TH;
};
void attend_paged(Context& context, const Kernels& kernels, const PagedCall& call);

}  // namespace kedge::exact
