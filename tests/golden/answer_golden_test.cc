// Answer checking, text rewards and their combination against the reference program of the rewards
// sheet: every case of answer_cases.json whose kind has been built, through the rewards themselves.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <iostream>

#include "core/files.h"
#include "rewards/combine.h"
#include "rewards/extract.h"
#include "rewards/reward_metrics.h"
#include "tests/support/golden_files.h"
#include "tests/support/reward_items.h"

namespace kedge {
namespace {

constexpr double kRelative = 1e-9;
constexpr double kAbsolute = 1e-12;

const json& all_cases() {
  static const json cases = testing_support::golden_cases("answer_cases.json");
  return cases;
}

json options_of(const json& c) { return c.value("options", json::object()); }

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
      {"exact", &run_exact},     {"format", &run_format},   {"countdown", &run_countdown},
      {"extract", &run_extract}, {"combine", &run_combine}, {"metrics", &run_metrics},
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
    const double value = expected;
    EXPECT_NEAR(found.get<double>(), value, kAbsolute + kRelative * std::abs(value)) << path;
  } else {
    EXPECT_EQ(found, expected) << path;
  }
}

std::vector<size_t> built_cases() {
  std::vector<size_t> indices;
  for (size_t i = 0; i < all_cases().size(); ++i) {
    if (find_kind(all_cases()[i]) != nullptr) {
      indices.push_back(i);
    }
  }
  return indices;
}

std::string case_name(const testing::TestParamInfo<size_t>& info) {
  std::string name = all_cases()[info.param].at("id");
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

class GoldenAnswer : public testing::TestWithParam<size_t> {};

TEST_P(GoldenAnswer, AgreesWithTheReference) {
  const json& c = all_cases()[GetParam()];
  expect_close(find_kind(c)->run(c), c.at("expect"), c.at("id"));
}

INSTANTIATE_TEST_SUITE_P(, GoldenAnswer, testing::ValuesIn(built_cases()), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenAnswer);

// Kinds of the file that no reward answers yet. A kind that is built leaves this list.
TEST(GoldenAnswerKinds, NotYetBuilt) {
  std::set<std::string> missing;
  for (const json& c : all_cases()) {
    if (find_kind(c) == nullptr) {
      missing.insert(c.at("kind").get<std::string>());
    }
  }
  for (const std::string& kind : missing) {
    std::cout << "answer_cases.json: kind " << kind << " is not built yet\n";
  }
  if (!testing_support::is_other_golden_folder()) {
    EXPECT_THAT(missing, testing::ElementsAre("check", "choice", "compare", "f1"));
  }
}

}  // namespace
}  // namespace kedge
