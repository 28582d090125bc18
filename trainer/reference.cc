#include "trainer/reference.h"

#include <algorithm>
#include <cstring>

#include "core/json.h"

namespace kedge {
namespace {

// Every row but the prompts, and how many of its first tokens nothing can be said about: a row that
// begins its context has no log-prob for its first token.
struct RowsToScore {
  std::vector<ScoreItem> items;
  std::vector<size_t> unscored;
};

RowsToScore rows_to_score(std::span<const ScoredGroup> groups, double temperature) {
  RowsToScore rows;
  for (const ScoredGroup& scored : groups) {
    for (size_t r = 1; r < scored.group.rows.size(); ++r) {
      const int32_t fork = scored.group.rows[r].fork;
      ScoreItem item;
      item.group = scored.group.key;
      item.row = static_cast<int32_t>(r);
      item.context = context(scored.group, item.row);
      item.first_scored = std::max(fork, 1);
      item.temperature = temperature;
      item.weights = WeightSet::reference;
      item.columns = {"logprob"};
      rows.unscored.push_back(static_cast<size_t>(item.first_scored - fork));
      rows.items.push_back(std::move(item));
    }
  }
  return rows;
}

}  // namespace

ReferencePolicy::ReferencePolicy(const RunConfig& config, PolicyModel& model,
                                 FrozenWeights& weights)
    : model_(model),
      temperature_(config.rollout.temperature),
      refresh_every_(config.algorithm.reference.refresh_every),
      parameters_(weights.get(WeightSet::reference)),
      scorer_(model.context(), model.transformer(), config.train.tokens_per_microbatch) {}

void ReferencePolicy::score(std::span<const ScoredGroup> groups, SignalTable& signals) {
  const RowsToScore rows = rows_to_score(groups, temperature_);
  const auto scored = scorer_.score(parameters_, rows.items);
  SignalColumn& column = signals.column("ref_logprob", parameters_.id());
  for (size_t i = 0; i < rows.items.size(); ++i) {
    std::vector<float> values(rows.unscored[i], 0.0f);
    values.insert(values.end(), scored[i].logprob.begin(), scored[i].logprob.end());
    column.values[{rows.items[i].group, rows.items[i].row}] = std::move(values);
  }
}

void ReferencePolicy::after_step(const Parameters& policy) {
  const uint64_t version = policy.id().version;
  if (refresh_every_ == 0 || version < taken_at_ + static_cast<uint64_t>(refresh_every_)) return;
  taken_at_ = version;
  std::memcpy(parameters_.flat().data, policy.flat().data, policy.flat().bytes());
  parameters_.set_id({parameters_.id().set, parameters_.id().version + 1});
  refresh();
}

json ReferencePolicy::save() const {
  return {{"taken_at", taken_at_}, {"version", parameters_.id().version}};
}

void ReferencePolicy::load(const json& state) {
  taken_at_ = required<uint64_t>(state, "taken_at", "reference state");
  parameters_.set_id(
      {parameters_.id().set, required<uint64_t>(state, "version", "reference state")});
}

}  // namespace kedge
