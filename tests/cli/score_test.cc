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

TEST(ScoreCommand, GivesWhatGenerateRecorded) {
  const TempDir dir("score");
  const std::string model = tiny_model(dir.path());
  const CommandResult generated = run_kedge({"generate", "--model", model, "--prompt", "1+2=",
                                             "--max-new-tokens", "5"});
  ASSERT_EQ(generated.exit, 0) << generated.err;
  const json line = parse_json(generated.out, "line");
  json ids = line["prompt_ids"];
  for (const json& id : line["completion_ids"]) ids.push_back(id);
  real_files().write_atomic(dir.path() + "/rows.jsonl",
                            json{{"input_ids", ids}, {"prompt_tokens", 4}}.dump() + "\n");
  const CommandResult scored =
      run_kedge({"score", "--model", model, "--input", dir.path() + "/rows.jsonl"});
  ASSERT_EQ(scored.exit, 0) << scored.err;
  // To the bit: the forward that samples is the forward that scores.
  EXPECT_EQ(parse_json(scored.out, "scores")["logprobs"], line["logprobs"]);
}

}  // namespace
}  // namespace kedge
