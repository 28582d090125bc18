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

TEST(GenerateCommand, SameSeedSameTextWhateverTheSlots) {
  const TempDir dir("generate");
  const std::string model = tiny_model(dir.path());
  const std::vector<std::string> words = {"generate", "--model", model, "--prompt", "1+2=",
                                          "--samples", "3", "--max-new-tokens", "5", "--slots"};
  auto one = words, many = words;
  one.push_back("1");
  many.push_back("8");
  const CommandResult a = run_kedge(one), b = run_kedge(many);
  ASSERT_EQ(a.exit, 0) << a.err;
  EXPECT_EQ(a.out, b.out);
  const json line = parse_json(a.out.substr(0, a.out.find('\n')), "line");
  EXPECT_EQ(line["prompt_ids"].size(), 4u);
  EXPECT_EQ(line["completion_ids"].size(), line["logprobs"].size());
}

TEST(GenerateCommand, WantsExactlyOneSourceOfPrompts) {
  const TempDir dir("generate_sources");
  EXPECT_EQ(run_kedge({"generate", "--model", dir.path()}).exit, kExitUsage);
  const CommandResult both =
      run_kedge({"generate", "--model", dir.path(), "--prompt", "x", "--input", "y"});
  EXPECT_EQ(both.exit, kExitUsage);
  EXPECT_THAT(both.err, HasSubstr("--prompt and --input"));
}

TEST(GenerateCommand, RefusesSettingsThatCannotBeSampledWith) {
  const std::vector<std::vector<std::string>> cases = {
      {"--temperature", "nan"}, {"--top-p", "0"}, {"--samples", "0"}, {"--threads", "-1"}};
  for (const auto& words : cases) {
    const CommandResult result =
        run_kedge({"generate", "--model", ".", "--prompt", "1", words[0], words[1]});
    EXPECT_EQ(result.exit, kExitUsage) << words[0];
    EXPECT_THAT(result.err, HasSubstr(words[0] + ": found '" + words[1] + "'"));
  }
}

}  // namespace
}  // namespace kedge
