#include "model/ops_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

TEST(ReferenceOperators, TableIsComplete) {
  const Operators ops = reference_operators();
  EXPECT_EQ(ops.name, "reference");
  EXPECT_TRUE(ops.linear && ops.norm && ops.rope && ops.attention && ops.swiglu && ops.embedding &&
              ops.head);
}

TEST(ReferenceOperators, DotIsADoubleSumOfEveryLength) {
  for (int64_t n = 0; n < 40; ++n) {
    const auto a = test::Tensor::random({n}, 1).values(), b = test::Tensor::random({n}, 2).values();
    EXPECT_NEAR(reference::dot(a.data(), b.data(), n), test::dot(a, b), 1e-13) << n;
  }
}

TEST(ReferenceOperators, AddProductRoundsOnce) {
  const float a = 1.0f + std::numeric_limits<float>::epsilon();
  float memory = -1.0f;
  reference::add_product(memory, a, a);
  EXPECT_EQ(memory, std::fma(a, a, -1.0f));
}

TEST(ReferenceOperators, ParallelForVisitsEveryIndexOnce) {
  test::Machine machine(3);
  std::vector<int> visits(50, 0);
  reference::parallel_for(machine.context, 50, [&](int64_t i) { ++visits[i]; });
  EXPECT_EQ(visits, std::vector<int>(50, 1));
}

}  // namespace
}  // namespace kedge
