#include <algorithm>
#include <iostream>

#include "cli/arguments.h"
#include "core/files.h"
#include "trainer/algorithm/advantage_report.h"
#include "trainer/algorithm/policy_error.h"
#include "trainer/algorithm/presets.h"

namespace kedge {
namespace {

// Only the `algorithm:` block is read: CONFIG may hold nothing else.
AlgorithmConfig load_algorithm(const std::vector<std::string>& words) {
  const ConfigArguments split = split_config_arguments(words);
  const ConfigNode root = load_config_tree(split.files, split.overrides);
  const ConfigNode* algorithm = root.find("algorithm");
  return bind_algorithm(algorithm ? *algorithm : ConfigNode{});
}

// Numbers that a run would never bring are a mistake in the file here.
std::vector<ordered_json> report_of(const AlgorithmConfig& algorithm,
                                    const std::vector<PromptLine>& lines,
                                    const std::string& file) {
  try {
    return advantage_report(algorithm, lines);
  } catch (const PolicyError& error) {
    throw ConfigError(file, error.what(),
                      "lists of one length; reference_rewards or greedy_reward where the estimator "
                      "reads them");
  }
}

}  // namespace

ExitCode advantage_command(const Arguments& arguments) {
  CLI::App app("What the algorithm of CONFIG makes of given rewards, with every intermediate.",
               "kedge advantage");
  std::vector<std::string> words;
  add_config_words(app, words);
  parse(app, arguments);
  // The JSONL file stands among the words; its ending tells it from YAML.
  const auto is_groups = [](const std::string& word) { return word.ends_with(".jsonl"); };
  const auto groups = std::find_if(words.begin(), words.end(), is_groups);
  if (groups == words.end()) {
    throw ConfigError("command line", "no groups given",
                      "CONFIG.yaml and GROUPS.jsonl with {\"rewards\":[...],\"lengths\":[...]} per line");
  }
  const std::string file = *groups;
  words.erase(groups);

  std::vector<PromptLine> lines;
  for_each_json_line(real_files().read(file), file, [&](const json& line, const std::string& place) {
    lines.push_back({line, place});
  });
  for (const ordered_json& line : report_of(load_algorithm(words), lines, file)) {
    std::cout << line.dump() << "\n";
  }
  return kExitDone;
}

}  // namespace kedge
