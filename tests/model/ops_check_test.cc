#include <gtest/gtest.h>

#include "core/error.h"
#include "model/ops_reference.h"
#include "model/transformer.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

// A SwiGLU that is wrong in one place.
class WrongSwiglu : public SwigluOp {
 public:
  explicit WrongSwiglu(float error) : error_(error) {}
  void forward(Context& context, const TensorView& gate_up, const TensorView& h) const override {
    right_->forward(context, gate_up, h);
    h.f32()[7] += error_;
  }
  void backward(Context& context, const TensorView& dh, const TensorView& gate_up,
                const TensorView& dgate_up) const override {
    right_->backward(context, dh, gate_up, dgate_up);
    dgate_up.f32()[3] += error_;
  }

 private:
  float error_;
  std::unique_ptr<SwigluOp> right_ = reference::swiglu_op();
};

Operators with_swiglu(float error) {
  Operators ops = reference_operators();
  ops.name = "wrong";
  ops.swiglu = std::make_unique<WrongSwiglu>(error);
  return checked_operators(std::move(ops), reference_operators(), 1e-3);
}

// Forward, backward and a paged pass of a model: every operator is called.
void run_model(const Operators& ops, const std::string& family) {
  Machine machine;
  const ModelConfig config = test::small_config(family);
  Parameters parameters(config, Parameters::Gradients::yes);
  test::randomize(parameters, 3);
  parameters.refresh(machine.context, ops);
  Transformer transformer(config, ops);
  Activations activations(config, Recompute::none);
  const SegmentLayout forest = test::random_forest(2, 4, 4, 1);
  const int64_t T = forest.num_tokens();
  const std::vector<Token> tokens = test::random_tokens(T, config.vocab, 2);
  transformer.forward(machine.context, parameters, tokens, forest, activations);
  const std::vector<int32_t> source = {0, 2};
  const std::vector<Token> id = {3, 4};
  std::vector<float> logprob(2), lse(2), entropy(2), gradient = {1.0f, -2.0f};
  const Weight& head = parameters.head().weight;
  ops.head->forward(machine.context, activations.hidden(), head, {source, id}, 1.0f, logprob, lse,
                    entropy);
  Tensor dhidden({T, config.hidden}), logits({T, config.vocab}), hidden({4, config.hidden});
  ops.head->logits(machine.context, activations.hidden(), head, logits);
  ops.head->backward(machine.context, activations.hidden(), head, {source, id}, 1.0f,
                     {gradient, gradient, lse, entropy}, dhidden, parameters.head().grad);
  transformer.backward(machine.context, parameters, tokens, forest, activations, dhidden);
  KvCache kv(config, 1);
  const std::vector<int32_t> blocks = {0};
  transformer.forward_paged(machine.context, parameters, std::span(tokens).first(4),
                            {{{0, 4, 0, blocks}}}, kv, hidden);
}

class CheckedOperators : public testing::TestWithParam<std::string> {};
INSTANTIATE_TEST_SUITE_P(All, CheckedOperators, testing::Values("llama", "qwen2", "qwen3"));

TEST_P(CheckedOperators, TwoEqualSidesPass) {
  const Operators ops = checked_operators(reference_operators(), reference_operators(), 0.0);
  EXPECT_EQ(ops.name, "check(reference, reference)");
  EXPECT_NO_THROW(run_model(ops, GetParam()));
}

TEST(CheckedOperatorsOn, DifferenceNamesOperatorIndexAndBothSides) {
  Machine machine;
  Tensor gate_up = Tensor::random({2, 10}, 1), h({2, 5});
  const Operators ops = with_swiglu(0.5f);
  try {
    ops.swiglu->forward(machine.context, gate_up, h);
    FAIL() << "a wrong forward passed";
  } catch (const InvariantError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("swiglu forward: h[7]"), std::string::npos) << text;
    EXPECT_NE(text.find("wrong"), std::string::npos) << text;
    EXPECT_NE(text.find("reference"), std::string::npos) << text;
  }
  Tensor dh = Tensor::random({2, 5}, 2), dgate_up({2, 10});
  EXPECT_THROW(ops.swiglu->backward(machine.context, dh, gate_up, dgate_up), InvariantError);
  EXPECT_THROW(run_model(ops, "llama"), InvariantError);
}

TEST(CheckedOperatorsOn, SmallDifferencePassesAndTheFastResultIsKept) {
  Machine machine;
  Tensor gate_up = Tensor::random({2, 10}, 1), h({2, 5}), right({2, 5});
  with_swiglu(1e-5f).swiglu->forward(machine.context, gate_up, h);
  reference::swiglu_op()->forward(machine.context, gate_up, right);
  EXPECT_EQ(h[7], right[7] + 1e-5f);
}

TEST(CheckedOperatorsOn, NotANumberIsADifference) {
  Machine machine;
  Tensor gate_up = Tensor::random({2, 10}, 1), h({2, 5});
  const Operators ops = with_swiglu(std::numeric_limits<float>::quiet_NaN());
  EXPECT_THROW(ops.swiglu->forward(machine.context, gate_up, h), InvariantError);
}

TEST(CheckedOperatorsOn, AccumulatedOutputsStartFromTheSameMemory) {
  Machine machine;
  const Operators ops = checked_operators(reference_operators(), reference_operators(), 0.0);
  Tensor x = Tensor::random({3, 4}, 1), w = Tensor::random({5, 4}, 2),
         y = Tensor::random({3, 5}, 3);
  Tensor expected = y;
  ops.linear->forward(machine.context, x, {w}, {}, LinearOp::Start::accumulate, y);
  reference::linear_op()->forward(machine.context, x, {w}, {}, LinearOp::Start::accumulate,
                                  expected);
  EXPECT_EQ(y.values(), expected.values());
}

}  // namespace
}  // namespace kedge
