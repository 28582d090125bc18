#include "trainer/credit/credit_rules.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(UniformCredit, IsOneEverywhereAndReadsNothing) {
  const auto shaper = make_uniform_credit(ConfigNode{}, "algorithm.credit");
  EXPECT_TRUE(shaper->is_uniform());
  EXPECT_TRUE(shaper->columns().empty());
  std::vector<double> factor(3, 0.0);
  shaper->shape({}, factor);
  EXPECT_EQ(factor, (std::vector<double>{1, 1, 1}));
}

TEST(UniformCredit, HasNoSettings) {
  EXPECT_THROW(make_uniform_credit(parse_yaml("{amp: 2}", "t"), "algorithm.credit"), ConfigError);
}

}  // namespace
}  // namespace kedge
