// A small model on exact operators with its rollout engine, for tests of whole rows by bits.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "model/kernels/kernels.h"
#include "model/ops_exact.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge::test {

struct ExactModel {
  explicit ExactModel(Isa isa = chosen_isa(), int threads = 1,
                      WeightFormat format = WeightFormat::fp32,
                      const ModelConfig& config = tiny_config())
      : machine(threads),
        operators(exact::operators_of(kernels_of(isa), format)),
        transformer(config, operators),
        parameters(config, Parameters::Gradients::none) {
    randomize(parameters, 1, 0.5f);
    parameters.set_id({WeightSet::policy, 1});
    parameters.refresh(machine.context, operators);
  }

  std::unique_ptr<RolloutEngine> engine(EngineOptions options = {}) {
    options.seed = 99;
    auto made = make_engine(machine.context, transformer, *tokenizer, *plain, options);
    made->adopt(parameters);
    return made;
  }

  // All rows of the items from one engine.
  std::vector<FinishedRow> sample(const std::vector<SampleItem>& items,
                                  const EngineOptions& options = {}) {
    const auto made = engine(options);
    made->submit(order_of(items));
    return made->drain();
  }

  // Log-probs of targets at temperature 1 from the packed forward of training.
  std::vector<float> trained_logprobs(const std::vector<Token>& tokens, const SegmentLayout& layout,
                                      const std::vector<int32_t>& source,
                                      const std::vector<Token>& target) {
    Activations activations(transformer.config(), Recompute::none);
    transformer.forward(machine.context, parameters, tokens, layout, activations);
    std::vector<float> logprob(target.size()), lse(target.size());
    operators.head->forward(machine.context, activations.hidden(), parameters.head().weight,
                            {source, target}, 1.0f, logprob, lse, {});
    return logprob;
  }

  Machine machine;
  Operators operators;
  Transformer transformer;
  Parameters parameters;
  std::unique_ptr<Tokenizer> tokenizer = Tokenizer::bytes({"<eos>", "<pad>", "<a>", "<b>"});
  std::unique_ptr<Environment> plain = plain_environment();
};

}  // namespace kedge::test
