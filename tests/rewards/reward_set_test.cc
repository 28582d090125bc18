#include "rewards/reward_set.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_items.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

std::vector<RewardConfig> configs(const std::string& yaml) {
  std::vector<RewardConfig> all;
  for (const ConfigNode& node : parse_yaml(yaml, "test").items) {
    bind(node, all.emplace_back(), "rewards");
  }
  return all;
}

std::string refusal(const std::string& yaml, const RewardOptions& options = {}) {
  try {
    RewardSet(configs(yaml), options);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

constexpr const char* kTwo = R"(
- {name: exact_answer, weight: 2, metric: true}
- {name: format_tags, weight: 0.5, tags: [a]}
)";

TEST(RewardSet, CombinesInConfigOrder) {
  RewardSet rewards(configs(kTwo));
  EXPECT_EQ(rewards.names(), (std::vector<std::string>{"exact_answer", "format_tags"}));
  const JudgedPrompt prompt({"9", "<a>x</a>", "8"}, json::object(), "9");
  const auto scores = rewards.finish({{prompt.items(), {}}});
  ASSERT_EQ(scores.size(), 1u);
  ASSERT_EQ(scores[0].size(), 3u);
  EXPECT_EQ(scores[0][0].total.score, 2.0);
  EXPECT_EQ(scores[0][0].metric, 1.0);
  EXPECT_EQ(scores[0][1].total.score, 0.5);
  EXPECT_EQ(scores[0][1].metric, 0.0);
  EXPECT_EQ(scores[0][2].total.score, 0.0);
  EXPECT_EQ(scores[0][1].components[1].score, 1.0);
}

TEST(RewardSet, EarlyScoringChangesNothing) {
  RewardSet rewards(configs(kTwo));
  const JudgedPrompt prompt({"9", "<a>x</a>"}, json::object(), "9");
  JudgedGroup early{prompt.items(), {}};
  early.verdicts.resize(2);
  early.verdicts[1] = rewards.collect(rewards.begin(prompt.items()[1]));
  const auto once = rewards.finish({{prompt.items(), {}}});
  const auto twice = rewards.finish({early});
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(once[0][i].total.score, twice[0][i].total.score);
    EXPECT_EQ(once[0][i].metric, twice[0][i].metric);
  }
}

TEST(RewardSet, AMetricOnlyRewardDoesNotHideThatAllAbstained) {
  RewardSet rewards(configs(R"(
- {name: exact_answer}
- {name: format_tags, weight: 0, metric: true, tags: [a]}
)"));
  const JudgedPrompt prompt({"<a>x</a>"});  // no answer: exact_answer abstains
  const auto scores = rewards.finish({{prompt.items(), {}}});
  EXPECT_EQ(scores[0][0].total.kind, VerdictKind::abstain);
  EXPECT_EQ(scores[0][0].metric, 1.0);
}

TEST(RewardSet, RefusesBadConfigs) {
  EXPECT_THAT(refusal("[]"), HasSubstr("no reward"));
  EXPECT_THAT(refusal("[{name: exact_anser}]"), HasSubstr("did you mean 'exact_answer'"));
  EXPECT_THAT(refusal("[{name: exact_answer, normalise: squad}]"),
              HasSubstr("did you mean 'normalize'"));
  EXPECT_THAT(refusal("[{name: mentions}, {name: mentions}]"), HasSubstr("`as`"));
  EXPECT_EQ(refusal("[{name: mentions}, {name: mentions, as: objects}]"), "accepted");
  EXPECT_THAT(refusal("[{name: mentions, metric: true}, {name: countdown, metric: true}]"),
              HasSubstr("more than one"));
  EXPECT_THAT(refusal("[{name: mentions, weight: 0}]"), HasSubstr("every weight is 0"));
  EXPECT_THAT(refusal("[{name: mentions, role: gate}]"), HasSubstr("mode `gate` only"));
  RewardOptions gate;
  gate.mode = CombineMode::gate;
  EXPECT_EQ(refusal("[{name: mentions, role: gate}, {name: countdown}]", gate), "accepted");
}

TEST(RewardSet, MissingPromptColumnsAreFoundBeforehand) {
  const RewardSet rewards(configs("[{name: mentions}]"));
  Prompt prompt;
  prompt.id = "train.jsonl:4";
  prompt.columns = {{"word", "x"}};
  try {
    rewards.check_prompt(prompt);
    ADD_FAILURE() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("train.jsonl:4"));
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'word'"));
  }
  prompt.columns = {{"words", "x"}};
  EXPECT_NO_THROW(rewards.check_prompt(prompt));
}

TEST(RewardSet, PromptsWithoutAnAnswerAreFoundBeforehand) {
  const RewardSet rewards(configs("[{name: exact_answer, as: accuracy}]"));
  Prompt prompt;
  prompt.id = "train.jsonl:4";
  try {
    rewards.check_prompt(prompt);
    ADD_FAILURE() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("train.jsonl:4"));
    EXPECT_THAT(error.what(), HasSubstr("accuracy"));
    EXPECT_THAT(error.what(), HasSubstr("'answer'"));
  }
  prompt.answer = "9";
  EXPECT_NO_THROW(rewards.check_prompt(prompt));
}

TEST(RewardSet, TooManyErrorsStopTheRun) {
  RewardOptions options;
  options.error_window = 4;
  options.max_error_share = 0.25;
  RewardSet rewards(configs("[{name: mentions}, {name: format_tags}]"), options);
  const JudgedPrompt prompt({"a", "b"});  // no column: mentions fails
  try {
    rewards.finish({{prompt.items(), {}}});
    ADD_FAILURE() << "two errors in a window of four went through";
  } catch (const RewardFailure& failure) {
    EXPECT_THAT(failure.what(), HasSubstr("mentions: 2 errors"));
    EXPECT_THAT(failure.what(), HasSubstr("words"));
    EXPECT_EQ(failure.samples().at(0).at("completion"), "b");
  }
}

TEST(RewardSet, OnErrorFailStopsAtTheFirst) {
  RewardSet rewards(configs("[{name: mentions, on_error: fail}, {name: format_tags}]"));
  const JudgedPrompt prompt({"a"});
  EXPECT_THROW(rewards.finish({{prompt.items(), {}}}), RewardFailure);
}

TEST(RewardSet, ErrorCountsAreState) {
  RewardSet rewards(configs(kTwo));
  StateRegistry registry;
  rewards.register_state(registry);
  const JudgedPrompt prompt({"9"}, json::object(), "9");
  rewards.finish({{prompt.items(), {}}});
  const json saved = registry.save();
  EXPECT_EQ(saved.at("rewards/exact_answer/errors").at("num_seen"), 1);
  RewardSet other(configs(kTwo));
  StateRegistry other_registry;
  other.register_state(other_registry);
  other_registry.load(saved);
  EXPECT_EQ(other_registry.save(), saved);
}

// Length terms come after the combination, read the raw metric, and leave it as it is.
TEST(RewardSet, LengthRewardsShapeTheCombinedTotal) {
  RewardSet rewards(configs("[{name: kimi, weight: 0.5}, {name: exact_answer, weight: 2},"
                            " {name: regex_match, pattern: '.*9'}]"));
  EXPECT_EQ(rewards.names()[rewards.metric_index()], "exact_answer");
  const JudgedPrompt prompt({"9", "19", "8"}, json::object(), "9");
  JudgedGroup group{prompt.items(), {}};
  group.items[0].length = 10;
  group.items[1].length = 30;
  group.items[2].length = 50;
  const auto scores = rewards.finish({group})[0];
  EXPECT_EQ(scores[0].total.score, 2.0 + 1.0 + 0.5 * 0.5);
  EXPECT_EQ(scores[1].total.score, 0.0 + 1.0 + 0.0);
  EXPECT_EQ(scores[2].total.score, 0.0 + 0.0 - 0.5 * 0.5);
  EXPECT_EQ(scores[0].metric, 1.0);
  EXPECT_EQ(scores[0].components[0].score, 0.5);
}

TEST(RewardSet, AnUnjudgedAnswerHasNoLengthTerm) {
  RewardSet rewards(configs("[{name: exact_answer}, {name: overlong, limit: 10, buffer: 5}]"));
  const JudgedPrompt prompt({"9"});
  JudgedGroup group{prompt.items(), {}};
  group.items[0].length = 50;
  EXPECT_EQ(rewards.finish({group})[0][0].total.kind, VerdictKind::abstain);
}

TEST(RewardSet, LengthRewardsCannotJudge) {
  EXPECT_THAT(refusal("[{name: kimi}]"), HasSubstr("length rewards aside"));
  EXPECT_THAT(refusal("[{name: mentions}, {name: kimi, metric: true}]"), HasSubstr("as metric"));
  RewardSet rewards(configs("[{name: mentions}, {name: kimi}]"));
  EXPECT_THROW(rewards.use_metric("kimi", "x"), ConfigError);
}

TEST(RewardSet, WhitensEveryRewardInItsGroupOrTheTotals) {
  const std::string yaml = "[{name: exact_answer}, {name: regex_match, pattern: '.*9', weight: 10}]";
  const JudgedPrompt prompt({"9", "19", "8"}, json::object(), "9");
  RewardOptions options;
  options.whiten = RewardWhiten::per_component;
  RewardSet each(configs(yaml), options);
  const auto scores = each.finish({{prompt.items(), {}}})[0];
  EXPECT_EQ(scores[0].components[0].score, 1.0);
  EXPECT_EQ(scores[0].metric, 1.0);
  EXPECT_NEAR(scores[0].total.score, 1.1545 + 5.7725, 1e-3);
  EXPECT_NEAR(scores[2].total.score, -0.5773 - 11.545, 1e-3);
  options.whiten = RewardWhiten::batch;
  RewardSet totals(configs(yaml), options);
  const auto whitened = totals.finish({{prompt.items(), {}}})[0];
  EXPECT_NEAR(whitened[0].total.score + whitened[1].total.score + whitened[2].total.score, 0, 1e-9);
  options.mode = CombineMode::gate;
  options.whiten = RewardWhiten::per_component;
  EXPECT_THROW(options.check("reward_options"), ConfigError);
}

TEST(RewardSet, ReportsHowLongRewardsTake) {
  RewardSet rewards(configs("[{name: exact_answer}]"));
  const JudgedPrompt prompt({"9"}, json::object(), "9");
  rewards.finish({{prompt.items(), {}}});
  MetricSet metrics;
  rewards.report_times(metrics);
  EXPECT_EQ(metrics.flatten().count("timing_s/rewards/exact_answer/p99"), 1u);
}

constexpr const char* kSurprisal = R"(
- {name: exact_answer, metric: true}
- {name: regex_match, pattern: x}
- {name: bingo, significance: surprisal}
)";

TEST(RewardSet, SaysWhatItReadsBesideTheAnswer) {
  const RewardSet plain(configs(kTwo));
  EXPECT_FALSE(plain.reads_anchor());
  EXPECT_TRUE(plain.signal_columns().empty());
  EXPECT_TRUE(plain.metric_is_early());
  const RewardSet surprisal(configs(kSurprisal));
  EXPECT_TRUE(surprisal.reads_anchor());
  EXPECT_EQ(surprisal.signal_columns(), std::vector<std::string>{"surprisal"});
  EXPECT_TRUE(surprisal.metric_is_early());
}

TEST(RewardSet, RewardsThatReadAnchorsAreNotJudgedEarly) {
  RewardSet rewards(configs(kSurprisal));
  const JudgedPrompt prompt({"9"}, json::object(), "9");
  const auto verdicts = rewards.collect(rewards.begin(prompt.items()[0]));
  EXPECT_EQ(verdicts[0].score, 1.0);
  EXPECT_EQ(verdicts[2].kind, VerdictKind::abstain);
  EXPECT_THAT(verdicts[2].note, HasSubstr("not judged yet"));
}

TEST(RewardSet, TheMetricCanBeAnotherReward) {
  RewardSet rewards(configs(kTwo));
  rewards.use_metric("format_tags", "algorithm.prompt_filter.metric");
  EXPECT_EQ(rewards.metric_index(), 1u);
  const JudgedPrompt prompt({"<a>x</a>"}, json::object(), "9");
  EXPECT_EQ(rewards.finish({{prompt.items(), {}}})[0][0].metric, 1.0);
  try {
    rewards.use_metric("format_tag", "algorithm.prompt_filter.metric");
    ADD_FAILURE() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "algorithm.prompt_filter.metric");
    EXPECT_THAT(error.what(), HasSubstr("'format_tags'"));
  }
}

TEST(RewardSet, RegistersItsHistoriesUnderAPrefix) {
  RewardSet train(configs(kTwo));
  RewardSet references(configs(kTwo));
  StateRegistry registry;
  train.register_state(registry);
  references.register_state(registry, "reference_rewards");
  const json state = registry.save();
  EXPECT_TRUE(state.contains("rewards/exact_answer/errors"));
  EXPECT_TRUE(state.contains("reference_rewards/exact_answer/errors"));
}

}  // namespace
}  // namespace kedge
