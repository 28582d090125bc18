#include <gtest/gtest.h>

#include <numeric>

#include "tests/support/aten_oracle.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

using test::expect_close;
using test::Machine;
using test::Tensor;

constexpr int64_t kC = (4 + 2 * 2) * 8;

// Rows at random places of their life: some in prefill, most in decode.
struct Rows {
  explicit Rows(uint64_t seed) {
    std::vector<int32_t> free(64);
    std::iota(free.begin(), free.end(), 0);
    for (size_t i = free.size(); i > 1; --i) std::swap(free[i - 1], free[draw(seed, i)]);
    int32_t begin = 0;
    for (int r = 0; r < 9; ++r) {
      const auto past = static_cast<int32_t>(draw(seed, 60));
      const int32_t fresh = r % 3 == 0 ? 1 + static_cast<int32_t>(draw(seed, 20)) : 1;
      for (int32_t position = 0; position < past + fresh; position += kKvBlock) {
        blocks[r].push_back(free.back());
        free.pop_back();
      }
      layout.rows.push_back({begin, begin + fresh, past, blocks[r]});
      begin += fresh;
    }
  }

  uint64_t draw(uint64_t seed, uint64_t n) {
    return random_below(7, {Purpose::task, seed, 3, 0, count++}, n);
  }

  uint64_t count = 0;
  std::vector<int32_t> blocks[9];
  PagedLayout layout;
};

TEST(AtenPaged, AgreesWithTheReference) {
  Machine machine;
  const Operators aten = aten_operators(1), reference = reference_operators();
  const AttentionShape shape{4, 2, 8, 0.35f};
  for (uint64_t seed = 0; seed < 6; ++seed) {
    const Rows rows(seed);
    const int64_t T = rows.layout.num_tokens();
    Tensor qkv = Tensor::random({T, kC}, seed, 2.0f);
    Tensor keys = Tensor::random({64, 2, 8, 16}, seed + 1),
           values = Tensor::random({64, 2, 16, 8}, 2);
    Tensor keys_ref = keys, values_ref = values;
    Tensor out({T, 4, 8}), lse({T, 4}), out_ref({T, 4, 8}), lse_ref({T, 4});
    aten.attention->forward_paged(machine.context, shape, rows.layout, qkv, {keys, values}, out,
                                  lse);
    reference.attention->forward_paged(machine.context, shape, rows.layout, qkv,
                                       {keys_ref, values_ref}, out_ref, lse_ref);
    EXPECT_EQ(keys.values(), keys_ref.values());
    EXPECT_EQ(values.values(), values_ref.values());
    expect_close(out.values(), out_ref.values(), 1e-5, "out");
    expect_close(lse.values(), lse_ref.values(), 1e-5, "lse");
  }
}

TEST(AtenPaged, NeedsNoLse) {
  Machine machine;
  const Operators aten = aten_operators(1);
  const AttentionShape shape{4, 2, 8, 0.35f};
  const Rows rows(3);
  const int64_t T = rows.layout.num_tokens();
  Tensor qkv = Tensor::random({T, kC}, 1), keys = Tensor::random({64, 2, 8, 16}, 2),
         values = Tensor::random({64, 2, 16, 8}, 3), out({T, 4, 8}), again({T, 4, 8}), lse({T, 4});
  aten.attention->forward_paged(machine.context, shape, rows.layout, qkv, {keys, values}, out, {});
  aten.attention->forward_paged(machine.context, shape, rows.layout, qkv, {keys, values}, again,
                                lse);
  EXPECT_EQ(out.values(), again.values());
}

}  // namespace
}  // namespace kedge
