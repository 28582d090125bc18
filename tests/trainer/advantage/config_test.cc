#include "trainer/advantage/config.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

using testing::estimate;
using testing::estimator_config;

AdvantageConfig bound(const std::string& yaml) {
  AdvantageConfig config;
  bind(parse_yaml(yaml, "test"), config, "algorithm.advantage");
  return config;
}

TEST(AdvantageConfig, Binds) {
  const AdvantageConfig c = bound(
      "{estimator: aapo, scale: none, std: population, clip: [-1, 2], margin: {pairing: mean}}");
  EXPECT_EQ(c.scale, AdvantageScale::none);
  EXPECT_EQ(c.std, StdKind::population);
  EXPECT_EQ((*c.clip)[1], 2.0);
  EXPECT_EQ(c.margin.pairing, Pairing::mean);
  EXPECT_EQ(c.margin.high, 0.28);
}

TEST(AdvantageConfig, NamesTheNearestEstimator) {
  try {
    bound("{estimator: rlo}");
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_NE(std::string(e.what()).find("rloo"), std::string::npos) << e.what();
    EXPECT_NE(e.place().find("algorithm.advantage.estimator"), std::string::npos);
  }
  EXPECT_THROW(bound("{clip: [1, -1]}"), ConfigError);
  EXPECT_THROW(bound("{epsilon: 0}"), ConfigError);
  EXPECT_THROW(bound("{margin: {low: 0.1}}"), ConfigError);
}

}  // namespace
}  // namespace kedge
