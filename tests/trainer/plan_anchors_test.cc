#include "trainer/plan_anchors.h"

#include <gtest/gtest.h>

#include "tests/support/tiny_runs.h"
#include "trainer/anchors/make.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

TEST(PlanAnchors, NothingWithoutRecords) {
  const TempDir temp("plan_no_anchors");
  const Plan plan = make_plan(tiny_run(temp.path() + "/run"));
  EXPECT_EQ(plan.anchors.rollouts_per_prompt, 0);
  EXPECT_EQ(anchors_text(plan.anchors), "");
  EXPECT_EQ(plan.frozen_copies, 1);  // KL
}

TEST(PlanAnchors, CountsReferenceSamplesAndWhatAFilterWouldDo) {
  const TempDir temp("plan_anchors");
  real_files().write_atomic(temp.path() + "/given.jsonl",
                            "{\"prompt\":\"no such prompt\",\"completion\":\"1\"}\n");
  const RunConfig config = tiny_run(
      temp.path() + "/run",
      {"algorithm.preset=pvpo", "algorithm.anchor.samples=5", "algorithm.anchor.refresh_every=3",
       "algorithm.anchor.store=" + temp.path() + "/anchors.jsonl", "algorithm.injected=detach",
       "algorithm.injection={trajectories: " + temp.path() + "/given.jsonl}"});
  const Plan before = make_plan(config);
  EXPECT_EQ(before.anchors.rollouts_per_prompt, 5);
  EXPECT_EQ(before.anchors.rollouts_per_step, 20);
  EXPECT_EQ(before.anchors.prompts_per_step, 40);
  EXPECT_EQ(before.anchors.prompts, 16);
  EXPECT_EQ(before.anchors.known, 0);
  EXPECT_EQ(before.anchors.answers, 1);
  EXPECT_EQ(before.frozen_copies, 1);  // KL and anchors share the initial weights
  EXPECT_FALSE(real_files().exists(temp.path() + "/anchors.jsonl"));  // a plan makes no file
  make_anchors(config, {});
  const Plan after = make_plan(config);
  EXPECT_EQ(after.anchors.known, 16);
  EXPECT_GT(after.anchors.dropped, 8);  // random weights add up badly
  EXPECT_EQ(after.anchors.answered_prompts, 0);
  const std::string text = to_text(after);
  for (const char* word : {"5 per prompt", "3 updates", "16 of 16", "1, put into 0"}) {
    EXPECT_NE(text.find(word), std::string::npos) << text;
  }
  EXPECT_EQ(to_json(after)["anchors"]["prompts_known"], 16);
}

}  // namespace
}  // namespace kedge
