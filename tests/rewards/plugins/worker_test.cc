#include "rewards/plugins/worker.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

#include "tests/support/python_plugin.h"
#include "tests/support/scripted_worker.h"

namespace kedge {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::scripted_worker;
using testing_support::texts_of;

const std::atomic<bool> kNeverStop = false;

std::vector<std::string> scores(Worker& worker, const std::vector<std::string>& completions) {
  const JudgedPrompt prompt(completions);
  std::vector<Verdict> verdicts(completions.size(), Verdict::failed("unwritten"));
  worker.score(prompt.items(), verdicts);
  return texts_of(verdicts);
}

// What a worker that runs `script` says of these completions.
std::vector<std::string> scores(const std::string& script,
                                const std::vector<std::string>& completions) {
  Worker worker(scripted_worker(script), kNeverStop);
  worker.start();
  worker.await_ready();
  return scores(worker, completions);
}

std::string refusal(const std::string& script) {
  WorkerSpec spec = scripted_worker(script);
  spec.start_timeout_s = 1.0;
  Worker worker(spec, kNeverStop);
  worker.start();
  try {
    worker.await_ready();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "test");
    return error.what();
  }
  return "accepted";
}

// Answers each item with its length; "die", "hang" and "lie" do so. `one_by_one` or not.
std::string moody(bool one_by_one) {
  return std::string("ready(one_by_one=") + (one_by_one ? "True" : "False") + R"()
def judge(item):
    mood = item['completion']
    if mood == 'die': os.abort()
    if mood == 'hang': time.sleep(1000)
    if mood == 'lie': raw(b'not a message at all')
    return score(len(mood))
while True:
    r = receive()
    if start['timeout_s'] != 0.2: os._exit(1)
)" +
         (one_by_one ? R"(
    for i, item in enumerate(r['items']): send(id=r['id'], first=i, verdicts=[judge(item)])
)"
                     : R"(
    send(id=r['id'], first=0, verdicts=[judge(item) for item in r['items']])
)");
}

TEST(Worker, OnlyTheCulpritsAreTroubleHoweverTheyAreAsked) {
  const std::vector<std::string> completions = {"a", "die", "bb", "hang", "lie", "ccc"};
  for (const bool one_by_one : {true, false}) {
    EXPECT_THAT(scores(moody(one_by_one), completions),
                ElementsAre("1.0", "error: the worker is gone: it died of signal 6 (Aborted)",
                            "2.0", "timeout: no answer within 0.2 s",
                            StartsWith("error: the worker sent"), "3.0"));
  }
}

TEST(Worker, AGroupIsNeverTakenApart) {
  WorkerSpec spec = scripted_worker(moody(false));
  spec.whole_groups = true;
  Worker worker(spec, kNeverStop);
  worker.start();
  worker.await_ready();
  const auto found = scores(worker, {"a", "die", "bb"});
  EXPECT_EQ(found, std::vector<std::string>(
                       3, "error: the worker is gone: it died of signal 6 (Aborted)"));
  EXPECT_THAT(scores(worker, {"a", "bb"}), ElementsAre("1.0", "2.0"));
}

TEST(Worker, AnswersMayComeInAnyOrderAndCut) {
  EXPECT_THAT(scores(R"(
ready()
r = receive()
send(id=r['id'], first=2, verdicts=[score(3)], log='two\nlines')
send(id=r['id'], first=0, verdicts=[score(1), {'kind': 'abstain', 'note': 'why'}])
time.sleep(1000)
)",
                     {"a", "b", "c"}),
              ElementsAre("1.0", "abstain: why", "3.0"));
}

TEST(Worker, WhatIsNoReplyIsAnError) {
  for (const char* reply :
       {"id=r['id'] + 1, first=0, verdicts=[score(1)]",
        "id=r['id'], first=0, verdicts=[score(1)] * 2", "id=r['id'], first=9, verdicts=[score(1)]",
        "id=r['id'], first=-1, verdicts=[score(1)]", "id=r['id'], verdicts=[score(1)]",
        "id=r['id'], first=0, verdicts=score(1)", "id='one', first=0, verdicts=[score(1)]"}) {
    EXPECT_THAT(
        scores(std::string("ready()\nr = receive()\nsend(") + reply + ")\ntime.sleep(9)", {"a"})[0],
        StartsWith("error: the worker sent garbage: reply"))
        << reply;
  }
  EXPECT_THAT(scores("ready()\nr = receive()\nraw(b'\\2\\0\\0\\0{]')\ntime.sleep(9)", {"a"})[0],
              StartsWith("error: the worker sent garbage"));
}

TEST(Worker, OneThatKeepsTheTimeItselfIsKilledOnlyWhenItStopsDoingSo) {
  EXPECT_THAT(
      scores("ready(concurrent=True)\nr = receive()\ntime.sleep(0.3)\n"
             "send(id=r['id'], first=0, verdicts=[{'kind':'timeout','note':'own'}, score(1)])\n"
             "receive()",
             {"a", "b"}),
      ElementsAre("timeout: own", "1.0"));
}

TEST(Worker, ThatCannotBeStartedAgainIsAnErrorForTheRest) {
  const testing_support::TemporaryDirectory directory;
  const std::string mark = directory / "started";
  const auto found = scores("if os.path.exists('" + mark + "'): os._exit(7)\nopen('" + mark +
                                "', 'w').close()\n" + moody(true),
                            {"a", "die", "bb"});
  EXPECT_EQ(found[0], "1.0");
  for (const size_t i : {1, 2}) {
    EXPECT_THAT(found[i], AllOf(HasSubstr("cannot be started again"), HasSubstr("exit code 7")));
  }
}

TEST(Worker, RefusalsAndFailuresAtTheStartAreConfigErrors) {
  EXPECT_THAT(refusal("send(op='refused', found='a cat', valid='a dog')"),
              HasSubstr("a cat; a dog"));
  EXPECT_THAT(refusal("os.abort()"), HasSubstr("died of signal 6"));
  EXPECT_THAT(refusal("time.sleep(1000)"), HasSubstr("not ready within 1.0 s"));
  EXPECT_THAT(refusal("raw(b'hello')"), HasSubstr("no message"));
  EXPECT_THAT(refusal("send(op='hello')"), HasSubstr("began with 'hello'"));
  EXPECT_THAT(refusal("send(op='ready', fields=['completon'])"),
              HasSubstr("did you mean 'completion'"));
}

TEST(Worker, ASetFlagEndsTheWait) {
  std::atomic<bool> stop = false;
  WorkerSpec spec = scripted_worker("ready()\ntime.sleep(1000)");
  spec.timeout_s = 500;
  Worker worker(spec, stop);
  worker.start();
  worker.await_ready();
  std::thread stopper([&] { stop = true; });
  EXPECT_THAT(scores(worker, {"a", "b"}),
              ElementsAre("error: the run ends", "error: the run ends"));
  stopper.join();
}

}  // namespace
}  // namespace kedge
