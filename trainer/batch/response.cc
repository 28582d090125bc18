#include "trainer/batch/response.h"

#include <algorithm>
#include <map>
#include <utility>

namespace kedge {
namespace {

// The context of `leaf` as (row, number of its own tokens used), root first.
std::vector<std::pair<int32_t, int32_t>> lineage_of(const Group& group, int32_t leaf) {
  std::vector<std::pair<int32_t, int32_t>> lineage;
  int32_t length = context_length(group, leaf);
  for (int32_t r = leaf; r >= 0; r = group.rows[r].parent) {
    const int32_t fork = group.rows[r].fork;
    if (length > fork) lineage.emplace_back(r, length - fork);
    length = std::min(length, fork);
  }
  std::reverse(lineage.begin(), lineage.end());
  return lineage;
}

}  // namespace

std::vector<TokenPlace> response_places(const Group& group, const Trajectory& trajectory) {
  std::vector<TokenPlace> places;
  std::map<int32_t, int32_t> listed;  // row -> own tokens already listed
  for (const int32_t leaf : trajectory.rows) {
    for (const auto& [row, used] : lineage_of(group, leaf)) {
      for (int32_t& i = listed[row]; i < used; ++i) {
        const TokenKind kind = group.rows[row].kinds[i];
        if (kind != TokenKind::prompt && kind != TokenKind::carried) places.push_back({row, i});
      }
    }
  }
  return places;
}

}  // namespace kedge
