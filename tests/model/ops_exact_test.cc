#include "model/ops_exact.h"

#include <gtest/gtest.h>

#include "model/kernels/kernels.h"

namespace kedge {
namespace {

TEST(ExactOperators, TableIsFullAndNamesItsCodePath) {
  for (const Isa isa : available_isas()) {
    const Operators ops = exact::operators_of(kernels_of(isa));
    EXPECT_EQ(ops.name, std::string("exact ") + name_of(isa));
    EXPECT_TRUE(ops.linear && ops.norm && ops.rope && ops.attention && ops.swiglu &&
                ops.embedding && ops.head);
  }
  EXPECT_EQ(exact_operators().name, std::string("exact ") + name_of(chosen_isa()));
}

}  // namespace
}  // namespace kedge
