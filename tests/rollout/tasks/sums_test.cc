#include "rollout/tasks/sums.h"

#include <gtest/gtest.h>

#include <regex>

namespace kedge {
namespace {

std::unique_ptr<Task> make_sums(const std::string& yaml = "") {
  return sums_task().create(parse_yaml(yaml, "test.yaml"), "data.train");
}

// The total of `7+5-3=`, and the smallest running total on the way.
std::pair<int, int> totals(const std::string& text) {
  int total = text[0] - '0', least = total;
  for (size_t i = 1; i + 1 < text.size(); i += 2) {
    total += (text[i] == '+' ? 1 : -1) * (text[i + 1] - '0');
    least = std::min(least, total);
  }
  return {total, least};
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

TEST(SumsTest, PromptsAreSumsWithinTheirRange) {
  const auto task = make_sums("operands: [4, 5]");
  std::set<size_t> counts;
  for (uint64_t i = 0; i < 500; ++i) {
    const TaskPrompt prompt = task->make(3, i);
    ASSERT_TRUE(std::regex_match(prompt.text, std::regex("[1-9]([+-][1-9])+="))) << prompt.text;
    const auto [total, least] = totals(prompt.text);
    EXPECT_EQ(prompt.answer, std::to_string(total)) << prompt.text;
    EXPECT_GE(least, 0) << prompt.text;
    counts.insert(prompt.text.size() / 2);
  }
  EXPECT_EQ(counts, (std::set<size_t>{4, 5}));
}

struct Rates {
  int thinking = 0, direct = 0, direct_right = 0, steps = 0, slips = 0;
};

Rates measure(const Task& task, int count) {
  Rates rates;
  for (int i = 0; i < count; ++i) {
    const TaskPrompt prompt = task.make(1, i);
    const std::vector<std::string> lines = lines_of(task.demonstrate(prompt, 1, i));
    if (lines.size() == 1) {
      ++rates.direct;
      rates.direct_right += lines[0] == prompt.answer ? 1 : 0;
      continue;
    }
    ++rates.thinking;
    int carried = prompt.text[0] - '0';
    for (size_t l = 0; l + 1 < lines.size(); ++l) {
      int a = 0, b = 0, c = 0;
      char op = 0;
      EXPECT_EQ(std::sscanf(lines[l].c_str(), "%d%c%d=%d", &a, &op, &b, &c), 4) << lines[l];
      EXPECT_EQ(a, carried) << "the slip is carried on";
      EXPECT_EQ(op, prompt.text[2 * l + 1]);
      EXPECT_EQ(b, prompt.text[2 * l + 2] - '0');
      EXPECT_GE(c, 0);
      const int truth = std::max(0, a + (op == '+' ? b : -b));
      EXPECT_LE(std::abs(c - truth), 3);
      ++rates.steps;
      rates.slips += c != truth ? 1 : 0;
      carried = c;
    }
    EXPECT_EQ(lines.back(), std::to_string(carried));
  }
  return rates;
}

TEST(SumsTest, DemonstrationsAreAsImperfectAsPromised) {
  const Rates rates = measure(*make_sums(), 4000);
  EXPECT_NEAR(rates.thinking / 4000.0, 0.5, 0.03);
  EXPECT_NEAR(rates.direct_right / static_cast<double>(rates.direct), 0.5, 0.04);
  EXPECT_NEAR(rates.slips / static_cast<double>(rates.steps), 0.10, 0.02);
}

TEST(SumsTest, TagsWrapTheDemonstration) {
  const auto plain = make_sums();
  const auto tagged = make_sums("tags: true");
  for (uint64_t i = 0; i < 50; ++i) {
    const TaskPrompt prompt = plain->make(1, i);
    const std::string inside = plain->demonstrate(prompt, 1, i);
    const size_t answer = inside.rfind('\n') == std::string::npos ? 0 : inside.rfind('\n') + 1;
    EXPECT_EQ(tagged->demonstrate(prompt, 1, i), "<think>\n" + inside.substr(0, answer) +
                                                     "</think>\n<answer>" + inside.substr(answer) +
                                                     "</answer>");
  }
}

TEST(SumsTest, VerbosityAddsLinesThatChangeNothing) {
  const auto task = make_sums("verbosity: 1");
  int repeats = 0, checks = 0;
  for (uint64_t i = 0; i < 400; ++i) {
    const TaskPrompt prompt = task->make(1, i);
    const std::vector<std::string> lines = lines_of(task->demonstrate(prompt, 1, i));
    if (lines.size() == 1) continue;
    ASSERT_EQ(lines.size() % 2, 1u);
    for (size_t l = 0; l + 1 < lines.size(); l += 2) {
      lines[l] == lines[l + 1] ? ++repeats : ++checks;
    }
  }
  EXPECT_GT(repeats, 200);
  EXPECT_GT(checks, 200);
}

}  // namespace
}  // namespace kedge
