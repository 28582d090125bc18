// What an author's Python file may look like, and what comes of its mistakes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "core/json.h"
#include "core/log.h"
#include "tests/support/python_plugin.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::judge;
using testing_support::PythonPlugin;
using testing_support::TemporaryDirectory;
using testing_support::text_of;

const json kColumns = {{"words", {"Lily", "kite"}}, {"data_source", "gsm8k"}, {"level", 3}};

std::vector<std::string> texts(const std::string& file, const std::vector<std::string>& completions,
                               const std::string& settings = "") {
  const PythonPlugin plugin(file, settings);
  const auto reward = plugin.make();
  return testing_support::texts_of(judge(*reward, JudgedPrompt(completions, kColumns, "9")));
}

std::string refusal(const std::string& file, const std::string& settings = "") {
  try {
    PythonPlugin(file, settings).make();
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

// ---- the four signatures, as their frameworks document them ----

TEST(PythonReward, TrlFunctionsAreCalledWithTheBatch) {
  EXPECT_EQ(texts(R"(
def f(prompts, completions, completion_ids, answer, words, trainer_state, log_metric, **kwargs):
    assert len(prompts) == len(completions) == len(completion_ids) == len(answer) == 3
    assert words == [["Lily", "kite"]] * 3 and kwargs["level"] == [3] * 3, kwargs
    assert trainer_state.global_step == 0
    assert completion_ids == [[ord(c) for c in text] for text in completions], completion_ids
    log_metric("mean", 0.5)
    return [1.0 if c.strip() == a else 0.0 if c else None for c, a in zip(completions, answer)]
)",
                  {"9", "8", ""}),
            (std::vector<std::string>{"1.0", "0.0", "abstain: the function returned None"}));
}

TEST(PythonReward, TrlFunctionsGetOnlyTheNamesTheyTake) {
  EXPECT_EQ(texts("def f(completions):\n  return [len(c) for c in completions]\n", {"abc", ""}),
            (std::vector<std::string>{"3.0", "0.0"}));
}

TEST(PythonReward, VerlFunctionsAreCalledRowByRow) {
  EXPECT_EQ(texts(R"(
def f(data_source, solution_str, ground_truth, extra_info=None, scale=1.0):
    assert data_source == "gsm8k" and extra_info["level"] == 3
    if solution_str == "dict":
        return {"score": 0.25, "acc": True}
    return scale * (solution_str == ground_truth)
)",
                  {"9", "8", "dict"}, ", kwargs: {scale: 2.0}"),
            (std::vector<std::string>{"2.0", "0.0", "0.25"}));
}

TEST(PythonReward, TheRestOfAVerlDictIsTheNote) {
  const PythonPlugin plugin(
      "def f(solution_str, ground_truth):\n  return {'score': 1, 'pred': solution_str}\n");
  const auto reward = plugin.make();
  const Verdict verdict = judge(*reward, JudgedPrompt({"9"}))[0];
  EXPECT_EQ(verdict.score, 1.0);
  EXPECT_EQ(verdict.note, "{'pred': '9'}");
}

TEST(PythonReward, OpenRlhfFunctionsReturnADict) {
  EXPECT_EQ(texts(R"(
def f(queries, prompts, labels, **kwargs):
    return {"rewards": [float(q == p + l) for q, p, l in zip(queries, prompts, labels)],
            "scores": [0] * len(queries), "extra_logs": {"x": 1}}
)",
                  {"9", "8"}),
            (std::vector<std::string>{"1.0", "0.0"}));
}

TEST(PythonReward, VerifiersFunctionsAreCalledByName) {
  EXPECT_EQ(texts(R"(
async def f(completion, answer, state, info, words):
    assert state["answer"] == answer and info["level"] == 3 and words[0] == "Lily"
    return 1.0 if completion == answer else 0.5
)",
                  {"9", "8"}),
            (std::vector<std::string>{"1.0", "0.5"}));
}

TEST(PythonReward, ConversationsLookAsInTrl) {
  const PythonPlugin plugin(R"(
def f(prompts, completions):
    assert prompts[0] == [{"role": "user", "content": "7+2?"}], prompts
    return [float(c == [{"role": "assistant", "content": "9"}]) for c in completions]
)");
  const auto reward = plugin.make();
  Group group;
  group.prompt.messages = {{"user", "7+2?"}};
  group.trajectories.resize(1);
  RewardItem item;
  item.group = &group;
  item.completion = "9";
  Verdict verdict;
  reward->score(std::span(&item, 1), std::span(&verdict, 1));
  EXPECT_EQ(text_of(verdict), "1.0");
}

TEST(PythonReward, CoroutinesOfABatchRunAtTheSameTime) {
  // Each waits for the other two; one after the other they would never end.
  EXPECT_EQ(texts(R"(
import asyncio
waiting = []
async def f(solution_str, ground_truth):
    waiting.append(solution_str)
    while len(waiting) < 3:
        await asyncio.sleep(0.001)
    return float(solution_str)
)",
                  {"1", "2", "3"}),
            (std::vector<std::string>{"1.0", "2.0", "3.0"}));
  EXPECT_EQ(texts(R"(
import asyncio
async def f(completions, **kwargs):
    await asyncio.sleep(0)
    return [1.0] * len(completions)
)",
                  {"1", "2"}),
            (std::vector<std::string>{"1.0", "1.0"}));
}

TEST(PythonReward, ColumnsMayHaveOtherNames) {
  EXPECT_EQ(texts("def f(completions, solution, hard):\n"
                  "  return [float(c == s) + h for c, s, h in zip(completions, solution, hard)]\n",
                  {"9", "8"}, ", columns: {solution: answer, hard: level}"),
            (std::vector<std::string>{"4.0", "3.0"}));
}

TEST(PythonReward, ColumnsAFunctionNeedsAreDeclared) {
  const PythonPlugin plugin(
      "def f(completions, words, level=1):\n  return [1.0] * len(completions)\n");
  const auto reward = plugin.make();
  EXPECT_EQ(reward->prompt_columns(), std::vector<std::string>{"words"});
  EXPECT_EQ(text_of(judge(*reward, JudgedPrompt({"x"}))[0]),
            "error: prompt test:1 has no column 'words'");
}

TEST(PythonReward, GroupScopeSeesWholeGroups) {
  const PythonPlugin plugin("def f(completions):\n  return [len(completions)] * len(completions)\n",
                            ", scope: group, batch: 2");
  const auto reward = plugin.make();
  EXPECT_EQ(reward->scope(), RewardScope::group);
  for (const Verdict& verdict : judge(*reward, JudgedPrompt({"a", "b", "c", "d", "e"}))) {
    EXPECT_EQ(text_of(verdict), "5.0");
  }
}

// ---- what is refused before a run ----

TEST(PythonReward, OtherSignaturesAreRefusedWithTheFour) {
  const std::string text = refusal("def f(text, gold):\n  return 1.0\n");
  EXPECT_THAT(text, HasSubstr("'f' takes (text, gold)"));
  for (const char* name : {"TRL", "verl", "OpenRLHF", "verifiers"}) {
    EXPECT_THAT(text, HasSubstr(name));
  }
}

TEST(PythonReward, MistakesOfTheFileAreNamed) {
  EXPECT_THAT(refusal("def g(completions):\n  return 1\n\ndef h():\n  pass\n"),
              HasSubstr("no function 'f'; its functions: g, h"));
  EXPECT_THAT(refusal("x = 1\ndef f(completions:\n"), HasSubstr("line 2"));
  EXPECT_THAT(refusal("x = 1\nimport no_such_module_of_kedge\n"),
              AllOf(HasSubstr("ModuleNotFoundError"), HasSubstr("my_reward.py:2")));
  EXPECT_THAT(refusal("import os\nos._exit(4)\n"), HasSubstr("it left with exit code 4"));
  EXPECT_THAT(refusal("import time\ntime.sleep(60)\n", ", start_timeout_s: 0.3"),
              HasSubstr("not ready within 0.3 s"));
  EXPECT_THAT(refusal("def f(completions):\n  pass\n", ", kwargs: {scale: 1}"),
              HasSubstr("no parameter 'scale'"));
  EXPECT_THAT(refusal("def f(completions):\n  pass\n", ", interpreter: no_python_of_kedge"),
              HasSubstr("no program 'no_python_of_kedge' in PATH"));
  EXPECT_THAT(refusal("", ", worker: 2"), HasSubstr("did you mean 'workers'"));
  EXPECT_THROW(make_reward("python", "{path: /no/such/file.py, function: f}"), ConfigError);
  EXPECT_THROW(make_reward("python", "{function: f}"), ConfigError);
}

// ---- what becomes of wrong answers ----

TEST(PythonReward, OnlyFiniteNumbersAreScores) {
  const std::string file = R"(
def f(solution_str, ground_truth):
    return eval(solution_str)
)";
  const auto found = texts(file, {"1", "0.5", "float('nan')", "float('inf')", "True", "'1.0'",
                                  "[1.0]", "{'acc': 1}", "None", "10**400", "1/0", "exit(3)"});
  const std::vector<std::string> expected = {
      "1.0",
      "0.5",
      "error: the function returned nan",
      "error: the function returned inf",
      "error: the function returned True (bool)",
      "error: the function returned '1.0' (str)",
      "error: the function returned [1.0] (list)",
      "error: the function's dict has no 'score'",
      "abstain: ",
      "error: OverflowError",
      "error: ZeroDivisionError: division by zero (my_reward.py:3)",
      "error: SystemExit: 3"};
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_THAT(found[i], StartsWith(expected[i]));
}

TEST(PythonReward, AWrongCountIsNeverSpreadOut) {
  for (const char* wrong :
       {"[1.0]", "[1.0, 1.0, 1.0]", "1.0", "None", "'ab'", "{'a': 1, 'b': 2}"}) {
    const auto found =
        texts(std::string("def f(completions):\n  return ") + wrong + "\n", {"a", "b"});
    EXPECT_THAT(found[0], StartsWith("error: the function returned")) << wrong;
    EXPECT_EQ(found[1], found[0]) << wrong;
  }
}

TEST(PythonReward, OneThatRaisesInABatchDoesNotSpoilTheOthers) {
  EXPECT_EQ(
      texts("def f(completions):\n  return [1 / len(c) for c in completions]\n", {"a", "", "bb"}),
      (std::vector<std::string>{
          "1.0", "error: ZeroDivisionError: division by zero (my_reward.py:2)", "0.5"}));
}

TEST(PythonReward, WhatItPrintsGoesToTheLog) {
  const TemporaryDirectory directory;
  start_log({.level = LogLevel::info, .rank = 0, .num_ranks = 1, .file = directory / "log.txt"});
  texts(R"(
import os, sys
print("while importing")
def f(completions):
    print("on stdout")
    print("on stderr", file=sys.stderr)
    os.system("echo from a child")
    return [1.0] * len(completions)
)",
        {"a"});
  const std::string log = real_files().read(directory / "log.txt");
  start_log({});
  for (const char* line : {"while importing", "on stdout", "on stderr", "from a child"}) {
    EXPECT_THAT(log, HasSubstr(std::string("[python my_reward.py:f] ") + line));
  }
}

TEST(PythonReward, ScoresDoNotDependOnTheCutIntoBatchesOrWorkers) {
  const std::string file =
      "def f(completions, **kwargs):\n  return [len(set(c)) / 7 for c in completions]\n";
  std::vector<std::string> completions;
  for (int i = 0; i < 20; ++i)
    completions.push_back(std::string(static_cast<size_t>(i % 5), 'a') + "bc");
  const auto all = texts(file, completions, ", batch: 64");
  EXPECT_EQ(texts(file, completions, ", batch: 3"), all);
  EXPECT_EQ(texts(file, completions, ", batch: 1, workers: 3"), all);
}

}  // namespace
}  // namespace kedge
