#include "trainer/advantage/estimator.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

TEST(AdvantageEstimators, NamesAreUniqueAndDocumented) {
  std::vector<std::string_view> names;
  for (const AdvantageEstimator& entry : advantage_estimators()) {
    EXPECT_FALSE(entry.doc.empty()) << entry.name;
    names.push_back(entry.name);
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
  EXPECT_THROW(estimator_of(estimator_config("gropu")), ConfigError);
}

TEST(AdvantageEstimators, TrivialGroupsAreSettled) {
  AdvantageConfig config;
  const auto settle = [&](std::vector<double> reward, std::vector<double>& out) {
    out.assign(reward.size(), 7.0);
    const Siblings siblings{3, reward, {}, {}, {}, nullptr};
    return settle_trivial({config, siblings, {}}, out);
  };
  std::vector<double> out;
  EXPECT_TRUE(settle({0.9, 0.9, 0.9}, out));
  EXPECT_EQ(out, (std::vector<double>{0, 0, 0}));
  EXPECT_FALSE(settle({0.9, 0.8}, out));
  EXPECT_TRUE(settle({0.9}, out));
  EXPECT_EQ(out[0], 0.0);
  config.singleton = Singleton::raw;
  EXPECT_TRUE(settle({0.9}, out));
  EXPECT_EQ(out[0], 0.9);
  config.singleton = Singleton::error;
  try {
    settle({0.9}, out);
    FAIL();
  } catch (const PolicyError& e) {
    EXPECT_EQ(e.fault(), PolicyFault::group_too_small);
    EXPECT_EQ(e.where(), 3);
  }
}

}  // namespace
}  // namespace kedge
