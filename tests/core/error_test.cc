#include "core/error.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Error, ConfigErrorNamesPlaceFoundAndValid) {
  const ConfigError error("optimizer.lr", "unknown key", "valid: learning_rate");
  EXPECT_STREQ(error.what(), "optimizer.lr: unknown key; valid: learning_rate");
  EXPECT_EQ(error.place(), "optimizer.lr");
  EXPECT_EQ(error.exit_code(), kExitUsage);
  EXPECT_STREQ(ConfigError("a.yaml", "no such file").what(), "a.yaml: no such file");
}

TEST(Error, NearestNameFindsTyposAndRefusesStrangers) {
  const std::vector<std::string> names = {"learning_rate", "warmup_steps", "kl"};
  EXPECT_EQ(nearest_name("learnign_rate", names), "learning_rate");
  EXPECT_EQ(nearest_name("learningrate", names), "learning_rate");
  EXPECT_EQ(nearest_name("kll", names), "kl");
  EXPECT_EQ(nearest_name("zz", names), "");
  EXPECT_EQ(nearest_name("temperature", names), "");
}

TEST(Error, ValidNamesListsEverything) {
  EXPECT_EQ(valid_names("grop", {"grpo", "ppo"}), "did you mean 'grpo'? valid: grpo, ppo");
  EXPECT_EQ(valid_names("x", {}), "valid: nothing");
}

TEST(Error, CheckThrowsWithBothValues) {
  const int rows = 3;
  try {
    KEDGE_CHECK(rows == 4, "rows ", rows, " expected ", 4);
    FAIL();
  } catch (const InvariantError& error) {
    const std::string text = error.what();
    EXPECT_NE(text.find("[tests/core/error_test.cc:"), std::string::npos) << text;
    EXPECT_NE(text.find("rows == 4 does not hold: rows 3 expected 4"), std::string::npos) << text;
    EXPECT_EQ(error.exit_code(), kExitFailure);
  }
  EXPECT_NO_THROW(KEDGE_CHECK(rows == 3));
}

TEST(Error, TemporaryErrorAsksForRequeue) {
  EXPECT_EQ(TemporaryError("rank 2 is gone").exit_code(), kExitRequeue);
}

}  // namespace
}  // namespace kedge
