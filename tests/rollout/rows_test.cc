#include "rollout/rows.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "rollout/environment.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

class RowsTest : public ::testing::Test {
 protected:
  RowsTest() {
    SampleItem item = test::item_of(6, 4, 3, 5);
    item.append = {10, 11};
    item.append_kinds = {TokenKind::carried, TokenKind::injected};
    item.first_stream = 20;
    item.sampling.stop_ids = {2};
    family_ = {std::make_shared<SampleItem>(item), {1, 7, 0, 0}, 100};
  }
  std::unique_ptr<LiveRow> row(int32_t sample = 0) {
    return first_row(family_, sample, *tokenizer_);
  }
  Family family_;
  std::unique_ptr<Tokenizer> tokenizer_ = Tokenizer::bytes({"<eos>"});
  WeightId first_{WeightSet::policy, 1}, second_{WeightSet::policy, 2};
};

TEST_F(RowsTest, ARowBeginsWithTheItemsAppendedTokens) {
  const auto made = row(2);
  EXPECT_EQ(made->record.tokens, (std::vector<Token>{10, 11}));
  EXPECT_EQ(made->record.kinds, family_.item->append_kinds);
  EXPECT_EQ(made->record.policy_logprob, (std::vector<float>{0, 0}));
  EXPECT_EQ(made->record.stream, 22u);
  EXPECT_EQ(made->record.fork, 4);
  EXPECT_EQ(made->age, 102u);
  EXPECT_EQ(made->key, (RowKey{1, 7, 2, 0}));
  EXPECT_EQ(made->length(), 6);
}

TEST_F(RowsTest, TheAddressIsThePositionInTheContext) {
  const auto made = row(1);
  const RandomAddress address = address_of_next(*made);
  EXPECT_EQ(address.purpose, Purpose::sample);
  EXPECT_EQ(address.prompt, 6u);
  EXPECT_EQ(address.stream, 21u);
  EXPECT_EQ(address.position, 6u);
}

TEST_F(RowsTest, SpansFollowTheWeights) {
  const auto made = row();
  accept(*made, {50, -1, -2}, first_, 100);
  accept(*made, {51, -1, -2}, first_, 100);
  append(*made, {70}, TokenKind::tool);
  accept(*made, {52, -1, -2}, first_, 100);
  accept(*made, {53, -3, -4}, second_, 100);
  const std::vector<WeightSpan> expected = {{2, 4, first_}, {5, 6, first_}, {6, 7, second_}};
  EXPECT_EQ(made->record.spans, expected);
  EXPECT_EQ(made->record.policy_logprob, (std::vector<float>{0, 0, -1, -1, 0, -1, -3}));
  EXPECT_EQ(made->record.sampler_logprob.back(), -4);
  EXPECT_EQ(made->tokens.back(), 53);
}

TEST_F(RowsTest, ReasonsToStop) {
  auto made = row();
  EXPECT_EQ(accept(*made, {50, 0, 0}, first_, 100), std::nullopt);
  EXPECT_EQ(accept(*made, {2, 0, 0}, first_, 100), StopReason::stop_token);
  made = row();
  for (int i = 0; i < 4; ++i) EXPECT_EQ(accept(*made, {50, 0, 0}, first_, 100), std::nullopt);
  EXPECT_EQ(accept(*made, {50, 0, 0}, first_, 100), StopReason::length);
  made = row();
  EXPECT_EQ(accept(*made, {50, 0, 0}, first_, 7), StopReason::context);
}

TEST_F(RowsTest, ANewChunkForksFromTheItemAgain) {
  const auto made = row(1);
  accept(*made, {50, 0, 0}, first_, 100);
  const auto next =
      next_chunk(*made, {50, 51}, {TokenKind::carried, TokenKind::carried}, *tokenizer_);
  EXPECT_EQ(next->record.stream, chunk_stream(21, 1));
  EXPECT_EQ(next->key, (RowKey{1, 7, 1, 1}));
  EXPECT_EQ(next->record.tokens, (std::vector<Token>{50, 51}));
  EXPECT_EQ(next->length(), 6);
  EXPECT_EQ(next->num_sampled, 0);
  EXPECT_THROW(next_chunk(*made, {50}, {}, *tokenizer_), InvariantError);
}

}  // namespace
}  // namespace kedge
