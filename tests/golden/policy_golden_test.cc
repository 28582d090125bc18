// Advantages, losses, gradients and metrics against the reference program of the policy sheet:
// every case of policy_cases.json in double, and again in float through the learner's own path.
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/golden_files.h"
#include "tests/support/policy.h"
#include "trainer/advantage/gae.h"
#include "trainer/advantage/reward_shaping.h"
#include "trainer/advantage/statistics.h"
#include "trainer/advantage/token_advantage.h"
#include "trainer/algorithm/policy_error.h"
#include "trainer/algorithm/policy_metrics.h"
#include "trainer/algorithm/policy_rows_json.h"
#include "trainer/algorithm/prepare.h"
#include "trainer/algorithm/presets.h"
#include "trainer/algorithm/prompt_filter.h"
#include "trainer/loss/policy_loss.h"
#include "trainer/loss/value_loss.h"

namespace kedge {
namespace {

struct Tolerance {
  double rtol;
  double atol;
};
constexpr Tolerance kDouble{1e-9, 1e-12};
constexpr Tolerance kFloat{2e-5, 2e-6};

const json& all_cases() {
  static const json cases = testing_support::golden_cases("policy_cases.json");
  return cases;
}

std::vector<size_t> case_indices() {
  std::vector<size_t> indices(all_cases().size());
  for (size_t i = 0; i < indices.size(); ++i) indices[i] = i;
  return indices;
}

double value_of(const json& value) {
  if (value.is_string()) {
    return value == "nan" ? std::nan("") : (value == "inf" ? 1.0 : -1.0) * HUGE_VAL;
  }
  return value.is_null() ? std::nan("") : value.get<double>();
}

void expect_near(double found, const json& expected, Tolerance tolerance, const std::string& what) {
  const double e = value_of(expected);
  EXPECT_LE(std::abs(found - e), tolerance.atol + tolerance.rtol * std::abs(e))
      << what << ": found " << found << ", expected " << e;
}

void expect_near(std::span<const double> found, const json& expected, Tolerance tolerance,
                 const std::string& what) {
  ASSERT_EQ(found.size(), expected.size()) << what;
  for (size_t i = 0; i < found.size(); ++i) {
    expect_near(found[i], expected[i], tolerance, what + "[" + std::to_string(i) + "]");
  }
}

// The options of a case are a whole block; the cases compare formulas, so the refusal of k1 and abs
// as a loss is lifted.
AlgorithmConfig config_of(const json& options) {
  ordered_json block = ordered_json::parse(options.dump());
  if (block.contains("kl")) block["kl"]["force"] = true;
  AlgorithmConfig config;
  bind(to_config_node(block), config, "algorithm");
  return config;
}

std::vector<double> row_of(const PolicyRows& rows, const std::vector<double>& column, int64_t i) {
  return {column.begin() + rows.begin[i], column.begin() + rows.begin[i + 1]};
}

std::vector<float> narrow(RealSpan values) {
  std::vector<float> out(values.size());
  for (size_t i = 0; i < out.size(); ++i) out[i] = static_cast<float>(values[i]);
  return out;
}

// The way of a training step: paths of floats.
testing::Evaluation in_float(const AlgorithmConfig& config, const PolicyRows& rows,
                             const PreparedBatch& batch, const UpdatePlan& plan) {
  testing::Evaluation out;
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const PackedPath path = make_path(rows, batch, plan, i);
    const auto now = narrow(rows.row(rows.new_logprob, i));
    const auto entropy = narrow(rows.row(rows.entropy, i));
    std::vector<float> gradient(now.size());
    std::vector<float> entropy_gradient(entropy.size());
    out.share.push_back(
        policy_path_loss(config, path, now, entropy, gradient, entropy_gradient, out.metrics));
    out.gradient.emplace_back(gradient.begin(), gradient.end());
  }
  return out;
}

void compare_loss(const AlgorithmConfig& config, const UpdatePlan& plan,
                  const testing::Evaluation& found, const json& expect, Tolerance tolerance) {
  double squares = 0.0;
  for (size_t i = 0; i < found.gradient.size(); ++i) {
    expect_near(found.gradient[i], expect["grad"][i], tolerance, "grad " + std::to_string(i));
    if (!found.token_loss.empty()) {
      expect_near(found.token_loss[i], expect["token_loss"][i], tolerance,
                  "token_loss " + std::to_string(i));
    }
    for (const double g : found.gradient[i]) squares += g * g;
  }
  const LossMetrics& m = found.metrics;
  EXPECT_EQ(m.nonfinite_paths, 0);
  expect_near(m.policy_loss, expect["policy_loss"], tolerance, "policy_loss");
  expect_near(m.kl_loss, expect["kl_loss"], tolerance, "kl_loss");
  expect_near(m.entropy_bonus, expect["entropy_bonus"], tolerance, "entropy_bonus");
  expect_near(m.loss, expect["loss"], tolerance, "loss");
  expect_near(std::sqrt(squares), expect["grad_norm"], tolerance, "grad_norm");
  const auto metrics = policy_metric_values(config, plan.metrics, m);
  for (const auto& [name, value] : expect["metrics"].items()) {
    ASSERT_TRUE(metrics.contains(name)) << name;
    expect_near(metrics.at(name), value, tolerance, name);
  }
  for (const json& split : expect.value("splits", json::array())) {
    double share = 0.0;
    for (const size_t row : split["rows"]) share += found.share[row].loss;
    expect_near(share, split["loss"], tolerance, "split " + split["rows"].dump());
  }
}

void run_policy(const json& c, const json& expect) {
  const AlgorithmConfig config = config_of(c["options"]);
  const PolicyRows rows = policy_rows_from_json(c["inputs"], c["id"]);
  const bool with_loss = !rows.new_logprob.empty();
  const PreparedBatch batch = prepare_batch(config, rows, {.with_loss = with_loss});
  const UpdatePlan plan =
      plan_update(config, rows, batch, {0, rows.num_groups}, rows.new_logprob.span());
  if (expect.is_null()) return;
  expect_near(batch.row_advantage, expect["row_advantage"], kDouble, "row_advantage");
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    const std::string name = std::to_string(i);
    expect_near(row_of(rows, batch.advantage, i), expect["advantage"][i], kDouble,
                "advantage " + name);
    if (expect.contains("weight")) {
      expect_near(row_of(rows, batch.weight, i), expect["weight"][i], kDouble, "weight " + name);
    }
  }
  if (!with_loss) return;
  testing::Evaluation in_double;
  testing::evaluate_paths(config, rows, batch, plan, in_double);
  compare_loss(config, plan, in_double, expect, kDouble);
  compare_loss(config, plan, in_float(config, rows, batch, plan), expect, kFloat);
}

std::vector<uint8_t> mask_of(const json& line) {
  std::vector<uint8_t> mask;
  for (const int m : line) mask.push_back(m != 0);
  return mask;
}

void run_critic(const json& c, const json& expect) {
  const json& in = c["inputs"];
  const json& options = c["options"];
  const GaeConfig config{options["gamma"], options["lambda"]};
  std::vector<uint8_t> masks;
  std::vector<double> advantages;
  std::vector<std::vector<double>> returns;
  for (size_t i = 0; i < in["mask"].size(); ++i) {
    const auto mask = mask_of(in["mask"][i]);
    const auto values = in["values"][i].get<std::vector<double>>();
    std::vector<double> advantage(mask.size());
    gae(config, mask, in["token_reward"][i].get<std::vector<double>>(), values, advantage);
    expect_near(advantage, expect["gae"][i], kDouble, "gae");
    returns.push_back(advantage);
    for (size_t t = 0; t < mask.size(); ++t) returns[i][t] += mask[t] ? values[t] : 0.0;
    expect_near(returns[i], expect["return"][i], kDouble, "return");
    masks.insert(masks.end(), mask.begin(), mask.end());
    advantages.insert(advantages.end(), advantage.begin(), advantage.end());
  }
  if (options["whiten"]) whiten_tokens(masks, StdKind::sample, 1e-8, advantages);
  size_t at = 0;
  for (size_t i = 0; i < in["mask"].size(); ++i) {
    const size_t n = in["mask"][i].size();
    expect_near(std::span(advantages).subspan(at, n), expect["advantage"][i], kDouble, "advantage");
    at += n;
  }
  if (!in.contains("new_values")) return;
  const auto tokens = static_cast<double>(std::count(masks.begin(), masks.end(), 1));
  ValueLoss total;
  for (size_t i = 0; i < in["mask"].size(); ++i) {
    const auto mask = mask_of(in["mask"][i]);
    const auto now = in["new_values"][i].get<std::vector<double>>();
    const auto before = in["values"][i].get<std::vector<double>>();
    std::vector<double> gradient(mask.size());
    const auto& clip = options["value_clip"];
    const ValueLoss share = value_loss(
        {mask, now, before, returns[i],
         clip.is_null() ? std::nullopt : std::optional<double>(clip.get<double>()), 1.0 / tokens},
        gradient);
    total.loss += share.loss;
    total.clipped += share.clipped;
    expect_near(gradient, expect["value_grad"][i], kDouble, "value_grad");
  }
  expect_near(total.loss, expect["value_loss"], kDouble, "value_loss");
  expect_near(total.clipped, expect["value_clip"], kDouble, "value_clip");
}

void run_filter(const json& c, const json& expect) {
  const json& in = c["inputs"];
  const std::string rule = c["options"]["rule"];
  for (size_t k = 0; k < in["metric"].size(); ++k) {
    std::vector<double> metrics;
    for (const json& v : in["metric"][k]) metrics.push_back(value_of(v));
    const auto prompt = static_cast<int64_t>(k);
    PromptAction action = PromptAction::keep;
    double anchor = mean_of(metrics);
    if (rule == "pvpo") {
      action = filter_by_reference(metrics, in["verified_trajectory"][k] != 0, prompt);
      anchor = mean_of(in["reward"][k].get<std::vector<double>>());
    } else if (rule == "dapo") {
      action = filter_flat(metrics, prompt);
    } else {
      ASSERT_EQ(rule, "range");
      action = filter_by_range(metrics, c["options"]["low"], c["options"]["high"], prompt);
    }
    if (expect.is_null()) continue;
    EXPECT_EQ(name_of(action), expect["prompts"][k]["action"].get<std::string>());
    expect_near(anchor, expect["prompts"][k]["anchor"], kDouble, "anchor");
  }
}

void run_shape(const json& c, const json& expect) {
  const json& options = c["options"];
  const OverlongConfig config{options["limit"], options["buffer"], options["penalty"]};
  std::vector<double> rewards;
  for (size_t i = 0; i < c["inputs"]["reward"].size(); ++i) {
    rewards.push_back(c["inputs"]["reward"][i].get<double>() +
                      overlong_penalty(config, c["inputs"]["length"][i]));
  }
  expect_near(rewards, expect["reward"], kDouble, "reward");
}

void run_case(const json& c, const json& expect) {
  const std::string kind = c["kind"];
  if (kind == "policy") return run_policy(c, expect);
  if (kind == "critic") return run_critic(c, expect);
  if (kind == "filter") return run_filter(c, expect);
  ASSERT_EQ(kind, "shape");
  run_shape(c, expect);
}

void expect_error(const json& c) {
  const std::string code = c["error"]["code"];
  const json& where = c["error"]["where"];
  try {
    run_case(c, json());
    FAIL() << "no error, expected " << code;
  } catch (const PolicyError& e) {
    EXPECT_EQ(name_of(e.fault()), code) << e.what();
    if (where.is_string()) return;  // a word, which need not match
    EXPECT_EQ(e.where(), where.is_null() ? -1 : where.get<int64_t>());
  } catch (const ConfigError& e) {
    EXPECT_EQ(code, "config_conflict") << e.what();
    if (where.is_string()) {
      EXPECT_NE(e.place().find(where.get<std::string>()), std::string::npos) << e.what();
    }
  }
}

class GoldenPolicy : public ::testing::TestWithParam<size_t> {};

TEST_P(GoldenPolicy, Agrees) {
  const json& c = all_cases()[GetParam()];
  SCOPED_TRACE(c["id"].get<std::string>() + ": " + c.value("about", ""));
  if (c.contains("error")) {
    expect_error(c);
  } else {
    run_case(c, c["expect"]);
  }
}

std::string case_name(const ::testing::TestParamInfo<size_t>& info) {
  return testing_support::golden_name(all_cases()[info.param]);
}

INSTANTIATE_TEST_SUITE_P(, GoldenPolicy, ::testing::ValuesIn(case_indices()), case_name);
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(GoldenPolicy);

// What section 4 of the sheet says its preset cases override.
ordered_json preset_overrides(const std::string& name) {
  if (name == "dr_grpo") return {{"aggregate", {{"divisor", 8}}}};
  if (name == "dapo") {
    return {{"zero_variance", "drop"}, {"reward", {{"overlong", {{"limit", 6}, {"buffer", 3}}}}}};
  }
  return ordered_json::object();
}

void expect_same(const json& found, const json& expected, const std::string& path) {
  if (!expected.is_object()) {
    EXPECT_EQ(found, expected) << path;
    return;
  }
  for (const auto& [key, value] : expected.items()) {
    ASSERT_TRUE(found.is_object() && found.contains(key)) << path << "." << key;
    expect_same(found[key], value, path + "." + key);
  }
}

TEST(GoldenPolicyPresets, ResolveToTheOptionsOfTheirCases) {
  size_t found = 0;
  for (const json& c : all_cases()) {
    const std::string id = c["id"];
    if (id.rfind("preset-", 0) != 0) continue;
    const std::string name = id.substr(7);
    ordered_json user = preset_overrides(name);
    user["preset"] = name;
    const json resolved = json::parse(dump(bind_algorithm(to_config_node(user))).dump());
    expect_same(resolved, c["options"], name);
    ++found;
  }
  if (!testing_support::is_other_golden_folder()) {
    EXPECT_EQ(found, preset_names().size());
  }
}

}  // namespace
}  // namespace kedge
