#include <iostream>

#include "cli/arguments.h"
#include "trainer/run.h"

namespace kedge {

ExitCode eval_command(const Arguments& arguments) {
  CLI::App app("Evaluates a model on data.eval: pass@1, pass@k, rewards, length. One JSON line.",
               "kedge eval");
  std::vector<std::string> words;
  std::string model;
  add_config_words(app, words);
  app.add_option("--model", model,
                 "model or checkpoint directory (default: model.path of the config)");
  parse(app, arguments);
  RunServices services;
  services.note = [](const std::string& text) { std::cerr << text << "\n"; };
  const MetricSet metrics = evaluate(load_config(words), model, services);
  ordered_json line;
  for (const auto& [name, value] : metrics.flatten()) line[name] = value;
  std::cout << line.dump() << "\n";
  return kExitDone;
}

}  // namespace kedge
