#include "rollout/sequence.h"

#include <algorithm>

namespace kedge {

int32_t common_prefix(const std::vector<Token>& a, const std::vector<Token>& b) {
  const size_t most = std::min(a.size(), b.size());
  const auto end = std::mismatch(a.begin(), a.begin() + most, b.begin()).first;
  return static_cast<int32_t>(end - a.begin());
}

}  // namespace kedge
