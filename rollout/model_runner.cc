#include "rollout/model_runner.h"

#include <algorithm>

#include "core/error.h"

namespace kedge {

namespace {

void grow(std::vector<float>& memory, int64_t floats) {
  if (static_cast<int64_t>(memory.size()) < floats) memory.resize(floats);
}

}  // namespace

ModelRunner::ModelRunner(Context& context, const Transformer& transformer, int32_t num_blocks)
    : context_(context), transformer_(transformer), kv_(transformer.config(), num_blocks) {}

int64_t ModelRunner::bytes_for(const ModelConfig& config, int32_t slots, int32_t prefill_tokens) {
  const int64_t logits = slots * config.vocab;
  const int64_t hidden = (int64_t{slots} + prefill_tokens) * config.hidden;
  const int64_t last_hidden = slots * config.hidden;
  return 4 * (logits + hidden + last_hidden);
}

void ModelRunner::use(const Parameters& parameters) {
  sets_[static_cast<size_t>(parameters.id().set)] = &parameters;
}

void ModelRunner::run(const Pass& plan) {
  for (const BlockCopy& copy : plan.copies) kv_.copy_block(copy.from, copy.to);
  num_logits_ =
      static_cast<size_t>(std::count_if(plan.chunks.begin(), plan.chunks.end(),
                                        [](const Chunk& chunk) { return chunk.wants_logits(); }));
  grow(logits_, static_cast<int64_t>(num_logits_) * transformer_.config().vocab);
  for (const Parameters* parameters : sets_) {
    if (parameters != nullptr) run_set(plan, *parameters);
  }
}

void ModelRunner::run_set(const Pass& plan, const Parameters& parameters) {
  tokens_.clear();
  layout_.rows.clear();
  last_rows_.clear();
  last_places_.clear();
  size_t place = 0;
  for (const Chunk& chunk : plan.chunks) {
    const size_t here = place;
    if (chunk.wants_logits()) ++place;
    if (chunk.sequence->set != parameters.id().set) continue;
    add(chunk, parameters.id());
    if (!chunk.wants_logits()) continue;
    last_rows_.push_back(static_cast<int32_t>(tokens_.size()) - 1);
    last_places_.push_back(here);
  }
  if (tokens_.empty()) return;
  const int64_t E = transformer_.config().hidden;
  const auto S = static_cast<int64_t>(tokens_.size());
  grow(hidden_, S * E);
  transformer_.forward_paged(context_, parameters, tokens_, layout_, kv_,
                             TensorView(hidden_.data(), {S, E}));
  if (!last_rows_.empty()) project(parameters);
}

void ModelRunner::add(const Chunk& chunk, WeightId weights) {
  const Sequence& sequence = *chunk.sequence;
  KEDGE_CHECK(sequence.kv.weights == weights, "prompt ", sequence.group.prompt, ": KV of version ",
              sequence.kv.weights.version, " under weights of version ", weights.version);
  const auto begin = static_cast<int32_t>(tokens_.size());
  tokens_.insert(tokens_.end(), sequence.tokens.begin() + chunk.begin,
                 sequence.tokens.begin() + chunk.end);
  layout_.rows.push_back(
      {begin, static_cast<int32_t>(tokens_.size()), chunk.begin, sequence.kv.blocks});
}

// Logits of the wanted rows, written to their places.
void ModelRunner::project(const Parameters& parameters) {
  const int64_t E = transformer_.config().hidden;
  const int64_t V = transformer_.config().vocab;
  const auto R = static_cast<int64_t>(last_rows_.size());
  float* rows = hidden_.data();
  if (R != static_cast<int64_t>(tokens_.size())) {
    grow(last_hidden_, R * E);
    for (int64_t r = 0; r < R; ++r) {
      std::copy_n(hidden_.data() + last_rows_[r] * E, E, last_hidden_.data() + r * E);
    }
    rows = last_hidden_.data();
  }
  const TensorView x_RE(rows, {R, E});
  const bool alone = R == static_cast<int64_t>(num_logits_);
  if (!alone) grow(set_logits_, R * V);
  float* out = alone ? logits_.data() : set_logits_.data();
  transformer_.ops().head->logits(context_, x_RE, parameters.head().weight,
                                  TensorView(out, {R, V}));
  if (alone) return;
  for (int64_t r = 0; r < R; ++r) {
    std::copy_n(set_logits_.data() + r * V, V,
                logits_.data() + static_cast<int64_t>(last_places_[r]) * V);
  }
}

std::span<const float> ModelRunner::logits(size_t index) const {
  KEDGE_CHECK(index < num_logits_, "logits ", index, " of ", num_logits_);
  const auto V = static_cast<size_t>(transformer_.config().vocab);
  return {logits_.data() + index * V, V};
}

}  // namespace kedge
