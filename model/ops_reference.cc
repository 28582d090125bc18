#include "model/ops_reference.h"

namespace kedge {

Operators reference_operators() {
  Operators ops;
  ops.name = "reference";
  ops.linear = reference::linear_op();
  ops.norm = reference::norm_op();
  ops.rope = reference::rope_op();
  ops.attention = reference::attention_op();
  ops.swiglu = reference::swiglu_op();
  ops.embedding = reference::embedding_op();
  ops.head = reference::head_op();
  return ops;
}

}  // namespace kedge
