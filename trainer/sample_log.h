// Answers for people to read: samples.jsonl, and dumps of rows whose numbers went wrong.
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "core/records.h"
#include "model/tokenizer/tokenizer.h"

namespace kedge {

// {"step","kind","prompt_id","prompt","completion","answer","reward","metric","length","stop",
// "verdicts"}; kind is "train" or "eval". Rewards are null where there is no verdict.
ordered_json sample_line(int64_t step, const std::string& kind, const ScoredGroup& scored,
                         int32_t trajectory, const std::vector<std::string>& rewards,
                         const Tokenizer& tokenizer);

// One line per (group, trajectory): ids, kinds and log-probs besides, to find out why.
std::string dump_of_rows(std::span<const ScoredGroup> groups,
                         std::span<const std::pair<int32_t, int32_t>> which,
                         const Tokenizer& tokenizer);

}  // namespace kedge
