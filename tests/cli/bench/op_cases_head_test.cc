#include "tests/support/op_cases.h"

namespace kedge {
namespace {

TEST(OpCasesHead, RunOnEveryBackend) {
  const ModelConfig config = test::bench_config_of_test();
  test::expect_runnable(head_cases(config, 6));
}

TEST(OpCasesHead, BackwardIsThreeProducts) {
  const auto cases = head_cases(test::bench_config_of_test(), 6);
  ASSERT_EQ(cases.size(), 3u);
  EXPECT_EQ(cases[1].flop, 2.0 * 6 * 16 * 64);
  EXPECT_EQ(cases[2].flop, 3 * cases[1].flop);
}

}  // namespace
}  // namespace kedge
