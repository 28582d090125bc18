#include "rewards/plugins/worker_reward.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/python_plugin.h"
#include "tests/support/scripted_worker.h"

namespace kedge {
namespace {

using ::testing::ElementsAre;
using testing_support::judge;
using testing_support::scripted_worker;
using testing_support::texts_of;

// The score is how many items came in the same message.
const std::string kCounts = R"(
while True:
    r = receive()
    send(id=r['id'], first=0, verdicts=[score(len(r['items']))] * len(r['items']))
)";

TEST(WorkerReward, BatchesAreOfBoundedLength) {
  const auto reward = make_worker_reward(scripted_worker("ready()" + kCounts), {1, 3});
  EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"a", "b", "c", "d"}))),
              ElementsAre("3.0", "3.0", "3.0", "1.0"));
  EXPECT_EQ(reward->lanes().count, 1);
  EXPECT_EQ(reward->lanes().batch, 3);
}

TEST(WorkerReward, GroupsAreNotCut) {
  for (const char* begin : {"ready()", "ready(groups_only=True)"}) {
    WorkerSpec spec = scripted_worker(begin + kCounts);
    spec.whole_groups = std::string(begin) == "ready()";
    const auto reward = make_worker_reward(spec, {1, 3});
    EXPECT_EQ(reward->scope(), RewardScope::group);
    EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"a", "b", "c", "d"}))),
                ElementsAre("4.0", "4.0", "4.0", "4.0"));
  }
}

TEST(WorkerReward, APromptWithoutARequiredColumnIsNotSent) {
  const auto reward = make_worker_reward(scripted_worker("ready(required=['x'])" + kCounts), {});
  EXPECT_EQ(reward->prompt_columns(), std::vector<std::string>{"x"});
  const JudgedPrompt with({"a", "b"}, {{"x", 1}});
  const JudgedPrompt without({"c"});
  std::vector<RewardItem> items = {with.items()[0], without.items()[0], with.items()[1]};
  std::vector<Verdict> verdicts(3);
  reward->score(items, verdicts);
  EXPECT_THAT(texts_of(verdicts),
              ElementsAre("2.0", "error: prompt test:1 has no column 'x'", "2.0"));
}

TEST(WorkerReward, SettingsLimitTheirWorkers) {
  WorkerSettings settings;
  settings.timeout_s = 0.5;
  settings.start_timeout_s = 7.0;
  settings.memory_mib = 3;
  const WorkerSpec spec = limited_spec(settings);
  EXPECT_EQ(spec.timeout_s, 0.5);
  EXPECT_EQ(spec.start_timeout_s, 7.0);
  EXPECT_EQ(spec.command.memory_bytes, uint64_t{3} << 20);
}

TEST(WorkerReward, StopEndsTheWait) {
  WorkerSpec spec = scripted_worker("ready()\ntime.sleep(1000)");
  spec.timeout_s = 500;
  const auto reward = make_worker_reward(spec, {});
  reward->stop();
  EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"a"}))), ElementsAre("error: the run ends"));
}

}  // namespace
}  // namespace kedge
