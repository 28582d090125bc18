#include "core/text.h"
#include "rewards/entry.h"
#include "rewards/extract.h"
#include "rewards/fenced.h"
#include "rewards/sandbox.h"

namespace kedge {
namespace {

struct UnitTestsConfig {
  std::string column = "tests";
  std::string setup;
  std::vector<std::string> command = {"python3", "-I"};
  std::string finish = "print('all tests were run')";
  double timeout_s = 10.0;
  int64_t memory_mb = 1024;
  int32_t parallel = 4;
  bool share = false;
  ThinkMode think = ThinkMode::after;
};

template <class V>
void visit(V& v, UnitTestsConfig& c) {
  v.field("column", c.column, "prompt column with the tests: one program text, or a list of them",
          not_empty());
  v.field("setup", c.setup, "prompt column with text put before the answer; empty: none");
  v.field("command", c.command, "runs a file whose name is added", not_empty());
  v.field("finish", c.finish,
          "put behind the tests: prints `all tests were run`, without which an answer that leaves "
          "early would pass");
  v.field("timeout_s", c.timeout_s, "wall clock time of one test, seconds", positive());
  v.field("memory_mb", c.memory_mb, "address space of the program, MiB", at_least(16));
  v.field("parallel", c.parallel, "answers tested at once", between(1, 64));
  v.field("share", c.share, "score is the share of the tests that pass; false: all or nothing");
  v.field("think", c.think, "after: only text behind the last </think> counts");
}

// Every test runs the setup, the answer and itself as one file in a process of its own; it passes
// when that exits with 0.
class UnitTests : public TrajectoryReward {
 public:
  explicit UnitTests(const UnitTestsConfig& config) : config_(config) {}

  RewardLanes lanes() const override { return {config_.parallel, 1}; }
  std::vector<std::string> prompt_columns() const override {
    std::vector<std::string> columns = {config_.column};
    if (!config_.setup.empty()) {
      columns.push_back(config_.setup);
    }
    return columns;
  }

 protected:
  Verdict judge(const RewardItem& item) const override {
    std::string problem;
    const auto tests = text_column(item.prompt(), config_.column, problem);
    const auto setup = config_.setup.empty() ? std::optional(std::vector<std::string>{})
                                             : text_column(item.prompt(), config_.setup, problem);
    if (!tests || !setup) {
      return Verdict::failed(problem);
    }
    if (tests->empty()) {
      return Verdict::abstained("prompt " + item.prompt().id + " has no tests");
    }
    const auto visible = visible_part(item.completion, config_.think);
    const auto code = visible ? last_fenced_block(*visible) : std::nullopt;
    if (!code) {
      return {VerdictKind::score, 0.0, visible ? "no fenced block" : "unfinished_thinking"};
    }
    std::string program;
    for (const std::string& text : *setup) {
      program += text + "\n";
    }
    return run(program + std::string(*code) + "\n", *tests);
  }

 private:
  Verdict run(const std::string& program, const std::vector<std::string>& tests) const {
    constexpr std::string_view kFinished = "all tests were run";
    constexpr const char* kFile = "answer_with_test";
    std::vector<std::string> command = config_.command;
    command.emplace_back(kFile);
    int64_t passed = 0;
    std::string why;
    for (const std::string& test : tests) {
      const SandboxResult result =
          run_sandboxed(command, {{kFile, program + test + "\n" + config_.finish + "\n"}},
                        {.timeout_s = config_.timeout_s, .memory_mb = config_.memory_mb});
      const std::string last_line = last_line_of(result.output);
      const bool passes = result.end == SandboxResult::End::exited && result.exit_code == 0 &&
                          last_line == kFinished;
      passed += passes ? 1 : 0;
      why = passes || !why.empty() ? why : result.how + ": " + last_line;
      if (!passes && !config_.share) {
        break;
      }
    }
    const auto count = static_cast<double>(tests.size());
    const double share = static_cast<double>(passed) / count;
    return {VerdictKind::score, config_.share ? share : (share == 1.0 ? 1.0 : 0.0), why};
  }

  static std::string last_line_of(const std::string& output) {
    const auto line = found_by(Extractor::last_line, repaired_utf8(output));
    return line.value_or("").substr(0, 200);
  }

  const UnitTestsConfig config_;
};

}  // namespace

RewardEntry unit_tests_entry() {
  return reward_entry<UnitTests, UnitTestsConfig>(
      "unit_tests", "1 when the program in the answer passes the prompt's tests, else 0");
}

}  // namespace kedge
