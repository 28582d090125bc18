#include "model/ops_aten.h"

#include <gtest/gtest.h>

#include "model/rope.h"
#include "model/transformer.h"
#include "model/transformer_block.h"
#include "tests/support/aten_oracle.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

using test::constant;
using test::expect_close;
using test::leaf;
using test::Machine;
using test::Tensor;
using test::values_of;
using Start = LinearOp::Start;

constexpr double kTolerance = 1e-5;

class OperatorsAgainstAutograd : public testing::TestWithParam<std::string> {
 protected:
  Machine machine{2};
  Operators ops = test::operators_named(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Backends, OperatorsAgainstAutograd, testing::Values("reference", "aten"));

TEST_P(OperatorsAgainstAutograd, Linear) {
  Tensor x = Tensor::random({9, 20}, 1), w = Tensor::random({13, 20}, 2),
         bias = Tensor::random({13}, 3), dy = Tensor::random({9, 13}, 4);
  const Tensor before = Tensor::random({9, 13}, 5);
  const at::Tensor x_leaf = leaf(x), w_leaf = leaf(w), bias_leaf = leaf(bias);
  const at::Tensor product = at::mm(x_leaf, w_leaf.t());
  for (const Start start : {Start::zero, Start::bias, Start::accumulate}) {
    Tensor y = before;
    const at::Tensor base = start == Start::zero   ? at::zeros({13})
                            : start == Start::bias ? bias_leaf.detach()
                                                   : constant(y);
    ops.linear->forward(machine.context, x, {w}, bias, start, y);
    expect_close(y.values(), values_of(product + base), kTolerance, "y");
  }
  (product + bias_leaf).backward(constant(dy));
  Tensor dx({9, 20}), dw({13, 20}), dbias({13});
  ops.linear->backward_input(machine.context, dy, {w}, dx);
  ops.linear->backward_weight(machine.context, dy, x, dw, dbias);
  expect_close(dx.values(), values_of(x_leaf.grad()), kTolerance, "dx");
  expect_close(dw.values(), values_of(w_leaf.grad()), kTolerance, "dw");
  expect_close(dbias.values(), values_of(bias_leaf.grad()), kTolerance, "dbias");
  ops.linear->backward_weight(machine.context, dy, x, dw, {});
  expect_close(dw.values(), values_of(2.0 * w_leaf.grad()), kTolerance, "dw twice");
}

TEST_P(OperatorsAgainstAutograd, NormOfHeadsInsideWiderRows) {
  Tensor wide = Tensor::random({7, 5 + 3 * 8}, 1), w = Tensor::random({8}, 2),
         dy = Tensor::random({7, 3, 8}, 3), y({7, 3, 8}), rstd({7, 3});
  const TensorView x = heads_of(wide, 5, 3, 8);
  const at::Tensor x_leaf =
      constant(wide).narrow(1, 5, 24).reshape({7, 3, 8}).set_requires_grad(true);
  const at::Tensor w_leaf = leaf(w);
  const at::Tensor root = (x_leaf.square().mean(-1, true) + 1e-5).rsqrt();
  const at::Tensor expected = x_leaf * root * w_leaf;
  expected.backward(constant(dy));
  ops.norm->forward(machine.context, x, w, 1e-5f, y, rstd);
  expect_close(y.values(), values_of(expected), kTolerance, "y");
  expect_close(rstd.values(), values_of(root), kTolerance, "rstd");
  Tensor dx({7, 3, 8}), dw({8});
  ops.norm->backward(machine.context, dy, x, w, rstd, false, dx, dw);
  expect_close(dx.values(), values_of(x_leaf.grad()), kTolerance, "dx");
  expect_close(dw.values(), values_of(w_leaf.grad()), kTolerance, "dw");
  ops.norm->backward(machine.context, dy, x, w, rstd, true, dx, dw);
  expect_close(dx.values(), values_of(2.0 * x_leaf.grad()), kTolerance, "dx accumulated");
  ops.norm->forward(machine.context, x, w, 1e-5f, x, rstd);
  expect_close(values_of(constant(wide).narrow(1, 5, 24)), values_of(expected), kTolerance,
               "in place");
}

TEST_P(OperatorsAgainstAutograd, RopeAndItsInverse) {
  const ModelConfig config = test::small_config();
  std::vector<float> memory = rope_values(config, 64);
  const RopeTable table = rope_table(memory, 8);
  const std::vector<int32_t> positions = {0, 3, 63, 3};
  Tensor x = Tensor::random({4, 2, 8}, 1), dy = Tensor::random({4, 2, 8}, 2);
  const at::Tensor x_leaf = leaf(x);
  const auto rows = [&](const TensorView& view) {
    const at::Tensor all = at::from_blob(view.data, {64, 4}, at::kFloat);
    return all.index_select(0, test::indices(positions)).unsqueeze(1).repeat({1, 1, 2});
  };
  const at::Tensor half = at::cat({-x_leaf.narrow(2, 4, 4), x_leaf.narrow(2, 0, 4)}, 2);
  const at::Tensor expected = x_leaf * rows(table.cos_PD) + half * rows(table.sin_PD);
  expected.backward(constant(dy));
  ops.rope->apply(machine.context, x, positions, table, false);
  expect_close(x.values(), values_of(expected), kTolerance, "x");
  ops.rope->apply(machine.context, dy, positions, table, true);
  expect_close(dy.values(), values_of(x_leaf.grad()), kTolerance, "dx");
}

TEST_P(OperatorsAgainstAutograd, Swiglu) {
  Tensor gate_up = Tensor::random({6, 22}, 1, 4.0f), dh = Tensor::random({6, 11}, 2);
  const at::Tensor input = leaf(gate_up);
  const at::Tensor expected = at::silu(input.narrow(1, 0, 11)) * input.narrow(1, 11, 11);
  expected.backward(constant(dh));
  Tensor h({6, 11}), dgate_up({6, 22});
  ops.swiglu->forward(machine.context, gate_up, h);
  ops.swiglu->backward(machine.context, dh, gate_up, dgate_up);
  expect_close(h.values(), values_of(expected), kTolerance, "h");
  expect_close(dgate_up.values(), values_of(input.grad()), kTolerance, "dgate_up");
}

TEST_P(OperatorsAgainstAutograd, Embedding) {
  const std::vector<Token> tokens = {3, 0, 3, 4, 3};
  Tensor w = Tensor::random({5, 6}, 1), dx = Tensor::random({5, 6}, 2), x({5, 6}), dw({5, 6});
  const at::Tensor w_leaf = leaf(w);
  const at::Tensor expected = w_leaf.index_select(0, test::indices(tokens));
  expected.backward(constant(dx));
  ops.embedding->forward(machine.context, tokens, {w}, x);
  ops.embedding->backward(machine.context, tokens, dx, dw);
  EXPECT_EQ(x.values(), values_of(expected));
  expect_close(dw.values(), values_of(w_leaf.grad()), kTolerance, "dw");
}

// Every operator, called by the transformer as training and decoding call it, both sides compared.
TEST(AtenOperators, AgreeWithTheReferenceInsideAModel) {
  for (const std::string family : {"llama", "qwen2", "qwen3"}) {
    Machine machine;
    const Operators ops = checked_operators(aten_operators(1), reference_operators(), 1e-4);
    const ModelConfig config = test::small_config(family);
    Parameters parameters(config, Parameters::Gradients::yes);
    test::randomize(parameters, 3);
    parameters.refresh(machine.context, ops);
    const Transformer transformer(config, ops);
    Activations activations(config, Recompute::blocks);
    for (uint64_t seed = 0; seed < 5; ++seed) {
      const SegmentLayout forest = test::random_forest(3, 6, 9, seed);
      const int64_t T = forest.num_tokens();
      const std::vector<Token> tokens = test::random_tokens(T, config.vocab, seed);
      transformer.forward(machine.context, parameters, tokens, forest, activations);
      Tensor dhidden = Tensor::random({T, config.hidden}, seed);
      transformer.backward(machine.context, parameters, tokens, forest, activations, dhidden);
    }
    KvCache kv(config, 6);
    const std::vector<int32_t> a = {3, 1}, b = {0, 5}, c = {4};
    Tensor hidden({23, config.hidden});
    const std::vector<Token> tokens = test::random_tokens(23, config.vocab, 9);
    transformer.forward_paged(machine.context, parameters, tokens,
                              {{{0, 17, 0, a}, {17, 22, 0, b}, {22, 23, 0, c}}}, kv, hidden);
    transformer.forward_paged(machine.context, parameters, std::span(tokens).first(3),
                              {{{0, 1, 1, c}, {1, 2, 17, a}, {2, 3, 5, b}}}, kv,
                              hidden.view().rows(0, 3));
  }
}

TEST(AtenOperators, ThreadsAreSetWhereTheWorkHappens) {
  const Operators ops = aten_operators(2);
  EXPECT_EQ(ops.name, "aten");
  at::set_num_threads(1);
  Machine machine;
  Tensor x = Tensor::random({2, 3}, 1), w = Tensor::random({4, 3}, 2), y({2, 4});
  ops.linear->forward(machine.context, x, {w}, {}, Start::zero, y);
  EXPECT_EQ(at::get_num_threads(), 2);
  EXPECT_TRUE(at::ones({1}).set_requires_grad(true).mul(2.0).requires_grad());
}

}  // namespace
}  // namespace kedge
