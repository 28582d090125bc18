#include "rollout/sources/task_source.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "rollout/tasks/task.h"

namespace kedge {
namespace {

class TaskSourceTest : public ::testing::Test {
 protected:
  TaskSourceTest() { config_.task = "sums"; }
  std::unique_ptr<PromptSource> source(Side side, int32_t max_tokens = 100) {
    return task_prompt_source(config_, {*tokenizer_, 3, max_tokens, side}, "data.train");
  }
  SourceConfig config_;
  std::unique_ptr<Tokenizer> tokenizer_ = Tokenizer::bytes({"<eos>"});
};

TEST_F(TaskSourceTest, SidesNeverMeet) {
  std::set<std::string> train, held_out;
  for (const PromptVisit& v : source(Side::train)->draw(2000)) train.insert(v.prompt->text);
  for (const PromptVisit& v : source(Side::held_out)->fixed(500)) {
    EXPECT_TRUE(is_held_out(v.prompt->text));
    EXPECT_FALSE(train.contains(v.prompt->text));
    held_out.insert(v.prompt->text);
  }
  const auto demonstrations =
      task_demonstration_source(config_, {*tokenizer_, 3, 100, Side::train}, 256, "data.train");
  for (const Demonstration& d : demonstrations->draw(500)) {
    EXPECT_FALSE(is_held_out(d.prompt->text)) << "supervised training sees the same split";
  }
  EXPECT_GT(held_out.size(), 300u);
}

TEST_F(TaskSourceTest, PromptsAreTasksPrompts) {
  const auto entry = find_entry("task", task_table(), "sums").create(ConfigNode(), "");
  const PromptVisit visit = source(Side::train)->draw(3)[2];
  const TaskPrompt made = entry->make(3, visit.prompt->ordinal);
  EXPECT_EQ(visit.prompt->text, made.text);
  EXPECT_EQ(visit.prompt->answer, made.answer);
  EXPECT_EQ(visit.prompt->columns, made.columns);
  EXPECT_EQ(visit.prompt->id, "sums:" + std::to_string(visit.prompt->ordinal));
  EXPECT_EQ(visit.visit, 0u);
  EXPECT_EQ(source(Side::train)->size(), std::nullopt);
}

TEST_F(TaskSourceTest, ResumesExactly) {
  const auto whole = source(Side::train);
  whole->draw(37);
  const auto resumed = source(Side::train);
  resumed->load(json::parse(whole->save().dump()));
  EXPECT_EQ(resumed->draw(1)[0].prompt->id, whole->draw(1)[0].prompt->id);
  config_.task = "countdown";
  EXPECT_THROW(source(Side::train)->load(whole->save()), ConfigError);
}

TEST_F(TaskSourceTest, TheSourcesSeedGoesFirst) {
  const std::string first = source(Side::train)->draw(1)[0].prompt->text;
  config_.seed = 3;
  EXPECT_EQ(source(Side::train)->draw(1)[0].prompt->text, first);
  config_.seed = 4;
  EXPECT_NE(source(Side::train)->draw(1)[0].prompt->text, first);
}

TEST_F(TaskSourceTest, TemplatesWorkOnTasksToo) {
  config_.text_template = "Compute {prompt}";
  EXPECT_EQ(source(Side::train)->draw(1)[0].prompt->text.substr(0, 8), "Compute ");
}

TEST_F(TaskSourceTest, CountsWhatIsTooLong) {
  const auto made = source(Side::train, 8);
  for (const PromptVisit& v : made->draw(50)) EXPECT_LE(v.prompt->tokens.size(), 8u);
  EXPECT_GT(made->counts().too_long_dropped, 10);
  EXPECT_THROW(source(Side::train, 2)->draw(1), ConfigError);
}

TEST_F(TaskSourceTest, Demonstrations) {
  const SourceOptions options{*tokenizer_, 3, 100, Side::train};
  const auto made = task_demonstration_source(config_, options, 256, "data.train");
  const std::vector<Demonstration> drawn = made->draw(20);
  for (const Demonstration& d : drawn) {
    EXPECT_EQ(d.completion_tokens.back(), 256);
    EXPECT_EQ(tokenizer_->decode(d.completion_tokens, true), d.completion);
  }
  const auto resumed = task_demonstration_source(config_, options, 256, "data.train");
  resumed->load(made->save());
  EXPECT_EQ(resumed->draw(1)[0].completion, made->draw(1)[0].completion);
}

}  // namespace
}  // namespace kedge
