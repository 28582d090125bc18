#include "tests/support/op_cases.h"

namespace kedge {
namespace {

TEST(OpCasesLinear, RunOnEveryBackend) {
  const ModelConfig config = test::bench_config_of_test();
  test::expect_runnable(linear_cases(config, {1, 5}));
}

TEST(OpCasesLinear, CountTwoOperationsPerProduct) {
  const auto cases = linear_cases(test::bench_config_of_test(), {5});
  ASSERT_EQ(cases.size(), 12u);  // four layers, forward and both backwards
  for (const OpCase& op : cases) {
    const auto size = [&](const char* name) { return op.shape.at(name).get<double>(); };
    EXPECT_EQ(op.flop, 2.0 * size("M") * size("K") * size("N")) << op.op;
  }
  EXPECT_EQ(cases[0].shape.at("N"), test::bench_config_of_test().qkv_size());
}

}  // namespace
}  // namespace kedge
