// Answer checking, text rewards and their combination against the reference program of the rewards
// sheet: every case of answer_cases.json, through the rewards themselves.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "core/files.h"
#include "rewards/combine.h"
#include "rewards/extract.h"
#include "rewards/math/compare.h"
#include "rewards/reward_metrics.h"
#include "tests/support/golden_files.h"
#include "tests/support/reward_items.h"

namespace kedge {
namespace {

const json& all_cases() {
  static const json cases = testing_support::golden_cases("answer_cases.json");
  return cases;
}

json options_of(const json& c) {
  return c.value("options", json::object());
}

// The options of a case as the settings of a reward.
Verdict judged(const std::string& reward, const json& settings, const std::string& completion,
               json columns) {
  return verdict_of(reward, settings.dump(), completion, std::move(columns));
}

VerdictKind kind_of(const std::string& name) {
  for (const VerdictKind kind :
       {VerdictKind::score, VerdictKind::abstain, VerdictKind::error, VerdictKind::timeout}) {
    if (name == name_of(kind)) {
      return kind;
    }
  }
  throw ConfigError("verdict", "found '" + name + "'");
}

Verdict verdict_from(const json& c) {
  const json score = c.value("score", json(0.0));
  return {kind_of(c.at("verdict")), score.is_string() ? std::nan("") : score.get<double>(), "note"};
}

template <class E>
E enum_from(const std::string& name) {
  const auto names = enum_names(E{});
  const auto found = std::find(names.begin(), names.end(), name);
  if (found == names.end()) {
    throw ConfigError("option", "found '" + name + "'");
  }
  return static_cast<E>(found - names.begin());
}

// ---- one function per kind: what kedge makes of the case, as the file writes it ----

json run_exact(const json& c) {
  json settings = options_of(c);
  settings.update({{"extract", {"whole"}}, {"normalize", "squad"}, {"column", "gold"}});
  return judged("exact_answer", settings, c["input"]["answer"], {{"gold", c["input"]["gold"]}})
      .score;
}

json run_f1(const json& c) {
  json settings = options_of(c);
  settings.update({{"extract", {"whole"}}, {"column", "gold"}});
  return judged("token_f1", settings, c["input"]["answer"], {{"gold", c["input"]["gold"]}}).score;
}

json run_choice(const json& c) {
  json settings = options_of(c);
  json columns = {{"gold", c["input"]["gold"]}};
  if (settings.contains("choices")) {
    columns["choices"] = settings["choices"];
    settings["choices"] = "choices";
  }
  settings["column"] = "gold";
  return judged("choice_letter", settings, c["input"]["text"], columns).score;
}

json run_check(const json& c) {
  json settings = options_of(c);
  settings["column"] = "gold";
  const Verdict verdict =
      judged("math_answer", settings, c["input"]["text"], {{"gold", c["input"]["gold"]}});
  return {{"verdict", name_of(verdict.kind)},
          {"score", verdict.has_score() ? json(verdict.score) : json()}};
}

json run_compare(const json& c) {
  const json options = options_of(c);
  CompareConfig config;
  if (options.contains("relative_tolerance")) {
    config.relative_tolerance = options["relative_tolerance"].get<double>();
  }
  config.percent = enum_from<PercentMode>(options.value("percent", "lenient"));
  config.units = enum_from<UnitMode>(options.value("units", "ignore"));
  const MathComparison compared = compare_math(c["input"]["answer"].get<std::string>(),
                                               c["input"]["gold"].get<std::string>(), config);
  return compared.outcome == MathComparison::Outcome::unreadable_gold
             ? json(compared.why)
             : json(compared.outcome == MathComparison::Outcome::equal);
}

json run_format(const json& c) {
  return judged("format_tags", options_of(c), c["input"]["text"], json::object()).score;
}

json run_countdown(const json& c) {
  const json& input = c["input"];
  return judged("countdown", options_of(c), input["text"],
                {{"numbers", input["numbers"]}, {"target", input["target"]}})
      .score;
}

json run_extract(const json& c) {
  ExtractConfig config = extract_by({Extractor::boxed, Extractor::hashes, Extractor::phrase});
  const json options = options_of(c);
  if (options.contains("extract")) {
    config.extractors.clear();
    for (const std::string name : options["extract"]) {
      config.extractors.push_back(enum_from<Extractor>(name));
    }
  }
  config.think = enum_from<ThinkMode>(options.value("think", "after"));
  const Extraction found = extract_answer(c["input"]["text"].get<std::string>(), config);
  return found.answer ? json(*found.answer) : json();
}

json run_combine(const json& c) {
  std::vector<Component> components;
  for (const json& part : c["input"]["components"]) {
    components.push_back({verdict_from(part), part.value("weight", 1.0),
                          part.value("role", "") == "gate" ? RewardRole::gate : RewardRole::sum,
                          enum_from<OnError>(part.value("on_error", "abstain"))});
  }
  const Verdict total = combine(components, enum_from<CombineMode>(options_of(c).at("mode")));
  const bool failed = total.kind == VerdictKind::error;
  return {{"verdict", failed ? "fail" : name_of(total.kind)},
          {"score", total.has_score() ? json(total.score) : json()}};
}

json run_metrics(const json& c) {
  std::vector<Verdict> verdicts;
  for (const json& row : c["input"]["rows"]) {
    verdicts.push_back(verdict_from(row));
  }
  const VerdictSummary summary = summarize(verdicts);
  return {{"mean", summary.mean ? json(*summary.mean) : json()},
          {"std", summary.std ? json(*summary.std) : json()},
          {"share_score", summary.share_score},
          {"share_abstain", summary.share_abstain},
          {"share_error", summary.share_error},
          {"share_timeout", summary.share_timeout}};
}

struct Kind {
  std::string name;
  json (*run)(const json&);
};

const std::vector<Kind>& kinds() {
  static const std::vector<Kind> all = {
      {"check", &run_check},         {"compare", &run_compare},
      {"choice", &run_choice},       {"f1", &run_f1},
      {"exact", &run_exact},         {"format", &run_format},
      {"countdown", &run_countdown}, {"extract", &run_extract},
      {"combine", &run_combine},     {"metrics", &run_metrics},
  };
  return all;
}

const Kind* find_kind(const json& c) {
  return find_entry_or_null(kinds(), c.at("kind").get<std::string>());
}

void expect_close(const json& found, const json& expected, const std::string& path) {
  if (expected.is_object()) {
    for (const auto& [key, value] : expected.items()) {
      ASSERT_TRUE(found.contains(key)) << path << "." << key;
      expect_close(found[key], value, path + "." + key);
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

class GoldenAnswer : public testing::TestWithParam<size_t> {};

TEST_P(GoldenAnswer, AgreesWithTheReference) {
  const json& c = all_cases()[GetParam()];
  expect_close(find_kind(c)->run(c), c.at("expect"), c.at("id"));
}

INSTANTIATE_TEST_SUITE_P(, GoldenAnswer, testing::Range<size_t>(0, all_cases().size()), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenAnswer);

// What models really write, with the reference program's score of each.
TEST(GoldenAnswerReal, AgreesWithTheReference) {
  const std::string file = testing_support::golden_path("real_answers.jsonl").string();
  if (testing_support::is_other_golden_folder() && !std::filesystem::exists(file)) {
    GTEST_SKIP() << "no " << file;
  }
  int num_answers = 0;
  for_each_json_line(
      real_files().read(file), file, [&](const json& line, const std::string& place) {
        if (line.contains("about")) {
          return;
        }
        ++num_answers;
        const Verdict verdict = judged("math_answer", {{"column", "gold"}}, line["completion"],
                                       {{"gold", line["answer"]}});
        EXPECT_EQ(verdict.score, line["expect"].get<double>()) << place << ": " << verdict.note;
      });
  EXPECT_EQ(num_answers, 797);
}

TEST(GoldenAnswerKinds, AreAllBuilt) {
  for (const json& c : all_cases()) {
    EXPECT_NE(find_kind(c), nullptr) << "answer_cases.json: kind " << c.at("kind");
  }
}

}  // namespace
}  // namespace kedge
