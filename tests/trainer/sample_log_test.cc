#include "trainer/sample_log.h"

#include <gtest/gtest.h>

#include "tests/support/groups.h"

namespace kedge {
namespace {

ScoredGroup one_group(const Tokenizer& tokenizer) {
  Group group = testing::plain_group(4, tokenizer.encode("1+1=", false),
                                     {tokenizer.encode("2", false), tokenizer.encode("no", false)});
  group.prompt.text = "1+1=";
  group.prompt.answer = "2";
  TrajectoryScore right{{Verdict::scored(1.0)}, Verdict::scored(1.0), 1.0};
  TrajectoryScore unjudged{{Verdict::abstained("no number")}, Verdict::abstained("all"), 0.0};
  return {group, {right, unjudged}, {}};
}

TEST(SampleLog, ShowsAnswerVerdictsAndReward) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  const ScoredGroup scored = one_group(*tokenizer);
  const auto line = sample_line(3, "train", scored, 0, {"exact"}, *tokenizer);
  EXPECT_EQ(line["step"], 3);
  EXPECT_EQ(line["completion"], "2");
  EXPECT_EQ(line["answer"], "2");
  EXPECT_EQ(line["reward"], 1.0);
  EXPECT_EQ(line["stop"], "stop_token");
  const auto unjudged = sample_line(3, "train", scored, 1, {"exact"}, *tokenizer);
  EXPECT_TRUE(unjudged["reward"].is_null());
  EXPECT_EQ(unjudged["verdicts"]["exact"], "abstain: no number");
}

TEST(SampleLog, DumpsIdsAndLogProbs) {
  const auto tokenizer = Tokenizer::bytes({"<eos>"});
  const std::vector<ScoredGroup> groups = {one_group(*tokenizer)};
  const std::vector<std::pair<int32_t, int32_t>> which = {{0, 1}};
  const json line = json::parse(dump_of_rows(groups, which, *tokenizer));
  EXPECT_EQ(line["group"], 0);
  EXPECT_EQ(line["trajectory"], 1);
  EXPECT_EQ(line["rows"][0]["ids"], json(groups[0].group.rows[2].tokens));
  EXPECT_EQ(line["rows"][0]["policy_logprobs"].size(), 2u);
}

}  // namespace
}  // namespace kedge
