#include "model/exact_memory.h"

#include <gtest/gtest.h>

#include "model/ops_exact.h"
#include "model/transformer.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

using test::random_tokens;

struct Case {
  std::string family;
  WeightFormat format;
  int threads;
};

ModelConfig config_of(const Case& given) {
  ModelConfig config = test::small_config(given.family);
  config.hidden = 64;
  config.head_dim = 24;
  config.intermediate = 160;
  config.vocab = 700;
  config.max_position = 400;
  return config;
}

class ExactMemory : public ::testing::TestWithParam<Case> {
 protected:
  ExactMemory() { parameters.refresh(machine.context, ops); }

  // What was said is what was taken, up to views' alignment and small vectors.
  void expect_peak(int64_t planned) {
    EXPECT_LE(machine.scratch.peak(), planned + 65536);
    EXPECT_GE(machine.scratch.peak(), planned);
  }

  const ModelConfig config = config_of(GetParam());
  const ExactSetup setup{GetParam().format, GetParam().threads};
  test::Machine machine{GetParam().threads};
  Operators ops = exact_operators(GetParam().format);
  Transformer transformer{config, ops};
  Parameters parameters{config, Parameters::Gradients::yes};
};

INSTANTIATE_TEST_SUITE_P(, ExactMemory,
                         testing::Values(Case{"llama", WeightFormat::fp32, 1},
                                         Case{"qwen3", WeightFormat::fp32, 3},
                                         Case{"qwen2", WeightFormat::bf16, 2}),
                         [](const auto& info) { return info.param.family; });

TEST_P(ExactMemory, PackedWeights) {
  EXPECT_EQ(exact_packed_bytes(config, setup), parameters.packed_bytes());
}

TEST_P(ExactMemory, Update) {
  for (const int32_t tokens : {40, 900}) {
    SegmentLayout layout;
    for (int32_t rest = tokens; rest > 0; rest -= 300) layout.add(std::min(rest, 300), -1);
    const std::vector<Token> ids = random_tokens(tokens, config.vocab, 2);
    std::vector<int32_t> source(tokens);
    for (int32_t i = 0; i < tokens; ++i) source[i] = i;
    Activations activations(config, Recompute::none);
    transformer.forward(machine.context, parameters, ids, layout, activations);
    std::vector<float> logprob(tokens), lse(tokens);
    const std::vector<float> slope(tokens, 0.1f);
    const Parameter& head = parameters.head();
    ops.head->forward(machine.context, activations.hidden(), head.weight, {source, ids}, 1.0f,
                      logprob, lse, {});
    {
      const Arena::Scope scope(machine.scratch);
      const TensorView dhidden_TE(machine.scratch.floats(tokens * config.hidden),
                                  {tokens, config.hidden});
      ops.head->backward(machine.context, activations.hidden(), head.weight, {source, ids}, 1.0f,
                         {slope, {}, lse, {}}, dhidden_TE, head.grad);
      transformer.backward(machine.context, parameters, ids, layout, activations, dhidden_TE);
    }
    expect_peak(exact_update_scratch_bytes(config, setup, tokens));
  }
}

TEST_P(ExactMemory, PagedPass) {
  const int32_t tokens = 333;
  const std::vector<Token> ids = random_tokens(tokens, config.vocab, 3);
  KvCache kv(config, 32);
  std::vector<int32_t> blocks(32);
  for (int32_t i = 0; i < 32; ++i) blocks[i] = i;
  PagedLayout layout;
  layout.rows.push_back({0, tokens, 0, blocks});
  std::vector<float> hidden(tokens * config.hidden);
  transformer.forward_paged(machine.context, parameters, ids, layout, kv,
                            TensorView(hidden.data(), {tokens, config.hidden}));
  expect_peak(exact_paged_scratch_bytes(config, setup, tokens, tokens));
}

}  // namespace
}  // namespace kedge
