#include "model/transformer.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::expect_same_bits;
using test::Machine;
using test::random_tokens;
using test::small_config;
using test::Tensor;

struct Model {
  explicit Model(const ModelConfig& config, int threads = 1)
      : machine(threads),
        ops(reference_operators()),
        transformer(config, ops),
        parameters(config, Parameters::Gradients::yes) {
    test::randomize(parameters, 17);
  }

  std::vector<float> hidden(std::span<const Token> tokens, const SegmentLayout& layout,
                            Recompute recompute = Recompute::none) {
    Activations activations(transformer.config(), recompute);
    transformer.forward(machine.context, parameters, tokens, layout, activations);
    const TensorView view = activations.hidden();
    return {view.f32(), view.f32() + view.numel()};
  }

  Machine machine;
  Operators ops;
  Transformer transformer;
  Parameters parameters;
};

SegmentLayout one_segment(int32_t tokens) {
  SegmentLayout layout;
  layout.add(tokens, -1);
  return layout;
}

std::vector<Token> pick(const std::vector<Token>& tokens, const std::vector<int32_t>& indices) {
  std::vector<Token> picked;
  for (const int32_t t : indices) picked.push_back(tokens[t]);
  return picked;
}

// Rows of `packed` hidden states at `indices`.
std::vector<float> rows(const std::vector<float>& packed, const std::vector<int32_t>& indices,
                        int64_t width) {
  std::vector<float> picked;
  for (const int32_t t : indices) {
    picked.insert(picked.end(), packed.begin() + t * width, packed.begin() + (t + 1) * width);
  }
  return picked;
}

class TransformerFamilies : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, TransformerFamilies, testing::Values("llama", "qwen2", "qwen3"));

TEST_P(TransformerFamilies, ForestEqualsItsPathsBitForBit) {
  Model model(small_config(GetParam()), 2);
  for (uint64_t seed = 0; seed < 4; ++seed) {
    const SegmentLayout forest = test::random_forest(2, 5, 5, seed);
    const std::vector<Token> tokens = random_tokens(forest.num_tokens(), 29, seed);
    const std::vector<float> packed = model.hidden(tokens, forest);
    for (int32_t s = 0; s < static_cast<int32_t>(forest.segments.size()); ++s) {
      const std::vector<int32_t> path = test::context_indices(forest, s);
      const std::vector<float> alone =
          model.hidden(pick(tokens, path), one_segment(static_cast<int32_t>(path.size())));
      expect_same_bits(rows(packed, path, 16), alone, "segment " + std::to_string(s));
    }
  }
}

TEST_P(TransformerFamilies, PagedInChunksEqualsPackedBitForBit) {
  Model model(small_config(GetParam()), 2);
  const std::vector<Token> tokens = random_tokens(37, 29, 1);
  const std::vector<float> packed = model.hidden(tokens, one_segment(37));
  const std::vector<int32_t> blocks = {4, 0, 2};
  for (const int32_t chunk : {1, 5, 16, 37}) {
    KvCache kv(model.transformer.config(), 5);
    std::vector<float> paged;
    for (int32_t begin = 0; begin < 37; begin += chunk) {
      const int32_t end = std::min(begin + chunk, 37);
      const PagedLayout layout{{{0, end - begin, begin, blocks}}};
      Tensor hidden({end - begin, 16});
      model.transformer.forward_paged(model.machine.context, model.parameters,
                                      std::span(tokens).subspan(begin, end - begin), layout, kv,
                                      hidden);
      paged.insert(paged.end(), hidden.values().begin(), hidden.values().end());
    }
    expect_same_bits(paged, packed, "chunks of " + std::to_string(chunk));
  }
}

TEST_P(TransformerFamilies, DecodeDoesNotDependOnNeighbours) {
  Model model(small_config(GetParam()));
  const std::vector<Token> a = random_tokens(20, 29, 1), b = random_tokens(9, 29, 2);
  const std::vector<int32_t> blocks_a = {1, 3}, blocks_b = {0};
  KvCache kv(model.transformer.config(), 4);
  std::vector<Token> tokens(a.begin(), a.end() - 1);
  tokens.insert(tokens.end(), b.begin(), b.end() - 1);
  Tensor prefill({27, 16});
  model.transformer.forward_paged(model.machine.context, model.parameters, tokens,
                                  {{{0, 19, 0, blocks_a}, {19, 27, 0, blocks_b}}}, kv, prefill);
  Tensor decode({2, 16});
  const std::vector<Token> last = {b.back(), a.back()};
  model.transformer.forward_paged(model.machine.context, model.parameters, last,
                                  {{{0, 1, 8, blocks_b}, {1, 2, 19, blocks_a}}}, kv, decode);
  const std::vector<float> alone_a = model.hidden(a, one_segment(20));
  const std::vector<float> alone_b = model.hidden(b, one_segment(9));
  expect_same_bits(rows(decode.values(), {1}, 16), rows(alone_a, {19}, 16), "row a");
  expect_same_bits(rows(decode.values(), {0}, 16), rows(alone_b, {8}, 16), "row b");
}

// loss = <dhidden, hidden>: the whole gradient against central differences.
TEST_P(TransformerFamilies, GradientMatchesFiniteDifferences) {
  Model model(small_config(GetParam(), false));
  const SegmentLayout forest = test::random_forest(2, 4, 3, 9);
  const int64_t T = forest.num_tokens();
  const std::vector<Token> tokens = random_tokens(T, 29, 3);
  const Tensor weights = Tensor::random({T, 16}, 4);
  Activations activations(model.transformer.config(), Recompute::none);
  model.transformer.forward(model.machine.context, model.parameters, tokens, forest, activations);
  Tensor dhidden = weights;
  model.transformer.backward(model.machine.context, model.parameters, tokens, forest, activations,
                             dhidden);
  const auto loss = [&] { return test::dot(weights.values(), model.hidden(tokens, forest)); };
  for (const NamedTensor& tensor : model.parameters.tensors()) {
    if (tensor.name == "lm_head.weight") continue;
    const int64_t count = tensor.numel();
    float* data = model.parameters.view(tensor).f32();
    const float* grad = model.parameters.grad_view(tensor).f32();
    const std::vector<float> gradient(grad, grad + count);
    const float scale = std::max(test::max_abs(gradient), 1e-2f);
    for (int64_t i = 0; i < count; i += std::max<int64_t>(1, count / 17)) {
      const float kept = data[i], step = 4e-3f;
      data[i] = kept + step;
      const double high = loss();
      data[i] = kept - step;
      const double low = loss();
      data[i] = kept;
      EXPECT_NEAR(gradient[i], (high - low) / (2.0 * step), 5e-3 * scale)
          << tensor.name << "[" << i << "]";
    }
  }
}

struct Gradient {
  std::vector<float> hidden, grad;
};

Gradient gradient_of(Model& model, const std::vector<Token>& tokens, const SegmentLayout& forest,
                     Recompute recompute) {
  Activations activations(model.transformer.config(), recompute);
  model.parameters.zero_gradients();
  model.transformer.forward(model.machine.context, model.parameters, tokens, forest, activations);
  const TensorView hidden = activations.hidden();
  Gradient result;
  result.hidden.assign(hidden.f32(), hidden.f32() + hidden.numel());
  Tensor dhidden = Tensor::random({forest.num_tokens(), 16}, 4);
  model.transformer.backward(model.machine.context, model.parameters, tokens, forest, activations,
                             dhidden);
  const TensorView grad = model.parameters.flat_grad();
  result.grad.assign(grad.f32(), grad.f32() + grad.numel());
  return result;
}

TEST_P(TransformerFamilies, RecomputationChangesNoBit) {
  Model model(small_config(GetParam()), 2);
  const SegmentLayout forest = test::random_forest(3, 4, 4, 2);
  const std::vector<Token> tokens = random_tokens(forest.num_tokens(), 29, 6);
  const Gradient kept = gradient_of(model, tokens, forest, Recompute::none);
  const Gradient refilled = gradient_of(model, tokens, forest, Recompute::blocks);
  expect_same_bits(refilled.hidden, kept.hidden, "hidden");
  expect_same_bits(refilled.grad, kept.grad, "gradient");
}

TEST_P(TransformerFamilies, EveryCutAtATreeBorderGivesTheSameGradientBits) {
  Model model(small_config(GetParam()));
  SegmentLayout whole;
  std::vector<int32_t> border = {0};
  for (const int32_t length : {5, 3, 7, 2}) {
    const int32_t root = whole.add(length, -1);
    whole.add(2, root);
    whole.add(3, root);
    border.push_back(whole.num_tokens());
  }
  const std::vector<Token> tokens = random_tokens(whole.num_tokens(), 29, 8);
  const Tensor dhidden = Tensor::random({whole.num_tokens(), 16}, 4);
  const auto run = [&](const std::vector<int32_t>& cut) {
    model.parameters.zero_gradients();
    Activations activations(model.transformer.config(), Recompute::none);
    for (size_t c = 0; c + 1 < cut.size(); ++c) {
      SegmentLayout part;
      for (int32_t tree = cut[c]; tree < cut[c + 1]; ++tree) {
        const SegmentSpan& root = whole.segments[3 * tree];
        const int32_t at = part.add(root.end - root.begin, -1);
        part.add(2, at);
        part.add(3, at);
      }
      const int32_t begin = border[cut[c]], end = border[cut[c + 1]];
      const auto piece = std::span(tokens).subspan(begin, end - begin);
      model.transformer.forward(model.machine.context, model.parameters, piece, part, activations);
      Tensor work({end - begin, 16});
      std::copy(dhidden.values().begin() + begin * 16, dhidden.values().begin() + end * 16,
                work.values().begin());
      model.transformer.backward(model.machine.context, model.parameters, piece, part, activations,
                                 work);
    }
    const TensorView grad = model.parameters.flat_grad();
    return std::vector<float>(grad.f32(), grad.f32() + grad.numel());
  };
  const std::vector<float> at_once = run({0, 4});
  expect_same_bits(run({0, 1, 2, 3, 4}), at_once, "one tree at a time");
  expect_same_bits(run({0, 3, 4}), at_once, "three and one");
  expect_same_bits(run({0, 1, 4}), at_once, "one and three");
}

TEST(Transformer, ThreadsChangeNoBit) {
  const SegmentLayout forest = test::random_forest(3, 4, 4, 5);
  const std::vector<Token> tokens = random_tokens(forest.num_tokens(), 29, 6);
  Model one(small_config("qwen3"), 1), three(small_config("qwen3"), 3);
  const Gradient a = gradient_of(one, tokens, forest, Recompute::none);
  const Gradient b = gradient_of(three, tokens, forest, Recompute::none);
  expect_same_bits(a.hidden, b.hidden, "hidden");
  expect_same_bits(a.grad, b.grad, "gradient");
}

// Records what the tap is shown.
class Recorder : public AttentionTap {
 public:
  bool wants(int layer) const override { return layer == 1; }
  void observe(const AttentionSample& sample) override {
    layers.push_back(sample.layer);
    paged.push_back(sample.paged != nullptr);
    EXPECT_NE(sample.paged != nullptr, sample.forest != nullptr);
    EXPECT_EQ(sample.kv != nullptr, sample.paged != nullptr);
    const int64_t T = sample.qkv_TC.size(0);
    qkv.insert(qkv.end(), sample.qkv_TC.f32(), sample.qkv_TC.f32() + T * sample.qkv_TC.size(1));
    lse.insert(lse.end(), sample.lse_TH.f32(), sample.lse_TH.f32() + T * sample.lse_TH.size(1));
  }
  std::vector<int> layers;
  std::vector<bool> paged;
  std::vector<float> qkv, lse;
};

TEST(Transformer, TapSeesWantedLayersInEveryForwardButNotInRecomputation) {
  Model model(small_config("qwen3"));
  const std::vector<Token> tokens = random_tokens(9, 29, 1);
  const SegmentLayout layout = one_segment(9);
  Recorder packed, paged;
  Activations activations(model.transformer.config(), Recompute::blocks);
  model.transformer.forward(model.machine.context, model.parameters, tokens, layout, activations,
                            &packed);
  Tensor dhidden = Tensor::random({9, 16}, 1);
  model.transformer.backward(model.machine.context, model.parameters, tokens, layout, activations,
                             dhidden);
  EXPECT_EQ(packed.layers, (std::vector<int>{1}));
  KvCache kv(model.transformer.config(), 1);
  const std::vector<int32_t> blocks = {0};
  Tensor hidden({9, 16});
  model.transformer.forward_paged(model.machine.context, model.parameters, tokens,
                                  {{{0, 9, 0, blocks}}}, kv, hidden, &paged);
  EXPECT_EQ(paged.layers, (std::vector<int>{1}));
  EXPECT_EQ(paged.paged, (std::vector<bool>{true}));
  expect_same_bits(paged.qkv, packed.qkv, "qkv");
  expect_same_bits(paged.lse, packed.lse, "lse");
}

TEST(Transformer, RefusesPagedRowsThatDoNotFit) {
  Model model(small_config());
  const std::vector<Token> tokens = random_tokens(4, 29, 1);
  KvCache kv(model.transformer.config(), 2);
  Tensor hidden({4, 16});
  const std::vector<int32_t> one_block = {0};
  const auto refused = [&](PagedLayout layout) {
    EXPECT_THROW(model.transformer.forward_paged(model.machine.context, model.parameters, tokens,
                                                 layout, kv, hidden),
                 InvariantError);
  };
  refused({{{0, 4, 13, one_block}}});                       // needs position 16
  refused({{{0, 3, 0, one_block}}});                        // three of four tokens
  refused({{{0, 2, 0, one_block}, {3, 4, 0, one_block}}});  // a hole
}

TEST(Transformer, RefusesWhatDoesNotFit) {
  Model model(small_config());
  EXPECT_THROW(model.hidden(random_tokens(65, 29, 1), one_segment(65)), InvariantError);
  EXPECT_THROW(model.hidden(random_tokens(4, 29, 1), one_segment(5)), InvariantError);
  const std::vector<Token> outside = {1, 29};
  EXPECT_THROW(model.hidden(outside, one_segment(2)), InvariantError);
}

TEST(Transformer, BackwardScratchIsWhatThePlanSays) {
  Model model(small_config("qwen3"));
  const std::vector<Token> tokens = random_tokens(48, 29, 2);
  Activations activations(model.transformer.config(), Recompute::none);
  model.transformer.forward(model.machine.context, model.parameters, tokens, one_segment(48),
                            activations);
  const int64_t before = model.machine.scratch.peak();
  Tensor dhidden = Tensor::random({48, 16}, 1);
  model.transformer.backward(model.machine.context, model.parameters, tokens, one_segment(48),
                             activations, dhidden);
  EXPECT_EQ(before, 0);
  const int64_t planned = 48 * Transformer::backward_bytes_per_token(model.transformer.config());
  EXPECT_GE(model.machine.scratch.peak(), planned);
  EXPECT_LE(model.machine.scratch.peak(), planned + 8 * 64);
}

}  // namespace
}  // namespace kedge
