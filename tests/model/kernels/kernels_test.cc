#include "model/kernels/kernels.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Kernels, TableBelongsToItsCodePath) {
  for (const Isa isa : available_isas()) EXPECT_EQ(kernels_of(isa).isa, isa);
  EXPECT_EQ(kernels().isa, chosen_isa());
}

}  // namespace
}  // namespace kedge
