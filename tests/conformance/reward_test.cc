// What every reward of the table promises, with its default settings.
#include <gtest/gtest.h>

#include <algorithm>
#include <chrono>
#include <map>

#include "tests/support/c_plugin.h"
#include "tests/support/reward_items.h"
#include "tests/support/reward_server.h"

namespace kedge {
namespace {

// Settings for rewards that have no complete default, and columns that any reward may read.
std::string settings_of(const std::string& name) {
  static const std::map<std::string, std::string> settings = {
      {"regex_match", "{pattern: '(a|aa)+b?'}"},
      {"json_answer", "{schema: '{\"type\": \"integer\"}'}"},
      {"unit_tests", "{timeout_s: 5}"},
      {"cosine", "{max_length: 100}"},
      {"choice_letter", "{column: letter}"},
      {"overlong", "{limit: 40, buffer: 20}"},
      {"alp", "{beta: 1, scale: 100}"},
      {"thinkprune", "{phases: [{from_step: 0, limit: 20}]}"},
      {"bingo", "{significance: given}"},
      {"python",
       "{path: " KEDGE_SOURCE_DIR "/scripts/reward_example/my_reward.py, function: mentions}"},
      {"plugin", testing_support::plugin_yaml("moody")},
  };
  if (name == "http") {
    static const testing_support::RewardServer server(testing_support::lengths_of);
    return "{url: '" + server.url() + "'}";
  }
  const auto found = settings.find(name);
  return found == settings.end() ? "" : found->second;
}

json columns() {
  return {{"words", {"Lily", "kite"}},
          {"numbers", {3, 5, 8}},
          {"target", 25},
          {"tests", "assert x == 1"},
          {"letter", "B"},
          {"num_tokens", 20},
          {"significance", {0, 1, 1}},
          {"significance_reference", {0, 1}}};
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
          "the answer is 1. <answer>1</answer>",
          "the answer is (B)",
          "```python\nx = 1\n```",
          std::string("zero \0 inside", 13),
          "\xff\xfe broken \xc3 bytes",
          std::string(20'000, 'a'),
          std::string(20'000, '('),
          std::string(20'000, '\n'),
          std::string(5'000, '<') + "answer>" + std::string(5'000, '$')};
}

const AnchorRecord& anchor() {
  static const AnchorRecord record = [] {
    AnchorRecord made;
    made.metrics = {1.0, 0.0};
    made.lengths = {30, 50};
    return made;
  }();
  return record;
}

// The answers with everything that any reward may read: lengths, metrics, reference samples.
std::vector<RewardItem> items_of(const JudgedPrompt& prompt) {
  std::vector<RewardItem> items = prompt.items();
  for (size_t i = 0; i < items.size(); ++i) {
    items[i].length = static_cast<int32_t>(4 * i + 1);
    items[i].tokens.assign(i, 7);
    items[i].truncated = i == 3;
    items[i].metric = items[i].combined = i % 2 == 1 ? 1.0 : 0.0;
    items[i].anchor = &anchor();
  }
  return items;
}

class RewardConformance : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Reward> make() const { return make_reward(GetParam(), settings_of(GetParam())); }

  std::vector<Verdict> judge(const JudgedPrompt& prompt) const {
    const std::vector<RewardItem> items = items_of(prompt);
    std::vector<Verdict> verdicts(items.size(), Verdict::failed("unwritten"));
    make()->score(items, verdicts);
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
  EXPECT_THROW(entry.create(parse_yaml("{no_such_setting: 1}", "test"), "rewards[0]"), ConfigError);
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

// Rewards that shape may only take away, but never the same from every answer.
TEST_P(RewardConformance, ScoresSomethingAboveZeroAndSomethingNot) {
  const JudgedPrompt prompt(completions(), columns(), "9");
  std::vector<double> scores;
  for (const Verdict& verdict : judge(prompt)) {
    if (verdict.has_score()) {
      scores.push_back(verdict.score);
    }
  }
  ASSERT_FALSE(scores.empty());
  const auto [low, high] = std::minmax_element(scores.begin(), scores.end());
  EXPECT_LT(*low, *high);
  EXPECT_TRUE(make()->shapes() || (*low <= 0.0 && *high > 0.0));
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
  const std::vector<RewardItem> items = items_of(prompt);
  for (size_t i = items.size(); i-- > 0;) {
    Verdict alone = Verdict::failed("unwritten");
    reward->score(std::span(&items[i], 1), std::span(&alone, 1));
    expect_equal(alone, together[i], items[i].completion);
  }
}

TEST_P(RewardConformance, MissingColumnsAreNamedAndNeverAScore) {
  const auto reward = make();
  const JudgedPrompt prompt({"9"}, json::object(), "9");
  Verdict verdict = Verdict::failed("unwritten");
  reward->score(items_of(prompt), std::span(&verdict, 1));
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

INSTANTIATE_TEST_SUITE_P(Table, RewardConformance, ::testing::ValuesIn(entry_names(reward_table())),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace kedge
