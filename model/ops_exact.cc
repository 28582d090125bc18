#include "model/ops_exact.h"

namespace kedge {

Operators exact_operators() { return exact::operators_of(kernels()); }

Operators exact::operators_of(const Kernels& kernels) {
  Operators table;
  table.name = std::string("exact ") + name_of(kernels.isa);
  table.linear = exact::linear_op(kernels);
  table.norm = exact::norm_op(kernels);
  table.rope = exact::rope_op(kernels);
  table.attention = exact::attention_op(kernels);
  table.swiglu = exact::swiglu_op(kernels);
  table.embedding = exact::embedding_op(kernels);
  table.head = exact::head_op(kernels);
  return table;
}

}  // namespace kedge
