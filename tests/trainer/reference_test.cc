#include "trainer/reference.h"

#include <gtest/gtest.h>

#include "tests/support/groups.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

std::vector<ScoredGroup> some_groups() {
  std::vector<ScoredGroup> groups;
  groups.push_back({testing::plain_group(1, {65, 66}, {{67, 68}, {69}}), {}, {}});
  groups.push_back({testing::plain_group(2, {70}, {{71, 72, 73}}), {}, {}});
  groups[1].group.rows.push_back(testing::sampled_row(1, 2, {80, 81}));
  groups[1].group.trajectories.push_back({{2}, TrajectoryRole::train});
  return groups;
}

TEST(ReferencePolicy, GivesEveryRowItsLogProbs) {
  const TempDir temp("reference");
  const RunConfig config = tiny_run(temp.path() + "/run");
  PolicyModel model(config, Parameters::Gradients::none);
  FrozenWeights frozen(config, model);
  ReferencePolicy reference(config, model, frozen);
  const auto groups = some_groups();
  SignalTable signals;
  reference.score(groups, signals);
  const SignalColumn* column = signals.find("ref_logprob");
  ASSERT_NE(column, nullptr);
  EXPECT_EQ(column->weights.set, WeightSet::initial);  // it never moves
  for (const ScoredGroup& scored : groups) {
    for (size_t r = 1; r < scored.group.rows.size(); ++r) {
      const auto& values = column->values.at({scored.group.key, static_cast<int32_t>(r)});
      ASSERT_EQ(values.size(), scored.group.rows[r].tokens.size());
      for (const float value : values) EXPECT_LT(value, 0.0f);
    }
  }
}

TEST(ReferencePolicy, FollowsThePolicyEverySoManyUpdates) {
  const TempDir temp("reference_moves");
  const RunConfig config = tiny_run(temp.path() + "/run", {"algorithm.reference.refresh_every=3"});
  PolicyModel model(config, Parameters::Gradients::none);
  FrozenWeights frozen(config, model);
  ReferencePolicy reference(config, model, frozen);
  EXPECT_TRUE(reference.moves());
  const float before = reference.parameters().flat().f32()[0];
  model.parameters().flat().f32()[0] = before + 1.0f;
  model.parameters().set_id({WeightSet::policy, 2});
  reference.after_step(model.parameters());
  EXPECT_EQ(reference.parameters().flat().f32()[0], before);
  model.parameters().set_id({WeightSet::policy, 3});
  reference.after_step(model.parameters());
  EXPECT_EQ(reference.parameters().flat().f32()[0], before + 1.0f);
  EXPECT_EQ(reference.parameters().id().version, 1u);
  model.parameters().set_id({WeightSet::policy, 5});
  const json state = reference.save();
  FrozenWeights other(config, model);
  ReferencePolicy restored(config, model, other);
  restored.load(state);
  EXPECT_EQ(restored.parameters().id().version, 1u);
  EXPECT_EQ(restored.save(), state);
}

}  // namespace
}  // namespace kedge
