#include "rewards/plugins/plugin_library.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/c_plugin.h"

namespace kedge {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing_support::plugin_path;

std::string refusal(const std::string& path, const std::string& config = "{}") {
  try {
    const PluginLibrary library(path, "rewards[0].path");
    const PluginInstance instance(library, config);
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "rewards[0].path");
    return error.what();
  }
  return "accepted";
}

TEST(PluginLibrary, SaysWhatItIs) {
  const PluginLibrary library(plugin_path("moody"), "test");
  EXPECT_EQ(library.title(), "moody 1");
  EXPECT_EQ(library.plugin().threads, 1u);
}

TEST(PluginLibrary, WhatCannotBeLoadedIsNamed) {
  EXPECT_EQ(refusal(plugin_path("moody")), "accepted");
  EXPECT_THAT(refusal("/no/such/library.so"), HasSubstr("/no/such/library.so"));
  EXPECT_THAT(refusal("libz.so.1"), HasSubstr("exports no kedge_reward_v1"));
  EXPECT_THAT(refusal(plugin_path("moody_abi7")),
              AllOf(HasSubstr("reward ABI 7"), HasSubstr("this kedge has ABI 1")));
  EXPECT_THAT(refusal(plugin_path("moody"), R"({"mood":"refuse"})"),
              HasSubstr(R"(refuses its config: I do not like {"mood":"refuse"})"));
}

Verdict verdict_for(const std::string& mood) {
  const PluginLibrary library(plugin_path("moody"), "test");
  const PluginInstance instance(library, "{}");
  std::vector<PluginItem> items(1);
  items[0].completion = mood;
  return instance.score(items).at(0);
}

TEST(PluginInstance, WrongVerdictsAreErrors) {
  EXPECT_EQ(verdict_for("xyz").score, 3.0);
  EXPECT_EQ(verdict_for("abstain").kind, VerdictKind::abstain);
  EXPECT_THAT(verdict_for("unset").note, HasSubstr("wrote no verdict"));
  EXPECT_THAT(verdict_for("nan").note, HasSubstr("nan"));
  EXPECT_THAT(verdict_for("infinite").note, HasSubstr("inf"));
  EXPECT_THAT(verdict_for("kind").note, HasSubstr("unknown kind of verdict 17"));
  EXPECT_THAT(verdict_for("fail").note, HasSubstr("score() returned 1"));
  EXPECT_THAT(verdict_for("throw").note, HasSubstr("score() threw: as asked"));
  for (const char* mood : {"unset", "nan", "infinite", "kind", "fail", "throw"}) {
    EXPECT_EQ(verdict_for(mood).kind, VerdictKind::error) << mood;
  }
  EXPECT_EQ(verdict_for("unterminated").note, std::string(256, 'n'));
}

TEST(PluginInstance, OneThatFailsDoesNotSpoilTheOthers) {
  const PluginLibrary library(plugin_path("moody"), "test");
  const PluginInstance instance(library, "{}");
  std::vector<PluginItem> items(3);
  items[0].completion = "ab";
  items[1].completion = "throw";
  items[2].completion = "c";
  const std::vector<Verdict> verdicts = instance.score(items);
  EXPECT_EQ(verdicts[0].score, 2.0);
  EXPECT_THAT(verdicts[1].note, HasSubstr("threw"));
  EXPECT_EQ(verdicts[2].score, 1.0);
}

TEST(PluginInstance, ItemsArriveWhole) {
  const PluginLibrary library(plugin_path("moody"), "test");
  const PluginInstance instance(library, "{}");
  std::vector<PluginItem> items(1);
  items[0] = {"7+5=", "describe", "12", R"({"level":3})", {5, 6}, uint64_t{1} << 40, 2, 8, true};
  EXPECT_EQ(instance.score(items).at(0).note, R"(7+5=|12|{"level":3}| 5 6|1099511627776 2 8 1)");
}

}  // namespace
}  // namespace kedge
