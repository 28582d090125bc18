#include "cli/arguments.h"

#include <cctype>
#include <iostream>

namespace kedge {
namespace {

bool is_override(const std::string& word) {
  const size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0) return false;
  for (char c : word.substr(0, equals)) {
    if (!std::isalnum(static_cast<unsigned char>(c)) && c != '_' && c != '.') return false;
  }
  return true;
}

}  // namespace

ConfigArguments split_config_arguments(const std::vector<std::string>& words) {
  ConfigArguments result;
  for (const std::string& word : words) {
    (is_override(word) ? result.overrides : result.files).push_back(word);
  }
  if (result.files.empty()) {
    throw ConfigError("command line", "no config file given",
                      "name a YAML file, for example configs/quickstart/sums-grpo.yaml");
  }
  return result;
}

void add_config_words(CLI::App& app, std::vector<std::string>& words) {
  app.add_option("config", words,
                 "YAML files, merged left to right, then overrides such as "
                 "optimizer.learning_rate=1e-4")
      ->required();
}

CLI::Validator within(const Bounds& bounds) {
  const auto refusal = [bounds](const std::string& text) {
    double value = 0.0;
    const bool inside = CLI::detail::lexical_cast(text, value) && bounds.contains(value);
    return inside ? std::string() : "found '" + text + "'; expected " + bounds.text();
  };
  return CLI::Validator(refusal, bounds.text());
}

void parse(CLI::App& app, const Arguments& arguments) {
  std::vector<std::string> reversed(arguments.rbegin(), arguments.rend());
  try {
    app.parse(reversed);
  } catch (const CLI::CallForHelp&) {
    std::cout << app.help();
    throw CLI::Success();
  }
}

RunConfig load_config(const std::vector<std::string>& words) {
  const ConfigArguments split = split_config_arguments(words);
  return load_run_config(split.files, split.overrides);
}

}  // namespace kedge
