#include "trainer/algorithm/policy_rows.h"

#include "trainer/batch/response.h"

namespace kedge {
namespace {

bool is_trained(const Row& row, TokenKind kind) {
  return kind == TokenKind::sampled ||
         (kind == TokenKind::injected && row.source == RowSource::injected);
}

RewardAnchor anchor_of(const ScoredGroup& scored) {
  RewardAnchor anchor;
  if (!scored.anchor) return anchor;
  if (!scored.anchor->rewards.empty()) anchor.rewards = scored.anchor->rewards;
  anchor.greedy = scored.anchor->greedy_reward;
  return anchor;
}

class RowBuilder {
 public:
  RowBuilder(const SignalTable* signals, std::span<const std::string> columns)
      : old_(find(signals, "old_logprob")) {
    add_column(find(signals, "ref_logprob"), rows_.ref_logprob);
    add_column(find(signals, "given_advantage"), rows_.given_token);
    add_column(find(signals, "value"), rows_.values);
    for (const std::string& name : columns) {
      if (!has_member(name)) add_column(find(signals, name), rows_.signals[name]);
    }
  }

  void add(const ScoredGroup& scored, int32_t index) {
    KEDGE_CHECK(scored.scores.size() == scored.group.trajectories.size(), "group ", index, " has ",
                scored.group.trajectories.size(), " trajectories, ", scored.scores.size(),
                " scores");
    for (size_t t = 0; t < scored.group.trajectories.size(); ++t) {
      const TrajectoryRole role = scored.group.trajectories[t].role;
      if (role != TrajectoryRole::train && role != TrajectoryRole::baseline_only) continue;
      add_row(scored, index, static_cast<int32_t>(t));
    }
    rows_.anchor.push_back(anchor_of(scored));
    has_anchor_ = has_anchor_ || scored.anchor.has_value();
  }

  PolicyRows take() {
    rows_.num_groups = static_cast<int32_t>(rows_.anchor.size());
    if (!has_anchor_) rows_.anchor.clear();
    rows_.given.assign(rows_.group.size(), 0.0);
    return std::move(rows_);
  }

 private:
  struct Source {
    const SignalColumn* from;
    std::vector<float>* to;
  };

  // Columns that PolicyRows has a member for.
  static bool has_member(const std::string& name) {
    return name == "old_logprob" || name == "ref_logprob" || name == "given_advantage" ||
           name == "value";
  }
  static const SignalColumn* find(const SignalTable* signals, const std::string& name) {
    return signals ? signals->find(name) : nullptr;
  }
  void add_column(const SignalColumn* from, Numbers& to) {
    if (from) sources_.push_back({from, &to.narrow});
  }

  void add_row(const ScoredGroup& scored, int32_t index, int32_t t) {
    const Group& group = scored.group;
    const Trajectory& trajectory = group.trajectories[t];
    const TrajectoryScore& score = scored.scores[t];
    rows_.group.push_back(index);
    rows_.origin.push_back({index, t});
    rows_.scored.push_back(score.total.has_score());
    rows_.reward.push_back(score.total.score);
    rows_.metric.push_back(score.metric);
    rows_.truncated.push_back(is_truncated(group, trajectory));
    rows_.injected.push_back(group.rows[trajectory.rows.back()].source == RowSource::injected);
    rows_.trains.push_back(trajectory.role == TrajectoryRole::train);
    for (const TokenPlace& place : response_places(group, trajectory)) add_token(group, place);
    rows_.begin.push_back(static_cast<int64_t>(rows_.mask.size()));
  }

  void add_token(const Group& group, const TokenPlace& place) {
    const Row& row = group.rows[place.row];
    const bool trained = is_trained(row, row.kinds[place.offset]);
    rows_.mask.push_back(trained);
    const float* scored = old_ ? values_of(*old_, group.key, place.row) : nullptr;
    rows_.old_logprob.narrow.push_back(scored ? scored[place.offset]
                                              : row.policy_logprob[place.offset]);
    rows_.sampler_logprob.narrow.push_back(row.sampler_logprob[place.offset]);
    for (const Source& source : sources_) {
      const float* values = values_of(*source.from, group.key, place.row);
      KEDGE_CHECK(values || !trained, "signal ", source.from->name, " is missing for row ",
                  place.row, " of prompt ", group.prompt.id);
      source.to->push_back(values ? values[place.offset] : 0.0f);
    }
  }

  const float* values_of(const SignalColumn& column, const GroupKey& key, int32_t row) const {
    const auto found = column.values.find({key, row});
    return found == column.values.end() ? nullptr : found->second.data();
  }

  PolicyRows rows_;
  const SignalColumn* old_;
  std::vector<Source> sources_;
  bool has_anchor_ = false;
};

}  // namespace

PolicyRows policy_rows(std::span<const ScoredGroup> groups, const SignalTable* signals,
                       std::span<const std::string> columns) {
  RowBuilder builder(signals, columns);
  for (size_t i = 0; i < groups.size(); ++i) builder.add(groups[i], static_cast<int32_t>(i));
  return builder.take();
}

}  // namespace kedge
