// What the commands call: one function per job. Each takes a checked configuration and the services
// of its caller, and returns how it ended. Mistakes are ConfigErrors, thrown before the first step.
#pragma once
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/clock.h"
#include "core/error.h"
#include "core/files.h"
#include "core/metrics.h"
#include "trainer/config.h"

namespace kedge {

// What a step tells a live line.
struct Progress {
  int64_t step = 0;   // steps done
  int64_t steps = 0;  // of the run
  double seconds_left = 0.0;
  const MetricSet* metrics = nullptr;
};

// Borrowed for the length of the call; called from the calling thread. Empty functions are allowed.
struct RunServices {
  std::function<void(const Progress&)> progress;
  std::function<void(const std::string&)> note;  // one line for people
  std::function<int()> stop_signal;              // signal received so far, 0 = none
  bool resume = false;                           // go on from checkpoints/latest where there is one
  FileSystem* files = nullptr;                   // nullptr: the operating system's
  const Clock* clock = nullptr;                  // nullptr: the real one
};

struct RunOutcome {
  ExitCode exit = kExitDone;  // 75 or 130 after a signal, once the checkpoint is written
  int64_t steps_done = 0;
  std::string run_hash;  // hex; "" when stopped before the end
  std::string dir;
  std::string checkpoint;  // the last one written; "" when none
};

// RL training. Makes the run directory: config.yaml, metrics.jsonl, samples.jsonl, log.txt, tb/,
// checkpoints/. A directory that holds another run is a ConfigError unless services.resume.
RunOutcome train(const RunConfig& config, const RunServices& services);

// Supervised training on demonstrations, same directory, same learner.
RunOutcome sft(const RunConfig& config, const RunServices& services);

// Evaluates the weights of a checkpoint or model directory ("" = config.model) on data.eval.
MetricSet evaluate(const RunConfig& config, const std::string& model_dir,
                   const RunServices& services);

}  // namespace kedge
