#include "cli/reward/audit.h"

#include <algorithm>
#include <array>
#include <functional>
#include <map>
#include <set>

#include "cli/bench/measure.h"
#include "core/text.h"

namespace kedge {
namespace {

constexpr double kFlatAccuracy = 0.01;  // pass@1 that counts as no rise
constexpr double kRewardRise = 0.1;     // of the larger of its two means
constexpr double kIdentical = 0.2;
constexpr double kLengthFactor = 4.0;
constexpr double kFew = 0.05;
constexpr double kFlatGroups = 0.8;
constexpr int kListed = 4;  // members that make a list out of a last line

struct Sample {
  double step = 0.0;
  std::string prompt_id;
  std::string completion;
  double length = 0.0;
  double reward = 0.0;
};

std::string percent(double share) {
  return short_number(100.0 * share) + " %";
}

double mean_of(std::span<const Point> points) {
  double sum = 0.0;
  for (const Point& point : points) sum += point.value;
  return points.empty() ? 0.0 : sum / static_cast<double>(points.size());
}

// Means of the first and of the last quarter, of at least one point each.
std::pair<double, double> ends_of(const Series& series) {
  const size_t quarter = std::max<size_t>(1, series.size() / 4);
  const std::span<const Point> all(series);
  return {mean_of(all.first(quarter)), mean_of(all.last(quarter))};
}

double late_mean(const Series& series) {
  return series.empty() ? 0.0 : ends_of(series).second;
}

std::string example_of(const Sample& sample) {
  std::string text = sample.completion.substr(
      0, complete_utf8_prefix(std::string_view(sample.completion).substr(0, 120)));
  std::replace(text.begin(), text.end(), '\n', ' ');
  return "step " + short_number(sample.step) + ", prompt " + sample.prompt_id + ": " + text;
}

std::vector<Sample> late_samples(const RunData& run) {
  std::vector<Sample> samples;
  for (const json& line : run.samples) {
    const auto reward = line.find("reward");
    if (line.value("kind", "") != "train" || reward == line.end() || !reward->is_number()) continue;
    samples.push_back({line.value("step", 0.0), line.value("prompt_id", ""),
                       line.value("completion", ""), line.value("length", 0.0),
                       reward->get<double>()});
  }
  if (samples.empty()) return samples;
  const double middle = (samples.front().step + samples.back().step) / 2.0;
  std::erase_if(samples, [&](const Sample& sample) { return sample.step < middle; });
  return samples;
}

// Those above the mean; all where every reward is the same.
std::vector<Sample> rewarded(const std::vector<Sample>& samples) {
  double sum = 0.0;
  for (const Sample& sample : samples) sum += sample.reward;
  const double mean = samples.empty() ? 0.0 : sum / static_cast<double>(samples.size());
  std::vector<Sample> out;
  for (const Sample& sample : samples) {
    if (sample.reward >= mean) out.push_back(sample);
  }
  return out;
}

// ---- the looks ----

Finding reward_without_accuracy(const RunData& run) {
  Finding finding{.check = "reward_without_accuracy"};
  const Series& rewards = run.series("critic/rewards/mean");
  const Series& accuracy = run.series("eval/pass@1");
  if (rewards.size() < 2 || accuracy.size() < 2) {
    finding.text = "needs two steps and two evaluations";
    return finding;
  }
  const auto [before, after] = ends_of(rewards);
  const auto [accuracy_before, accuracy_after] = ends_of(accuracy);
  finding.value = after - before;
  finding.flagged = after - before > kRewardRise * std::max(std::abs(before), std::abs(after)) &&
                    accuracy_after - accuracy_before < kFlatAccuracy;
  finding.text = "reward " + short_number(before) + " -> " + short_number(after) +
                 ", held-out pass@1 " + short_number(accuracy_before) + " -> " +
                 short_number(accuracy_after);
  return finding;
}

// Share of `samples` for which `is_sign`; the first of them is the example.
Finding share_of(const std::string& check, const std::vector<Sample>& samples, double limit,
                 const std::string& what, const std::function<bool(const Sample&)>& is_sign) {
  Finding finding{.check = check};
  size_t count = 0;
  for (const Sample& sample : samples) {
    if (!is_sign(sample)) continue;
    if (count++ == 0) finding.example = example_of(sample);
  }
  if (!samples.empty())
    finding.value = static_cast<double>(count) / static_cast<double>(samples.size());
  finding.flagged = finding.value > limit;
  finding.text = percent(finding.value) + " of " + std::to_string(samples.size()) + " " + what +
                 ", at most " + percent(limit);
  return finding;
}

Finding identical_completions(const std::vector<Sample>& samples) {
  std::map<std::string, std::set<std::string>> prompts;
  for (const Sample& sample : samples) prompts[sample.completion].insert(sample.prompt_id);
  return share_of("identical_completions", samples, kIdentical,
                  "samples are the answer to another prompt too",
                  [&](const Sample& sample) { return prompts.at(sample.completion).size() > 1; });
}

double median_length(const std::vector<Sample>& samples) {
  std::vector<double> lengths;
  for (const Sample& sample : samples) lengths.push_back(sample.length);
  return lengths.empty() ? 0.0 : median(std::move(lengths));
}

Finding judging_trouble(const RunData& run) {
  Finding finding{.check = "judging_trouble", .text = "no reward had errors or timeouts"};
  for (const auto& [name, series] : run.metrics) {
    if (!name.starts_with("rewards/")) continue;
    if (!name.ends_with("/share_error") && !name.ends_with("/share_timeout")) continue;
    const double share = mean_of(series);
    if (share <= finding.value) continue;
    finding.value = share;
    finding.flagged = true;
    finding.text = name + " is " + percent(share) + " over the run";
  }
  return finding;
}

Finding flat_groups(const RunData& run) {
  Finding finding{.check = "flat_groups"};
  finding.value = late_mean(run.series("frac_reward_zero_std"));
  finding.flagged = finding.value > kFlatGroups;
  finding.text = percent(finding.value) + " of the groups have equal rewards at the end, at most " +
                 percent(kFlatGroups);
  return finding;
}

int count_of_text(const std::string& text, std::string_view mark) {
  int count = 0;
  for (size_t at = text.find(mark); at != std::string::npos; at = text.find(mark, at + 1)) ++count;
  return count;
}

}  // namespace

int num_answers(const std::string& completion) {
  constexpr std::array<std::string_view, 4> kMarks = {"\\boxed{", "answer is", "####", "<answer>"};
  const std::string text = lower_ascii(completion);
  int most = 0;
  for (const std::string_view mark : kMarks) most = std::max(most, count_of_text(text, mark));
  if (most > 0) return most;
  const std::string_view whole = trimmed(text);
  std::string last(whole.substr(whole.rfind('\n') + 1));
  std::replace(last.begin(), last.end(), ';', ',');
  const auto members = static_cast<int>(split(last, ',').size());
  return members >= kListed ? members : 1;
}

std::vector<Finding> audit(const RunData& run) {
  const std::vector<Sample> samples = late_samples(run);
  const std::vector<Sample> good = rewarded(samples);
  const double median = median_length(samples);
  return {reward_without_accuracy(run),
          identical_completions(samples),
          share_of("long_rewarded", good, kFew,
                   "rewarded samples are over 4 times the median length of " + short_number(median),
                   [&](const Sample& sample) { return sample.length > kLengthFactor * median; }),
          share_of("short_rewarded", good, kFew,
                   "rewarded samples are under a quarter of the median length of " +
                       short_number(median),
                   [&](const Sample& sample) { return kLengthFactor * sample.length < median; }),
          share_of("listed_answers", good, kFew, "rewarded samples give more than one answer",
                   [](const Sample& sample) { return num_answers(sample.completion) > 1; }),
          judging_trouble(run),
          flat_groups(run)};
}

}  // namespace kedge
