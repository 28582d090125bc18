#include "trainer/strategy/refill.h"

#include <algorithm>
#include <set>

#include "core/error.h"
#include "trainer/anchors/with_anchors.h"
#include "trainer/strategy/decorator.h"

namespace kedge {
namespace {

// Prompts drawn before, as a source.
class DrawnPrompts : public PromptSource {
 public:
  DrawnPrompts(std::vector<PromptVisit> visits, std::optional<uint64_t> size)
      : visits_(std::move(visits)), size_(size) {}

  std::vector<PromptVisit> draw(int count) override {
    const auto end = visits_.begin() + std::min<ptrdiff_t>(count, std::ssize(visits_));
    std::vector<PromptVisit> out(visits_.begin(), end);
    visits_.erase(visits_.begin(), end);
    return out;
  }
  std::vector<PromptVisit> fixed(int) const override { return {}; }
  std::optional<uint64_t> size() const override { return size_; }
  json save() const override { return json::object(); }
  void load(const json&) override {}

 private:
  std::vector<PromptVisit> visits_;
  std::optional<uint64_t> size_;  // of the source they are from
};

const char* reason_of(PromptAction action) {
  if (action == PromptAction::drop_easy) return "dropped_easy";
  return action == PromptAction::drop_hard ? "dropped_hard" : "dropped_range";
}

using VisitKey = std::pair<uint64_t, uint32_t>;

class RefillStrategy : public StrategyDecorator {
 public:
  RefillStrategy(std::unique_ptr<RolloutStrategy> inner, const RefillOptions& options,
                 const RefillParts& parts)
      : StrategyDecorator(std::move(inner)), options_(options), parts_(parts) {}

  RolloutOrder first(PromptSource& prompts, int64_t step) override {
    if (parts_.store) parts_.store->begin_step(step);
    step_ = step;
    keeps_ = prompts.size().has_value();
    drawn_ = 0;
    ended_ = false;
    admitted_.clear();
    kept_.clear();
    auto order = advance(prompts);
    // Without an order the run would end as if the prompts had.
    if (!order) require_half_a_step();
    return order.value_or(RolloutOrder{});
  }

  std::optional<RolloutOrder> next(PromptSource& prompts, const RoundResult& round) override {
    if (!waiting_.empty()) {
      take_references(round, *parts_.store);
      for (const PromptVisit& visit : std::exchange(waiting_, {})) admit_or_drop(visit);
      return advance(prompts);
    }
    auto order = inner_->next(*source_, of_this_pass(round));
    if (order) return order;
    for (ScoredGroup& scored : inner_->finish(of_this_pass(round))) select(std::move(scored));
    return advance(prompts);
  }

  std::vector<ScoredGroup> finish(RoundResult) override {
    require_half_a_step();
    metrics_.add("prompts/drawn", static_cast<double>(drawn_), Reduce::sum);
    metrics_.add("prompts/missing",
                 static_cast<double>(options_.prompts_per_step - std::ssize(kept_)), Reduce::sum);
    for (const auto& [name, count] : std::exchange(counts_, {})) {
      metrics_.add("prompts/" + name, static_cast<double>(count), Reduce::sum);
    }
    return std::exchange(kept_, {});
  }

 private:
  void require_half_a_step() const {
    const int64_t kept = std::ssize(kept_);
    if (ended_ || 2 * kept >= options_.prompts_per_step) return;
    throw Error(detail::concat("[refill] step ", step_ + 1, ": ", drawn_,
                               " prompts drawn (prompt_filter.max_batches ", options_.max_batches,
                               " of ", options_.prompts_per_step, "), ", kept,
                               " of them kept, less than half a step: ", counts_text()));
  }

  bool needs_records() const {
    return options_.rule != FilterRule::none || parts_.injections != nullptr;
  }

  // Draws and screens until the step is full, a record is missing, or no more may be drawn; then
  // the order that comes next.
  std::optional<RolloutOrder> advance(PromptSource& prompts) {
    while (draw_missing(prompts)) {
      if (!waiting_.empty()) return order_waiting();
    }
    return begin_pass(prompts);
  }

  bool draw_missing(PromptSource& prompts) {
    const int64_t missing = options_.prompts_per_step - std::ssize(kept_) - std::ssize(admitted_);
    const int64_t allowed = int64_t{options_.max_batches} * options_.prompts_per_step - drawn_;
    const int64_t count = std::min(missing, allowed);
    if (count <= 0 || ended_) return false;
    const std::vector<PromptVisit> visits = prompts.draw(static_cast<int>(count));
    ended_ = std::ssize(visits) < count;
    drawn_ += std::ssize(visits);
    for (const PromptVisit& visit : visits) {
      const bool unknown = needs_records() && parts_.store->find(*visit.prompt) == nullptr;
      unknown ? waiting_.push_back(visit) : admit_or_drop(visit);
    }
    return true;
  }

  RolloutOrder order_waiting() const {
    RolloutOrder order;
    order.id = static_cast<uint64_t>(step_);
    std::set<uint64_t> asked;
    for (const PromptVisit& visit : waiting_) {
      if (!asked.insert(visit.prompt->ordinal).second) continue;
      order_references(parts_.store->settings(), visit, order);
    }
    return order;
  }

  void admit_or_drop(const PromptVisit& visit) {
    const Prompt& prompt = *visit.prompt;
    const PromptAction action =
        options_.rule == FilterRule::none
            ? PromptAction::keep
            : screen(options_, prompt, *parts_.store->find(prompt), parts_.injections);
    if (action == PromptAction::keep || action == PromptAction::inject) {
      admitted_.push_back(visit);
    } else {
      // A source without end brings no prompt twice.
      if (!keeps_) parts_.store->forget(*visit.prompt);
      ++counts_[reason_of(action)];
    }
  }

  std::optional<RolloutOrder> begin_pass(PromptSource& prompts) {
    if (admitted_.empty()) return std::nullopt;
    pass_.clear();
    for (const PromptVisit& visit : admitted_) pass_.insert({visit.prompt->ordinal, visit.visit});
    source_ = std::make_unique<DrawnPrompts>(std::exchange(admitted_, {}), prompts.size());
    return inner_->first(*source_, step_);
  }

  RoundResult of_this_pass(const RoundResult& round) const {
    RoundResult own;
    for (const ScoredGroup& scored : round.groups) {
      const GroupKey& key = scored.group.key;
      if (pass_.contains({key.prompt, key.visit})) own.groups.push_back(scored);
    }
    return own;
  }

  void select(ScoredGroup scored) {
    if (options_.resample_flat && is_flat(scored)) {
      ++counts_["dropped_flat"];
    } else {
      kept_.push_back(std::move(scored));
    }
  }

  // A group of which no answer could be judged teaches as little as a flat one.
  bool is_flat(const ScoredGroup& scored) const {
    std::vector<double> metrics;
    for (const TrajectoryScore& score : scored.scores) {
      const bool given = score.components.empty();
      if (given) return false;  // an injected answer, not judged yet: it is why the prompt was kept
      const Verdict& metric = score.components[options_.metric];
      if (metric.has_score()) metrics.push_back(metric.score);
    }
    if (metrics.empty()) return true;
    return filter_flat(metrics, static_cast<int64_t>(scored.group.key.prompt)) ==
           PromptAction::resample;
  }

  std::string counts_text() const {
    std::string text;
    for (const auto& [name, count] : counts_) {
      text += (text.empty() ? "" : ", ") + name + " " + std::to_string(count);
    }
    return text.empty() ? "nothing dropped" : text;
  }

  const RefillOptions options_;
  const RefillParts parts_;
  int64_t step_ = 0;
  int64_t drawn_ = 0;                  // prompts, in this step
  bool keeps_ = true;                  // the source may bring a prompt again
  bool ended_ = false;                 // the source gave fewer than asked for
  std::vector<PromptVisit> waiting_;   // their reference samples are on order
  std::vector<PromptVisit> admitted_;  // to be asked in the next pass
  std::set<VisitKey> pass_;            // asked in the current one
  std::unique_ptr<DrawnPrompts> source_;
  std::vector<ScoredGroup> kept_;
  std::map<std::string, int64_t> counts_;  // prompts and groups dropped, by reason
};

}  // namespace

std::optional<RefillOptions> refill_options(const RunConfig& config, const RewardSet& rewards) {
  const AlgorithmConfig& algorithm = config.algorithm;
  RefillOptions options;
  options.prompts_per_step = config.rollout.prompts_per_step;
  options.max_batches = algorithm.prompt_filter.max_batches;
  options.resample_flat = algorithm.zero_variance == ZeroVariance::resample;
  options.metric = rewards.metric_index();
  options.rule = algorithm.prompt_filter.rule;
  options.low = algorithm.prompt_filter.low;
  options.high = algorithm.prompt_filter.high;
  const bool wanted =
      options.resample_flat || options.rule != FilterRule::none || algorithm.injection;
  return wanted ? std::optional(options) : std::nullopt;
}

PromptAction screen(const RefillOptions& options, const Prompt& prompt, const AnchorRecord& record,
                    Injections* injections) {
  const std::vector<double> metrics = judged_metrics(record);
  if (options.rule == FilterRule::none || metrics.empty()) return PromptAction::keep;
  const auto ordinal = static_cast<int64_t>(prompt.ordinal);
  if (options.rule == FilterRule::range) {
    return filter_by_range(metrics, options.low, options.high, ordinal);
  }
  const bool verified = injections != nullptr && !injections->correct(prompt).empty();
  return filter_by_reference(metrics, verified, ordinal);
}

std::unique_ptr<RolloutStrategy> with_refill(std::unique_ptr<RolloutStrategy> strategy,
                                             const RefillOptions& options,
                                             const RefillParts& parts) {
  KEDGE_CHECK(parts.store || (options.rule == FilterRule::none && !parts.injections),
              "[refill] prompts are screened by records, and there is no store");
  return std::make_unique<RefillStrategy>(std::move(strategy), options, parts);
}

}  // namespace kedge
