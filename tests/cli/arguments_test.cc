#include "cli/arguments.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;

TEST(SplitConfigArguments, TellsFilesFromOverrides) {
  const ConfigArguments split =
      split_config_arguments({"a.yaml", "optimizer.learning_rate=1e-4", "dir/b=c.yaml", "x=1"});
  EXPECT_THAT(split.files, ElementsAre("a.yaml", "dir/b=c.yaml"));
  EXPECT_THAT(split.overrides, ElementsAre("optimizer.learning_rate=1e-4", "x=1"));
}

TEST(SplitConfigArguments, WantsAFile) {
  EXPECT_THROW(split_config_arguments({"train.steps=3"}), ConfigError);
}

TEST(Within, RefusesInTheWordsOfTheSchema) {
  CLI::App app;
  double share = 0.0;
  app.add_option("--share", share)->check(within(above_up_to(0.0, 1.0)));
  for (const std::string text : {"0", "1.5", "nan", "much"}) {
    try {
      app.parse(std::vector<std::string>{text, "--share"});
      ADD_FAILURE() << text << " passed";
    } catch (const CLI::ValidationError& error) {
      EXPECT_THAT(error.what(), HasSubstr("--share: found '" + text + "'; expected 0 < x <= 1"));
    }
  }
  app.parse(std::vector<std::string>{"1", "--share"});
  EXPECT_EQ(share, 1.0);
}

}  // namespace
}  // namespace kedge
