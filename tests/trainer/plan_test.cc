#include "trainer/plan.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "model/parameters.h"
#include "tests/support/tiny_runs.h"
#include "trainer/model_setup.h"
#include "trainer/policy_model.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

TEST(Plan, AgreesWithWhatARunAllocates) {
  const TempDir temp("plan");
  const RunConfig config = tiny_run(temp.path() + "/run", {}, "exact");
  const Plan plan = make_plan(config);
  PolicyModel model(config, Parameters::Gradients::yes);
  EXPECT_EQ(plan.parameters, model.config().num_parameters());
  EXPECT_NEAR(static_cast<double>(plan.memory.weights),
              static_cast<double>(model.parameters().flat().bytes()), 4096.0 * 4);
  EXPECT_EQ(plan.memory.packed_weights, model.parameters().packed_bytes());
  EXPECT_EQ(plan.memory.optimizer, 2 * plan.memory.weights);
  EXPECT_EQ(plan.memory.reference, plan.memory.weights + plan.memory.packed_weights);
  EXPECT_GT(plan.memory.kv, 0);
}

TEST(Plan, CountsTokensAndUpdates) {
  const TempDir temp("plan_counts");
  const RunConfig config = tiny_run(
      temp.path() + "/run",
      {"train.minibatches_per_batch=2", "train.passes_per_batch=3", "algorithm.kl.coef=0"});
  const Plan plan = make_plan(config);
  EXPECT_EQ(plan.rollouts_per_step, 12);
  EXPECT_EQ(plan.max_tokens_per_step, 96);
  EXPECT_EQ(plan.updates_per_step, 6);
  EXPECT_EQ(plan.memory.packed_weights, 0);  // the reference operators read the master weights
  EXPECT_EQ(plan.memory.reference, 0);
  const int64_t group = plan.longest_prompt + 3 * 7;
  EXPECT_EQ(plan.largest_microbatch, std::min<int64_t>(2, 100 / group) * group);
  const ordered_json json = to_json(plan);
  EXPECT_EQ(json["memory"]["total_bytes"], plan.memory.total());
  EXPECT_NE(to_text(plan).find("updates per step"), std::string::npos);
}

TEST(Plan, RefusesWhatTrainingWouldRefuse) {
  const TempDir temp("plan_refuse");
  EXPECT_THROW(make_plan(tiny_run(temp.path() + "/a", {"rewards=[]"})), ConfigError);
  EXPECT_THROW(make_plan(tiny_run(temp.path() + "/a", {"rollout.max_new_tokens=64"})), ConfigError);
}

}  // namespace
}  // namespace kedge
