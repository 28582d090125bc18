#include "rollout/sources/jsonl_source.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

class JsonlSourceTest : public ::testing::Test {
 protected:
  JsonlSourceTest() {
    config_.file = directory_ / "data.jsonl";
    write(9);
  }
  // Line i has a prompt of i + 1 bytes and a completion of one.
  void write(int lines) {
    std::ofstream out(config_.file);
    for (int i = 0; i < lines; ++i) {
      out << json{{"prompt", std::string(i + 1, 'a')}, {"completion", "z"}, {"n", i}}.dump()
          << "\n";
    }
  }
  SourceOptions options(int32_t max_tokens = 100) {
    return {*tokenizer_, 3, max_tokens, Side::train};
  }
  std::unique_ptr<PromptSource> source(int32_t max_tokens = 100) {
    return jsonl_prompt_source(config_, options(max_tokens), "data.train");
  }
  static std::vector<uint64_t> ordinals(const std::vector<PromptVisit>& visits) {
    std::vector<uint64_t> out;
    for (const PromptVisit& visit : visits) out.push_back(visit.prompt->ordinal);
    return out;
  }
  testing_support::TemporaryDirectory directory_;
  SourceConfig config_;
  std::unique_ptr<Tokenizer> tokenizer_ = Tokenizer::bytes({"<eos>"});
};

TEST_F(JsonlSourceTest, DrawsEveryPromptOncePerEpoch) {
  config_.epochs = 2;
  const auto made = source();
  EXPECT_EQ(made->size(), 9u);
  const std::vector<PromptVisit> all = made->draw(100);
  ASSERT_EQ(all.size(), 18u);
  std::map<std::pair<uint64_t, uint32_t>, int> seen;
  for (const PromptVisit& visit : all) ++seen[{visit.prompt->ordinal, visit.visit}];
  EXPECT_EQ(seen.size(), 18u);
  EXPECT_TRUE(made->draw(1).empty());
}

TEST_F(JsonlSourceTest, FixedIsInFileOrderAndMovesNothing) {
  const auto made = source();
  const auto other = source();
  EXPECT_EQ(ordinals(made->fixed(4)), (std::vector<uint64_t>{0, 1, 2, 3}));
  EXPECT_EQ(made->fixed(50).size(), 9u);
  EXPECT_EQ(ordinals(made->draw(9)), ordinals(other->draw(9)));
}

TEST_F(JsonlSourceTest, ResumesExactly) {
  for (int stop = 0; stop <= 20; ++stop) {
    const auto whole = source();
    whole->draw(stop);
    const auto resumed = source();
    resumed->load(json::parse(whole->save().dump()));
    const std::vector<PromptVisit> expected = whole->draw(12), got = resumed->draw(12);
    EXPECT_EQ(ordinals(got), ordinals(expected));
    for (size_t i = 0; i < got.size(); ++i) EXPECT_EQ(got[i].visit, expected[i].visit);
  }
}

TEST_F(JsonlSourceTest, RefusesTheStateOfAnotherFile) {
  const json state = source()->save();
  write(10);
  EXPECT_THROW(source()->load(state), ConfigError);
}

TEST_F(JsonlSourceTest, DroppingMovesNoOrdinal) {
  const auto made = source(4);
  EXPECT_EQ(made->size(), 4u);
  EXPECT_EQ(made->counts().too_long_dropped, 5);
  config_.shuffle = false;
  EXPECT_EQ(ordinals(source(4)->draw(4)), (std::vector<uint64_t>{0, 1, 2, 3}));
  config_.too_long = TooLong::truncate_left;
  const auto cut = source(4);
  EXPECT_EQ(cut->size(), 9u);
  EXPECT_EQ(cut->counts().too_long_truncated, 5);
}

TEST_F(JsonlSourceTest, AllTooLongIsRefused) {
  std::ofstream(config_.file) << "{\"prompt\": \"long enough\"}\n";
  EXPECT_THROW(source(4), ConfigError);
}

TEST_F(JsonlSourceTest, Demonstrations) {
  config_.shuffle = false;
  const auto made = jsonl_demonstration_source(config_, options(6), 256, "data.train");
  EXPECT_EQ(made->size(), 4u) << "prompt, completion and end in 6 tokens";
  EXPECT_EQ(made->counts().too_long_dropped, 5);
  const std::vector<Demonstration> drawn = made->draw(5);
  EXPECT_EQ(drawn[1].prompt->text, "aa");
  EXPECT_EQ(drawn[1].completion, "z");
  EXPECT_EQ(drawn[1].completion_tokens, (std::vector<Token>{'z', 256}));
  EXPECT_EQ(drawn[4].prompt->ordinal, 0u) << "the second epoch";
  const auto resumed = jsonl_demonstration_source(config_, options(6), 256, "data.train");
  resumed->load(made->save());
  EXPECT_EQ(resumed->draw(1)[0].prompt->ordinal, made->draw(1)[0].prompt->ordinal);
}

TEST_F(JsonlSourceTest, ACompletionThatFillsEverythingIsDropped) {
  config_.too_long = TooLong::truncate_left;
  std::ofstream(config_.file) << "{\"prompt\": \"abc\", \"completion\": \"12345\"}\n"
                              << "{\"prompt\": \"abcdef\", \"completion\": \"1\"}\n";
  const auto made = jsonl_demonstration_source(config_, options(6), 256, "data.train");
  EXPECT_EQ(made->size(), 1u);
  EXPECT_EQ(made->draw(1)[0].prompt->text, "cdef");
}

}  // namespace
}  // namespace kedge
