// The table of the code path of the including translation unit.
#pragma once
#include "model/kernels/attention_impl.h"
#include "model/kernels/exp_impl.h"
#include "model/kernels/gemm_impl.h"
#include "model/kernels/kernels.h"
#include "model/kernels/limits_impl.h"
#include "model/kernels/optim_impl.h"
#include "model/kernels/rows_impl.h"
#include "model/kernels/softmax_impl.h"

namespace kedge::KEDGE_PATH {

const Kernels& table() {
  static constexpr Kernels kTable = {
      .isa = KEDGE_PATH_ISA,
      .exp = exp_row,
      .row_softmax = row_softmax,
      .row_entropy_sum = row_entropy_sum,
      .gemm = gemm_of<Fp32Step>,
      .pack_panels = pack_panels,
      .gemm_pairs = gemm_of<PairStep>,
      .pack_pair_panels = pack_pair_panels,
      .pair_rows = pair_rows,
      .dot16 = dot16,
      .norm_row = norm_row,
      .norm_backward_row = norm_backward_row,
      .norm_weight = norm_weight,
      .add_columns = add_columns,
      .rope_row = rope_row,
      .swiglu_row = swiglu_row,
      .swiglu_backward_row = swiglu_backward_row,
      .add_row = add_row,
      .dlogits_row = dlogits_row,
      .attend_strip = attend_strip,
      .attend_decode = attend_decode,
      .attend_strip_backward = attend_strip_backward,
      .adamw = adamw,
      .square_sum = square_sum,
      .fma_loop = fma_loop,
      .read_loop = read_loop,
      .copy_loop = copy_loop,
  };
  return kTable;
}

}  // namespace kedge::KEDGE_PATH
