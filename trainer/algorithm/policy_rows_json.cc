#include "trainer/algorithm/policy_rows_json.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "trainer/algorithm/policy_error.h"

namespace kedge {
namespace {

double number(const json& value, const std::string& place) {
  if (value.is_null()) return std::nan("");
  if (value.is_string()) {
    const std::string text = value.get<std::string>();
    if (text == "nan") return std::nan("");
    if (text == "inf") return std::numeric_limits<double>::infinity();
    if (text == "-inf") return -std::numeric_limits<double>::infinity();
  }
  return from_json_value<double>(value, place);
}

[[noreturn]] void mismatch(const std::string& name, size_t found, size_t expected) {
  throw PolicyError(
      PolicyFault::shape_mismatch, -1,
      name + " has " + std::to_string(found) + " entries, expected " + std::to_string(expected));
}

class JsonRows {
 public:
  JsonRows(const json& inputs, const std::string& place) : in_(inputs), place_(place) {
    detail::require_object(in_, place_);
  }

  PolicyRows read() {
    rows_.group = required<std::vector<int32_t>>(in_, "group", place_);
    for (const int32_t g : rows_.group) {
      if (g < 0) throw ConfigError(place_ + ": group", "found " + std::to_string(g), ">= 0");
      rows_.num_groups = std::max(rows_.num_groups, g + 1);
    }
    read_mask();
    read_scores();
    read_column("new", rows_.new_logprob);
    read_column("old", rows_.old_logprob);
    read_column("ref", rows_.ref_logprob);
    read_column("rollout", rows_.sampler_logprob);
    read_column("entropy", rows_.entropy);
    read_column("credit", rows_.credit);
    read_column("values", rows_.values);
    read_given();
    read_anchors();
    return std::move(rows_);
  }

 private:
  size_t num_rows() const { return rows_.group.size(); }

  // The list called `name` with one entry per row, or nullptr.
  const json* list(const char* name, size_t expected) const {
    const auto found = in_.find(name);
    if (found == in_.end() || found->is_null()) return nullptr;
    if (!found->is_array()) detail::wrong_json_type(place_ + ": " + name, *found, "a list");
    if (found->size() != expected) mismatch(name, found->size(), expected);
    return &*found;
  }

  std::string at(const char* name, size_t i) const {
    return place_ + ": " + name + "[" + std::to_string(i) + "]";
  }

  void read_mask() {
    const json* mask = list("mask", num_rows());
    if (!mask) detail::missing_member(in_, "mask", place_);
    for (size_t i = 0; i < num_rows(); ++i) {
      for (const int32_t m : from_json_value<std::vector<int32_t>>((*mask)[i], at("mask", i))) {
        rows_.mask.push_back(m != 0);
      }
      rows_.begin.push_back(static_cast<int64_t>(rows_.mask.size()));
    }
  }

  void read_scores() {
    const json* reward = list("reward", num_rows());
    if (!reward) detail::missing_member(in_, "reward", place_);
    const json* verdict = list("verdict", num_rows());
    const json* metric = list("metric", num_rows());
    const json* truncated = list("truncated", num_rows());
    const json* source = list("source", num_rows());
    rows_.trains.assign(num_rows(), 1);
    for (size_t i = 0; i < num_rows(); ++i) {
      const bool scored = !verdict || (*verdict)[i] == "score";
      rows_.scored.push_back(scored);
      rows_.reward.push_back(scored ? number((*reward)[i], at("reward", i)) : 0.0);
      rows_.metric.push_back(metric ? number((*metric)[i], at("metric", i)) : rows_.reward[i]);
      rows_.truncated.push_back(truncated && number((*truncated)[i], at("truncated", i)) != 0);
      rows_.injected.push_back(source && (*source)[i] != "policy");
    }
  }

  void read_column(const char* name, Numbers& column) {
    const json* lines = list(name, num_rows());
    if (!lines) return;
    column.wide.reserve(rows_.mask.size());
    for (size_t i = 0; i < num_rows(); ++i) read_line(name, i, (*lines)[i], column);
  }

  void read_line(const char* name, size_t i, const json& line, Numbers& column) {
    if (!line.is_array()) detail::wrong_json_type(at(name, i), line, "a list");
    const auto expected = static_cast<size_t>(rows_.length(static_cast<int64_t>(i)));
    if (line.size() != expected) mismatch(name, line.size(), expected);
    for (const json& value : line) column.wide.push_back(number(value, at(name, i)));
  }

  void read_given() {
    const json* given = list("given_advantage", num_rows());
    if (!given) return;
    for (size_t i = 0; i < num_rows(); ++i) {
      const json& line = (*given)[i];
      rows_.given.push_back(line.is_array() ? 0.0 : number(line, at("given_advantage", i)));
      if (line.is_array()) {
        read_line("given_advantage", i, line, rows_.given_token);
      } else {
        rows_.given_token.wide.resize(static_cast<size_t>(rows_.begin[i + 1]), rows_.given[i]);
      }
    }
  }

  void read_anchors() {
    const auto groups = static_cast<size_t>(rows_.num_groups);
    const json* reference = list("ref_reward", groups);
    const json* greedy = list("greedy_reward", groups);
    if (!reference && !greedy) return;
    rows_.anchor.resize(groups);
    for (size_t g = 0; g < groups; ++g) {
      if (greedy && !(*greedy)[g].is_null()) {
        rows_.anchor[g].greedy = number((*greedy)[g], at("greedy_reward", g));
      }
      if (!reference || (*reference)[g].is_null()) continue;
      auto& rewards = rows_.anchor[g].rewards.emplace();
      for (const json& value : (*reference)[g]) {
        rewards.push_back(value.is_null() ? std::nullopt
                                          : std::optional(number(value, at("ref_reward", g))));
      }
    }
  }

  const json& in_;
  const std::string place_;
  PolicyRows rows_;
};

}  // namespace

PolicyRows policy_rows_from_json(const json& inputs, const std::string& place) {
  return JsonRows(inputs, place).read();
}

}  // namespace kedge
