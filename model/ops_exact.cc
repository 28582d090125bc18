#include "model/ops_exact.h"

namespace kedge {

Operators exact_operators(WeightFormat format) {
  return exact::operators_of(kernels(), format);
}

Operators exact::operators_of(const Kernels& kernels, WeightFormat format) {
  Operators table;
  table.name = std::string("exact ") + name_of(kernels.isa);
  if (format == WeightFormat::bf16) table.name += " bf16";
  table.linear = exact::linear_op(kernels, format);
  table.norm = exact::norm_op(kernels);
  table.rope = exact::rope_op(kernels);
  table.attention = exact::attention_op(kernels);
  table.swiglu = exact::swiglu_op(kernels);
  table.embedding = exact::embedding_op(kernels);
  table.head = exact::head_op(kernels, format);
  return table;
}

}  // namespace kedge
