#include "rollout/tasks/countdown.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace kedge {
namespace {

std::unique_ptr<Task> make_countdown(const std::string& yaml = "") {
  return countdown_task().create(parse_yaml(yaml, "test.yaml"), "data.train");
}

// Evaluates + - * and parentheses; collects the numbers used.
class Evaluator {
 public:
  explicit Evaluator(const std::string& text) : text_(text) {}
  int64_t sum() {
    int64_t value = product();
    while (at_ < text_.size() && (text_[at_] == '+' || text_[at_] == '-')) {
      const char op = text_[at_++];
      const int64_t right = product();
      value = op == '+' ? value + right : value - right;
    }
    return value;
  }
  std::vector<int64_t> numbers;

 private:
  int64_t product() {
    int64_t value = atom();
    while (at_ < text_.size() && text_[at_] == '*') {
      ++at_;
      value *= atom();
    }
    return value;
  }
  int64_t atom() {
    if (text_[at_] == '(') {
      ++at_;
      const int64_t value = sum();
      ++at_;
      return value;
    }
    size_t used = 0;
    const int64_t value = std::stoll(text_.substr(at_), &used);
    at_ += used;
    numbers.push_back(value);
    return value;
  }
  std::string text_;
  size_t at_ = 0;
};

bool solves(const std::string& expression, const TaskPrompt& prompt) {
  Evaluator evaluator(expression);
  const int64_t value = evaluator.sum();
  auto given = prompt.columns.at("numbers").get<std::vector<int64_t>>();
  std::sort(given.begin(), given.end());
  std::sort(evaluator.numbers.begin(), evaluator.numbers.end());
  return value == prompt.columns.at("target").get<int64_t>() && evaluator.numbers == given;
}

TEST(CountdownTest, EveryPromptHasASolution) {
  const auto task = make_countdown("{operations: '+-*', numbers: [3, 4], largest: 12}");
  bool product = false;
  for (uint64_t i = 0; i < 500; ++i) {
    const TaskPrompt prompt = task->make(5, i);
    EXPECT_TRUE(solves(prompt.answer, prompt)) << prompt.text << " " << prompt.answer;
    const auto target = prompt.columns.at("target").get<int64_t>();
    EXPECT_GE(target, 1);
    EXPECT_LE(target, 99);
    std::string text;
    for (const int64_t n : prompt.columns.at("numbers").get<std::vector<int64_t>>()) {
      EXPECT_GE(n, 1);
      EXPECT_LE(n, 12);
      text += std::to_string(n) + " ";
    }
    EXPECT_EQ(prompt.text, text + "-> " + std::to_string(target) + ":");
    product = product || prompt.answer.find('*') != std::string::npos;
  }
  EXPECT_TRUE(product);
}

TEST(CountdownTest, DemonstrationsSearchAndAreSometimesRight) {
  const auto task = make_countdown();
  int searching = 0, right = 0;
  size_t longest = 0;
  constexpr int kCount = 2000;
  for (int i = 0; i < kCount; ++i) {
    const TaskPrompt prompt = task->make(2, i);
    const std::string text = task->demonstrate(prompt, 2, i);
    const size_t last = text.rfind('\n');
    searching += last == std::string::npos ? 0 : 1;
    right += solves(last == std::string::npos ? text : text.substr(last + 1), prompt) ? 1 : 0;
    longest = std::max(longest, text.size());
    EXPECT_EQ(last == std::string::npos, text.find('=') == std::string::npos);
  }
  EXPECT_NEAR(searching / static_cast<double>(kCount), 0.5, 0.04);
  EXPECT_GT(right, kCount / 5);
  EXPECT_LT(right, kCount * 4 / 5);
  EXPECT_LT(longest, 110u);
}

TEST(CountdownTest, RefusesSettingsWithoutPrompts) {
  EXPECT_THROW(make_countdown("numbers: [4, 3]"), ConfigError);
  EXPECT_THROW(make_countdown("operations: '+/'"), ConfigError);
  EXPECT_THROW(make_countdown("operations: '-*'"), ConfigError);
  EXPECT_THROW(make_countdown("{largest: 50, largest_target: 50}"), ConfigError);
}

}  // namespace
}  // namespace kedge
