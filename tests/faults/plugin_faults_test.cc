// Rewards that do their worst, over and over: each fault gets its verdict within its deadline,
// rewards beside it are untouched, the run goes on, and nothing is left over after a thousand of
// them.
#include <dirent.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <fstream>
#include <set>

#include "core/log.h"
#include "rewards/plugins/worker_reward.h"
#include "rewards/reward_set.h"
#include "tests/support/c_plugin.h"
#include "tests/support/python_plugin.h"
#include "tests/support/reward_server.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing_support::kMemoryCanBeLimited;
using testing_support::plugin_yaml;
using testing_support::PythonPlugin;
using testing_support::RewardServer;
using testing_support::ServerReply;
using testing_support::text_of;

// ---- what could leak ----

std::set<std::string> names_in(const std::string& directory) {
  std::set<std::string> names;
  DIR* const open = ::opendir(directory.c_str());
  while (const dirent* entry = open ? ::readdir(open) : nullptr) names.insert(entry->d_name);
  if (open) ::closedir(open);
  return names;
}

size_t num_descriptors() {
  return names_in("/proc/self/fd").size();
}
size_t num_threads() {
  return names_in("/proc/self/task").size();
}

// Processes that belong to the groups of our workers: those whose parent we are, and those they
// left behind, which carry the mark in their environment.
size_t num_marked_processes(const std::string& mark) {
  size_t count = 0;
  for (const std::string& name : names_in("/proc")) {
    if (name.find_first_not_of("0123456789") != std::string::npos) continue;
    std::ifstream file("/proc/" + name + "/environ", std::ios::binary);
    const std::string environment((std::istreambuf_iterator<char>(file)), {});
    if (name != std::to_string(::getpid()) && environment.find(mark) != std::string::npos) ++count;
  }
  return count;
}

class PluginFaults : public ::testing::Test {
 protected:
  // Children inherit the mark, and so do theirs.
  PluginFaults() { ::setenv("KEDGE_FAULTS_TEST", mark().c_str(), 1); }
  ~PluginFaults() override { ::unsetenv("KEDGE_FAULTS_TEST"); }

  static std::string mark() { return "faults of " + std::to_string(::getpid()); }

  void SetUp() override {
    descriptors_ = num_descriptors();
    threads_ = num_threads();
  }
  void TearDown() override {
    EXPECT_EQ(num_descriptors(), descriptors_);
    EXPECT_EQ(num_threads(), threads_);
    EXPECT_EQ(num_marked_processes(mark()), 0u);
  }

 private:
  size_t descriptors_ = 0;
  size_t threads_ = 0;
};

std::vector<RewardConfig> configs(const std::string& yaml) {
  std::vector<RewardConfig> all;
  for (const ConfigNode& node : parse_yaml(yaml, "test").items) {
    bind(node, all.emplace_back(), "rewards");
  }
  return all;
}

// Judges the completions as a run does, each as it "ends", and gives the verdicts of the first
// reward. The second, which counts how often "x" occurs, must never notice.
std::vector<Verdict> judged(RewardSet& rewards, const std::vector<std::string>& completions) {
  const JudgedPrompt prompt(completions, {{"words", {"x"}}});
  std::vector<PendingVerdicts> pending;
  for (const RewardItem& item : prompt.items()) pending.push_back(rewards.begin(item));
  std::vector<Verdict> found;
  for (PendingVerdicts& one : pending) {
    const std::vector<Verdict> verdicts = rewards.collect(std::move(one));
    EXPECT_TRUE(verdicts.at(1).has_score()) << verdicts.at(1).note;
    found.push_back(verdicts.at(0));
  }
  return found;
}

RewardSet rewards_with(const std::string& first) {
  return RewardSet(configs("[" + first + ", {name: mentions}]"));
}

double seconds_since(std::chrono::steady_clock::time_point begin) {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

constexpr const char* kMoodyPython = R"(
import os, re, signal, time
def f(solution_str, ground_truth):
    mood = solution_str
    if mood == "abort": os.abort()
    if mood == "kill": os.kill(os.getpid(), signal.SIGKILL)
    if mood == "exit": os._exit(0)
    if mood == "hang":
        while True: pass
    if mood == "hang in C": re.match("(a+)+$", "a" * 40 + "b")  # never lets go of the interpreter
    if mood == "deaf":
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(1000)
    if mood == "fork":
        for _ in range(3):
            if os.fork() == 0: time.sleep(1000)
        os.abort()
    if mood == "fork and return":
        os.fork()
    if mood == "fill": bytearray(1 << 40)
    if mood == "fill slowly":
        x = []
        while True: x.append(bytearray(1 << 23))
    if mood == "recurse": return f(mood, ground_truth)
    if mood == "print": print("x" * 100000)
    if mood == "garbage": os.write(3, b"\x00\xff garbage")
    if mood == "close": os.close(3)
    if mood == "raise": raise KeyError(mood)
    if mood == "nan": return float("nan")
    if mood == "string": return "1.0"
    if mood == "bool": return True
    if mood == "list": return [1.0, 2.0]
    return float(len(mood))
)";

TEST_F(PluginFaults, OfPythonEachGetItsVerdictWithinItsDeadline) {
  constexpr double kTimeOut_s = 0.3;
  const PythonPlugin plugin(kMoodyPython, ", timeout_s: 0.3, memory_mib: 200");
  RewardSet rewards = rewards_with("{name: python, " + plugin.yaml().substr(1));
  struct Fault {
    const char* mood;
    const char* expected;
  };
  const std::vector<Fault> faults = {
      {"abort", "error: the worker is gone: it died of signal 6"},
      {"kill", "error: the worker is gone: it died of signal 9"},
      {"exit", "error: the worker is gone: it left with exit code 0"},
      {"hang", "timeout: no answer within 0.3"},
      {"hang in C", "timeout: no answer within 0.3"},
      {"deaf", "timeout: no answer within 0.3"},
      {"fork", "error: the worker is gone: it died of signal 6"},
      {"fork and return", "15.0"},
      {"fill", "error: MemoryError"},
      {"fill slowly", "error: MemoryError"},
      {"recurse", "error: RecursionError"},
      {"print", "5.0"},
      {"garbage", "error: the worker sent what is no message"},
      {"close", "error: "},
      {"raise", "error: KeyError: 'raise' (my_reward.py:"},
      {"nan", "error: the function returned nan"},
      {"string", "error: the function returned '1.0'"},
      {"bool", "error: the function returned True"},
      {"list", "error: the function returned [1.0, 2.0]"},
  };
  for (const Fault& fault : faults) {
    const auto begin = std::chrono::steady_clock::now();
    const std::vector<Verdict> verdicts = judged(rewards, {"before", fault.mood, "after!!"});
    EXPECT_EQ(text_of(verdicts[0]), "6.0") << fault.mood;
    EXPECT_THAT(text_of(verdicts[1]), HasSubstr(fault.expected)) << fault.mood;
    EXPECT_EQ(text_of(verdicts[2]), "7.0") << fault.mood;
    // The deadline, the back-off, another start of Python, and a machine that is busy.
    EXPECT_LT(seconds_since(begin), kTimeOut_s + 10.0) << fault.mood;
  }
}

TEST_F(PluginFaults, OfALibraryEachGetItsVerdict) {
  RewardSet rewards =
      rewards_with("{name: plugin, " +
                   plugin_yaml("moody", kMemoryCanBeLimited ? ", timeout_s: 0.5, memory_mib: 400"
                                                            : ", timeout_s: 0.5")
                       .substr(1));
  std::vector<std::pair<std::string, std::string>> faults = {
      {"abort", "error: the worker is gone: it died of signal 6"},
      {"segfault", "error: the worker is gone: it died of signal 11"},
      {"exit", "error: the worker is gone: it left with exit code 3"},
      {"hang", "timeout: no answer within 0.5"},
      {"fork", "4.0"},
      {"frames", "error: the worker sent"},
      {"throw", "error: score() threw: as asked"},
      {"fail", "error: score() returned 1"},
      {"unset", "error: the plug-in wrote no verdict"},
      {"nan", "error: score is nan"},
      {"print", "5.0"},
  };
  if (kMemoryCanBeLimited) faults.emplace_back("fill", "error: score() threw");
  for (const auto& [mood, expected] : faults) {
    // Apart: items of one call of score() share its result.
    const std::vector<Verdict> verdicts = judged(rewards, {mood});
    EXPECT_THAT(text_of(verdicts[0]), HasSubstr(expected)) << mood;
    EXPECT_EQ(text_of(judged(rewards, {"after"})[0]), "5.0") << mood;
  }
}

TEST_F(PluginFaults, OfAServerEachGetItsVerdict) {
  const RewardServer* self = nullptr;
  const RewardServer server([&](const json& items) {
    const auto mood = items.at(0).at("completion").get<std::string>();
    if (mood == "slow") {
      while (!self->ending()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
    if (mood == "drop") return ServerReply{"", 200, true};
    if (mood == "busy") return ServerReply{"", 503};
    if (mood == "lie") return ServerReply{R"({"verdicts":[]})"};
    if (mood == "garbage") return ServerReply{"\xff\xfe\x00 not JSON"};
    if (mood == "infinite") return ServerReply{R"({"verdicts":[{"kind":"score","score":1e999}]})"};
    return testing_support::lengths_of(items);
  });
  self = &server;
  RewardSet rewards = rewards_with("{name: http, url: '" + server.url() +
                                   "', batch: 1, backoff_first_s: 0.001, timeout_s: 0.2}");
  for (const auto& [mood, expected] : std::vector<std::pair<std::string, std::string>>{
           {"slow", "timeout: no answer in time"},
           {"drop", "error: no answer"},
           {"busy", "error: the server answered with status 503"},
           {"lie", "error: the server gave 0 verdicts for 1 items"},
           {"garbage", "error: the server sent garbage"},
           {"infinite", "error: the server sent garbage"}}) {
    const std::vector<Verdict> verdicts = judged(rewards, {mood, "after"});
    EXPECT_THAT(text_of(verdicts[0]), HasSubstr(expected)) << mood;
    EXPECT_EQ(text_of(verdicts[1]), "5.0") << mood;
  }
}

// Workers as the entry `plugin` makes them, but quick to give up and to start again.
WorkerSpec impatient_spec() {
  WorkerSpec spec;
  spec.command.speaker = "moody";
  spec.command.command = {KEDGE_BINARY_DIR "/kedge_plugin_host"};
  spec.start = {{"path", testing_support::plugin_path("moody")}, {"config", "{}"}};
  spec.timeout_s = 0.1;
  spec.backoff_first_s = spec.backoff_max_s = 0.0;
  return spec;
}

TEST_F(PluginFaults, AThousandOfThemLeaveNothingBehind) {
  start_log({.level = LogLevel::error});
  const auto reward = make_worker_reward(impatient_spec(), {4, 1});
  RewardRunner runner(*reward);
  const std::vector<std::string> moods = {"abort", "exit", "nan",      "unset", "throw", "frames",
                                          "fork",  "fail", "segfault", "ok",    "abort", "hang"};
  size_t descriptors = 0;
  size_t troubles = 0;
  for (int round = 0; round < 10; ++round) {
    std::vector<std::string> completions;
    for (size_t i = 0; i < 120; ++i) completions.push_back(moods[i % moods.size()]);
    const JudgedPrompt prompt(completions);
    std::vector<std::future<Verdict>> pending;
    for (const RewardItem& item : prompt.items()) pending.push_back(runner.begin(item, nullptr));
    for (size_t i = 0; i < completions.size(); ++i) {
      const Verdict verdict = await_verdict(pending[i], "moody");
      troubles += verdict.has_score() ? 0 : 1;
      const bool fine = completions[i] == "ok" || completions[i] == "fork";
      EXPECT_EQ(verdict.has_score(), fine) << completions[i] << ": " << text_of(verdict);
    }
    if (round == 0) descriptors = num_descriptors();
  }
  start_log({});
  EXPECT_GE(troubles, 1000u);
  EXPECT_LE(num_descriptors(), descriptors + 4);
}

}  // namespace
}  // namespace kedge
