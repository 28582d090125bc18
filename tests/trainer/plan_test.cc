#include "trainer/plan.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "model/parameters.h"
#include "tests/support/tiny_runs.h"
#include "trainer/model_setup.h"
#include "trainer/policy_model.h"
#include "trainer/training.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

// Rollouts that note the peak of scratch memory at every adoption of new weights.
std::unique_ptr<Rollouts> watched(std::unique_ptr<Rollouts> inner, const Arena& scratch,
                                  int64_t& peak) {
  class Watched : public Rollouts {
   public:
    Watched(std::unique_ptr<Rollouts> inner, const Arena& scratch, int64_t& peak)
        : inner_(std::move(inner)), scratch_(scratch), peak_(peak) {}
    void adopt(const Parameters& weights) override {
      peak_ = scratch_.peak();
      inner_->adopt(weights);
    }
    std::vector<FinishedRow> run(const RolloutOrder& order,
                                 const std::function<void(const FinishedRow&)>& each) override {
      return inner_->run(order, each);
    }
    void release(const GroupKey& group) override { inner_->release(group); }
    MetricSet take_metrics() override { return inner_->take_metrics(); }

   private:
    std::unique_ptr<Rollouts> inner_;
    const Arena& scratch_;
    int64_t& peak_;
  };
  return std::make_unique<Watched>(std::move(inner), scratch, peak);
}

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
  EXPECT_GT(plan.memory.process, 0);
}

// What the operators' scratch grows to in a whole run, against what was said before it.
TEST(Plan, ScratchIsWhatARunTakes) {
  const TempDir temp("plan_scratch");
  for (const std::string weights : {"fp32", "bf16"}) {
    const RunConfig config =
        tiny_run(temp.path() + "/" + weights,
                 {"compute.weights=" + weights, "model.new.hidden=64", "model.new.intermediate=192",
                  "rollout.prefill_tokens=16", "train.tokens_per_microbatch=4096",
                  "train.eval_every_steps=0"},
                 "exact");
    const Plan plan = make_plan(config);
    int64_t peak = 0;
    train_with(config, {}, [&](PolicyModel& model, int32_t longest) {
      return watched(colocated_rollouts(config, model, longest), model.context().scratch, peak);
    });
    EXPECT_GE(plan.memory.scratch, 0.9 * static_cast<double>(peak)) << weights;
    EXPECT_LE(plan.memory.scratch, 1.25 * static_cast<double>(peak)) << weights;
  }
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
