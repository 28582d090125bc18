// The rollout engine: continuous batching over paged KV. A prompt's KV is computed once per group
// and shared by reference count; a fork copies on write; when blocks run out the youngest row
// gives its blocks back and is prefilled again later. What comes out depends on the order, the
// seed and the weights only, never on slots, batch, timing or preemption.
#pragma once
#include <memory>
#include <vector>

#include "core/metrics.h"
#include "core/records.h"
#include "model/attention_tap.h"
#include "model/parameters.h"
#include "model/tokenizer/tokenizer.h"
#include "model/transformer.h"
#include "rollout/environment.h"

namespace kedge {

struct EngineOptions {
  uint64_t seed = 0;             // key of all sampling randomness
  int32_t slots = 64;            // rows decoded together at most
  int32_t kv_blocks = 0;         // 0 = enough for `slots` rows of max_row_tokens
  int32_t prefill_tokens = 512;  // prompt tokens computed beside decode per step at most
  int32_t max_row_tokens = 0;    // longest context expected, sizes the default; 0 = the model's
};

// KV blocks that hold `slots` rows of `row_tokens` tokens, none of them shared.
int32_t kv_blocks_for(int32_t slots, int64_t row_tokens);

// Thread rule: one thread drives an engine. Borrows everything it is given.
class RolloutEngine {
 public:
  virtual ~RolloutEngine() = default;

  // Weights of weights.id().set from now on. KV computed with an older version of the same set is
  // invalid: unfinished rows are prefilled again and go on under the new version (a new span).
  // `weights` must outlive the engine or the next adopt of its set, and not change in between.
  virtual void adopt(const Parameters& weights) = 0;
  // Queues an order. A context that cannot fit is an InvariantError naming prompt and lengths; a
  // weight set never adopted, or older than an item accepts, likewise. Scores are the Scorer's: an
  // order with some is refused.
  virtual void submit(const RolloutOrder& order) = 0;
  // One pass: schedule, prefill and decode, sample, postprocess. Returns the rows of samples
  // that ended in it, in order of (order, item, sample, chunk). Waits only when every row waits
  // for the environment. One parallel region. With exact operators a pass in which no row starts or
  // ends allocates nothing once scratch memory has seen its longest context; a start makes room for
  // all tokens of its row, an end allocates the result.
  virtual std::vector<FinishedRow> step() = 0;
  virtual bool idle() const = 0;  // nothing queued and nothing running
  // Ends the life of KV kept for this group (SampleItem::keep_kv).
  virtual void release(const GroupKey& group) = 0;
  // Steps until idle; all rows in order of (order, item, sample).
  virtual std::vector<FinishedRow> drain() = 0;
  // Counters since the last call, all named perf/*: tokens decoded and prefilled, prompt tokens
  // saved by sharing, preemptions, steps, mean active rows.
  virtual MetricSet take_metrics() = 0;
};

std::unique_ptr<RolloutEngine> make_engine(Context& context, const Transformer& transformer,
                                           const Tokenizer& tokenizer, Environment& environment,
                                           const EngineOptions& options);

}  // namespace kedge
