#include "rewards/length/length_reward.h"

#include <algorithm>

#include "core/json.h"

namespace kedge {
namespace {

Verdict no_term(std::string why) {
  return {VerdictKind::score, 0.0, std::move(why)};
}

// A group's samples are its trained answers; a group of reference samples has its own.
bool takes_part(const RewardItem& item) {
  const TrajectoryRole role = item.group->trajectories[static_cast<size_t>(item.trajectory)].role;
  return role == TrajectoryRole::train ||
         (item.group->key.purpose == Purpose::reference && role == TrajectoryRole::reference);
}

}  // namespace

std::optional<LengthRow> LengthReward::row_of(const RewardItem& item, Verdict& verdict) const {
  if (!item.metric) {
    verdict = Verdict::abstained("its correctness is not known");
    return std::nullopt;
  }
  if (item.length == 0) {
    verdict = Verdict::abstained("none of its tokens was sampled");
    return std::nullopt;
  }
  if (item.truncated && length_config_.truncated == TruncatedRows::leave_group) {
    verdict = no_term("truncated");
    return std::nullopt;
  }
  const double metric = *item.metric;
  if (!length_config_.threshold && metric != 0.0 && metric != 1.0) {
    verdict = no_term("graded: " + format_float(metric) + " is neither right nor wrong");
    return std::nullopt;
  }
  return LengthRow{static_cast<double>(item.length),
                   metric >= length_config_.threshold.value_or(1.0)};
}

LengthReward::Participants LengthReward::participants(std::span<const RewardItem> items,
                                                      std::span<Verdict> verdicts) const {
  Participants out;
  bool graded = false;
  for (size_t i = 0; i < items.size(); ++i) {
    if (!takes_part(items[i])) {
      verdicts[i] = Verdict::abstained("not one of the group's samples");
    } else if (const auto row = row_of(items[i], verdicts[i])) {
      out.rows.push_back(*row);
      out.items.push_back(i);
    } else {
      graded = graded || verdicts[i].note.starts_with("graded");
    }
  }
  if (graded) {
    for (const size_t i : out.items) {
      verdicts[i] = no_term("a group with graded answers");
    }
    return {};
  }
  return out;
}

void RowLengthReward::score(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  for (size_t i = 0; i < items.size(); ++i) {
    if (const auto row = row_of(items[i], verdicts[i])) {
      verdicts[i] = term(items[i], *row);
    }
  }
}

void GroupLengthReward::score(std::span<const RewardItem> items, std::span<Verdict> verdicts) {
  const Participants in = participants(items, verdicts);
  if (in.rows.empty()) {
    return;
  }
  const std::vector<double> values = terms(in.rows);
  for (size_t i = 0; i < in.items.size(); ++i) {
    verdicts[in.items[i]] = Verdict::scored(values[i]);
  }
}

}  // namespace kedge
