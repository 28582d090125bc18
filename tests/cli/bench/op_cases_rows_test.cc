#include "tests/support/op_cases.h"

namespace kedge {
namespace {

TEST(OpCasesRows, RunOnEveryBackend) {
  const ModelConfig config = test::bench_config_of_test();
  test::expect_runnable(row_cases(config, 9));
}

TEST(OpCasesRows, AreLimitedByMemoryAlone) {
  for (const OpCase& op : row_cases(test::bench_config_of_test(), 9)) {
    EXPECT_EQ(op.flop, 0.0) << op.op;
  }
}

}  // namespace
}  // namespace kedge
