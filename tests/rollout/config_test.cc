#include "rollout/config.h"

#include <gtest/gtest.h>

#include "core/schema.h"

namespace kedge {
namespace {

DataConfig bound(const std::string& yaml) {
  DataConfig config;
  bind(parse_yaml(yaml, "test.yaml"), config, "data");
  return config;
}

std::string message_of(const std::string& yaml) {
  try {
    bound(yaml);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "";
}

TEST(RolloutConfigTest, BindsTaskWithItsSettings) {
  const DataConfig data = bound(
      "train: {task: sums, operands: [12, 20], tags: true}\n"
      "eval: {task: sums, prompts: 1024}\n");
  EXPECT_EQ(data.train.task, "sums");
  EXPECT_EQ(data.train.settings.members.size(), 2u);
  EXPECT_EQ(data.eval.prompts, 1024);
  EXPECT_TRUE(data.eval.is_given());
}

TEST(RolloutConfigTest, BindsFile) {
  const DataConfig data = bound(
      "train: {file: a.jsonl, columns: {prompt: question}, template: 'Q {question}', epochs: 3, "
      "too_long: truncate_left, seed: 5}");
  EXPECT_EQ(data.train.columns.prompt, "question");
  EXPECT_EQ(data.train.too_long, TooLong::truncate_left);
  EXPECT_EQ(data.train.seed, 5u);
  EXPECT_FALSE(data.eval.is_given());
}

TEST(RolloutConfigTest, DumpBindsBack) {
  const DataConfig data = bound("train: {task: countdown, numbers: [3, 3]}\n");
  DataConfig again;
  bind(to_config_node(dump(data)), again, "data");
  EXPECT_EQ(dump(again), dump(data));
}

TEST(RolloutConfigTest, RefusesTaskAndFileTogether) {
  EXPECT_NE(message_of("train: {task: sums, file: a.jsonl}").find("both task 'sums'"),
            std::string::npos);
}

TEST(RolloutConfigTest, RefusesUnknownTaskByNearestName) {
  EXPECT_NE(message_of("train: {task: sum}").find("did you mean 'sums'"), std::string::npos);
}

TEST(RolloutConfigTest, NearestNameLooksAtSourceAndTask) {
  EXPECT_NE(message_of("train: {task: sums, operand: [3, 4]}").find("'operands'"),
            std::string::npos);
  EXPECT_NE(message_of("train: {task: sums, to_long: drop}").find("'too_long'"), std::string::npos);
  EXPECT_NE(message_of("train: {file: a, shufle: true}").find("'shuffle'"), std::string::npos);
}

TEST(RolloutConfigTest, RefusesWhatATaskDoesNotUse) {
  EXPECT_NE(message_of("train: {task: sums, epochs: 2}").find("data.train.epochs"),
            std::string::npos);
  EXPECT_NE(message_of("train: {task: sums, shuffle: false}").find("data.train.shuffle"),
            std::string::npos);
  EXPECT_NE(message_of("train: {task: sums, columns: {prompt: q}}").find("data.train.columns"),
            std::string::npos);
  EXPECT_NE(message_of("train: {file: a, operands: [3, 4]}").find("unknown key"),
            std::string::npos);
  EXPECT_NE(message_of("train: {task: sums, operands: [6, 3]}").find("fewest first"),
            std::string::npos);
}

TEST(RolloutConfigTest, SamplingTakesAllSettings) {
  RolloutConfig config;
  bind(parse_yaml("{max_new_tokens: 9, temperature: 0.5, top_k: 3, top_p: 0.9, min_p: 0.1, "
                  "stop_strings: ['</answer>']}",
                  "t"),
       config, "rollout");
  const Sampling sampling = config.sampling();
  EXPECT_EQ(sampling.max_new_tokens, 9);
  EXPECT_EQ(sampling.temperature, 0.5);
  EXPECT_EQ(sampling.top_k, 3);
  EXPECT_EQ(sampling.top_p, 0.9);
  EXPECT_EQ(sampling.min_p, 0.1);
  EXPECT_EQ(sampling.stop_strings, std::vector<std::string>{"</answer>"});
  EXPECT_FALSE(sampling.greedy);
}

TEST(RolloutConfigTest, RefusesValuesOutOfRange) {
  for (const char* yaml : {"temperature: 0", "top_p: 0", "top_p: 1.5", "min_p: 1", "slots: 0",
                           "prompts_per_step: 0", "stop_strings: ['']"}) {
    RolloutConfig config;
    EXPECT_THROW(bind(parse_yaml(yaml, "t"), config, "rollout"), ConfigError) << yaml;
  }
}

}  // namespace
}  // namespace kedge
