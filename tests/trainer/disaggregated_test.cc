#include "trainer/disaggregated.h"

#include <gtest/gtest.h>

#include <mutex>

#include "core/error.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::steady_metrics;
using testing::TempDir;
using testing::tiny_run;

RunOutcome run_on_ranks(const RunConfig& config, int ranks) {
  RunOutcome outcome;
  std::mutex mutex;
  run_in_process(ranks, std::chrono::seconds(60), [&](Communicator& communicator) {
    const RunOutcome mine = train_disaggregated(config, {}, communicator);
    const std::lock_guard lock(mutex);
    if (communicator.rank() == 0) outcome = mine;
  });
  return outcome;
}

TEST(Disaggregated, OneLearnerAndTwoRolloutRanksHaveTheColocatedRunHash) {
  const TempDir temp("ranks");
  const RunConfig colocated = tiny_run(temp.path() + "/colocated");
  const RunOutcome expected = train(colocated, {});
  const RunConfig config = tiny_run(temp.path() + "/ranks");
  const RunOutcome outcome = run_on_ranks(config, 3);
  EXPECT_EQ(outcome.exit, kExitDone);
  EXPECT_EQ(outcome.run_hash, expected.run_hash);
  EXPECT_EQ(steady_metrics(config.run_dir()), steady_metrics(colocated.run_dir()));
}

TEST(Disaggregated, ExactNumericsAgreeToo) {
  const TempDir temp("exact_ranks");
  const RunOutcome expected = train(tiny_run(temp.path() + "/a", {}, "exact"), {});
  EXPECT_EQ(run_on_ranks(tiny_run(temp.path() + "/b", {}, "exact"), 2).run_hash, expected.run_hash);
}

TEST(Disaggregated, ReferenceSamplesAreMadeOnRolloutRanksToo) {
  const TempDir temp("reference_ranks");
  const std::vector<std::string> words = {
      "algorithm.preset=aapo", "train.steps=2",
      "rewards=[{name: regex_match, pattern: '[0-9A-P]', mode: search}]"};
  const RunConfig colocated = tiny_run(temp.path() + "/colocated", words);
  const RunOutcome expected = train(colocated, {});
  const RunConfig config = tiny_run(temp.path() + "/ranks", words);
  EXPECT_EQ(run_on_ranks(config, 3).run_hash, expected.run_hash);
  EXPECT_EQ(steady_metrics(config.run_dir()), steady_metrics(colocated.run_dir()));
}

TEST(Disaggregated, NeedsTwoRanks) {
  const TempDir temp("one_rank");
  const auto communicator = single_communicator();
  EXPECT_THROW(train_disaggregated(tiny_run(temp.path() + "/a"), {}, *communicator), ConfigError);
}

TEST(Disaggregated, AMistakeOnTheCoordinatorEndsEveryRank) {
  const TempDir temp("mistake");
  const RunConfig config = tiny_run(temp.path() + "/a", {"rewards=[]"});
  EXPECT_THROW(run_on_ranks(config, 3), Error);
}

}  // namespace
}  // namespace kedge
