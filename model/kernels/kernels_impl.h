// The table of the code path of the including translation unit.
#pragma once
#include "model/kernels/exp_impl.h"
#include "model/kernels/kernels.h"
#include "model/kernels/softmax_impl.h"

namespace kedge::KEDGE_PATH {

const Kernels& table() {
  static constexpr Kernels kTable = {
      .isa = KEDGE_PATH_ISA,
      .exp = exp_row,
      .row_softmax = row_softmax,
      .row_entropy_sum = row_entropy_sum,
  };
  return kTable;
}

}  // namespace kedge::KEDGE_PATH
