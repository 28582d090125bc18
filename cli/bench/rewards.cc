#include <unistd.h>

#include <filesystem>
#include <iostream>

#include "cli/arguments.h"
#include "cli/bench/bench.h"
#include "cli/bench/measure.h"
#include "core/clock.h"
#include "core/files.h"
#include "core/registry.h"
#include "core/text.h"
#include "rewards/reward.h"

namespace kedge {
namespace {

struct RewardBench {
  int calls = 2000;
  std::string interpreter = "python3";
};

// Functions that do nothing, so that what is measured is the way there and back.
struct EmptyFunction {
  const char* signature;
  const char* text;
};
constexpr EmptyFunction kEmpty[] = {
    {"TRL", "def f(prompts, completions, answer):\n    return [0.0] * len(completions)\n"},
    {"TRL **kwargs", "def f(completions, **kwargs):\n    return [0.0] * len(completions)\n"},
    {"verl", "def f(data_source, solution_str, ground_truth, extra_info=None):\n    return 0.0\n"},
};

// A file that is gone when the benchmark is over.
class FunctionFile {
 public:
  explicit FunctionFile(const std::string& text)
      : path_((std::filesystem::temp_directory_path() /
               ("kedge_bench_" + std::to_string(::getpid()) + ".py"))
                  .string()) {
    real_files().write_atomic(path_, text);
  }
  ~FunctionFile() { std::filesystem::remove(path_); }
  FunctionFile(const FunctionFile&) = delete;
  FunctionFile& operator=(const FunctionFile&) = delete;
  const std::string& path() const { return path_; }

 private:
  const std::string path_;
};

// `count` answers of the length that short reasoning has.
std::vector<RewardItem> answers(const Group& group, size_t count) {
  RewardItem item;
  item.group = &group;
  item.completion = "Lily has 7 apples and gets 5 more. 7+5=12. Then she gives 3 away.\n12-3=9\n9";
  item.tokens.assign(item.completion.begin(), item.completion.end());
  return std::vector<RewardItem>(count, item);
}

Group one_prompt() {
  Group group;
  group.prompt.text = "Lily has 7 apples, gets 5 more and gives 3 away. How many has she?";
  group.prompt.answer = "9";
  group.prompt.columns = {{"data_source", "bench"}, {"level", 3}};
  group.trajectories.resize(1);
  return group;
}

double median_call_us(Reward& reward, size_t batch, int calls) {
  const Group group = one_prompt();
  const std::vector<RewardItem> items = answers(group, batch);
  std::vector<Verdict> verdicts(batch);
  std::vector<double> times;
  for (int i = 0; i < calls; ++i) {
    const double begin = real_clock().now();
    reward.score(items, verdicts);
    times.push_back((real_clock().now() - begin) * 1e6);
    KEDGE_CHECK(verdicts.back().has_score(), "[bench] ", verdicts.back().note);
  }
  return median(std::move(times));
}

void measure(const EmptyFunction& function, const RewardBench& options) {
  const FunctionFile file(function.text);
  const ConfigNode settings = to_config_node({{"path", file.path()},
                                              {"function", "f"},
                                              {"batch", 64},
                                              {"interpreter", options.interpreter}});
  const auto reward =
      find_entry("reward", reward_table(), "python").create(settings, "bench rewards");
  for (const size_t batch : {size_t{1}, size_t{64}}) {
    const double us = median_call_us(*reward, batch, options.calls / (batch > 1 ? 4 : 1));
    print_measurement({{"bench", "rewards"},
                       {"kind", "python"},
                       {"signature", function.signature},
                       {"batch", batch},
                       {"us_per_call", rounded(us)},
                       {"us_per_item", rounded(us / static_cast<double>(batch))}});
    std::cerr << function.signature << ", batch " << batch << ": " << short_number(us)
              << " us per call, " << short_number(us / static_cast<double>(batch)) << " per item\n";
  }
}

}  // namespace

ExitCode bench_rewards(const Arguments& arguments) {
  CLI::App app("What it costs to ask a Python reward that does nothing: median times.",
               "kedge bench rewards");
  RewardBench options;
  app.add_option("--calls", options.calls)->check(CLI::PositiveNumber)->capture_default_str();
  app.add_option("--interpreter", options.interpreter)->capture_default_str();
  parse(app, arguments);
  warn_when_busy();
  for (const EmptyFunction& function : kEmpty) measure(function, options);
  return kExitDone;
}

}  // namespace kedge
