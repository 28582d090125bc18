// Length rewards against the reference program of the rewards sheet: every case of
// length_reward_cases.json, through the rewards themselves where they can be given what a case
// gives.
#include <gtest/gtest.h>

#include <filesystem>

#include "rewards/length/bingo.h"
#include "rewards/length/traac.h"
#include "tests/support/golden_files.h"
#include "tests/support/length_items.h"
#include "trainer/advantage/estimators.h"

namespace kedge {
namespace {

const json& all_cases() {
  static const json cases = testing_support::golden_cases("length_reward_cases.json");
  return cases;
}

json options_of(const json& c) {
  return c.value("options", json::object());
}

std::vector<double> numbers(const json& list) {
  return list.get<std::vector<double>>();
}

std::vector<double> correctness(const json& input) {
  std::vector<double> correct;
  for (const json& value : input.value("correct", json::array())) {
    correct.push_back(value.is_boolean() ? (value.get<bool>() ? 1.0 : 0.0) : value.get<double>());
  }
  correct.resize(input["lengths"].size(), 0.0);
  return correct;
}

// The sheet's formula of these holds the correctness; the reward is what comes on top of it.
bool holds_correctness(const std::string& name) {
  const std::vector<std::string> names = {"l1_exact",       "l1_max",    "alp",        "efficient",
                                          "shorter_better", "o1_pruner", "thinkprune", "laser"};
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Options of the file as settings of the reward.
json settings_of(const std::string& name, json options) {
  options.erase("name");
  if (name == "cosine") {
    options["max_length"] = options["max_len"];
    options.erase("max_len");
    options.emplace("exceed", nullptr);
    options.emplace("margin", 0);
  } else if (name == "alp") {
    options.emplace("scale", 1.0);
  } else if (name == "o1_pruner" && options.contains("clip")) {
    options["low"] = options["clip"][0];
    options["high"] = options["clip"][1];
    options.erase("clip");
  } else if (name == "kimi") {
    options.erase("weight");  // the reward entry's own weight
  }
  return options;
}

std::optional<AnchorRecord> anchor_of(const json& input) {
  if (!input.contains("ref_lengths")) {
    return std::nullopt;
  }
  AnchorRecord anchor;
  anchor.lengths = input["ref_lengths"].get<std::vector<int32_t>>();
  for (const json& correct : input["ref_correct"]) {
    anchor.metrics.push_back(correct.is_boolean() ? (correct.get<bool>() ? 1.0 : 0.0)
                                                  : correct.get<double>());
  }
  return anchor;
}

json run_traac(const json& input, const std::vector<double>& correct) {
  const std::vector<double> history = numbers(input["history"]);
  json out = json::array();
  for (size_t i = 0; i < correct.size(); ++i) {
    const double length = input["lengths"][i];
    out.push_back(correct[i] > 0 ? traac_term(length, history, input["difficulty"]) : 0.0);
  }
  return out;
}

json run_gfpo(const json& input, const json& options) {
  AdvantageConfig config;
  config.gfpo.keep = options["keep"];
  config.gfpo.metric = options["metric"] == "short" ? GfpoMetric::shortest : GfpoMetric::efficiency;
  config.std =
      options.value("std", "population") == "population" ? StdKind::population : StdKind::sample;
  config.epsilon = options.value("epsilon", 1e-6);
  const std::vector<double> rewards = numbers(input["rewards"]);
  const std::vector<double> lengths = numbers(input["lengths"]);
  Siblings siblings;
  siblings.reward = rewards;
  siblings.length = lengths;
  std::vector<double> out(rewards.size());
  estimate_gfpo({config, siblings, {}}, out, nullptr);
  return out;
}

json run_length(const json& c) {
  const json& input = c["input"];
  const json options = options_of(c);
  const std::string name = options["name"];
  if (name == "gfpo") {
    return run_gfpo(input, options);
  }
  const std::vector<double> correct = correctness(input);
  if (name == "traac") {
    return run_traac(input, correct);
  }
  MeasuredPrompt prompt(input["lengths"].get<std::vector<int32_t>>(), correct,
                        {{"num_tokens", input.value("target", json(0))}});
  const auto anchor = anchor_of(input);
  for (RewardItem& item : prompt.items()) {
    item.step = input.value("step", 0);
    item.anchor = anchor ? &*anchor : nullptr;
  }
  std::vector<double> terms = terms_of(name, settings_of(name, options).dump(), prompt);
  for (size_t i = 0; i < terms.size(); ++i) {
    terms[i] = terms[i] * (name == "kimi" ? options.value("weight", 1.0) : 1.0) +
               (holds_correctness(name) ? correct[i] : 0.0);
  }
  return terms;
}

json run_repetition(const json& c) {
  MeasuredPrompt prompt({1}, {0.0});
  prompt.items()[0].tokens = c["input"]["ids"].get<std::vector<Token>>();
  return terms_of("repetition", options_of(c).dump(), prompt)[0];
}

json run_bingo_counts(const json& c) {
  std::vector<std::vector<double>> windows;
  for (const json& window : c["input"]["probs"]) {
    windows.push_back(numbers(window));
  }
  const SignificanceCounts counts =
      significance_counts(windows, options_of(c).value("threshold", 0.5));
  return {counts.significant, counts.insignificant};
}

BingoFormula formula_of(const json& c) {
  json options = options_of(c);
  BingoFormula formula;
  const auto set = [&](const char* name, auto& member) { member = options.value(name, member); };
  set("lambda_c", formula.lambda_c);
  set("lambda_is", formula.lambda_is);
  set("lambda_s", formula.lambda_s);
  set("slope_start", formula.slope_start);
  set("slope_period", formula.slope_period);
  set("slope_threshold", formula.slope_threshold);
  set("decay", formula.decay);
  return formula;
}

json run_bingo_reward(const json& c) {
  const json& input = c["input"];
  const bool has_k = input.contains("k") && !input["k"].is_null();
  const auto k = has_k ? std::optional(input["k"].get<double>()) : std::nullopt;
  json out = json::array();
  for (const json& row : input["rows"]) {
    const bool correct =
        row["correct"].is_boolean() ? row["correct"].get<bool>() : row["correct"].get<int>() != 0;
    out.push_back(
        bingo_term(formula_of(c), correct, {row["s"], row["i"]}, {row["ref_s"], row["ref_i"]}, k));
  }
  return out;
}

json run_bingo_schedule(const json& c) {
  BingoSchedule schedule(formula_of(c));
  int64_t step = c["input"].value("first_step", 1);
  json out = json::array();
  for (const json& score : c["input"]["scores"]) {
    const auto k = schedule.step(step++, score);
    out.push_back(k ? json(*k) : json());
  }
  return out;
}

struct Kind {
  std::string name;
  json (*run)(const json&);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"length", &run_length},
      {"repetition", &run_repetition},
      {"bingo_counts", &run_bingo_counts},
      {"bingo_reward", &run_bingo_reward},
      {"bingo_schedule", &run_bingo_schedule},
  };
  return all;
}

void expect_close(const json& found, const json& expected, const std::string& path) {
  if (expected.is_array()) {
    ASSERT_EQ(found.size(), expected.size()) << path;
    for (size_t i = 0; i < expected.size(); ++i) {
      expect_close(found[i], expected[i], path + "[" + std::to_string(i) + "]");
    }
  } else if (expected.is_number() && found.is_number()) {
    testing_support::expect_near_golden(found, expected, path);
  } else {
    EXPECT_EQ(found, expected) << path;
  }
}

std::string case_name(const testing::TestParamInfo<size_t>& info) {
  return testing_support::golden_name(all_cases()[info.param]);
}

class GoldenLength : public testing::TestWithParam<size_t> {};

TEST_P(GoldenLength, AgreesWithTheReference) {
  const json& c = all_cases()[GetParam()];
  const Kind& kind = find_entry("kind", kinds(), c.at("kind").get<std::string>());
  expect_close(kind.run(c), c.at("expect"), c.at("id"));
}

INSTANTIATE_TEST_SUITE_P(, GoldenLength, testing::Range<size_t>(0, all_cases().size()), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenLength);

}  // namespace
}  // namespace kedge
