// C plug-ins through their entry, in a host process and in this one.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <thread>

#include "tests/support/c_plugin.h"
#include "tests/support/python_plugin.h"

namespace kedge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::judge;
using testing_support::plugin_yaml;
using testing_support::texts_of;

std::vector<std::string> texts(const std::string& yaml,
                               const std::vector<std::string>& completions) {
  const auto reward = make_reward("plugin", yaml);
  return texts_of(judge(*reward, JudgedPrompt(completions, {{"level", 3}}, "12")));
}

std::string refusal(const std::string& yaml) {
  try {
    make_reward("plugin", yaml);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(PluginReward, ScoresInAHostAndInThisProcessAlike) {
  const std::vector<std::string> completions = {"a", "", "abstain", "nan", "unset", "kind", "ccc"};
  const auto hosted = texts(plugin_yaml("moody"), completions);
  EXPECT_THAT(hosted, ElementsAre("1.0", "0.0", "abstain: no reason given", "error: score is nan",
                                  "error: the plug-in wrote no verdict",
                                  "error: unknown kind of verdict 17", "3.0"));
  EXPECT_EQ(texts(plugin_yaml("moody", ", isolate: false, workers: 2"), completions), hosted);
}

TEST(PluginReward, ItemsArriveWholeEitherWay) {
  for (const char* where : {"", ", isolate: false"}) {
    const auto reward = make_reward("plugin", plugin_yaml("moody", where));
    const JudgedPrompt prompt({"describe"}, {{"level", 3}}, "12");
    RewardItem item = prompt.items()[0];
    item.tokens = {5, 6};
    item.step = 8;
    Verdict verdict;
    reward->score(std::span(&item, 1), std::span(&verdict, 1));
    EXPECT_EQ(verdict.note, R"(|12|{"level":3}| 5 6|0 0 8 0)");
  }
}

TEST(PluginReward, ACrashIsAnErrorOfOneAnswer) {
  EXPECT_THAT(texts(plugin_yaml("moody"), {"a", "abort", "bb"}),
              ElementsAre("1.0", HasSubstr("died of signal 6 (Aborted)"), "2.0"));
}

TEST(PluginReward, AskingForGroupsGivesGroupScope) {
  for (const char* where : {"", ", isolate: false"}) {
    const auto reward = make_reward("plugin", plugin_yaml("moody_groups", where));
    EXPECT_EQ(reward->scope(), RewardScope::group);
    EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"a", "b"}))), ElementsAre("2.0", "2.0"));
  }
}

TEST(PluginReward, MistakesAreFoundBeforeARun) {
  for (const char* where : {"", ", isolate: false"}) {
    EXPECT_THAT(refusal(plugin_yaml("moody_abi7", where)), HasSubstr("reward ABI 7"));
    EXPECT_THAT(refusal(plugin_yaml("moody", std::string(", config: {mood: refuse}") + where)),
                HasSubstr(R"(I do not like {"mood":"refuse"})"));
    EXPECT_THAT(refusal(plugin_yaml("no_such_plugin", where)), HasSubstr("no_such_plugin.so"));
  }
  EXPECT_THAT(refusal(plugin_yaml("moody", ", config: {mood: abort}")),
              HasSubstr("died of signal 6"));
  EXPECT_THAT(refusal("{}"), StartsWith("rewards[0].path: missing"));
  EXPECT_THAT(refusal("{path: x.so, host: /no/such/host}"), HasSubstr("rewards[0].host"));
}

// The template builds outside the tree, and what comes out of it is a reward.
TEST(PluginReward, TheTemplateBuildsOutsideTheTree) {
  const testing_support::TemporaryDirectory directory;
  const std::string build = "cp -r " KEDGE_SOURCE_DIR "/scripts/plugin_template " +
                            directory.path() + "/mine && cd " + directory.path() +
                            "/mine && { cmake -B build -DKEDGE_DIR=" KEDGE_SOURCE_DIR
                            " && cmake --build build; } >log 2>&1 || { cat log; exit 1; }";
  ASSERT_EQ(std::system(build.c_str()), 0);
  const std::string yaml =
      "{path: " + directory.path() + "/mine/build/my_reward.so, isolate: false}";
  const auto reward = make_reward("plugin", yaml);
  EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"7+5=12\n", "13"}, {}, "12"))),
              ElementsAre("1.0", "0.0"));
  EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"12"}))),
              ElementsAre("abstain: the prompt has no answer"));
}

}  // namespace
}  // namespace kedge
