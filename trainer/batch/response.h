// The tokens of a trajectory's response, in the one order that advantages, losses and packing
// share.
#pragma once
#include <cstdint>
#include <vector>

#include "core/records.h"

namespace kedge {

// Where a response token lives: index `offset` of row `row` of the group.
struct TokenPlace {
  int32_t row = 0;
  int32_t offset = 0;
  bool operator==(const TokenPlace&) const = default;
};

// Contexts in trajectory order, in each the ancestors first; a token is listed once, and prompt and
// carried tokens are not listed. The size is response_length() of core/records.h.
std::vector<TokenPlace> response_places(const Group& group, const Trajectory& trajectory);

}  // namespace kedge
