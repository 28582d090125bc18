// What can be wrong with the numbers that enter an update. Wrong settings are ConfigErrors instead.
#pragma once
#include <cstdint>
#include <string>
#include <string_view>

#include "core/error.h"

namespace kedge {

enum class PolicyFault : uint8_t {
  nonfinite_reward,   // of a scored row
  nonfinite_logprob,  // at a trained position
  nonfinite_input,    // entropy, credit, values at a trained position
  nonfinite_metric,   // of a prompt
  shape_mismatch,     // lists of different length
  missing_anchor,     // a prompt or a row without its reference reward
  group_too_small,    // one scored row where singleton: error
};

std::string_view name_of(PolicyFault fault);  // "nonfinite_reward"

// `where`: index of the row, or of the prompt; -1 where neither is to blame. The text reads
// "[policy] <fault>: <text>".
class PolicyError : public Error {
 public:
  PolicyError(PolicyFault fault, int64_t where, const std::string& text);
  PolicyFault fault() const { return fault_; }
  int64_t where() const { return where_; }

 private:
  PolicyFault fault_;
  int64_t where_;
};

}  // namespace kedge
