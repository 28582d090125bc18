#include "trainer/credit/credit_shaper.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(CreditRules, UnknownRulesGetTheNearest) {
  CreditConfig config;
  config.rule = "unifrom";
  try {
    make_credit_shaper(config);
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_NE(std::string(e.what()).find("uniform"), std::string::npos) << e.what();
  }
}

TEST(CreditRules, EveryRuleMakesAShaperWithItsDefaults) {
  for (const CreditRule& rule : credit_rules()) {
    EXPECT_FALSE(rule.doc.empty());
    EXPECT_NE(rule.make(ConfigNode{}, "algorithm.credit"), nullptr) << rule.name;
  }
}

}  // namespace
}  // namespace kedge
