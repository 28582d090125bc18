#include "core/records.h"

#include <algorithm>
#include <cmath>

#include "core/error.h"

namespace kedge {

namespace {

std::string where_of(const Group& group, size_t row) {
  return detail::concat("[group ", static_cast<int>(group.key.purpose), "/", group.key.prompt, "/",
                        group.key.visit, "] row ", row, ": ");
}

void validate_sizes(const Group& group, size_t r) {
  const Row& row = group.rows[r];
  const size_t count = row.tokens.size();
  KEDGE_CHECK(row.kinds.size() == count, where_of(group, r), row.kinds.size(), " kinds for ", count,
              " tokens");
  KEDGE_CHECK(row.policy_logprob.size() == count, where_of(group, r), row.policy_logprob.size(),
              " policy log-probs for ", count, " tokens");
  KEDGE_CHECK(row.sampler_logprob.size() == count, where_of(group, r), row.sampler_logprob.size(),
              " sampler log-probs for ", count, " tokens");
}

void validate_place(const Group& group, size_t r) {
  const Row& row = group.rows[r];
  if (r == 0) {
    KEDGE_CHECK(row.parent == -1 && row.fork == 0, where_of(group, r), "the prompt has parent ",
                row.parent, " fork ", row.fork);
    KEDGE_CHECK(row.tokens == group.prompt.tokens, where_of(group, r), "holds ", row.tokens.size(),
                " tokens that are not the prompt's ", group.prompt.tokens.size());
    return;
  }
  KEDGE_CHECK(0 <= row.parent && static_cast<size_t>(row.parent) < r, where_of(group, r), "parent ",
              row.parent, " is no earlier row");
  const int32_t inherited = context_length(group, row.parent);
  KEDGE_CHECK(0 <= row.fork && row.fork <= inherited, where_of(group, r), "fork ", row.fork,
              " of a parent context of ", inherited);
}

void validate_tokens(const Group& group, size_t r) {
  // Rounding in the log-sum-exp can lift the log-prob of a certain token a little above zero.
  constexpr float kRounding = 1e-3f;
  const Row& row = group.rows[r];
  for (size_t i = 0; i < row.tokens.size(); ++i) {
    const TokenKind kind = row.kinds[i];
    KEDGE_CHECK(row.tokens[i] >= 0, where_of(group, r), "token ", i, " is ", row.tokens[i]);
    KEDGE_CHECK((kind == TokenKind::prompt) == (r == 0), where_of(group, r), "token ", i,
                " is of kind ", name_of(kind));
    const bool carries = kind == TokenKind::sampled || row.source == RowSource::injected;
    for (const float logprob : {row.policy_logprob[i], row.sampler_logprob[i]}) {
      KEDGE_CHECK(carries ? std::isfinite(logprob) && logprob <= kRounding : logprob == 0.0f,
                  where_of(group, r), "token ", i, " (", name_of(kind), ") has log-prob ", logprob);
    }
  }
}

void validate_spans(const Group& group, size_t r) {
  const Row& row = group.rows[r];
  const auto size = static_cast<int32_t>(row.tokens.size());
  std::vector<bool> covered(row.tokens.size(), false);
  int32_t last_end = 0;
  for (const WeightSpan& span : row.spans) {
    KEDGE_CHECK(last_end <= span.begin && span.begin < span.end && span.end <= size,
                where_of(group, r), "weight span [", span.begin, ", ", span.end, ") after ",
                last_end, " in ", size, " tokens");
    std::fill(covered.begin() + span.begin, covered.begin() + span.end, true);
    last_end = span.end;
  }
  for (size_t i = 0; i < row.tokens.size(); ++i) {
    KEDGE_CHECK(
        row.kinds[i] != TokenKind::sampled || row.source == RowSource::injected || covered[i],
        where_of(group, r), "sampled token ", i, " has no weight span");
  }
}

void validate_trajectories(const Group& group) {
  const auto num_rows = static_cast<int32_t>(group.rows.size());
  for (size_t t = 0; t < group.trajectories.size(); ++t) {
    const Trajectory& trajectory = group.trajectories[t];
    KEDGE_CHECK(!trajectory.rows.empty(), where_of(group, 0), "trajectory ", t, " has no rows");
    std::vector<bool> seen(group.rows.size(), false);
    for (const int32_t r : trajectory.rows) {
      KEDGE_CHECK(1 <= r && r < num_rows, where_of(group, 0), "trajectory ", t, " names row ", r,
                  " of ", num_rows);
      KEDGE_CHECK(!seen[static_cast<size_t>(r)], where_of(group, 0), "trajectory ", t,
                  " names row ", r, " twice");
      seen[static_cast<size_t>(r)] = true;
    }
  }
}

// For every row the trajectory conditions on: how many of the row's own tokens it uses.
std::map<int32_t, int32_t> used_tokens(const Group& group, const Trajectory& trajectory) {
  std::map<int32_t, int32_t> used;
  for (const int32_t leaf : trajectory.rows) {
    int32_t length = context_length(group, leaf);
    for (int32_t r = leaf; r >= 0; r = group.rows[static_cast<size_t>(r)].parent) {
      const int32_t fork = group.rows[static_cast<size_t>(r)].fork;
      int32_t& own = used[r];
      own = std::max(own, length - fork);
      length = std::min(length, fork);
    }
  }
  return used;
}

}  // namespace

void validate(const Group& group) {
  KEDGE_CHECK(!group.rows.empty(), where_of(group, 0), "the group has no rows");
  KEDGE_CHECK(group.key.prompt == group.prompt.ordinal, where_of(group, 0), "prompt ordinal ",
              group.prompt.ordinal);
  for (size_t r = 0; r < group.rows.size(); ++r) {
    validate_sizes(group, r);
    validate_place(group, r);
    validate_tokens(group, r);
    validate_spans(group, r);
  }
  validate_trajectories(group);
}

int32_t context_length(const Group& group, int32_t row) {
  KEDGE_CHECK(0 <= row && static_cast<size_t>(row) < group.rows.size(), "row ", row, " of ",
              group.rows.size());
  const Row& last = group.rows[static_cast<size_t>(row)];
  return last.fork + static_cast<int32_t>(last.tokens.size());
}

std::vector<Token> context(const Group& group, int32_t row) {
  int32_t length = context_length(group, row);
  std::vector<Token> tokens(static_cast<size_t>(length));
  // From the end: each row fills the positions between its fork and what its child left open.
  for (int32_t r = row; r >= 0 && length > 0; r = group.rows[static_cast<size_t>(r)].parent) {
    const Row& piece = group.rows[static_cast<size_t>(r)];
    for (int32_t i = piece.fork; i < length; ++i) {
      tokens[static_cast<size_t>(i)] = piece.tokens[static_cast<size_t>(i - piece.fork)];
    }
    length = std::min(length, piece.fork);
  }
  return tokens;
}

int32_t response_length(const Group& group, const Trajectory& trajectory) {
  int32_t length = 0;
  for (const auto& [r, own] : used_tokens(group, trajectory)) {
    const Row& row = group.rows[static_cast<size_t>(r)];
    for (int32_t i = 0; i < own; ++i) {
      const TokenKind kind = row.kinds[static_cast<size_t>(i)];
      // Carried tokens were counted in the context they were carried from.
      length += kind != TokenKind::prompt && kind != TokenKind::carried;
    }
  }
  return length;
}

bool is_truncated(const Group& group, const Trajectory& trajectory) {
  KEDGE_CHECK(!trajectory.rows.empty(), "a trajectory without rows");
  return group.rows[static_cast<size_t>(trajectory.rows.back())].stop == StopReason::length;
}

SignalColumn& SignalTable::column(const std::string& name, WeightId weights) {
  for (SignalColumn& known : columns) {
    if (known.name != name) continue;
    KEDGE_CHECK(known.weights == weights, "[signals] column '", name, "' is of weights ",
                name_of(known.weights.set), " ", known.weights.version, ", asked for ",
                name_of(weights.set), " ", weights.version);
    return known;
  }
  columns.push_back({name, weights, {}});
  return columns.back();
}

const SignalColumn* SignalTable::find(const std::string& name) const {
  for (const SignalColumn& known : columns) {
    if (known.name == name) return &known;
  }
  return nullptr;
}

const char* name_of(WeightSet set) {
  switch (set) {
    case WeightSet::policy:
      return "policy";
    case WeightSet::initial:
      return "initial";
    case WeightSet::reference:
      return "reference";
  }
  return "unknown";
}

const char* name_of(StopReason reason) {
  switch (reason) {
    case StopReason::none:
      return "none";
    case StopReason::stop_token:
      return "stop_token";
    case StopReason::stop_string:
      return "stop_string";
    case StopReason::length:
      return "length";
    case StopReason::context:
      return "context";
    case StopReason::given:
      return "given";
  }
  return "unknown";
}

const char* name_of(TokenKind kind) {
  switch (kind) {
    case TokenKind::prompt:
      return "prompt";
    case TokenKind::sampled:
      return "sampled";
    case TokenKind::tool:
      return "tool";
    case TokenKind::carried:
      return "carried";
    case TokenKind::edited:
      return "edited";
    case TokenKind::injected:
      return "injected";
  }
  return "unknown";
}

const char* name_of(VerdictKind kind) {
  switch (kind) {
    case VerdictKind::score:
      return "score";
    case VerdictKind::abstain:
      return "abstain";
    case VerdictKind::error:
      return "error";
    case VerdictKind::timeout:
      return "timeout";
  }
  return "unknown";
}

const char* name_of(TrajectoryRole role) {
  switch (role) {
    case TrajectoryRole::train:
      return "train";
    case TrajectoryRole::baseline_only:
      return "baseline_only";
    case TrajectoryRole::reference:
      return "reference";
    case TrajectoryRole::greedy:
      return "greedy";
  }
  return "unknown";
}

}  // namespace kedge
