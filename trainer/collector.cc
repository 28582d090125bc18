#include "trainer/collector.h"

#include "core/error.h"
#include "trainer/batch/response.h"

namespace kedge {
namespace {

Group one_answer(const Group& group, const Row& row) {
  Group out{group.key, group.prompt, {group.rows.front(), row}, {{{1}, TrajectoryRole::train}}};
  out.rows.back().parent = 0;
  out.rows.back().fork = static_cast<int32_t>(group.prompt.tokens.size());
  return out;
}

}  // namespace

Group group_of_prompt(const GroupKey& key, const Prompt& prompt) {
  Group group;
  group.key = key;
  group.prompt = prompt;
  Row row;
  row.tokens = prompt.tokens;
  row.kinds.assign(row.tokens.size(), TokenKind::prompt);
  row.policy_logprob.assign(row.tokens.size(), 0.0f);
  row.sampler_logprob.assign(row.tokens.size(), 0.0f);
  group.rows.push_back(std::move(row));
  return group;
}

Collector::Collector(const Tokenizer& tokenizer, RewardSet& rewards)
    : tokenizer_(tokenizer), rewards_(rewards) {}

void Collector::begin_step() {
  groups_.clear();
  index_.clear();
  verdicts_.clear();
}

void Collector::ask(const RolloutOrder& order) {
  for (const SampleItem& item : order.samples) {
    if (index_.contains(item.group)) continue;
    const auto prompt = order.prompts.find(item.group);
    KEDGE_CHECK(prompt != order.prompts.end(), "[collector] order ", order.id, " asks for prompt ",
                item.group.prompt, " but does not bring it");
    index_[item.group] = groups_.size();
    groups_.push_back({group_of_prompt(item.group, *prompt->second), {}, {}});
  }
}

RewardItem Collector::item_of(const Group& group, int32_t trajectory) const {
  RewardItem item;
  item.group = &group;
  item.trajectory = trajectory;
  for (const TokenPlace& place : response_places(group, group.trajectories[trajectory])) {
    const Row& row = group.rows[place.row];
    item.tokens.push_back(row.tokens[place.offset]);
    item.length += row.kinds[place.offset] == TokenKind::sampled ? 1 : 0;
  }
  item.completion = tokenizer_.decode(item.tokens, true);
  item.truncated = is_truncated(group, group.trajectories[trajectory]);
  return item;
}

void Collector::judge(const FinishedRow& finished) {
  const auto at = index_.find(finished.group);
  KEDGE_CHECK(at != index_.end(), "[collector] a row of prompt ", finished.group.prompt, " visit ",
              finished.group.visit, " that was not asked for");
  const auto alone =
      std::make_shared<const Group>(one_answer(groups_[at->second].group, finished.row));
  verdicts_[{finished.group, finished.row.stream}] = rewards_.begin(item_of(*alone, 0), alone);
}

void Collector::add(std::vector<FinishedRow> rows) {
  for (FinishedRow& finished : rows) {
    ScoredGroup& scored = groups_.at(index_.at(finished.group));
    const auto row = static_cast<int32_t>(scored.group.rows.size());
    auto verdicts = verdicts_.extract({finished.group, finished.row.stream});
    KEDGE_CHECK(!verdicts.empty(), "[collector] row with stream ", finished.row.stream,
                " of prompt ", finished.group.prompt, " was not judged");
    scored.group.rows.push_back(std::move(finished.row));
    scored.group.trajectories.push_back({{row}, TrajectoryRole::train});
    TrajectoryScore score;
    score.components = rewards_.collect(std::move(verdicts.mapped()));
    score.total = Verdict::abstained("not combined yet");
    const Verdict& metric = score.components[rewards_.metric_index()];
    if (metric.has_score()) score.metric = metric.score;
    scored.scores.push_back(std::move(score));
  }
  for (const ScoredGroup& scored : groups_) validate(scored.group);
}

RoundResult Collector::round() const {
  return {groups_};
}

std::vector<ScoredGroup> Collector::finish(std::vector<ScoredGroup> groups) {
  std::vector<JudgedGroup> judged(groups.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t t = 0; t < groups[g].group.trajectories.size(); ++t) {
      judged[g].items.push_back(item_of(groups[g].group, static_cast<int32_t>(t)));
      judged[g].verdicts.push_back(groups[g].scores[t].components);
    }
  }
  auto scores = rewards_.finish(std::move(judged));
  for (size_t g = 0; g < groups.size(); ++g) groups[g].scores = std::move(scores[g]);
  return groups;
}

}  // namespace kedge
