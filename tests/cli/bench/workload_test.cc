#include "cli/bench/workload.h"

#include <gmock/gmock.h>

#include <filesystem>

#include "core/files.h"
#include "tests/support/temporary_directory.h"
#include "trainer/model_setup.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

TEST(BenchSize, HasTheParametersOfThePeer) {
  const std::vector<std::pair<const char*, int64_t>> expected = {
      {"tiny", 1'001'600}, {"small", 6'166'784}, {"100m", 102'270'720}};
  for (const auto& [name, parameters] : expected) {
    BenchOptions options;
    options.size = name;
    const BenchDirectory directory(bench_size(name), 1);
    const RunConfig config = bench_config(directory, options, {});
    EXPECT_EQ(load_run_model_config(config, *load_run_tokenizer(config)).num_parameters(),
              parameters)
        << name;
  }
}

TEST(BenchSize, UnknownIsRefusedWithTheNearest) {
  try {
    bench_size("smal");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("did you mean 'small'"));
  }
}

TEST(BenchTokenizer, EveryIdIsATextAndBack) {
  const auto tokenizer = Tokenizer::parse(bench_tokenizer(16384), "test");
  EXPECT_EQ(tokenizer->vocab_size(), 16384);
  const std::vector<Token> ids = bench_prompt(63, 32, 16384);
  ASSERT_EQ(ids.size(), 32u);
  EXPECT_EQ(ids[0], 7 * 63 + 4);
  EXPECT_EQ(ids[31], 7 * 63 + 3 * 31 + 4);
  std::string text;
  for (const Token id : ids) text += tokenizer->decode(std::vector{id}, true);
  EXPECT_EQ(tokenizer->encode(text, true), ids);
}

TEST(BenchPrompt, StaysInsideTheVocabulary) {
  for (int64_t prompt = 0; prompt < 64; ++prompt) {
    for (const Token id : bench_prompt(prompt, 64, 128)) {
      EXPECT_GE(id, 4);
      EXPECT_LT(id, 124);
    }
  }
}

TEST(BenchDirectory, HoldsTokenizerAndPromptsWhileItLives) {
  std::string path;
  {
    const BenchDirectory directory(bench_size("tiny"), 8);
    path = directory.path();
    EXPECT_TRUE(std::filesystem::exists(path + "/tokenizer.json"));
    const std::string prompts = real_files().read(path + "/prompts.jsonl");
    EXPECT_EQ(std::count(prompts.begin(), prompts.end(), '\n'), 64);
  }
  EXPECT_FALSE(std::filesystem::exists(path));
}

TEST(BenchDirectory, StaysWhereItIsKept) {
  const testing_support::TemporaryDirectory place;
  { const BenchDirectory directory(bench_size("tiny"), 8, place / "work"); }
  EXPECT_TRUE(std::filesystem::exists(place / "work/prompts.jsonl"));
}

TEST(BenchConfig, IsACompleteTrainingRun) {
  const BenchDirectory directory(bench_size("tiny"), 8);
  BenchOptions options;
  options.size = "tiny";
  const RunConfig config = bench_config(directory, options, {.steps = 3}, {"run.seed=11"});
  EXPECT_NO_THROW(check_for_training(config, false));
  EXPECT_EQ(config.train.steps, 3);
  EXPECT_EQ(config.run.seed, 11u);
  EXPECT_EQ(config.compute.numerics, Numerics::exact);
  EXPECT_EQ(config.rollout.prompts_per_step * config.rollout.samples_per_prompt, 64);
}

TEST(BenchConfig, UnknownNumericsAreRefused) {
  const BenchDirectory directory(bench_size("tiny"), 8);
  BenchOptions options;
  options.numerics = "exakt";
  EXPECT_THROW(bench_config(directory, options, {}), ConfigError);
}

}  // namespace
}  // namespace kedge
