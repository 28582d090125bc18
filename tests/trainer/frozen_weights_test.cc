#include "trainer/frozen_weights.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/scripted_rollouts.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

TEST(FrozenWeights, OneCopyServesInitialAndAReferenceThatNeverMoves) {
  const TempDir temp("frozen");
  const RunConfig config = tiny_run(temp.path() + "/run");
  PolicyModel model(config, Parameters::Gradients::none);
  FrozenWeights frozen(config, model);
  EXPECT_EQ(frozen.copies(), 0);
  Parameters& initial = frozen.get(WeightSet::initial);
  EXPECT_EQ(&frozen.get(WeightSet::reference), &initial);
  EXPECT_EQ(frozen.copies(), 1);
  EXPECT_EQ(initial.id(), (WeightId{WeightSet::initial, 0}));
  EXPECT_EQ(initial.flat().f32()[5], model.parameters().flat().f32()[5]);
  EXPECT_THROW(frozen.get(WeightSet::policy), InvariantError);
}

TEST(FrozenWeights, AReferenceThatMovesIsACopyOfItsOwn) {
  const TempDir temp("frozen_two");
  const RunConfig config = tiny_run(temp.path() + "/run", {"algorithm.reference.refresh_every=2"});
  PolicyModel model(config, Parameters::Gradients::none);
  FrozenWeights frozen(config, model);
  EXPECT_NE(&frozen.get(WeightSet::reference), &frozen.get(WeightSet::initial));
  EXPECT_EQ(frozen.copies(), 2);
  EXPECT_EQ(frozen.get(WeightSet::reference).id().set, WeightSet::reference);
}

TEST(FrozenWeights, ServesAnOrderWithTheSetsItAsksForOnce) {
  const TempDir temp("frozen_serve");
  const RunConfig config = tiny_run(temp.path() + "/run");
  PolicyModel model(config, Parameters::Gradients::none);
  FrozenWeights frozen(config, model);
  testing::ScriptedRollouts rollouts(model.tokenizer(), [](const SampleItem&, int) { return "1"; });
  RolloutOrder order;
  order.samples.resize(2);
  frozen.serve(order, rollouts);
  EXPECT_EQ(rollouts.adoptions, 0);
  order.samples[1].weights = WeightSet::initial;
  frozen.serve(order, rollouts);
  frozen.serve(order, rollouts);
  EXPECT_EQ(rollouts.adoptions, 1);
  EXPECT_EQ(rollouts.adopted, (WeightId{WeightSet::initial, 0}));
  // Newer weights of the set are adopted again.
  frozen.get(WeightSet::initial).set_id({WeightSet::initial, 1});
  frozen.serve(order, rollouts);
  EXPECT_EQ(rollouts.adoptions, 2);
}

}  // namespace
}  // namespace kedge
