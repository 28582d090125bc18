#include <algorithm>
#include <iostream>

#include "cli/arguments.h"
#include "cli/reward/cases.h"
#include "cli/reward/commands.h"
#include "cli/reward/example.h"
#include "core/files.h"
#include "core/schema.h"

namespace kedge {
namespace {

// What of a run's config this command reads; the rest may be missing.
struct JudgementConfig {
  std::vector<RewardConfig> rewards;
  RewardOptions reward_options;
};

template <class V>
void visit(V& v, JudgementConfig& c) {
  v.field("rewards", c.rewards, "judgement, in the order of summing");
  v.section("reward_options", c.reward_options, "how rewards are combined");
}

JudgementConfig load_judgement(const std::vector<std::string>& words) {
  const ConfigArguments split = split_config_arguments(words);
  const ConfigNode root = load_config_tree(split.files, split.overrides);
  ConfigNode read;
  for (const char* name : {"rewards", "reward_options"}) {
    if (const ConfigNode* node = root.find(name)) read.member(name) = *node;
  }
  JudgementConfig config;
  bind(read, config);
  // Trouble is shown, case by case, and never stops the trial.
  config.reward_options.max_error_share = 1.0;
  for (RewardConfig& reward : config.rewards) {
    if (reward.on_error == OnError::fail) reward.on_error = OnError::abstain;
  }
  return config;
}

// Takes the first word with that ending out of `words`.
std::string taken(std::vector<std::string>& words, std::string_view ending) {
  const auto found = std::find_if(words.begin(), words.end(),
                                  [&](const std::string& word) { return word.ends_with(ending); });
  if (found == words.end()) {
    throw ConfigError("command line", "no cases given",
                      "CONFIG.yaml and CASES.jsonl; kedge reward test --init writes an example");
  }
  std::string word = *found;
  words.erase(found);
  return word;
}

void write_example(const std::string& directory) {
  FileSystem& files = real_files();
  const std::vector<std::pair<std::string, const std::string*>> example = {
      {"reward.yaml", &reward_example_config()},
      {"my_reward.py", &reward_example_function()},
      {"cases.jsonl", &reward_example_cases()}};
  for (const auto& [name, text] : example) {
    if (files.exists(path_join(directory, name))) {
      throw ConfigError(path_join(directory, name), "is there already",
                        "--init writes new files only");
    }
  }
  files.make_directories(directory);
  for (const auto& [name, text] : example) files.write_atomic(path_join(directory, name), *text);
  std::cerr << "wrote reward.yaml, my_reward.py and cases.jsonl; now:\n  cd " << directory
            << " && kedge reward test reward.yaml cases.jsonl\n";
}

ExitCode try_cases(std::vector<std::string> words) {
  const std::string file = taken(words, ".jsonl");
  const JudgementConfig config = load_judgement(words);
  RewardSet rewards(config.rewards, config.reward_options);
  const std::vector<RewardCase> cases = read_cases(real_files().read(file), file, rewards.names());
  const std::vector<JudgedCase> judged = judge_cases(rewards, cases, real_clock());
  bool agree = true;
  for (size_t i = 0; i < cases.size(); ++i) {
    std::cout << case_line(cases[i], judged[i], rewards.names())
                     .dump(-1, ' ', false, ordered_json::error_handler_t::replace)
              << "\n";
    agree = agree && judged[i].mismatches.empty();
  }
  std::cerr << case_table(cases, judged, rewards.names());
  return agree ? kExitDone : kExitFailure;
}

}  // namespace

ExitCode reward_test(const Arguments& arguments) {
  CLI::App app(
      "Tries the `rewards:` of CONFIG on CASES.jsonl: lines with completion, prompt, answer, "
      "columns, and\n"
      "\"expect\": {\"<reward>\": score or verdict, \"total\": score}. Exit code 1 when one "
      "differs.",
      "kedge reward test");
  std::vector<std::string> words;
  std::string directory;
  app.add_option("words", words,
                 "CONFIG.yaml, overrides such as rewards.0.timeout_s=1, CASES.jsonl");
  CLI::Option* const init =
      app.add_option("--init", directory, "write an example into DIR (default: here) instead")
          ->expected(0, 1)
          ->default_str(".");
  parse(app, arguments);
  if (init->count() > 0) {
    write_example(directory.empty() ? "." : directory);
    return kExitDone;
  }
  return try_cases(words);
}

}  // namespace kedge
