#include "rollout/engine.h"

#include <algorithm>
#include <map>
#include <unordered_map>
#include <utility>

#include "core/error.h"
#include "rollout/draw_rows.h"
#include "rollout/environment_desk.h"
#include "rollout/model_runner.h"
#include "rollout/orders.h"
#include "rollout/rows.h"
#include "rollout/scheduler.h"

namespace kedge {

namespace {

int32_t blocks_of(const EngineOptions& options, int64_t max_context) {
  if (options.kv_blocks > 0) return options.kv_blocks;
  const int64_t row = options.max_row_tokens > 0
                          ? std::min<int64_t>(options.max_row_tokens, max_context)
                          : max_context;
  return kv_blocks_for(options.slots, row);
}

class Engine : public RolloutEngine {
 public:
  Engine(Context& context, const Transformer& transformer, const Tokenizer& tokenizer,
         Environment& environment, const EngineOptions& options)
      : threads_(context.pool),
        tokenizer_(tokenizer),
        max_context_(transformer.config().max_position),
        pool_(blocks_of(options, max_context_)),
        index_(pool_),
        scheduler_(pool_, index_, {options.slots, options.prefill_tokens}),
        runner_(context, transformer, pool_.num_blocks()),
        sampler_(context.pool, options.seed),
        desk_(environment) {}

  void adopt(const Parameters& weights) override {
    const Parameters* before = runner_.weights(weights.id().set);
    runner_.use(weights);
    if (before == nullptr || ids_[weights.id().set] != weights.id()) {
      scheduler_.invalidate(weights.id());
    }
    ids_[weights.id().set] = weights.id();
  }

  void submit(const RolloutOrder& order) override {
    KEDGE_CHECK(order.scores.empty(), "order ", order.id, " holds ", order.scores.size(),
                " score items; the engine only samples");
    for (size_t i = 0; i < order.samples.size(); ++i) {
      check(order.samples[i]);
      enqueue(order.samples[i], {order.id, static_cast<int32_t>(i), 0, 0});
    }
  }

  std::vector<FinishedRow> step() override { return in_key_order(step_rows()); }

  bool idle() const override { return rows_.empty() && prefixes_.empty(); }

  void release(const GroupKey& group) override { index_.release(group); }

  std::vector<FinishedRow> drain() override {
    std::vector<KeyedRow> all;
    while (!idle()) {
      for (KeyedRow& row : step_rows()) all.push_back(std::move(row));
    }
    return in_key_order(std::move(all));
  }

  MetricSet take_metrics() override;

 private:
  void check(const SampleItem& item) const;
  void enqueue(const SampleItem& item, RowKey key);
  PrefixJob& prefix_for(const SampleItem& item, std::vector<Token> tokens);

  std::vector<KeyedRow> step_rows() {
    act_on_answers(scheduler_.empty());
    const Pass& plan = scheduler_.plan();
    compute(plan);
    count(plan);
    postprocess();
    return std::exchange(finished_, {});
  }

  void compute(const Pass& plan) {
    const ThreadPool::Region region(threads_);
    runner_.run(plan);
    scheduler_.commit();
    list_draws(plan);
    sampler_.draw(draws_);
  }

  void act_on_answers(bool wait);
  void list_draws(const Pass& plan);
  void start_rows(PrefixJob& prefix, std::span<const float> logits);
  void postprocess();
  void act(LiveRow& row, StopReason reason, const EnvironmentAction& action);
  void go_on(LiveRow& row, const Append& more);
  void begin_chunk(LiveRow& row, const NewRow& chunk);
  void finish(LiveRow& row, StopReason reason);
  void leave(LiveRow& row);
  void count(const Pass& plan);

  ThreadPool& threads_;
  const Tokenizer& tokenizer_;
  int64_t max_context_;
  std::map<WeightSet, WeightId> ids_;
  BlockPool pool_;
  PrefixIndex index_;
  Scheduler scheduler_;
  ModelRunner runner_;
  RowSampler sampler_;
  std::unordered_map<const Sequence*, std::unique_ptr<LiveRow>> rows_;
  std::unordered_map<const Sequence*, std::unique_ptr<PrefixJob>> prefixes_;
  EnvironmentDesk desk_;  // its thread reads rows, so it ends before they do
  uint64_t next_age_ = 0;
  std::vector<Draw> draws_;
  std::vector<KeyedRow> finished_;
  struct {
    int64_t decoded = 0, prefilled = 0, shared = 0, preemptions = 0, steps = 0, active = 0;
  } counts_;
};

void Engine::check(const SampleItem& item) const {
  check_item(item, max_context_, pool_.num_blocks());
  const auto id = ids_.find(item.weights);
  KEDGE_CHECK(id != ids_.end(), "prompt ", item.group.prompt, " asks for the weight set '",
              name_of(item.weights), "', which was never adopted");
  KEDGE_CHECK(id->second.version >= item.oldest_version, "prompt ", item.group.prompt,
              " accepts versions from ", item.oldest_version, ", adopted is ", id->second.version);
}

// The prefix is computed once for all samples of the item, and for items that share all of it.
void Engine::enqueue(const SampleItem& item, RowKey key) {
  auto shared = std::make_shared<SampleItem>(item);
  std::vector<Token> tokens = item.context;
  tokens.insert(tokens.end(), item.append.begin(), item.append.end());
  PrefixJob& prefix = prefix_for(item, std::move(tokens));
  prefix.families.push_back({std::move(shared), key, next_age_});
  next_age_ += static_cast<uint64_t>(item.num_samples);
}

PrefixJob& Engine::prefix_for(const SampleItem& item, std::vector<Token> tokens) {
  for (auto& [sequence, prefix] : prefixes_) {
    if (prefix->group == item.group && prefix->set == item.weights && prefix->tokens == tokens) {
      return *prefix;
    }
  }
  auto prefix = std::make_unique<PrefixJob>();
  prefix->kind = Sequence::Kind::prefix;
  prefix->age = next_age_++;
  prefix->group = item.group;
  prefix->set = item.weights;
  prefix->tokens = std::move(tokens);
  prefix->kv.weights = ids_.at(item.weights);
  PrefixJob& job = *prefix;
  prefixes_[&job] = std::move(prefix);
  scheduler_.add(job);
  return job;
}

void Engine::act_on_answers(bool wait) {
  for (const EnvironmentDesk::Answer& answer : desk_.collect(wait)) {
    act(*answer.row, answer.reason, answer.action);
  }
}

void Engine::list_draws(const Pass& plan) {
  draws_.clear();
  size_t place = 0;
  for (const Chunk& chunk : plan.chunks) {
    if (!chunk.wants_logits()) continue;
    const std::span<const float> logits = runner_.logits(place++);
    if (chunk.sequence->kind == Sequence::Kind::row) {
      draws_.push_back({static_cast<LiveRow*>(chunk.sequence), logits, {}});
    } else {
      start_rows(static_cast<PrefixJob&>(*chunk.sequence), logits);
    }
  }
}

// The rows of a finished prefix share its blocks and its logits.
void Engine::start_rows(PrefixJob& prefix, std::span<const float> logits) {
  for (const Family& family : prefix.families) {
    for (int32_t sample = 0; sample < family.item->num_samples; ++sample) {
      std::unique_ptr<LiveRow> row = first_row(family, sample, tokenizer_);
      row->kv = pool_.share(prefix.kv, prefix.length());
      make_room(*row, max_context_);
      draws_.push_back({row.get(), logits, {}});
      scheduler_.add_parked(*row);
      counts_.shared += prefix.length();
      rows_[row.get()] = std::move(row);
    }
  }
  counts_.shared -= prefix.length();  // one of them would have computed it
  scheduler_.remove(prefix);
  pool_.drop(prefix.kv);
  prefixes_.erase(&prefix);
}

void Engine::postprocess() {
  for (const Draw& draw : draws_) {
    LiveRow& row = *draw.row;
    const bool is_first = row.num_sampled == 0;
    const auto stop = accept(row, draw.token, ids_.at(row.set), max_context_);
    if (stop) {
      scheduler_.park(row);
      desk_.ask(row, *stop);
    } else if (is_first) {
      scheduler_.resume(row);
    }
  }
  act_on_answers(false);
}

void Engine::act(LiveRow& row, StopReason reason, const EnvironmentAction& action) {
  if (const auto* more = std::get_if<Append>(&action)) {
    go_on(row, *more);
  } else if (const auto* chunk = std::get_if<NewRow>(&action)) {
    row.record.stop = reason;
    begin_chunk(row, *chunk);
    leave(row);
  } else {
    finish(row, reason);
  }
}

// What the model's context cannot hold is left out and ends the row.
void Engine::go_on(LiveRow& row, const Append& more) {
  KEDGE_CHECK(!more.ids.empty(), "prompt ", row.group.prompt,
              ": the environment goes on without a token");
  const auto room = static_cast<size_t>(std::max<int64_t>(0, max_context_ - row.length()));
  std::vector<Token> ids = more.ids;
  if (ids.size() > room) ids.resize(room);
  append(row, ids, more.kind);
  if (const auto limit = limit_reached(row, max_context_)) {
    finish(row, *limit);
  } else {
    scheduler_.resume(row);
  }
}

void Engine::begin_chunk(LiveRow& row, const NewRow& chunk) {
  std::unique_ptr<LiveRow> next = next_chunk(row, chunk.ids, chunk.kinds, tokenizer_);
  KEDGE_CHECK(next->length() < max_context_, "prompt ", row.group.prompt, ": a new row of ",
              next->length(), " tokens, the model's context holds ", max_context_);
  next->kv.weights = ids_.at(next->set);
  make_room(*next, max_context_);
  scheduler_.add(*next);
  rows_[next.get()] = std::move(next);
}

// All chunks of a sample are handed out together.
void Engine::finish(LiveRow& row, StopReason reason) {
  row.record.stop = reason;
  row.earlier.push_back(std::move(row.record));
  for (size_t chunk = 0; chunk < row.earlier.size(); ++chunk) {
    RowKey key = row.key;
    key.chunk = static_cast<int32_t>(chunk);
    finished_.push_back({key, {key.order, row.group, std::move(row.earlier[chunk])}});
  }
  leave(row);
}

void Engine::leave(LiveRow& row) {
  scheduler_.remove(row);
  if (row.item->keep_kv) {
    index_.keep(row.group, std::move(row.tokens), std::move(row.kv));
  } else {
    pool_.drop(row.kv);
  }
  rows_.erase(&row);
}

void Engine::count(const Pass& plan) {
  if (plan.chunks.empty()) return;
  ++counts_.steps;
  for (const Chunk& chunk : plan.chunks) {
    const int64_t tokens = chunk.end - chunk.begin;
    (tokens == 1 && chunk.wants_logits() ? counts_.decoded : counts_.prefilled) += tokens;
  }
  counts_.active += static_cast<int64_t>(plan.chunks.size());
}

MetricSet Engine::take_metrics() {
  const SchedulerCounts scheduled = scheduler_.take_counts();
  MetricSet metrics;
  const auto add = [&](const char* name, int64_t value) {
    metrics.add(name, static_cast<double>(value), Reduce::sum);
  };
  add("perf/decode_tokens", counts_.decoded);
  add("perf/prefill_tokens", counts_.prefilled);
  add("perf/shared_tokens", counts_.shared + scheduled.shared_tokens);
  add("perf/preemptions", scheduled.preemptions);
  add("perf/engine_steps", counts_.steps);
  if (counts_.steps > 0) {
    metrics.add("perf/active_rows",
                static_cast<double>(counts_.active) / static_cast<double>(counts_.steps),
                Reduce::mean, static_cast<double>(counts_.steps));
  }
  counts_ = {};
  return metrics;
}

}  // namespace

int32_t kv_blocks_for(int32_t slots, int64_t row_tokens) {
  // One more per row: sharing a partly filled block costs a copy of it.
  return static_cast<int32_t>(slots * (blocks_for(static_cast<int32_t>(row_tokens)) + 1));
}

std::unique_ptr<RolloutEngine> make_engine(Context& context, const Transformer& transformer,
                                           const Tokenizer& tokenizer, Environment& environment,
                                           const EngineOptions& options) {
  return std::make_unique<Engine>(context, transformer, tokenizer, environment, options);
}

}  // namespace kedge
