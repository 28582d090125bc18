#include "rollout/sources/sources.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

TEST(SourcesTest, MakesWhatTheConfigNames) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  const SourceOptions options{*tokenizer, 1, 50, Side::train};
  SourceConfig task;
  task.task = "countdown";
  EXPECT_EQ(make_prompt_source(task, options, "data.train")->draw(2).size(), 2u);
  EXPECT_EQ(make_demonstration_source(task, options, 256, "data.train")->draw(2).size(), 2u);

  const testing_support::TemporaryDirectory directory;
  SourceConfig file;
  file.file = directory / "a.jsonl";
  std::ofstream(file.file) << "{\"prompt\": \"x\", \"completion\": \"y\"}\n";
  EXPECT_EQ(make_prompt_source(file, options, "data.train")->draw(1)[0].prompt->text, "x");
  EXPECT_EQ(make_demonstration_source(file, options, 256, "data.train")->draw(1)[0].completion,
            "y");
}

TEST(SourcesTest, NoSourceIsRefusedByItsPath) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  try {
    make_prompt_source({}, {*tokenizer, 1, 50, Side::train}, "data.eval");
    FAIL() << "nothing is given";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "data.eval");
  }
}

}  // namespace
}  // namespace kedge
