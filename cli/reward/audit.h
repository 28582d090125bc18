// Looks at what a run has written for signs that the policy learnt to please its reward instead of the
// task. A sign is no proof: it says where to read answers first.
#pragma once
#include <string>
#include <vector>

#include "cli/report/run_data.h"

namespace kedge {

struct Finding {
  std::string check;      // "reward_without_accuracy", ...
  double value = 0.0;     // what was measured
  bool flagged = false;
  std::string text;       // for people: what, and against which limit
  std::string example;    // "step 40, prompt sums:17: <answer>"; "" where there is none
};

// In this order; samples are those of training in the later half of the steps.
//   reward_without_accuracy  rise of critic/rewards/mean from the first to the last quarter of the run,
//                            flagged when eval/pass@1 did not rise with it
//   identical_completions    share of samples whose answer another prompt got too
//   long_rewarded            share of the rewarded samples longer than 4 times the median length
//   short_rewarded           share shorter than a quarter of it
//   listed_answers           share of the rewarded samples that give more than one answer
//   judging_trouble          largest share of errors and timeouts of a reward
//   flat_groups              share of groups whose rewards are all equal
std::vector<Finding> audit(const RunData& run);

// How many answers a text gives: boxes, "answer is", "####", <answer>, whichever it has most of; or the
// members of a list in its last line.
int num_answers(const std::string& completion);

}  // namespace kedge
