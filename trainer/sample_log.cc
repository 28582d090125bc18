#include "trainer/sample_log.h"

#include "trainer/batch/response.h"

namespace kedge {
namespace {

std::vector<Token> response_tokens(const Group& group, int32_t trajectory) {
  std::vector<Token> tokens;
  for (const TokenPlace& place : response_places(group, group.trajectories[trajectory])) {
    tokens.push_back(group.rows[place.row].tokens[place.offset]);
  }
  return tokens;
}

ordered_json value_or_null(const Verdict& verdict) {
  return verdict.has_score() ? ordered_json(verdict.score) : ordered_json(nullptr);
}

ordered_json verdicts_of(const TrajectoryScore& score, const std::vector<std::string>& rewards) {
  ordered_json out = ordered_json::object();
  for (size_t i = 0; i < rewards.size() && i < score.components.size(); ++i) {
    const Verdict& verdict = score.components[i];
    out[rewards[i]] = verdict.has_score()
                          ? ordered_json(verdict.score)
                          : ordered_json(std::string(name_of(verdict.kind)) + ": " + verdict.note);
  }
  return out;
}

}  // namespace

ordered_json sample_line(int64_t step, const std::string& kind, const ScoredGroup& scored,
                         int32_t trajectory, const std::vector<std::string>& rewards,
                         const Tokenizer& tokenizer) {
  const Group& group = scored.group;
  const auto tokens = response_tokens(group, trajectory);
  ordered_json line = {{"step", step},
                       {"kind", kind},
                       {"prompt_id", group.prompt.id},
                       {"prompt", group.prompt.text},
                       {"completion", tokenizer.decode(tokens, true)},
                       {"answer", group.prompt.answer}};
  const int32_t last = group.trajectories[trajectory].rows.back();
  line["length"] = tokens.size();
  line["stop"] = name_of(group.rows[last].stop);
  if (static_cast<size_t>(trajectory) < scored.scores.size()) {
    const TrajectoryScore& score = scored.scores[trajectory];
    line["reward"] = value_or_null(score.total);
    line["metric"] = score.metric;
    line["verdicts"] = verdicts_of(score, rewards);
  }
  return line;
}

std::string dump_of_rows(std::span<const ScoredGroup> groups,
                         std::span<const std::pair<int32_t, int32_t>> which,
                         const Tokenizer& tokenizer) {
  std::string text;
  for (const auto& [g, t] : which) {
    ordered_json line = sample_line(0, "skipped", groups[g], t, {}, tokenizer);
    line.erase("step");
    const Group& group = groups[g].group;
    line["group"] = g;
    line["trajectory"] = t;
    line["prompt_ids"] = group.prompt.tokens;
    for (const int32_t r : group.trajectories[t].rows) {
      const Row& row = group.rows[r];
      line["rows"].push_back({{"row", r},
                              {"ids", row.tokens},
                              {"policy_logprobs", row.policy_logprob},
                              {"sampler_logprobs", row.sampler_logprob}});
    }
    // Text sampled from a broken model need not be UTF-8.
    text += line.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
  }
  return text;
}

}  // namespace kedge
