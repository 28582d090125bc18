// The rows of an update as plain ragged columns: the one input of trainer/algorithm/prepare.h,
// whether it comes from a run's groups, from `kedge advantage` or from a golden case.
//
// A *row* is a judged answer (a Trajectory). Legend: P prompts, R rows, N response tokens of all
// rows. Tokens of row i are [begin[i], begin[i + 1]); numbers where mask is 0 are never read.
#pragma once
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/records.h"
#include "trainer/advantage/estimator.h"
#include "trainer/loss/real_span.h"

namespace kedge {

// Which trajectory of which group a row is; indices into the groups it was made from.
struct RowOrigin {
  int32_t group = 0;
  int32_t trajectory = 0;
};

struct PolicyRows {
  int32_t num_groups = 0;            // P
  std::vector<int32_t> group;        // [R] prompt index; rows of a prompt need not be adjacent
  std::vector<int64_t> begin = {0};  // [R + 1]
  std::vector<uint8_t> scored;       // [R] the verdict is a score; only then is reward read
  std::vector<double> reward;        // [R]
  std::vector<double> metric;        // [R] raw, decides whether a group is flat
  std::vector<uint8_t> truncated;    // [R] stopped by the length limit
  std::vector<uint8_t> injected;     // [R] not sampled by the policy
  std::vector<uint8_t> trains;       // [R] 0: in the baseline only
  std::vector<uint8_t> mask;         // [N] may be trained
  Numbers old_logprob;               // [N] or empty, as all that follow
  Numbers sampler_logprob;
  Numbers ref_logprob;
  Numbers new_logprob;  // only where somebody asks for the loss of known numbers
  Numbers entropy;
  Numbers credit;                          // factor of the token advantage
  Numbers values;                          // of a critic
  Numbers given_token;                     // estimator given: token advantages
  std::vector<double> given;               // [R] and their row number, 0 where tokens differ
  std::map<std::string, Numbers> signals;  // [N] what the credit rule reads
  std::vector<RewardAnchor> anchor;        // [P], or empty without any
  std::vector<RowOrigin> origin;           // [R], or empty

  int64_t num_rows() const { return static_cast<int64_t>(group.size()); }
  int64_t num_tokens() const { return begin.back(); }
  int64_t length(int64_t row) const { return begin[row + 1] - begin[row]; }
  RealSpan row(const Numbers& column, int64_t i) const {
    return column.span().part(begin[i], length(i));
  }
  std::span<const uint8_t> row_mask(int64_t i) const {
    return std::span<const uint8_t>(mask).subspan(begin[i], length(i));
  }
};

// Trajectories with role train or baseline_only, in order. Columns: mask = sampled tokens (and, in
// injected rows, injected ones); old_logprob = the table's "old_logprob" where it has the row, else
// the recorded policy_logprob; sampler_logprob as recorded; ref_logprob, given_advantage and
// `columns` from the table. A column the table has, but not for a row with trained tokens, is an
// InvariantError; a column it has not stays empty.
PolicyRows policy_rows(std::span<const ScoredGroup> groups, const SignalTable* signals,
                       std::span<const std::string> columns = {});

}  // namespace kedge
