// What every reward of the table promises, with its default settings.
#include <gtest/gtest.h>

#include <chrono>

#include "tests/support/c_plugin.h"
#include "tests/support/reward_items.h"
#include "tests/support/reward_server.h"

namespace kedge {
namespace {

// Settings for rewards that have no complete default, and columns that any reward may read.
std::string settings_of(const std::string& name) {
  if (name == "regex_match") return "{pattern: '(a|aa)+b?'}";
  if (name == "python") {
    return "{path: " KEDGE_SOURCE_DIR "/scripts/reward_example/my_reward.py, function: mentions}";
  }
  if (name == "plugin") return testing_support::plugin_yaml("moody");
  if (name == "http") {
    static const testing_support::RewardServer server(testing_support::lengths_of);
    return "{url: '" + server.url() + "'}";
  }
  return "";
}

json columns() {
  return {{"words", {"Lily", "kite"}}, {"numbers", {3, 5, 8}}, {"target", 25}};
}

std::vector<std::string> completions() {
  return {"",
          " \n\n",
          "9",
          "7+5=12\n12-3=9\n9",
          "<think>a</think><answer>(8-3)*5</answer>",
          "<think>never closed",
          "\\boxed{9}",
          "\\boxed{open",
          "Lily had a kite.",
          "the answer is 9.",
          std::string("zero \0 inside", 13),
          "\xff\xfe broken \xc3 bytes",
          std::string(20'000, 'a'),
          std::string(20'000, '('),
          std::string(20'000, '\n'),
          std::string(5'000, '<') + "answer>" + std::string(5'000, '$')};
}

class RewardConformance : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Reward> make() const { return make_reward(GetParam(), settings_of(GetParam())); }

  std::vector<Verdict> judge(const JudgedPrompt& prompt) const {
    std::vector<Verdict> verdicts(prompt.items().size(), Verdict::failed("unwritten"));
    make()->score(prompt.items(), verdicts);
    return verdicts;
  }
};

void expect_equal(const Verdict& a, const Verdict& b, const std::string& what) {
  EXPECT_EQ(a.kind, b.kind) << what.substr(0, 40);
  EXPECT_EQ(a.score, b.score) << what.substr(0, 40);
  EXPECT_EQ(a.note, b.note) << what.substr(0, 40);
}

TEST_P(RewardConformance, IsDescribed) {
  const RewardEntry& entry = find_entry("reward", reward_table(), GetParam());
  EXPECT_FALSE(entry.doc.empty());
  for (const FieldDoc& field : entry.describe()) {
    EXPECT_FALSE(field.doc.empty()) << field.path;
  }
}

TEST_P(RewardConformance, RefusesAnUnknownSetting) {
  const RewardEntry& entry = find_entry("reward", reward_table(), GetParam());
  EXPECT_THROW(entry.create(parse_yaml("{no_such_setting: 1}", "test"), "rewards[0]"),
               ConfigError);
}

TEST_P(RewardConformance, WritesAFiniteScoreOrAReason) {
  const JudgedPrompt prompt(completions(), columns(), "9");
  for (const Verdict& verdict : judge(prompt)) {
    EXPECT_NE(verdict.note, "unwritten");
    if (verdict.has_score()) {
      EXPECT_TRUE(std::isfinite(verdict.score));
    } else {
      EXPECT_FALSE(verdict.note.empty());
    }
  }
}

TEST_P(RewardConformance, ScoresSomethingAboveZeroAndSomethingNot) {
  const JudgedPrompt prompt(completions(), columns(), "9");
  bool high = false;
  bool low = false;
  for (const Verdict& verdict : judge(prompt)) {
    high = high || (verdict.has_score() && verdict.score > 0);
    low = low || (verdict.has_score() && verdict.score <= 0);
  }
  EXPECT_TRUE(high && low);
}

TEST_P(RewardConformance, IsDeterministic) {
  const JudgedPrompt prompt(completions(), columns(), "9");
  const std::vector<Verdict> first = judge(prompt);
  const std::vector<Verdict> second = judge(prompt);
  for (size_t i = 0; i < first.size(); ++i) {
    expect_equal(first[i], second[i], completions()[i]);
  }
}

// A trajectory's verdict must not depend on which others are scored in the same call.
TEST_P(RewardConformance, TrajectoryScopeLooksAtOneItemAtATime) {
  const auto reward = make();
  if (reward->scope() != RewardScope::trajectory) {
    return;  // wider scopes look at all by definition
  }
  const JudgedPrompt prompt(completions(), columns(), "9");
  const std::vector<Verdict> together = judge(prompt);
  for (size_t i = prompt.items().size(); i-- > 0;) {
    Verdict alone = Verdict::failed("unwritten");
    reward->score(std::span(&prompt.items()[i], 1), std::span(&alone, 1));
    expect_equal(alone, together[i], prompt.items()[i].completion);
  }
}

TEST_P(RewardConformance, MissingColumnsAreNamedAndNeverAScore) {
  const auto reward = make();
  const JudgedPrompt prompt({"9"}, json::object(), "9");
  Verdict verdict = Verdict::failed("unwritten");
  reward->score(prompt.items(), std::span(&verdict, 1));
  if (reward->prompt_columns().empty()) {
    EXPECT_TRUE(verdict.has_score());
  } else {
    EXPECT_EQ(verdict.kind, VerdictKind::error);
    EXPECT_NE(verdict.note.find(prompt.group().prompt.id), std::string::npos) << verdict.note;
  }
}

TEST_P(RewardConformance, AnswersWithinItsDeadline) {
  const JudgedPrompt prompt(completions(), columns(), "9");
  const auto start = std::chrono::steady_clock::now();
  judge(prompt);
  EXPECT_LT(std::chrono::steady_clock::now() - start,
            std::chrono::milliseconds(200) * static_cast<int64_t>(completions().size()));
}

INSTANTIATE_TEST_SUITE_P(Table, RewardConformance,
                         ::testing::ValuesIn(entry_names(reward_table())),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace kedge
