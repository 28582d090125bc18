#include "model/scorer.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "model/ops_reference.h"
#include "tests/support/small_models.h"
#include "tests/support/tensors.h"

namespace kedge {
namespace {

// Counts the packed tokens of every forward.
class CountingEmbedding : public EmbeddingOp {
 public:
  explicit CountingEmbedding(std::vector<int64_t>& passes) : passes_(passes) {}
  void forward(Context& context, std::span<const Token> tokens, const Weight& w,
               const TensorView& x) const override {
    passes_.push_back(static_cast<int64_t>(tokens.size()));
    inner_->forward(context, tokens, w, x);
  }
  void backward(Context& context, std::span<const Token> tokens, const TensorView& dx,
                const TensorView& dw) const override {
    inner_->backward(context, tokens, dx, dw);
  }

 private:
  std::vector<int64_t>& passes_;
  std::unique_ptr<EmbeddingOp> inner_ = reference::embedding_op();
};

struct ScorerTest : testing::Test {
  ScorerTest() {
    ops.embedding = std::make_unique<CountingEmbedding>(passes);
    test::randomize(parameters, 5);
  }

  std::vector<ScoredTokens> score(const std::vector<ScoreItem>& items,
                                  int64_t tokens_per_pass = 1000) {
    passes.clear();
    return Scorer(machine.context, transformer, tokens_per_pass).score(parameters, items);
  }

  // Two groups: one prompt with three answers (two of which begin alike), one with one.
  std::vector<ScoreItem> items() const {
    const std::vector<Token> prompt = {4, 8, 15, 16, 23};
    std::vector<ScoreItem> items;
    for (const std::vector<Token>& answer :
         {std::vector<Token>{1, 2, 3, 4}, {1, 2, 9}, {7, 7, 7, 7, 7}}) {
      ScoreItem item;
      item.group.prompt = 1;
      item.row = static_cast<int32_t>(items.size()) + 1;
      item.context = prompt;
      item.context.insert(item.context.end(), answer.begin(), answer.end());
      item.first_scored = 5;
      items.push_back(item);
    }
    ScoreItem other;
    other.group.prompt = 2;
    other.context = {4, 8, 15, 2};
    other.first_scored = 1;
    other.columns = {"logprob", "entropy"};
    items.insert(items.begin() + 1, other);
    return items;
  }

  std::vector<int64_t> passes;
  test::Machine machine{2};
  ModelConfig config = test::small_config();
  Operators ops = reference_operators();
  Parameters parameters{config, Parameters::Gradients::none};
  Transformer transformer{config, ops};
};

TEST_F(ScorerTest, EqualsOneForwardPerItemBitForBit) {
  const std::vector<ScoreItem> all = items();
  const std::vector<ScoredTokens> results = score(all);
  ASSERT_EQ(results.size(), all.size());
  for (size_t i = 0; i < all.size(); ++i) {
    const ScoreItem& item = all[i];
    SegmentLayout layout;
    layout.add(static_cast<int32_t>(item.context.size()), -1);
    Activations activations(config, Recompute::none);
    transformer.forward(machine.context, parameters, item.context, layout, activations);
    std::vector<int32_t> source;
    std::vector<Token> id;
    for (size_t t = item.first_scored; t < item.context.size(); ++t) {
      source.push_back(static_cast<int32_t>(t) - 1);
      id.push_back(item.context[t]);
    }
    std::vector<float> logprob(id.size()), lse(id.size()), entropy(id.size());
    ops.head->forward(machine.context, activations.hidden(), parameters.head().weight, {source, id},
                      1.0f, logprob, lse, entropy);
    test::expect_same_bits(results[i].logprob, logprob, "item " + std::to_string(i));
    if (i == 1) {
      test::expect_same_bits(results[i].entropy, entropy, "entropy");
    } else {
      EXPECT_TRUE(results[i].entropy.empty());
    }
  }
}

TEST_F(ScorerTest, SharedPrefixesAreComputedOnce) {
  score(items());
  // Group 1: prompt 5, [1 2] 2, [3] 1, [7 7 7 7] 4; group 2: 3. Last tokens are never read.
  EXPECT_EQ(passes, (std::vector<int64_t>{5 + 2 + 1 + 4 + 3}));
}

TEST_F(ScorerTest, ResultsDoNotDependOnThePasses) {
  const std::vector<ScoredTokens> whole = score(items());
  for (const int64_t tokens_per_pass : {1, 9, 12, 16}) {
    const std::vector<ScoredTokens> cut = score(items(), tokens_per_pass);
    EXPECT_GT(passes.size(), 1u);
    for (size_t i = 0; i < whole.size(); ++i) {
      test::expect_same_bits(cut[i].logprob, whole[i].logprob, "item " + std::to_string(i));
      test::expect_same_bits(cut[i].entropy, whole[i].entropy, "item " + std::to_string(i));
    }
    const int64_t longest_item = 9;
    for (const int64_t tokens : passes) {
      EXPECT_LE(tokens, std::max(tokens_per_pass, longest_item));
    }
  }
}

TEST_F(ScorerTest, EachItemHasItsTemperature) {
  std::vector<ScoreItem> all = items();
  const std::vector<ScoredTokens> plain = score(all);
  all[2].temperature = 0.5;
  const std::vector<ScoredTokens> mixed = score(all);
  EXPECT_EQ(passes.size(), 1u);
  EXPECT_EQ(mixed[0].logprob, plain[0].logprob);
  EXPECT_NE(mixed[2].logprob, plain[2].logprob);
  const std::vector<ScoredTokens> alone = score({all[2]});
  test::expect_same_bits(alone[0].logprob, mixed[2].logprob, "item 2");
}

TEST_F(ScorerTest, EqualContextsAndNothingToScore) {
  std::vector<ScoreItem> all = {items()[0], items()[0]};
  all.push_back(items()[0]);
  all.back().first_scored = static_cast<int32_t>(all.back().context.size());
  const std::vector<ScoredTokens> results = score(all);
  EXPECT_EQ(passes, (std::vector<int64_t>{8}));
  test::expect_same_bits(results[0].logprob, results[1].logprob, "twins");
  EXPECT_TRUE(results[2].logprob.empty());
  EXPECT_TRUE(score({}).empty());
}

TEST_F(ScorerTest, RefusalsNameTheItem) {
  const auto refused = [&](auto change, const std::string& word) {
    std::vector<ScoreItem> all = items();
    change(all[2]);
    try {
      score(all);
      FAIL() << "accepted: " << word;
    } catch (const InvariantError& error) {
      EXPECT_NE(std::string(error.what()).find("item 2"), std::string::npos) << error.what();
      EXPECT_NE(std::string(error.what()).find(word), std::string::npos) << error.what();
    }
  };
  refused([](ScoreItem& item) { item.first_scored = 0; }, "first_scored");
  refused([](ScoreItem& item) { item.first_scored = 100; }, "first_scored");
  refused([](ScoreItem& item) { item.context[3] = 29; }, "vocabulary");
  refused([](ScoreItem& item) { item.context[3] = -1; }, "vocabulary");
  refused([](ScoreItem& item) { item.temperature = 0.0; }, "temperature");
}

}  // namespace
}  // namespace kedge
