#include "cli/arguments.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::ElementsAre;

TEST(SplitConfigArguments, TellsFilesFromOverrides) {
  const ConfigArguments split =
      split_config_arguments({"a.yaml", "optimizer.learning_rate=1e-4", "dir/b=c.yaml", "x=1"});
  EXPECT_THAT(split.files, ElementsAre("a.yaml", "dir/b=c.yaml"));
  EXPECT_THAT(split.overrides, ElementsAre("optimizer.learning_rate=1e-4", "x=1"));
}

TEST(SplitConfigArguments, WantsAFile) {
  EXPECT_THROW(split_config_arguments({"train.steps=3"}), ConfigError);
}

}  // namespace
}  // namespace kedge
