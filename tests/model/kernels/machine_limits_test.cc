#include "model/kernels/machine_limits.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(MachineLimits, ArePositiveAndNotAbsurd) {
  ThreadPool pool(1);
  Arena scratch;
  Context context{pool, scratch};
  const double fma = measure_fma_gflops(context, 0.01);
  EXPECT_GT(fma, 0.5);
  EXPECT_LT(fma, 1e4);
  const double read = measure_read_gbytes(context, 16 << 20, 0.01);
  EXPECT_GT(read, 0.1);
  EXPECT_LT(read, 1e4);
  const double copy = measure_copy_gbytes(context, 16 << 20, 0.01);
  EXPECT_GT(copy, 0.1);
  EXPECT_LT(copy, 1e4);
}

}  // namespace
}  // namespace kedge
