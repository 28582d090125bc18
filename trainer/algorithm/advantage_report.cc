#include "trainer/algorithm/advantage_report.h"

#include <algorithm>
#include <cmath>

#include "trainer/algorithm/policy_rows_json.h"
#include "trainer/algorithm/prepare.h"

namespace kedge {
namespace {

struct MemberName {
  const char* line;  // in a prompt's line
  const char* rows;  // in the schema of policy_rows_json.h
};

constexpr MemberName kPerRow[] = {{"metrics", "metric"},        {"verdicts", "verdict"},
                                  {"truncated", "truncated"},   {"old", "old"},
                                  {"reference", "ref"},         {"credit", "credit"},
                                  {"given", "given_advantage"}, {"values", "values"}};
constexpr MemberName kPerPrompt[] = {{"reference_rewards", "ref_reward"},
                                     {"greedy_reward", "greedy_reward"}};

std::vector<std::string> known_members() {
  std::vector<std::string> names = {"id", "rewards", "lengths", "mask"};
  for (const MemberName& m : kPerRow) names.push_back(m.line);
  for (const MemberName& m : kPerPrompt) names.push_back(m.line);
  return names;
}

void refuse_unknown(const PromptLine& line) {
  detail::require_object(line.value, line.place);
  const std::vector<std::string> names = known_members();
  for (const auto& [name, value] : line.value.items()) {
    if (std::find(names.begin(), names.end(), name) != names.end()) continue;
    throw ConfigError(line.place, "unknown member '" + name + "'", valid_names(name, names));
  }
}

json masks_of(const PromptLine& line, size_t rows) {
  if (line.value.contains("mask")) return line.value["mask"];
  std::vector<int64_t> lengths(rows, 1);
  lengths = member_or(line.value, "lengths", lengths, line.place);
  if (lengths.size() != rows) {
    throw ConfigError(line.place + ": lengths", "found " + std::to_string(lengths.size()),
                      std::to_string(rows) + ", one per reward");
  }
  json masks = json::array();
  for (const int64_t n : lengths) {
    if (n < 0) throw ConfigError(line.place + ": lengths", "found " + std::to_string(n), ">= 0");
    masks.push_back(json::array());
    for (int64_t t = 0; t < n; ++t) masks.back().push_back(1);
  }
  return masks;
}

// All lines as one batch in the schema of the golden cases.
json batch_of(std::span<const PromptLine> lines) {
  json batch = {{"group", json::array()},
                {"reward", json::array()},
                {"mask", json::array()},
                {"verdict", json::array()}};
  for (size_t g = 0; g < lines.size(); ++g) {
    const PromptLine& line = lines[g];
    refuse_unknown(line);
    const auto rewards = required<std::vector<json>>(line.value, "rewards", line.place);
    const json masks = masks_of(line, rewards.size());
    for (size_t i = 0; i < rewards.size(); ++i) {
      batch["group"].push_back(g);
      batch["reward"].push_back(rewards[i]);
      if (!line.value.contains("verdicts")) {
        batch["verdict"].push_back(rewards[i].is_null() ? "abstain" : "score");
      }
    }
    for (const json& mask : masks) batch["mask"].push_back(mask);
    for (const MemberName& m : kPerRow) {
      if (!line.value.contains(m.line)) continue;
      for (const json& value : line.value[m.line]) batch[m.rows].push_back(value);
    }
    for (const MemberName& m : kPerPrompt) {
      batch[m.rows].push_back(line.value.value(m.line, json()));
    }
  }
  for (const MemberName& m : kPerPrompt) {
    const auto is_null = [](const json& v) { return v.is_null(); };
    if (std::all_of(batch[m.rows].begin(), batch[m.rows].end(), is_null)) batch.erase(m.rows);
  }
  return batch;
}

// A row's number, or the list where its trained tokens differ.
ordered_json tokens_of(const PolicyRows& rows, const PreparedBatch& batch, int64_t row) {
  ordered_json list = ordered_json::array();
  bool same = true;
  std::optional<double> first;
  for (int64_t t = rows.begin[row]; t < rows.begin[row + 1]; ++t) {
    list.push_back(batch.advantage[t]);
    if (!batch.mask[t]) continue;
    if (first && batch.advantage[t] != *first) same = false;
    if (!first) first = batch.advantage[t];
  }
  if (!same) return list;
  return first.value_or(batch.row_advantage[row]);
}

ordered_json report_of(const PolicyRows& rows, const PreparedBatch& batch, int32_t group) {
  ordered_json out;
  ordered_json advantages = ordered_json::array();
  ordered_json row_advantages = ordered_json::array();
  ordered_json used = ordered_json::array();
  ordered_json rewards = ordered_json::array();
  for (int64_t i = 0; i < rows.num_rows(); ++i) {
    if (rows.group[i] != group) continue;
    advantages.push_back(tokens_of(rows, batch, i));
    row_advantages.push_back(batch.row_advantage[i]);
    used.push_back(batch.sibling[i] != 0);
    rewards.push_back(rows.scored[i] ? ordered_json(batch.reward[i]) : ordered_json());
  }
  out["advantages"] = std::move(advantages);
  out["row_advantages"] = std::move(row_advantages);
  out["rewards"] = std::move(rewards);
  out["used"] = std::move(used);
  out["flat"] = batch.flat[group] != 0;
  out["dropped"] = batch.dropped[group] != 0;
  for (const auto& [name, value] : batch.details[group].items()) out[name] = value;
  return out;
}

}  // namespace

std::vector<ordered_json> advantage_report(const AlgorithmConfig& config,
                                           std::span<const PromptLine> lines) {
  const json inputs = batch_of(lines);
  const PolicyRows rows =
      policy_rows_from_json(inputs, lines.empty() ? "groups" : lines.front().place);
  AlgorithmConfig used = config;
  const bool without_kl =
      config.reward.kl_coef > 0 && (rows.ref_logprob.empty() || rows.old_logprob.empty());
  if (without_kl) used.reward.kl_coef = 0;
  const PreparedBatch batch = prepare_batch(used, rows, {.with_loss = false, .details = true});
  std::vector<ordered_json> out;
  for (size_t g = 0; g < lines.size(); ++g) {
    ordered_json report;
    if (lines[g].value.contains("id")) report["id"] = lines[g].value["id"];
    report.update(report_of(rows, batch, static_cast<int32_t>(g)));
    if (without_kl)
      report["left_out"] = "reward.kl_coef: no old and reference log-probs were given";
    out.push_back(std::move(report));
  }
  return out;
}

ordered_json advantage_report(const AlgorithmConfig& config, const json& line) {
  const PromptLine one{line, "line"};
  return advantage_report(config, std::span(&one, 1)).front();
}

}  // namespace kedge
