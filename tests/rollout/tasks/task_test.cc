#include "rollout/tasks/task.h"

#include <gtest/gtest.h>

#include "core/rng.h"

namespace kedge {
namespace {

TEST(TaskTest, OnePromptInEightIsHeldOut) {
  int held_out = 0;
  for (int i = 0; i < 8000; ++i) held_out += is_held_out(std::to_string(i) + "+1=") ? 1 : 0;
  EXPECT_NEAR(held_out, 1000, 100);
}

TEST(TaskTest, TheSideIsAFunctionOfTheTextAlone) {
  EXPECT_EQ(is_held_out("7+5-3+8="), is_held_out(std::string("7+5-3+8=")));
  // Stored in nobody's checkpoint but in everybody's results: the split may never move.
  std::string sides;
  for (const char* text : {"1+1=", "2+3-4=", "9+9+9=", "7+5-3+8=", "8-8+1="}) {
    sides += is_held_out(text) ? '1' : '0';
  }
  EXPECT_EQ(sides.size(), 5u);
  EXPECT_EQ(sides, "00000");
}

class EveryTask : public ::testing::TestWithParam<std::string> {
 protected:
  std::unique_ptr<Task> task_ =
      find_entry("task", task_table(), GetParam()).create(ConfigNode(), "data.train");
};

TEST_P(EveryTask, PromptsAreAddressed) {
  std::set<std::string> texts;
  for (uint64_t ordinal = 0; ordinal < 200; ++ordinal) {
    const TaskPrompt first = task_->make(7, ordinal);
    const TaskPrompt again = task_->make(7, ordinal);
    EXPECT_EQ(first.text, again.text);
    EXPECT_EQ(first.answer, again.answer);
    EXPECT_EQ(first.columns, again.columns);
    EXPECT_FALSE(first.text.empty());
    EXPECT_FALSE(first.answer.empty());
    EXPECT_EQ(task_->demonstrate(first, 7, ordinal), task_->demonstrate(again, 7, ordinal));
    texts.insert(first.text);
  }
  EXPECT_GT(texts.size(), 150u);
  EXPECT_NE(task_->make(7, 0).text + task_->make(7, 1).text,
            task_->make(8, 0).text + task_->make(8, 1).text);
}

TEST_P(EveryTask, HasAnEndOfSequenceToken) {
  EXPECT_EQ(task_->special_tokens().front(), "<eos>");
}

TEST_P(EveryTask, RefusesUnknownSettings) {
  const TaskEntry& entry = find_entry("task", task_table(), GetParam());
  EXPECT_THROW(entry.create(parse_yaml("nonsense: 1", "t.yaml"), "data.train"), ConfigError);
  EXPECT_FALSE(entry.describe().empty());
}

std::vector<std::string> names() {
  return entry_names(task_table());
}
INSTANTIATE_TEST_SUITE_P(Tasks, EveryTask, ::testing::ValuesIn(names()),
                         [](const auto& info) { return info.param; });

}  // namespace
}  // namespace kedge
