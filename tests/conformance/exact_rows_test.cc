// The claim of exact numerics, on whole rows: what a row is, its tokens and the bits of its
// log-probs, depends on prompt, seed and weights only.
#include <gtest/gtest.h>

#include <algorithm>

#include "tests/support/exact_engine.h"

namespace kedge {
namespace {

using test::ExactModel;
using test::fingerprint;
using test::item_of;

constexpr int32_t kNewTokens = 20;

// Never ends before kNewTokens, so that every row meets every batch.
SampleItem endless(uint64_t prompt, int32_t prompt_tokens, int32_t samples = 1) {
  SampleItem item = item_of(prompt, prompt_tokens, samples, kNewTokens);
  item.sampling.stop_ids = {};
  return item;
}

// Prompts of lengths around the borders of blocks, vectors and strips.
std::vector<SampleItem> many_items(int32_t count) {
  std::vector<SampleItem> items;
  for (int32_t i = 0; i < count; ++i) {
    items.push_back(endless(static_cast<uint64_t>(i), 1 + (7 * i) % 37));
  }
  return items;
}

std::string first_rows(const std::vector<FinishedRow>& rows, size_t count) {
  return fingerprint({rows.begin(), rows.begin() + static_cast<int64_t>(count)});
}

class ExactRows : public ::testing::TestWithParam<WeightFormat> {
 protected:
  ExactModel model{chosen_isa(), 2, GetParam()};
};

INSTANTIATE_TEST_SUITE_P(, ExactRows, testing::Values(WeightFormat::fp32, WeightFormat::bf16),
                         [](const testing::TestParamInfo<WeightFormat>& info) {
                           return info.param == WeightFormat::fp32 ? "fp32" : "bf16";
                         });

TEST_P(ExactRows, SameInBatchesOf1To67) {
  const std::string alone = fingerprint(model.sample(many_items(1), {.slots = 67}));
  for (int32_t batch = 2; batch <= 67; ++batch) {
    const auto rows = model.sample(many_items(batch), {.slots = 67});
    ASSERT_EQ(first_rows(rows, 1), alone) << "batch of " << batch;
  }
}

TEST_P(ExactRows, SameInEverySlot) {
  const std::string expected = fingerprint(model.sample(many_items(9)));
  std::vector<SampleItem> items = many_items(9);
  for (int turn = 1; turn < 9; ++turn) {
    std::rotate(items.begin(), items.begin() + 1, items.end());
    auto rows = model.sample(items);
    std::rotate(rows.begin(), rows.end() - turn, rows.end());
    ASSERT_EQ(fingerprint(rows), expected) << "turned by " << turn;
  }
}

TEST_P(ExactRows, SameForEveryNumberOfSlotsBlocksAndPrefillTokens) {
  const std::string expected = fingerprint(model.sample(many_items(13)));
  for (const int32_t slots : {1, 2, 5, 13}) {
    for (const int32_t blocks : {0, 5, 11}) {
      for (const int32_t prefill : {1, 3, 16, 100}) {
        const EngineOptions options{.slots = slots, .kv_blocks = blocks, .prefill_tokens = prefill};
        ASSERT_EQ(fingerprint(model.sample(many_items(13), options)), expected)
            << slots << " slots, " << blocks << " blocks, " << prefill << " prefill tokens";
      }
    }
  }
}

TEST_P(ExactRows, SameOnEveryCodePathAndNumberOfThreads) {
  const std::string expected = fingerprint(model.sample(many_items(20)));
  for (const Isa isa : available_isas()) {
    for (const int threads : {1, 2, 3}) {
      ExactModel other(isa, threads, GetParam());
      ASSERT_EQ(fingerprint(other.sample(many_items(20))), expected)
          << name_of(isa) << ", " << threads << " threads";
    }
  }
}

TEST_P(ExactRows, SameWithSharedAndUnsharedPrompt) {
  for (const int32_t prompt_tokens : {1, 15, 16, 17, 40}) {
    const auto group = model.sample({endless(3, prompt_tokens, 5)});
    std::vector<FinishedRow> alone;
    for (uint32_t stream = 0; stream < 5; ++stream) {
      SampleItem one = endless(3, prompt_tokens);
      one.first_stream = stream;
      alone.push_back(model.sample({one}).front());
    }
    ASSERT_EQ(fingerprint(group), fingerprint(alone)) << "prompt of " << prompt_tokens;
  }
}

// Every token once more, drawn after a prefill of all tokens before it.
TEST_P(ExactRows, DecodeEqualsPrefill) {
  const SampleItem item = endless(4, 13);
  const Row decoded = model.sample({item}).front().row;
  for (int32_t at = 1; at < kNewTokens; ++at) {
    SampleItem next = item;
    next.context.insert(next.context.end(), decoded.tokens.begin(), decoded.tokens.begin() + at);
    next.fork = static_cast<int32_t>(next.context.size());
    next.sampling.max_new_tokens = 1;
    const Row again = model.sample({next}).front().row;
    EXPECT_EQ(again.tokens.front(), decoded.tokens[at]) << "token " << at;
    EXPECT_EQ(again.policy_logprob.front(), decoded.policy_logprob[at]) << "token " << at;
  }
}

// A prompt and its rows as a packed forest, the prompt once or with every row.
TEST_P(ExactRows, DecodeEqualsTrainingForward) {
  const SampleItem item = endless(5, 18, 4);
  const auto rows = model.sample({item});
  for (const bool shared : {true, false}) {
    std::vector<Token> tokens, target;
    std::vector<int32_t> source;
    std::vector<float> sampled;
    SegmentLayout layout;
    const auto add = [&](const std::vector<Token>& ids, size_t count, int32_t parent) {
      tokens.insert(tokens.end(), ids.begin(), ids.begin() + static_cast<int64_t>(count));
      return layout.add(static_cast<int32_t>(count), parent);
    };
    int32_t prompt = -1;
    for (const FinishedRow& finished : rows) {
      const Row& row = finished.row;
      if (!shared || prompt < 0) prompt = add(item.context, item.context.size(), -1);
      const int32_t answer = add(row.tokens, row.tokens.size() - 1, prompt);
      for (size_t i = 0; i < row.tokens.size(); ++i) {
        const SegmentSpan& before = layout.segments[i == 0 ? prompt : answer];
        source.push_back(i == 0 ? before.end - 1 : before.begin + static_cast<int32_t>(i) - 1);
        target.push_back(row.tokens[i]);
        sampled.push_back(row.policy_logprob[i]);
      }
    }
    // The head wants ascending sources.
    std::vector<size_t> order(source.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return source[a] < source[b]; });
    std::vector<int32_t> ascending;
    std::vector<Token> ids;
    for (const size_t i : order) ascending.push_back(source[i]), ids.push_back(target[i]);
    const auto trained = model.trained_logprobs(tokens, layout, ascending, ids);
    for (size_t i = 0; i < order.size(); ++i) {
      ASSERT_EQ(trained[i], sampled[order[i]])
          << (shared ? "shared" : "separate") << " " << order[i];
    }
  }
}

// Keys lie in blocks as long as a segment: a row cut into segments of any length, as blocks of any
// size would cut it.
TEST_P(ExactRows, SameForEveryBlockSize) {
  const int32_t length = 75;
  const std::vector<Token> tokens = test::random_tokens(length, 250, 8);
  std::vector<int32_t> source(length - 1);
  for (int32_t i = 0; i + 1 < length; ++i) source[i] = i;
  const std::vector<Token> target(tokens.begin() + 1, tokens.end());
  SegmentLayout whole;
  whole.add(length, -1);
  const auto expected = model.trained_logprobs(tokens, whole, source, target);
  for (const int32_t block : {1, 2, 3, 7, 8, 15, 16, 17, 31, 32, 33, 64}) {
    SegmentLayout cut;
    for (int32_t begin = 0; begin < length; begin += block) {
      const auto before = static_cast<int32_t>(cut.segments.size()) - 1;
      cut.add(std::min(block, length - begin), before);
    }
    ASSERT_EQ(model.trained_logprobs(tokens, cut, source, target), expected)
        << "blocks of " << block;
  }
}

}  // namespace
}  // namespace kedge
