#include "trainer/algorithm/presets.h"

#include <gtest/gtest.h>

#include "tests/support/policy.h"
#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

TEST(Presets, TheUserOverridesThePreset) {
  const AlgorithmConfig c = testing::algorithm("{preset: gspo, clip: {high: 0.5}}");
  EXPECT_EQ(c.preset, "gspo");
  EXPECT_EQ(c.ratio.level, RatioLevel::sequence);
  EXPECT_EQ(*c.clip.high, 0.5);
  EXPECT_EQ(*c.clip.low, 3e-4);
}

TEST(Presets, GrpoIsTheDefault) {
  EXPECT_EQ(bind_algorithm(ConfigNode{}).kl.coef, 0.04);
  EXPECT_EQ(testing::algorithm("{kl: {coef: 0.5}}").kl.coef, 0.5);
}

TEST(Presets, AnUnknownNameGetsTheNearest) {
  try {
    testing::algorithm("{preset: grop}");
    FAIL();
  } catch (const ConfigError& e) {
    EXPECT_NE(std::string(e.what()).find("grpo"), std::string::npos) << e.what();
    EXPECT_NE(e.place().find("algorithm.preset"), std::string::npos);
  }
  EXPECT_THROW(testing::algorithm("{preset: [grpo]}"), ConfigError);
}

TEST(Presets, EveryFileNamesItself) {
  for (const std::string& name : preset_names()) {
    ordered_json user = {{"preset", name}, {"aggregate", {{"divisor", 8}}}};
    EXPECT_EQ(bind_algorithm(to_config_node(user)).preset, name);
  }
  EXPECT_EQ(preset_names().size(), 13u);
}

TEST(Presets, TheWorkedExamplesOfTheSheetBind) {
  for (const std::string yaml :
       {"{preset: grpo, kl: {coef: 0.001}}", "{preset: dr_grpo, aggregate: {divisor: 3072}}",
        "{preset: dapo, reward: {overlong: {limit: 20480, buffer: 4096, penalty: 1.0}}, "
        "prompt_filter: {metric: accuracy, max_batches: 10}}",
        "{preset: gspo, clip: {low: 3.0e-4, high: 4.0e-4, dual: null}}",
        "{preset: cispo, clip: {cap: 5.0}, advantage: {scale: batch_std}}",
        "{preset: rloo, reward: {kl_coef: 0.03}}",
        "{preset: reinforce_pp, reward: {kl_coef: 0.01, kl_place: token}}",
        "{preset: aapo, advantage: {margin: {low: -0.2, high: 0.28, pairing: index}}, "
        "anchor: {samples: 6, refresh_every: 1, weights: initial}}",
        "{preset: aapo, advantage: {margin: {pairing: average}}, "
        "anchor: {samples: 16, refresh_every: 0, store: anchors.jsonl}}",
        "{preset: pvpo, anchor: {samples: 16, refresh_every: 500, weights: current, store: "
        "a.jsonl}, "
        "prompt_filter: {rule: pvpo, metric: accuracy}, "
        "injection: {trajectories: gt.jsonl, per_group: 1, when_accuracy: 0}}",
        "{preset: attnrl, clip: {dual: 3.0}}", "{preset: verl}"}) {
    EXPECT_NO_THROW(check_setting(testing::algorithm(yaml), {.samples_per_prompt = 6})) << yaml;
  }
}

}  // namespace
}  // namespace kedge
