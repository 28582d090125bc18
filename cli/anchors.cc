#include <iostream>

#include "cli/arguments.h"
#include "cli/progress.h"
#include "core/signal_flag.h"
#include "trainer/anchors/make.h"

namespace kedge {
namespace {

ExitCode make(const Arguments& arguments) {
  CLI::App app(
      "Fills algorithm.anchor.store with the reference samples of a run's prompts.\n"
      "Begun again, it goes on where it was.",
      "kedge anchors make");
  std::vector<std::string> words;
  add_config_words(app, words);
  parse(app, arguments);
  const RunConfig config = load_config(words);
  SignalFlag signals;
  ProgressLine line(std::cerr,
                    {{"anchor/metric/mean", "accuracy"}, {"perf/throughput", "prompts/s", true}},
                    real_clock(), "prompt");
  RunServices services;
  services.progress = [&](const Progress& progress) { line.show(progress); };
  services.stop_signal = [] { return stop_requested(); };
  const AnchorOutcome outcome = make_anchors(config, services);
  line.finish();
  std::cerr << outcome.path << ": " << outcome.made << " records made, "
            << outcome.prompts - outcome.made << " of " << outcome.prompts
            << (outcome.exit == kExitDone ? " were there\n" : " there before or still missing\n");
  return outcome.exit;
}

}  // namespace

ExitCode anchors_command(const Arguments& arguments) {
  static const std::vector<Command> table = {
      {"make", "fill the store of CONFIG ahead of a run", make},
  };
  return run_subcommand("anchors", table, arguments);
}

}  // namespace kedge
