// A tiny model and engine for the tests of rollout/, and a plain loop that samples without one.
#pragma once
#include <memory>

#include "model/tokenizer/tokenizer.h"
#include "rollout/draw_rows.h"
#include "rollout/engine.h"
#include "tests/support/small_models.h"

namespace kedge::test {

inline ModelConfig tiny_config() {
  ModelConfig config = small_config("llama", true);
  config.vocab = 260;
  config.max_position = 128;
  return config;
}

// Threads, weights and operators of one rank. numerics: reference.
struct TinyModel {
  explicit TinyModel(uint64_t seed = 1, WeightId id = {WeightSet::policy, 1}, int threads = 1)
      : machine(threads),
        operators(reference_operators()),
        transformer(tiny_config(), operators),
        parameters(tiny_config(), Parameters::Gradients::none) {
    fill(parameters, seed, id);
  }

  void fill(Parameters& weights, uint64_t seed, WeightId id) {
    randomize(weights, seed, 0.5f);
    weights.set_id(id);
    weights.refresh(machine.context, operators);
  }
  Parameters other_weights(uint64_t seed, WeightId id) {
    Parameters weights(tiny_config(), Parameters::Gradients::none);
    fill(weights, seed, id);
    return weights;
  }
  std::unique_ptr<RolloutEngine> engine(EngineOptions options = {}, Environment* with = nullptr) {
    options.seed = 99;
    auto made = make_engine(machine.context, transformer, *tokenizer,
                            with != nullptr ? *with : *plain, options);
    made->adopt(parameters);
    return made;
  }

  Machine machine;
  Operators operators;
  Transformer transformer;
  Parameters parameters;
  std::unique_ptr<Tokenizer> tokenizer = Tokenizer::bytes({"<eos>", "<pad>", "<a>", "<b>"});
  std::unique_ptr<Environment> plain = plain_environment();
};

inline SampleItem item_of(uint64_t prompt, int32_t prompt_tokens, int32_t samples,
                          int32_t max_new_tokens) {
  SampleItem item;
  item.group = {Purpose::sample, prompt, 0};
  item.context = random_tokens(prompt_tokens, 250, prompt);
  item.fork = prompt_tokens;
  item.num_samples = samples;
  item.sampling.max_new_tokens = max_new_tokens;
  item.sampling.stop_ids = {256};
  return item;
}

inline RolloutOrder order_of(std::vector<SampleItem> items, uint64_t id = 1) {
  RolloutOrder order;
  order.id = id;
  order.samples = std::move(items);
  return order;
}

// Logits after the context, by the packed forward of training.
inline std::vector<float> logits_after(TinyModel& model, const Parameters& weights,
                                       const std::vector<Token>& context) {
  const ModelConfig& config = model.transformer.config();
  SegmentLayout layout;
  layout.add(static_cast<int32_t>(context.size()), -1);
  Activations activations(config, Recompute::none);
  model.transformer.forward(model.machine.context, weights, context, layout, activations);
  std::vector<float> logits(config.vocab);
  const auto last = static_cast<int64_t>(context.size()) - 1;
  model.operators.head->logits(model.machine.context, activations.hidden().rows(last, last + 1),
                               weights.head().weight, TensorView(logits.data(), {1, config.vocab}));
  return logits;
}

// One sample of an item, token by token, each from a forward over everything.
inline Row sample_plainly(TinyModel& model, const Parameters& weights, const SampleItem& item,
                          uint32_t stream) {
  Row row;
  row.stream = stream;
  std::vector<Token> context = item.context;
  context.insert(context.end(), item.append.begin(), item.append.end());
  row.tokens = item.append;
  Sampler sampler;
  while (row.stop == StopReason::none) {
    const RandomAddress address{item.group.purpose, item.group.prompt, item.group.visit, stream,
                                context.size()};
    const SampledToken token = sampler.draw(logits_after(model, weights, context), item.sampling,
                                            random_uniform(99, address));
    context.push_back(token.id);
    row.tokens.push_back(token.id);
    row.policy_logprob.push_back(token.policy_logprob);
    const auto sampled = static_cast<int32_t>(row.tokens.size() - item.append.size());
    if (is_stop_id(item.sampling, token.id)) {
      row.stop = StopReason::stop_token;
    } else if (sampled == item.sampling.max_new_tokens) {
      row.stop = StopReason::length;
    } else if (static_cast<int64_t>(context.size()) == model.transformer.config().max_position) {
      row.stop = StopReason::context;
    }
  }
  return row;
}

// Everything of a row that must not depend on how it was made.
inline std::string fingerprint(const std::vector<FinishedRow>& rows) {
  std::ostringstream out;
  for (const FinishedRow& finished : rows) {
    const Row& row = finished.row;
    out << finished.group.prompt << '/' << row.stream << '/' << row.parent << '/' << row.fork << ' '
        << name_of(row.stop);
    for (const Token token : row.tokens) out << ' ' << token;
    out << std::hexfloat;
    for (const float value : row.policy_logprob) out << ' ' << value;
    for (const float value : row.sampler_logprob) out << ' ' << value;
    for (const WeightSpan& span : row.spans) {
      out << " [" << span.begin << ',' << span.end << ")v" << span.weights.version;
    }
    out << '\n';
  }
  return out.str();
}

}  // namespace kedge::test
