// Every preset file, over the real pack(): loss and gradient have the same bits for every cut of a
// step into micro-batches that pack() makes.
#include <gtest/gtest.h>

#include <cstring>

#include "tests/support/groups.h"
#include "tests/support/small_models.h"
#include "trainer/algorithm/presets.h"
#include "trainer/operators.h"
#include "trainer/policy_source.h"

namespace kedge {
namespace {

constexpr int kGroups = 5;

// Groups with answers of several lengths, rewards, anchors and signals: whatever a preset reads.
std::vector<ScoredGroup> make_groups() {
  std::vector<ScoredGroup> groups;
  for (uint64_t g = 0; g < kGroups; ++g) {
    const auto first = static_cast<Token>(3 + g);
    ScoredGroup scored{testing::plain_group(g, {1, 2, static_cast<Token>(g)},
                                            {{first, 4, 9}, {5, 6, 7, 8, first}, {first}, {2, 3}}),
                       {},
                       {}};
    for (const double reward : {1.0, 0.0, 0.25, g == 2 ? 1.0 : 0.0}) {
      scored.scores.push_back({{Verdict::scored(reward)}, Verdict::scored(reward), reward});
    }
    AnchorRecord anchor;
    anchor.rewards = {0.0, 1.0, 1.0, std::nullopt};
    anchor.metrics = {0.0, 1.0, 1.0, 0.0};
    anchor.lengths = {3, 4, 5, 6};
    scored.anchor = anchor;
    groups.push_back(std::move(scored));
  }
  return groups;
}

SignalTable make_signals(const std::vector<ScoredGroup>& groups) {
  SignalTable signals;
  for (const char* name : {"ref_logprob", "given_advantage"}) {
    SignalColumn& column = signals.column(name, {WeightSet::initial, 0});
    for (const ScoredGroup& scored : groups) {
      for (size_t r = 1; r < scored.group.rows.size(); ++r) {
        std::vector<float> values = scored.group.rows[r].policy_logprob;
        for (float& value : values) value = 0.75f * value - 0.125f;
        column.values[{scored.group.key, static_cast<int32_t>(r)}] = std::move(values);
      }
    }
  }
  return signals;
}

struct Update {
  double loss = 0.0;
  std::vector<float> gradient;
};

// One update of a fresh model with micro-batches of `tokens`.
Update update_with(const AlgorithmConfig& algorithm, int64_t tokens) {
  RunConfig config;
  config.algorithm = algorithm;
  test::Machine machine;
  const Operators ops = make_operators(config.compute);  // exact
  const Transformer transformer(test::small_config(), ops);
  Parameters parameters(test::small_config(), Parameters::Gradients::yes);
  test::randomize(parameters, 3);
  parameters.refresh(machine.context, ops);
  LearnerOptions options;
  options.loss = algorithm;
  options.pack.tokens_per_microbatch = tokens;
  Learner learner(machine.context, transformer, parameters, options);
  const auto groups = make_groups();
  const auto batch = make_policy_batch(config, groups, make_signals(groups));
  const UpdateReport report = learner.update(batch->input(0, learner));
  EXPECT_EQ(report.result, UpdateResult::applied) << algorithm.preset;
  const TensorView flat = parameters.flat_grad();
  return {report.loss.loss, std::vector<float>(flat.f32(), flat.f32() + flat.numel())};
}

TEST(SplitInvariance, EveryPresetHasTheSameBitsForEveryCut) {
  for (const std::string& name : preset_names()) {
    std::string yaml = "{preset: " + name;
    if (name == "dr_grpo") yaml += ", aggregate: {divisor: 8}";
    const AlgorithmConfig algorithm = bind_algorithm(parse_yaml(yaml + "}", "test"));
    const Update whole = update_with(algorithm, 1 << 20);
    for (int64_t tokens = 1; tokens <= 70; tokens += 3) {
      const Update cut = update_with(algorithm, tokens);
      EXPECT_EQ(cut.loss, whole.loss) << name << " " << tokens;
      ASSERT_EQ(cut.gradient.size(), whole.gradient.size());
      EXPECT_EQ(std::memcmp(cut.gradient.data(), whole.gradient.data(),
                            whole.gradient.size() * sizeof(float)),
                0)
          << name << " " << tokens;
    }
  }
}

}  // namespace
}  // namespace kedge
