#include "tests/support/command_line.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::CommandResult;
using testing::run_kedge;
using testing::TempDir;
using testing::tiny_config;
using testing::tiny_model;

TEST(GenerateInput, NamesFileAndLineOfABadRow) {
  const TempDir dir("score_rows");
  const std::string model = tiny_model(dir.path());
  real_files().write_atomic(dir.path() + "/rows.jsonl",
                            "{\"input_ids\":[1,2],\"prompt_tokens\":1}\n"
                            "{\"input_ids\":[1,2],\"prompt_tokens\":3}\n");
  const CommandResult result =
      run_kedge({"score", "--model", model, "--input", dir.path() + "/rows.jsonl"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("rows.jsonl:2"));
  EXPECT_THAT(result.err, HasSubstr("prompt_tokens 3"));
}

TEST(GenerateInput, RefusesIdsOutsideTheVocabularyAndEmptyFiles) {
  const TempDir dir("generate_rows");
  const std::string model = tiny_model(dir.path());
  real_files().write_atomic(dir.path() + "/bad.jsonl", "{\"prompt_ids\":[99999]}\n");
  real_files().write_atomic(dir.path() + "/empty.jsonl", "\n");
  const CommandResult bad =
      run_kedge({"generate", "--model", model, "--input", dir.path() + "/bad.jsonl"});
  EXPECT_EQ(bad.exit, kExitUsage);
  EXPECT_THAT(bad.err, HasSubstr("99999"));
  EXPECT_EQ(run_kedge({"generate", "--model", model, "--input", dir.path() + "/empty.jsonl"}).exit,
            kExitUsage);
}

TEST(GenerateInput, ADirectoryIsNoFileOfPrompts) {
  const TempDir dir("generate_dir");
  const std::string model = tiny_model(dir.path());
  const CommandResult result = run_kedge({"generate", "--model", model, "--input", dir.path()});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("Is a directory"));
}

}  // namespace
}  // namespace kedge
