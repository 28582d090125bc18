#include <gtest/gtest.h>

#include "model/ops_reference.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

const std::vector<Token> kTokens = {2, 0, 2, 3, 2};

TEST(ReferenceEmbedding, CopiesRows) {
  Machine machine(2);
  Tensor w = Tensor::random({4, 3}, 1), x({5, 3});
  reference::embedding_op()->forward(machine.context, kTokens, {w}, x);
  for (size_t t = 0; t < kTokens.size(); ++t) {
    for (int e = 0; e < 3; ++e) EXPECT_EQ(x[t * 3 + e], w[kTokens[t] * 3 + e]);
  }
}

TEST(ReferenceEmbedding, RepeatedTokensAddUpInPackedOrder) {
  Machine machine(2);
  Tensor dx = Tensor::random({5, 3}, 2), dw = Tensor::random({4, 3}, 3);
  const Tensor before = dw;
  reference::embedding_op()->backward(machine.context, kTokens, dx, dw);
  for (int e = 0; e < 3; ++e) {
    EXPECT_EQ(dw[e], before.values()[e] + dx[3 + e]);
    EXPECT_EQ(dw[3 + e], before.values()[3 + e]);
    EXPECT_EQ(dw[6 + e], before.values()[6 + e] + dx[e] + dx[6 + e] + dx[12 + e]);
  }
}

TEST(ReferenceEmbedding, EveryCutGivesTheSameBits) {
  Machine machine;
  const auto embedding = reference::embedding_op();
  Tensor dx = Tensor::random({5, 3}, 2), whole({4, 3});
  embedding->backward(machine.context, kTokens, dx, whole);
  for (int64_t cut = 1; cut < 5; ++cut) {
    Tensor parts({4, 3});
    const std::span<const Token> tokens(kTokens);
    embedding->backward(machine.context, tokens.first(cut), dx.view().rows(0, cut), parts);
    embedding->backward(machine.context, tokens.subspan(cut), dx.view().rows(cut, 5), parts);
    test::expect_same_bits(parts.values(), whole.values(), "dw");
  }
}

}  // namespace
}  // namespace kedge
