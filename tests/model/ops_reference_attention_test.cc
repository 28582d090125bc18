#include <gtest/gtest.h>

#include <cmath>

#include "model/ops_reference.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

using test::Machine;
using test::Tensor;

const AttentionShape kShape{4, 2, 6, 0.4f};
constexpr int64_t kC = (4 + 2 * 2) * 6, kHD = 4 * 6;

struct Result {
  std::vector<float> out, lse;
};

struct AttentionTest : testing::Test {
  Machine machine{2};
  std::unique_ptr<AttentionOp> attention = reference::attention_op();

  Result forward(const SegmentLayout& layout, Tensor& qkv) {
    const int64_t T = layout.num_tokens();
    Tensor out({T, 4, 6}), lse({T, 4});
    attention->forward(machine.context, kShape, layout, qkv, out, lse);
    return {out.values(), lse.values()};
  }

  std::vector<float> backward(const SegmentLayout& layout, Tensor& qkv, Tensor& dout) {
    const int64_t T = layout.num_tokens();
    Tensor out({T, 4, 6}), lse({T, 4}), dqkv = Tensor::random({T, kC}, 99);
    attention->forward(machine.context, kShape, layout, qkv, out, lse);
    attention->backward(machine.context, kShape, layout, qkv, out, lse, dout, dqkv);
    return dqkv.values();
  }
};

SegmentLayout one_segment(int64_t tokens) {
  SegmentLayout layout;
  layout.add(static_cast<int32_t>(tokens), -1);
  return layout;
}

std::vector<float> rows(const std::vector<float>& from, const std::vector<int32_t>& indices,
                        int64_t width) {
  std::vector<float> picked;
  for (const int32_t t : indices) {
    picked.insert(picked.end(), from.begin() + t * width, from.begin() + (t + 1) * width);
  }
  return picked;
}

Tensor tensor_of_rows(const std::vector<float>& from, const std::vector<int32_t>& indices) {
  Tensor tensor({static_cast<int64_t>(indices.size()), kC});
  tensor.values() = rows(from, indices, kC);
  return tensor;
}

// Softmax attention of the last token of a plain sequence, written out.
TEST_F(AttentionTest, Formula) {
  Tensor qkv = Tensor::random({5, kC}, 1, 2.0f);
  const Result result = forward(one_segment(5), qkv);
  for (int64_t h = 0; h < 4; ++h) {
    for (int64_t t = 0; t < 5; ++t) {
      std::vector<double> p(t + 1);
      double sum = 0.0;
      for (int64_t j = 0; j <= t; ++j) {
        double score = 0.0;
        for (int64_t d = 0; d < 6; ++d) {
          score += static_cast<double>(qkv[t * kC + h * 6 + d]) * qkv[j * kC + kHD + h / 2 * 6 + d];
        }
        sum += p[j] = std::exp(kShape.scale * score);
      }
      EXPECT_NEAR(result.lse[t * 4 + h], std::log(sum), 1e-5);
      for (int64_t d = 0; d < 6; ++d) {
        double out = 0.0;
        for (int64_t j = 0; j <= t; ++j) {
          out += p[j] / sum * qkv[j * kC + kHD + 12 + h / 2 * 6 + d];
        }
        EXPECT_NEAR(result.out[t * kHD + h * 6 + d], out, 1e-5);
      }
    }
  }
}

TEST_F(AttentionTest, ForestEqualsItsPathsBitForBit) {
  for (uint64_t seed = 0; seed < 10; ++seed) {
    const SegmentLayout forest = test::random_forest(2, 7, 6, seed);
    Tensor qkv = Tensor::random({forest.num_tokens(), kC}, seed, 2.0f);
    const Result packed = forward(forest, qkv);
    for (int32_t s = 0; s < static_cast<int32_t>(forest.segments.size()); ++s) {
      const std::vector<int32_t> path = test::context_indices(forest, s);
      Tensor alone = tensor_of_rows(qkv.values(), path);
      const Result single = forward(one_segment(static_cast<int64_t>(path.size())), alone);
      test::expect_same_bits(rows(packed.out, path, kHD), single.out, "out");
      test::expect_same_bits(rows(packed.lse, path, 4), single.lse, "lse");
    }
  }
}

TEST_F(AttentionTest, BackwardMatchesFiniteDifferences) {
  for (uint64_t seed = 0; seed < 3; ++seed) {
    const SegmentLayout forest = test::random_forest(2, 5, 3, seed);
    const int64_t T = forest.num_tokens();
    Tensor qkv = Tensor::random({T, kC}, seed, 1.5f), dout = Tensor::random({T, 4, 6}, seed + 50);
    const std::vector<float> dqkv = backward(forest, qkv, dout);
    const auto loss = [&] { return test::dot(forward(forest, qkv).out, dout.values()); };
    test::expect_finite_differences(qkv.values(), dqkv, loss, 1e-3, "dqkv", 1e-2f, 3);
  }
}

// Gradients of a shared prefix are the sum over the rows that share it.
TEST_F(AttentionTest, BackwardOfAForestIsTheSumOverItsLeaves) {
  SegmentLayout forest;
  const int32_t root = forest.add(4, -1);
  forest.add(3, root);
  forest.add(2, root);
  Tensor qkv = Tensor::random({9, kC}, 3), dout = Tensor::random({9, 4, 6}, 4);
  std::fill_n(dout.values().begin(), 4 * kHD, 0.0f);  // the root's queries occur in both paths
  const std::vector<float> packed = backward(forest, qkv, dout);
  std::vector<float> sum(packed.size(), 0.0f);
  for (const int32_t leaf : {1, 2}) {
    const std::vector<int32_t> path = test::context_indices(forest, leaf);
    Tensor alone = tensor_of_rows(qkv.values(), path);
    Tensor alone_dout({static_cast<int64_t>(path.size()), 4, 6});
    alone_dout.values() = rows(dout.values(), path, kHD);
    const std::vector<float> part =
        backward(one_segment(static_cast<int64_t>(path.size())), alone, alone_dout);
    for (size_t i = 0; i < path.size(); ++i) {
      for (int64_t c = 0; c < kC; ++c) sum[path[i] * kC + c] += part[i * kC + c];
    }
  }
  test::expect_close(packed, sum, 1e-5, "dqkv");
}

TEST_F(AttentionTest, PagedChunksEqualPackedBitForBit) {
  ModelConfig config = test::small_config();
  config.head_dim = 6;
  Tensor qkv = Tensor::random({40, kC}, 5, 2.0f);
  const Result packed = forward(one_segment(40), qkv);
  for (const int32_t chunk : {1, 7, 16, 40}) {
    KvCache kv(config, 4);
    const std::vector<int32_t> blocks = {2, 0, 3};
    Tensor out({40, 4, 6}), lse({40, 4});
    for (int32_t begin = 0; begin < 40; begin += chunk) {
      const int32_t end = std::min(begin + chunk, 40);
      attention->forward_paged(machine.context, kShape, {{{0, end - begin, begin, blocks}}},
                               qkv.view().rows(begin, end), kv.layer(0),
                               out.view().rows(begin, end), lse.view().rows(begin, end));
    }
    test::expect_same_bits(out.values(), packed.out, "out");
    test::expect_same_bits(lse.values(), packed.lse, "lse");
  }
}

// Two rows read the same full block of their prompt and write blocks of their own.
TEST_F(AttentionTest, PagedRowsMayShareBlocks) {
  ModelConfig config = test::small_config();
  config.head_dim = 6;
  KvCache kv(config, 4);
  SegmentLayout forest;
  const int32_t prompt = forest.add(16, -1);
  forest.add(2, prompt);
  forest.add(3, prompt);
  Tensor qkv = Tensor::random({21, kC}, 6), out({21, 4, 6});
  const std::vector<int32_t> prompt_blocks = {1}, first = {1, 0}, second = {1, 3};
  attention->forward_paged(machine.context, kShape, {{{0, 16, 0, prompt_blocks}}},
                           qkv.view().rows(0, 16), kv.layer(1), out.view().rows(0, 16), {});
  attention->forward_paged(machine.context, kShape, {{{0, 2, 16, first}, {2, 5, 16, second}}},
                           qkv.view().rows(16, 21), kv.layer(1), out.view().rows(16, 21), {});
  test::expect_same_bits(out.values(), forward(forest, qkv).out, "out");
}

}  // namespace
}  // namespace kedge
