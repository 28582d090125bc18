#include <gmock/gmock.h>

#include "tests/support/command_line.h"

namespace kedge {
namespace {

using testing::CommandResult;
using ::testing::HasSubstr;
using testing::run_kedge;
using testing::TempDir;
using testing::tiny_config;

TEST(AnchorsCommand, FillsTheStoreAndSaysHowFarItIs) {
  const TempDir dir("anchors");
  const std::vector<std::string> words = {"anchors", "make", tiny_config(dir.path()),
                                          "algorithm.preset=pvpo",
                                          "algorithm.anchor.store=" + dir.path() + "/a.jsonl"};
  const CommandResult first = run_kedge(words);
  ASSERT_EQ(first.exit, 0) << first.err;
  EXPECT_THAT(first.err, HasSubstr("prompt 8/8"));
  EXPECT_THAT(first.err, HasSubstr("prompts/s"));
  EXPECT_THAT(first.err, HasSubstr("8 records made, 0 of 8"));
  EXPECT_EQ(first.out, "");
  const CommandResult again = run_kedge(words);
  EXPECT_THAT(again.err, HasSubstr("0 records made, 8 of 8 were there"));
}

TEST(AnchorsCommand, RefusesWithoutAStore) {
  const TempDir dir("anchors_refusal");
  const CommandResult result =
      run_kedge({"anchors", "make", tiny_config(dir.path()), "algorithm.preset=aapo"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("algorithm.anchor.store"));
  EXPECT_EQ(run_kedge({"anchors", "mak"}).exit, kExitUsage);
}

}  // namespace
}  // namespace kedge
