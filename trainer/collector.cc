#include "trainer/collector.h"

#include <optional>

#include "core/error.h"
#include "rollout/environment.h"
#include "trainer/batch/response.h"

namespace kedge {
namespace {

Group one_answer(const Group& group, const Row& row) {
  Group out{group.key, group.prompt, {group.rows.front(), row}, {{{1}, TrajectoryRole::train}}};
  out.rows.back().parent = 0;
  out.rows.back().fork = static_cast<int32_t>(group.prompt.tokens.size());
  return out;
}

bool is_reference(const ScoredGroup& scored) {
  return scored.group.key.purpose == Purpose::reference;
}

bool is_greedy(const ScoredGroup& scored, size_t trajectory) {
  return scored.group.trajectories[trajectory].role == TrajectoryRole::greedy;
}

WeightId weights_of(const Group& group) {
  for (const Row& row : group.rows) {
    if (!row.spans.empty()) return row.spans.front().weights;
  }
  return WeightId{};
}

// Puts the totals where they belong, in order of the samples.
void add_totals(ScoredGroup& scored) {
  AnchorRecord& record = *scored.anchor;
  record.metrics.clear();
  for (size_t t = 0; t < scored.scores.size(); ++t) {
    const Verdict& total = scored.scores[t].total;
    const auto reward = total.has_score() ? std::optional<double>(total.score) : std::nullopt;
    if (is_greedy(scored, t)) {
      record.greedy_reward = reward;
    } else {
      record.rewards.push_back(reward);
      record.metrics.push_back(scored.scores[t].metric);
    }
  }
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

Verdict judge_alone(const Tokenizer& tokenizer, RewardSet& rewards, const Prompt& prompt,
                    const Row& answer) {
  const Group alone =
      one_answer(group_of_prompt({Purpose::sample, prompt.ordinal, 0}, prompt), answer);
  RewardItem item;
  item.group = &alone;
  item.tokens = answer.tokens;
  item.completion = tokenizer.decode(item.tokens, true);
  return rewards.collect(rewards.begin(item))[rewards.metric_index()];
}

Collector::Collector(const Tokenizer& tokenizer, RewardSet& rewards, RewardSet* references)
    : tokenizer_(tokenizer), rewards_(rewards), references_(references) {}

void Collector::begin_step(int64_t step) {
  step_ = step;
  groups_.clear();
  index_.clear();
  roles_.clear();
  verdicts_.clear();
}

RewardSet& Collector::rewards_of(const GroupKey& key) {
  if (key.purpose != Purpose::reference) return rewards_;
  KEDGE_CHECK(references_ != nullptr, "[collector] reference samples of prompt ", key.prompt,
              ", and no rewards to judge them");
  return *references_;
}

void Collector::ask(const RolloutOrder& order) {
  for (const SampleItem& item : order.samples) {
    for (int32_t s = 0; s < item.num_samples; ++s) {
      roles_[{item.group, item.first_stream + static_cast<uint32_t>(s)}] = item.role;
    }
    if (index_.contains(item.group)) continue;
    const auto prompt = order.prompts.find(item.group);
    KEDGE_CHECK(prompt != order.prompts.end(), "[collector] order ", order.id, " asks for prompt ",
                item.group.prompt, " but does not bring it");
    index_[item.group] = groups_.size();
    groups_.push_back({group_of_prompt(item.group, *prompt->second), {}, {}});
  }
}

RewardItem Collector::item_of(const ScoredGroup& scored, int32_t trajectory,
                              const SignalTable* signals) const {
  const Group& group = scored.group;
  RewardItem item;
  item.group = &group;
  item.trajectory = trajectory;
  for (const TokenPlace& place : response_places(group, group.trajectories[trajectory])) {
    const Row& row = group.rows[place.row];
    item.tokens.push_back(row.tokens[place.offset]);
    const TokenKind kind = row.kinds[place.offset];
    item.length += kind == TokenKind::sampled || kind == TokenKind::injected;
  }
  item.completion = tokenizer_.decode(item.tokens, true);
  item.truncated = is_truncated(group, group.trajectories[trajectory]);
  item.signals = signals;
  item.anchor = scored.anchor ? &*scored.anchor : nullptr;
  item.step = step_;
  return item;
}

void Collector::judge(const FinishedRow& finished) {
  const auto at = index_.find(finished.group);
  KEDGE_CHECK(at != index_.end(), "[collector] a row of prompt ", finished.group.prompt, " visit ",
              finished.group.visit, " that was not asked for");
  const auto alone = std::make_shared<const ScoredGroup>(
      ScoredGroup{one_answer(groups_[at->second].group, finished.row), {}, {}});
  verdicts_[{finished.group, finished.row.stream}] = rewards_of(finished.group).begin(
      item_of(*alone, 0, nullptr), std::shared_ptr<const Group>(alone, &alone->group));
}

void Collector::add(std::vector<FinishedRow> rows) {
  for (FinishedRow& finished : rows) {
    ScoredGroup& scored = groups_.at(index_.at(finished.group));
    const auto row = static_cast<int32_t>(scored.group.rows.size());
    const RowKey key{finished.group, finished.row.stream};
    auto verdicts = verdicts_.extract(key);
    KEDGE_CHECK(!verdicts.empty(), "[collector] row with stream ", finished.row.stream,
                " of prompt ", finished.group.prompt, " was not judged");
    scored.group.rows.push_back(std::move(finished.row));
    scored.group.trajectories.push_back({{row}, roles_.at({key.first, base_stream(key.second)})});
    TrajectoryScore score;
    score.components = rewards_of(key.first).collect(std::move(verdicts.mapped()));
    score.total = Verdict::abstained("not combined yet");
    const Verdict& metric = score.components[rewards_of(key.first).metric_index()];
    if (metric.has_score()) score.metric = metric.score;
    scored.scores.push_back(std::move(score));
  }
  for (const ScoredGroup& scored : groups_) validate(scored.group);
}

std::vector<ScoredGroup> Collector::open_references() const {
  std::vector<ScoredGroup> open;
  for (const ScoredGroup& scored : groups_) {
    if (is_reference(scored) && !scored.anchor) open.push_back(scored);
  }
  return open;
}

void Collector::conclude_references(const SignalTable* signals) {
  std::vector<size_t> places;
  std::vector<ScoredGroup> open;
  for (size_t g = 0; g < groups_.size(); ++g) {
    if (!is_reference(groups_[g]) || groups_[g].anchor) continue;
    places.push_back(g);
    open.push_back(std::move(groups_[g]));
    // A reward that reads anchors judges a reference sample against its own prompt's samples.
    open.back().anchor = known_of(open.back(), signals);
  }
  if (open.empty()) return;
  combine(open, rewards_of(open.front().group.key), signals);
  for (size_t i = 0; i < open.size(); ++i) {
    add_totals(open[i]);
    groups_[places[i]] = std::move(open[i]);
  }
}

// What is known of reference samples before their totals.
AnchorRecord Collector::known_of(const ScoredGroup& scored, const SignalTable* signals) const {
  AnchorRecord record;
  record.weights = weights_of(scored.group);
  for (size_t t = 0; t < scored.scores.size(); ++t) {
    if (is_greedy(scored, t)) continue;
    record.metrics.push_back(scored.scores[t].metric);
    record.lengths.push_back(response_length(scored.group, scored.group.trajectories[t]));
    const RewardItem item = item_of(scored, static_cast<int32_t>(t), signals);
    for (const auto& [name, value] : references_->anchor_counts(item)) {
      record.counts[name].push_back(value);
    }
  }
  for (const auto& [name, values] : record.counts) {
    KEDGE_CHECK(values.size() == record.metrics.size(), "[collector] prompt ",
                scored.group.prompt.id, ": ", values.size(), " counts '", name, "' for ",
                record.metrics.size(), " reference samples");
  }
  return record;
}

RoundResult Collector::round() const {
  return {groups_};
}

std::vector<ScoredGroup> Collector::finish(std::vector<ScoredGroup> groups,
                                           const SignalTable* signals) {
  combine(groups, rewards_, signals);
  return groups;
}

void Collector::combine(std::span<ScoredGroup> groups, RewardSet& rewards,
                        const SignalTable* signals) const {
  std::vector<JudgedGroup> judged(groups.size());
  for (size_t g = 0; g < groups.size(); ++g) {
    for (size_t t = 0; t < groups[g].group.trajectories.size(); ++t) {
      judged[g].items.push_back(item_of(groups[g], static_cast<int32_t>(t), signals));
      judged[g].verdicts.push_back(groups[g].scores[t].components);
    }
  }
  auto scores = rewards.finish(std::move(judged));
  for (size_t g = 0; g < groups.size(); ++g) groups[g].scores = std::move(scores[g]);
}

}  // namespace kedge
