// Policy loss of one token as a function of its ratio and advantage (policy sheet 3.3): the table
// of clip kinds. A new policy loss is one function here and one line in clip_kinds().
#pragma once
#include <span>
#include <string_view>

#include "trainer/loss/config.h"

namespace kedge {

struct ClipInput {
  double rho = 1.0;
  double advantage = 0.0;
  double logprob = 0.0;      // new
  double token_ratio = 1.0;  // of the token alone, clamped, taking no gradient
};

// Loss, its derivative with respect to rho and, directly, to the log-prob; what was cut, for
// metrics.
struct ClipTerm {
  double loss = 0.0;
  double d_rho = 0.0;
  double d_logprob = 0.0;
  bool high = false;
  bool low = false;
  bool dual = false;
};

struct ClipKind {
  std::string_view name;
  std::string_view doc;
  ClipTerm (*term)(const ClipConfig&, const ClipInput&);
  // The loss holds a part constant: its derivative is not that of its value.
  bool stops_gradient = false;
};

std::span<const ClipKind> clip_kinds();

// Loss with `ratio.level: none`: -A log pi.
ClipTerm logprob_term(const ClipInput& input);

}  // namespace kedge
