// One declaration per file of this folder that holds a rule; see credit_shaper.h.
#pragma once
#include "trainer/credit/credit_shaper.h"

namespace kedge {

// Factor 1 on every token.
std::unique_ptr<CreditShaper> make_uniform_credit(const ConfigNode& settings,
                                                  const std::string& path);

}  // namespace kedge
