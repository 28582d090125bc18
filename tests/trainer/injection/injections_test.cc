#include "trainer/injection/injections.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/prompt_lists.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::text_prompt;

class InjectionsTest : public ::testing::Test {
 protected:
  Injections read(const std::string& text, bool needs_logprobs = true) {
    const std::string path = temp.path() + "/gt.jsonl";
    real_files().write_atomic(path, text);
    InjectionOptions options{path, needs_logprobs, 256, 258, 8};
    return Injections(real_files(), *tokenizer, options, [this](const Prompt& p, const Row& row) {
      return judge_alone(*tokenizer, rewards, p, row);
    });
  }
  std::string refusal(const std::string& text) {
    try {
      read(text);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "accepted";
  }

  TempDir temp{"injections"};
  std::unique_ptr<Tokenizer> tokenizer = Tokenizer::bytes({"<eos>"});
  RewardSet rewards = testing::StrategyBench::exact_answer();
  std::shared_ptr<const Prompt> prompt = text_prompt(*tokenizer, 4, "2+2=", "4");
};

TEST_F(InjectionsTest, FindsCorrectAnswersByIdAndByText) {
  Injections injections = read(
      "{\"prompt_id\":\"test:4\",\"completion_ids\":[52,256],\"logprobs\":[-0.5,-0.25]}\n"
      "{\"prompt\":\"2+2=\",\"completion\":\"4\",\"logprobs\":[-1.5,-1.25]}\n"
      "{\"prompt\":\"2+2=\",\"completion\":\"5\",\"logprobs\":[-1,-1]}\n");
  EXPECT_EQ(injections.size(), 3u);
  EXPECT_EQ(injections.num_prompts(), 2u);
  const std::vector<Row>& rows = injections.correct(*prompt);
  ASSERT_EQ(rows.size(), 2u);
  EXPECT_EQ(injections.num_wrong(), 1);
  for (const Row& row : rows) {
    EXPECT_EQ(row.tokens, (std::vector<Token>{52, 256}));  // text ends in the stop token too
    EXPECT_EQ(row.kinds, std::vector<TokenKind>(2, TokenKind::injected));
    EXPECT_EQ(row.source, RowSource::injected);
    EXPECT_EQ(row.fork, 4);
    EXPECT_EQ(row.stop, StopReason::given);
  }
  EXPECT_EQ(rows[1].policy_logprob, (std::vector<float>{-1.5f, -1.25f}));
  EXPECT_TRUE(injections.correct(*text_prompt(*tokenizer, 5, "3+2=", "5")).empty());
  injections.correct(*prompt);
  EXPECT_EQ(injections.num_wrong(), 1);  // judged once
}

TEST_F(InjectionsTest, OnlyDetachedOnesGoWithoutLogprobs) {
  const std::string line = "{\"prompt\":\"2+2=\",\"completion\":\"4\"}\n";
  EXPECT_NE(refusal(line).find("injected: detach"), std::string::npos);
  Injections detached = read(line, false);
  EXPECT_EQ(detached.correct(*prompt).size(), 1u);
}

TEST_F(InjectionsTest, RefusalsNameTheLine) {
  const std::string fine = "{\"prompt\":\"2+2=\",\"completion\":\"4\",\"logprobs\":[-1,-1]}\n";
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"", "no answer"},
      {fine + "{\"completion\":\"4\",\"logprobs\":[-1,-1]}\n", "gt.jsonl:2"},
      {"{\"prompt\":\"2+2=\"}\n", "completion"},
      {"{\"prompt\":\"2+2=\",\"completion\":\"4\",\"logprobs\":[-1]}\n", "1 logprobs for 2 tokens"},
      {"{\"prompt\":\"2+2=\",\"completion\":\"4\",\"logprobs\":[-1,0.5]}\n", "0.5"},
      {"{\"prompt\":\"2+2=\",\"completion_ids\":[258],\"logprobs\":[-1]}\n", "0 to 257"},
      {"{\"prompt\":\"2+2=\",\"completion_ids\":[],\"logprobs\":[]}\n", "empty answer"},
  };
  for (const auto& [text, word] : cases) {
    EXPECT_NE(refusal(text).find(word), std::string::npos) << refusal(text);
  }
  Injections longest =
      read("{\"prompt\":\"2+2=\",\"completion\":\"4    \",\"logprobs\":[-1,-1,-1,-1,-1,-1]}\n");
  EXPECT_THROW(longest.correct(*prompt), ConfigError);
}

}  // namespace
}  // namespace kedge
