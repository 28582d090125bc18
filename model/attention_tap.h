// A listener on attention. The transformer hands q, k (after rotary and q/k norm) and the row
// log-sum-exp of chosen layers to it, in training forward, scoring and decode alike, never in
// recomputation. Costs nothing when absent.
#pragma once
#include "core/tensor_view.h"
#include "model/kv_cache.h"
#include "model/layout.h"
#include "model/ops.h"

namespace kedge {

struct AttentionSample {
  int layer = 0;
  AttentionShape shape;
  TensorView qkv_TC;                      // q|k|v of the tokens of this pass
  TensorView lse_TH;
  const SegmentLayout* forest = nullptr;  // exactly one of forest and paged is set
  const PagedLayout* paged = nullptr;
  const KvLayer* kv = nullptr;            // with paged: where the earlier keys are
};

class AttentionTap {
 public:
  virtual ~AttentionTap() = default;
  virtual bool wants(int layer) const = 0;
  // The views live for the call only. Called from the thread that runs the forward.
  virtual void observe(const AttentionSample& sample) = 0;
};

}  // namespace kedge
