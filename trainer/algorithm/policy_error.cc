#include "trainer/algorithm/policy_error.h"

#include <array>

namespace kedge {

std::string_view name_of(PolicyFault fault) {
  static constexpr std::array<std::string_view, 7> names = {
      "nonfinite_reward", "nonfinite_logprob", "nonfinite_input", "nonfinite_metric",
      "shape_mismatch",   "missing_anchor",    "group_too_small"};
  return names[static_cast<size_t>(fault)];
}

PolicyError::PolicyError(PolicyFault fault, int64_t where, const std::string& text)
    : Error("[policy] " + std::string(name_of(fault)) + ": " + text),
      fault_(fault),
      where_(where) {}

}  // namespace kedge
