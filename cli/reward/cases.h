// Cases for rewards: an answer, the columns of its prompt, and what the rewards should say.
//
//   {"id": "one", "prompt": "7+5=", "completion": "12", "answer": "12", "level": 3,
//    "expect": {"exact_answer": 1.0, "format_tags": "abstain", "total": 1.0}}
//
// All members but `completion` may be left out. `prompt` is a text or a list of messages. Members
// that are not named here are columns of the prompt. `completion_ids` are the answer's tokens, for
// rewards that count them; without them every byte is one. `truncated`: true where the answer hit
// its limit. Cases with the same `group` are answers to one prompt.
#pragma once
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.h"
#include "core/json.h"
#include "core/records.h"
#include "rewards/reward_set.h"

namespace kedge {

struct RewardCase {
  std::string id;  // the line's number where the case has none
  Prompt prompt;
  std::string completion;
  std::vector<Token> tokens;
  bool truncated = false;
  std::string group;                   // "": alone
  std::map<std::string, json> expect;  // a number, or a verdict's name
};

// `rewards` are the labels that `expect` may name besides "total". Everything else there, and
// members of a wrong type, are ConfigErrors with file and line.
std::vector<RewardCase> read_cases(std::string_view text, const std::string& file,
                                   const std::vector<std::string>& rewards);

struct JudgedCase {
  TrajectoryScore score;
  double seconds = 0.0;                 // of the rewards that judge single answers
  std::vector<std::string> mismatches;  // "exact_answer: abstain (no answer), expected 1.0"
};

// Judges one after the other, so that the times mean something; groups at the end, as a step does.
// Scores agree within 1e-6.
std::vector<JudgedCase> judge_cases(RewardSet& rewards, const std::vector<RewardCase>& cases,
                                    const Clock& clock);

// {"id","verdicts":{label: score or "kind: note"},"total","expect","mismatches","agree","ms"}.
ordered_json case_line(const RewardCase& tried, const JudgedCase& judged,
                       const std::vector<std::string>& rewards);
// All cases, and how many differ, for a terminal.
std::string case_table(const std::vector<RewardCase>& cases, const std::vector<JudgedCase>& judged,
                       const std::vector<std::string>& rewards);

}  // namespace kedge
