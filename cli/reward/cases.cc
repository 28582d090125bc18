#include "cli/reward/cases.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "core/registry.h"
#include "core/text.h"
#include "trainer/collector.h"

namespace kedge {
namespace {

constexpr double kTolerance = 1e-6;
constexpr const char* kTotal = "total";

const std::vector<std::string>& verdict_names() {
  static const std::vector<std::string> names = {"score", "abstain", "error", "timeout"};
  return names;
}

void read_prompt(const json& value, const std::string& place, Prompt& prompt) {
  if (value.is_string()) {
    prompt.text = value.get<std::string>();
    return;
  }
  for (const json& message : from_json_value<std::vector<json>>(value, place + ": prompt")) {
    prompt.messages.push_back({required<std::string>(message, "role", place),
                               required<std::string>(message, "content", place)});
    prompt.text += prompt.messages.back().content;
  }
}

std::map<std::string, json> read_expected(const json& value, const std::string& place,
                                          const std::vector<std::string>& rewards) {
  std::map<std::string, json> expect;
  std::vector<std::string> valid = rewards;
  valid.emplace_back(kTotal);
  for (const auto& [name, expected] : value.items()) {
    if (std::find(valid.begin(), valid.end(), name) == valid.end()) {
      throw ConfigError(place + ": expect", "no reward '" + name + "'", valid_names(name, valid));
    }
    const bool is_verdict =
        expected.is_string() && std::find(verdict_names().begin(), verdict_names().end(),
                                          expected.get<std::string>()) != verdict_names().end();
    if (!expected.is_number() && !is_verdict) {
      throw ConfigError(place + ": expect: " + name, "found " + describe_json(expected),
                        "a number, or one of " + joined(verdict_names(), ", "));
    }
    expect[name] = expected;
  }
  return expect;
}

RewardCase read_case(const json& line, const std::string& place, size_t number,
                     const std::vector<std::string>& rewards) {
  RewardCase one;
  one.completion = required<std::string>(line, "completion", place);
  one.id = std::to_string(number);
  if (const auto id = line.find("id"); id != line.end()) {
    one.id = id->is_string() ? id->get<std::string>() : id->dump();
  }
  if (const auto prompt = line.find("prompt"); prompt != line.end()) {
    read_prompt(*prompt, place, one.prompt);
  }
  one.prompt.ordinal = number - 1;
  one.prompt.id = place;
  one.prompt.answer = member_or<std::string>(line, "answer", "", place);
  one.truncated = member_or<bool>(line, "truncated", false, place);
  one.group = member_or<std::string>(line, "group", "", place);
  if (const auto ids = optional_member<std::vector<Token>>(line, "completion_ids", place)) {
    one.tokens = *ids;
  } else {
    for (const char c : one.completion) one.tokens.push_back(static_cast<unsigned char>(c));
  }
  if (const auto expect = line.find("expect"); expect != line.end()) {
    detail::require_object(*expect, place + ": expect");
    one.expect = read_expected(*expect, place, rewards);
  }
  static const std::set<std::string> own = {"id",     "prompt", "completion",     "answer",
                                            "expect", "group",  "completion_ids", "truncated"};
  for (const auto& [name, value] : line.items()) {
    if (!own.contains(name)) one.prompt.columns[name] = value;
  }
  return one;
}

// ---- judging ----

void add_answer(const RewardCase& one, Group& group) {
  Row row;
  row.parent = 0;
  row.fork = static_cast<int32_t>(group.rows.front().tokens.size());
  row.tokens = one.tokens;
  row.kinds.assign(one.tokens.size(), TokenKind::sampled);
  row.policy_logprob.assign(one.tokens.size(), 0.0f);
  row.sampler_logprob = row.policy_logprob;
  row.stop = one.truncated ? StopReason::length : StopReason::stop_token;
  row.stream = static_cast<uint32_t>(group.trajectories.size());
  group.trajectories.push_back({{static_cast<int32_t>(group.rows.size())}, TrajectoryRole::train});
  group.rows.push_back(std::move(row));
}

// Cases by group, those without one alone; in the order of the file.
std::vector<std::vector<size_t>> grouped(const std::vector<RewardCase>& cases) {
  std::vector<std::vector<size_t>> groups;
  std::map<std::string, size_t> index;
  for (size_t i = 0; i < cases.size(); ++i) {
    const auto [at, is_new] = index.try_emplace(cases[i].group, groups.size());
    if (cases[i].group.empty() || is_new) {
      groups.push_back({i});
    } else {
      groups[at->second].push_back(i);
    }
  }
  return groups;
}

std::string shown(double value) {
  std::string text = format_float(std::round(value * 1e4) / 1e4);
  return text;
}

std::string shown(const Verdict& verdict) {
  return verdict.has_score() ? shown(verdict.score) : std::string(name_of(verdict.kind));
}

bool agrees(const Verdict& verdict, const json& expected) {
  if (expected.is_string()) return expected.get<std::string>() == name_of(verdict.kind);
  return verdict.has_score() && std::abs(verdict.score - expected.get<double>()) <= kTolerance;
}

std::string mismatch(const std::string& name, const Verdict& verdict, const json& expected) {
  std::string text = name + ": " + shown(verdict);
  if (!verdict.note.empty()) text += " (" + verdict.note + ")";
  return text + ", expected " +
         (expected.is_string() ? expected.get<std::string>() : shown(expected.get<double>()));
}

std::vector<std::string> mismatches_of(const RewardCase& one, const TrajectoryScore& score,
                                       const std::vector<std::string>& rewards) {
  std::vector<std::string> out;
  const auto look = [&](const std::string& name, const Verdict& verdict) {
    const auto expected = one.expect.find(name);
    if (expected != one.expect.end() && !agrees(verdict, expected->second)) {
      out.push_back(mismatch(name, verdict, expected->second));
    }
  };
  for (size_t i = 0; i < rewards.size(); ++i) look(rewards[i], score.components[i]);
  look(kTotal, score.total);
  return out;
}

ordered_json value_of(const Verdict& verdict) {
  if (verdict.has_score()) return verdict.score;
  return std::string(name_of(verdict.kind)) + ": " + verdict.note;
}

// ---- the table ----

using Lines = std::vector<std::vector<std::string>>;

std::string shortened(std::string text) {
  constexpr size_t kWidth = 20;
  std::replace(text.begin(), text.end(), '\n', ' ');
  if (text.size() <= kWidth) return text;
  text.resize(complete_utf8_prefix(std::string_view(text).substr(0, kWidth)));
  return text + "...";
}

// Columns as wide as their widest member; the last one is free.
std::string aligned(const Lines& lines) {
  std::vector<size_t> widths;
  for (const auto& line : lines) {
    widths.resize(std::max(widths.size(), line.size()));
    for (size_t i = 0; i < line.size(); ++i) {
      widths[i] = std::max(widths[i], decode_utf8(line[i]).size());
    }
  }
  std::string text;
  for (const auto& line : lines) {
    for (size_t i = 0; i < line.size(); ++i) {
      text += line[i];
      if (i + 1 < line.size()) text.append(widths[i] + 2 - decode_utf8(line[i]).size(), ' ');
    }
    text += "\n";
  }
  return text;
}

}  // namespace

std::vector<RewardCase> read_cases(std::string_view text, const std::string& file,
                                   const std::vector<std::string>& rewards) {
  std::vector<RewardCase> cases;
  for_each_json_line(text, file, [&](const json& line, const std::string& place) {
    cases.push_back(read_case(line, place, cases.size() + 1, rewards));
  });
  if (cases.empty()) throw ConfigError(file, "no case in it", "one JSON object per line");
  return cases;
}

std::vector<JudgedCase> judge_cases(RewardSet& rewards, const std::vector<RewardCase>& cases,
                                    const Clock& clock) {
  const std::vector<std::vector<size_t>> index = grouped(cases);
  std::vector<JudgedCase> judged(cases.size());
  std::vector<Group> groups;
  groups.reserve(index.size());  // items point into it
  std::vector<JudgedGroup> to_finish;
  for (const std::vector<size_t>& members : index) {
    const RewardCase& first = cases[members.front()];
    Group& group = groups.emplace_back(
        group_of_prompt({Purpose::sample, first.prompt.ordinal, 0}, first.prompt));
    for (const size_t i : members) add_answer(cases[i], group);
    JudgedGroup& finishing = to_finish.emplace_back();
    for (size_t k = 0; k < members.size(); ++k) {
      const RewardCase& one = cases[members[k]];
      RewardItem item;
      item.group = &group;
      item.trajectory = static_cast<int32_t>(k);
      item.completion = one.completion;
      item.tokens = one.tokens;
      item.truncated = one.truncated;
      const double begin = clock.now();
      finishing.verdicts.push_back(rewards.collect(rewards.begin(item)));
      judged[members[k]].seconds = clock.now() - begin;
      finishing.items.push_back(std::move(item));
    }
  }
  auto scores = rewards.finish(std::move(to_finish));
  for (size_t g = 0; g < index.size(); ++g) {
    for (size_t k = 0; k < index[g].size(); ++k) {
      const size_t i = index[g][k];
      judged[i].mismatches = mismatches_of(cases[i], scores[g][k], rewards.names());
      judged[i].score = std::move(scores[g][k]);
    }
  }
  return judged;
}

ordered_json case_line(const RewardCase& tried, const JudgedCase& judged,
                       const std::vector<std::string>& rewards) {
  ordered_json line = {{"id", tried.id}, {"verdicts", ordered_json::object()}};
  for (size_t i = 0; i < rewards.size(); ++i) {
    line["verdicts"][rewards[i]] = value_of(judged.score.components[i]);
  }
  line["total"] = value_of(judged.score.total);
  if (!tried.expect.empty()) line["expect"] = tried.expect;
  if (!judged.mismatches.empty()) line["mismatches"] = judged.mismatches;
  line["agree"] = judged.mismatches.empty();
  line["ms"] = std::round(judged.seconds * 1e6) / 1e3;
  return line;
}

std::string case_table(const std::vector<RewardCase>& cases, const std::vector<JudgedCase>& judged,
                       const std::vector<std::string>& rewards) {
  Lines lines(1, {"case", "prompt"});
  lines[0].insert(lines[0].end(), rewards.begin(), rewards.end());
  lines[0].insert(lines[0].end(), {"total", "expect", "ms", ""});
  size_t num_different = 0;
  for (size_t i = 0; i < cases.size(); ++i) {
    std::vector<std::string> line = {cases[i].id, shortened(cases[i].prompt.text)};
    for (const Verdict& verdict : judged[i].score.components) line.push_back(shown(verdict));
    line.push_back(shown(judged[i].score.total));
    const auto total = cases[i].expect.find(kTotal);
    line.push_back(total == cases[i].expect.end() ? "-"
                   : total->second.is_string()    ? total->second.get<std::string>()
                                                  : shown(total->second.get<double>()));
    line.push_back(short_number(std::round(judged[i].seconds * 1e4) / 10));
    const bool agree = judged[i].mismatches.empty();
    line.push_back(agree ? "ok" : "MISMATCH " + joined(judged[i].mismatches, "; "));
    num_different += agree ? 0 : 1;
    lines.push_back(std::move(line));
  }
  const std::string count = std::to_string(cases.size()) + (cases.size() == 1 ? " case" : " cases");
  return aligned(lines) + (num_different == 0
                               ? "all of " + count + " agree\n"
                               : std::to_string(num_different) + " of " + count +
                                     (num_different == 1 ? " differs\n" : " differ\n"));
}

}  // namespace kedge
