#include <gtest/gtest.h>

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

class HeadAgainstAutograd : public testing::TestWithParam<std::string> {
 protected:
  Machine machine{2};
  Operators ops = test::operators_named(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Backends, HeadAgainstAutograd, testing::Values("reference", "aten"));

TEST_P(HeadAgainstAutograd, LogProbsEntropyAndGradients) {
  const std::vector<int32_t> source = {0, 2, 2, 2, 3, 6};
  const std::vector<Token> id = {5, 1, 18, 1, 0, 7};
  Tensor x = Tensor::random({7, 9}, 1, 2.0f), w = Tensor::random({19, 9}, 2);
  Tensor dlogprob = Tensor::random({6}, 3), dentropy = Tensor::random({6}, 4);
  const at::Tensor x_leaf = leaf(x), w_leaf = leaf(w), rows = test::indices(source);
  const at::Tensor logits = at::mm(x_leaf, w_leaf.t());
  const at::Tensor logp = (logits / 0.8).log_softmax(1).index_select(0, rows);
  const at::Tensor chosen = logp.gather(1, test::indices(id).unsqueeze(1)).squeeze(1);
  const at::Tensor spread = -(logp.exp() * logp).sum(1);
  ((chosen * constant(dlogprob)).sum() + (spread * constant(dentropy)).sum()).backward();

  std::vector<float> logprob(6), lse(6), entropy(6);
  ops.head->forward(machine.context, x, {w}, {source, id}, 0.8f, logprob, lse, entropy);
  expect_close(logprob, values_of(chosen), 1e-5, "logprob");
  expect_close(entropy, values_of(spread), 1e-5, "entropy");
  expect_close(lse, values_of((logits / 0.8).logsumexp(1).index_select(0, rows)), 1e-5, "lse");
  Tensor dx = Tensor::random({7, 9}, 5), dw({19, 9}), all({7, 19});
  ops.head->backward(machine.context, x, {w}, {source, id}, 0.8f,
                     {dlogprob.values(), dentropy.values(), lse, entropy}, dx, dw);
  expect_close(dx.values(), values_of(x_leaf.grad()), 2e-5, "dx");
  expect_close(dw.values(), values_of(w_leaf.grad()), 2e-5, "dw");
  ops.head->logits(machine.context, x, {w}, all);
  expect_close(all.values(), values_of(logits), 1e-5, "logits");
}

// A vocabulary so large that a chunk holds few rows.
TEST(AtenHead, ChunksAgreeWithTheReference) {
  const int64_t V = int64_t{1} << 22, T = 11;
  Machine machine;
  Tensor x = Tensor::random({T, 2}, 1, 3.0f), w({V, 2});
  for (int64_t i = 0; i < 2 * V; ++i) w[i] = static_cast<float>((i * 2654435761u) % 1000) * 1e-3f;
  std::vector<int32_t> source;
  std::vector<Token> id;
  for (int32_t t = 0; t < T; ++t) {
    source.insert(source.end(), {t, t});
    id.insert(id.end(), {t, static_cast<Token>(V - 1 - t)});
  }
  std::vector<float> logprob(2 * T), lse(2 * T), entropy(2 * T), logprob_ref(2 * T), lse_ref(2 * T),
      entropy_ref(2 * T);
  aten_operators(1).head->forward(machine.context, x, {w}, {source, id}, 1.0f, logprob, lse,
                                  entropy);
  reference_operators().head->forward(machine.context, x, {w}, {source, id}, 1.0f, logprob_ref,
                                      lse_ref, entropy_ref);
  expect_close(logprob, logprob_ref, 1e-5, "logprob");
  expect_close(lse, lse_ref, 1e-5, "lse");
  expect_close(entropy, entropy_ref, 1e-4, "entropy");
}

}  // namespace
}  // namespace kedge
