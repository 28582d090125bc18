#include "rewards/plugins/worker_pool.h"

#include <gtest/gtest.h>

#include <thread>

#include "core/error.h"
#include "tests/support/reward_items.h"
#include "tests/support/scripted_worker.h"

namespace kedge {
namespace {

using testing_support::scripted_worker;

// The score is the worker's process.
constexpr const char* kPid = R"(
ready()
while True:
    r = receive()
    time.sleep(0.05)
    send(id=r['id'], first=0, verdicts=[score(os.getpid())] * len(r['items']))
)";

TEST(WorkerPool, GivesEachCallerAWorkerOfItsOwn) {
  WorkerPool pool(scripted_worker(kPid), 2);
  const JudgedPrompt prompt({"a"});
  std::vector<Verdict> first(1), second(1);
  std::thread other([&] { pool.score(prompt.items(), second); });
  pool.score(prompt.items(), first);
  other.join();
  EXPECT_TRUE(first[0].has_score() && second[0].has_score());
  EXPECT_NE(first[0].score, second[0].score);
}

TEST(WorkerPool, AWorkerThatWasUsedIsUsedAgain) {
  WorkerPool pool(scripted_worker(kPid), 1);
  const JudgedPrompt prompt({"a"});
  std::vector<Verdict> first(1), second(1);
  pool.score(prompt.items(), first);
  pool.score(prompt.items(), second);
  EXPECT_EQ(first[0].score, second[0].score);
}

TEST(WorkerPool, RefusesWhatAWorkerRefuses) {
  EXPECT_THROW(WorkerPool(scripted_worker("send(op='refused', found='x')"), 3), ConfigError);
}

}  // namespace
}  // namespace kedge
