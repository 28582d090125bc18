#include "tests/support/op_cases.h"

namespace kedge {
namespace {

TEST(OpCasesAttention, RunOnEveryBackend) {
  const ModelConfig config = test::bench_config_of_test();
  test::expect_runnable(attention_cases(config, {2, 40, 3}));
}

TEST(OpCasesAttention, CountEveryPairOfQueryAndKey) {
  const ModelConfig config = test::bench_config_of_test();
  const auto cases = attention_cases(config, {1, 4, 2});
  const double width = static_cast<double>(config.q_size());
  // A prompt of 32: 528 pairs; eight answers of 64 after it: 32 * 64 + 2080 each.
  EXPECT_EQ(cases[0].flop, 4.0 * width * (528 + 8 * (32 * 64 + 2080)));
  EXPECT_EQ(cases[1].flop, 4.0 * width * 10);
  EXPECT_EQ(cases[3].flop, 2.5 * cases[1].flop);
  EXPECT_EQ(cases[4].flop, 4.0 * width * 5);    // one token after four
  EXPECT_EQ(cases[5].flop, 2 * cases[4].flop);  // in two rows
  EXPECT_EQ(cases[6].flop, cases[1].flop);      // prefill of four
}

}  // namespace
}  // namespace kedge
