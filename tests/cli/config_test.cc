#include "tests/support/command_line.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::CommandResult;
using testing::run_kedge;
using testing::TempDir;
using testing::tiny_config;
using testing::tiny_model;

TEST(ConfigCommand, WhatItShowsLoadsToTheSameRun) {
  const TempDir dir("config_show");
  const CommandResult first = run_kedge({"config", "show", tiny_config(dir.path()), "train.steps=9"});
  ASSERT_EQ(first.exit, 0) << first.err;
  EXPECT_THAT(first.out, HasSubstr("steps: 9"));
  real_files().write_atomic(dir.path() + "/again.yaml", first.out);
  const CommandResult second = run_kedge({"config", "show", dir.path() + "/again.yaml"});
  EXPECT_EQ(second.out, first.out);
}

TEST(ConfigCommand, WhatARunWouldRefuseIsRefused) {
  const TempDir dir("config_refused");
  const CommandResult result = run_kedge(
      {"config", "show", tiny_config(dir.path()), "algorithm.reward.kl_coef=0.1",
       "algorithm.kl.coef=0.1"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("kl"));
  EXPECT_EQ(result.out, "");
}

TEST(ConfigCommand, AMisspeltKeyNamesPlaceAndNearest) {
  const TempDir dir("config_typo");
  const CommandResult result =
      run_kedge({"config", "show", tiny_config(dir.path()), "optimizer.learning_rte=1"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("optimizer.learning_rte"));
  EXPECT_THAT(result.err, HasSubstr("learning_rate"));
}

}  // namespace
}  // namespace kedge
