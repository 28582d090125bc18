#include "model/kernels/kernels.h"

#include "core/error.h"

namespace kedge {

const Kernels& kernels_of(Isa isa) {
  KEDGE_CHECK(cpu_has(isa), "[kernels] this CPU lacks ", name_of(isa));
  switch (isa) {
    case Isa::scalar: return isa_scalar::table();
    case Isa::avx2: return isa_avx2::table();
    case Isa::avx512: break;
  }
  return isa_avx512::table();
}

const Kernels& kernels() {
  static const Kernels& table = kernels_of(chosen_isa());
  return table;
}

}  // namespace kedge
