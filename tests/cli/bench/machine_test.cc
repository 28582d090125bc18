#include <gtest/gtest.h>

#include "cli/bench/bench.h"
#include "model/kernels/isa.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

TEST(BenchMachine, PrintsOneLineOfLimits) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_machine({"--threads", "1", "--seconds", "0.01", "--mib", "8"}), kExitDone);
  const auto lines = output.lines();
  ASSERT_EQ(lines.size(), 1u);
  EXPECT_EQ(lines[0].at("bench"), "machine");
  EXPECT_EQ(lines[0].at("threads"), 1);
  EXPECT_EQ(lines[0].at("mib"), 8);
  for (const char* limit : {"fma_gflops", "read_gbytes", "copy_gbytes"}) {
    EXPECT_GT(lines[0].at(limit).get<double>(), 0.0) << limit;
  }
  EXPECT_EQ(lines[0].at("bf16_dot_gflops").get<double>() > 0,
            chosen_isa() == Isa::avx512 && cpu_has_bf16_dot());
  EXPECT_NE(output.notes(), "");
}

}  // namespace
}  // namespace kedge
