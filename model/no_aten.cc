#include "core/error.h"
#include "model/ops.h"

namespace kedge {

Operators aten_operators(int) {
  throw ConfigError("compute.numerics",
                    "'aten' needs LibTorch, and this kedge was built without it",
                    "use exact or reference, or build with -DKEDGE_TORCH=ON");
}

}  // namespace kedge
