#include <iostream>

#include "cli/arguments.h"
#include "cli/progress.h"
#include "core/signal_flag.h"
#include "trainer/run.h"

namespace kedge {
namespace {

using Shown = std::vector<ConsoleOptions::Shown>;
using RunFunction = RunOutcome (*)(const RunConfig&, const RunServices&);

ExitCode run_loop(RunFunction run, const RunConfig& config, const Shown& shown,
                  bool resume) {
  SignalFlag signals;
  ProgressLine line(std::cerr, shown, real_clock());
  RunServices services;
  services.progress = [&](const Progress& progress) { line.show(progress); };
  services.note = [&](const std::string& text) { line.note(text); };
  services.stop_signal = [&] { return stop_requested(); };
  services.resume = resume;
  const RunOutcome outcome = run(config, services);
  line.finish();
  if (!outcome.run_hash.empty()) std::cerr << "run hash " << outcome.run_hash << "\n";
  if (!outcome.checkpoint.empty()) std::cerr << "checkpoint " << outcome.checkpoint << "\n";
  return outcome.exit;
}

ExitCode run_command(const char* name, const char* doc, RunFunction run,
                     const Shown& shown, const Arguments& arguments) {
  CLI::App app(doc, std::string("kedge ") + name);
  std::vector<std::string> words;
  bool resume = false;
  bool keys = false;
  add_config_words(app, words);
  app.add_flag("--resume", resume, "go on from the latest checkpoint where there is one");
  app.get_option("config")->required(false);
  app.add_flag("--keys", keys, "list every config key and leave");
  parse(app, arguments);
  if (keys) {
    std::cout << help_text(describe(RunConfig{}));
    return kExitDone;
  }
  return run_loop(run, load_config(words), shown, resume);
}

}  // namespace

ExitCode train_command(const Arguments& arguments) {
  return run_command("train", "Reinforcement learning as the config says.", train,
                     {{"critic/rewards/mean", "reward"},
                      {"response_length/mean", "length"},
                      {"perf/throughput", "tokens/s", true}},
                     arguments);
}

ExitCode sft_command(const Arguments& arguments) {
  return run_command("sft", "Supervised training on demonstrations, with the same learner.", sft,
                     {{"sft/loss", "loss"}, {"perf/throughput", "tokens/s", true}}, arguments);
}

}  // namespace kedge
