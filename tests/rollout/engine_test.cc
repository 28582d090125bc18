#include "rollout/engine.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

using test::fingerprint;
using test::item_of;
using test::order_of;
using test::TinyModel;

std::vector<SampleItem> some_items() {
  std::vector<SampleItem> items;
  for (uint64_t prompt = 0; prompt < 4; ++prompt) {
    items.push_back(item_of(prompt, 5 + 11 * static_cast<int32_t>(prompt), 3, 24));
  }
  items[1].sampling.temperature = 0.7;
  items[2].sampling.top_p = 0.8;
  items[2].append = {1, 2};
  items[2].append_kinds = {TokenKind::carried, TokenKind::carried};
  items[3].sampling.greedy = true;
  items[3].num_samples = 1;
  return items;
}

std::string run(TinyModel& model, const EngineOptions& options) {
  const auto engine = model.engine(options);
  engine->submit(order_of(some_items()));
  return fingerprint(engine->drain());
}

double metric(RolloutEngine& engine, const std::string& name) {
  return engine.take_metrics().flatten().at(name);
}

TEST(EngineTest, SamplesWhatAPlainLoopSamples) {
  TinyModel model;
  const auto engine = model.engine();
  const std::vector<SampleItem> items = some_items();
  engine->submit(order_of(items));
  const std::vector<FinishedRow> rows = engine->drain();
  ASSERT_EQ(rows.size(), 10u);
  size_t r = 0;
  for (const SampleItem& item : items) {
    for (int32_t sample = 0; sample < item.num_samples; ++sample, ++r) {
      const Row& row = rows[r].row;
      const Row expected = test::sample_plainly(model, model.parameters, item, sample);
      EXPECT_EQ(rows[r].group, item.group);
      EXPECT_EQ(row.stream, expected.stream);
      EXPECT_EQ(row.tokens, expected.tokens) << "prompt " << item.group.prompt;
      EXPECT_EQ(row.stop, expected.stop);
      EXPECT_EQ(row.fork, item.fork);
      const size_t given = item.append.size();
      for (size_t t = given; t < row.tokens.size(); ++t) {
        EXPECT_EQ(row.policy_logprob[t], expected.policy_logprob[t - given]) << "token " << t;
        EXPECT_EQ(row.kinds[t], TokenKind::sampled);
      }
      for (size_t t = 0; t < given; ++t) {
        EXPECT_EQ(row.kinds[t], TokenKind::carried);
        EXPECT_EQ(row.policy_logprob[t], 0.0f);
      }
      ASSERT_EQ(row.spans.size(), 1u);
      EXPECT_EQ(row.spans[0].begin, static_cast<int32_t>(given));
      EXPECT_EQ(row.spans[0].end, static_cast<int32_t>(row.tokens.size()));
      EXPECT_EQ(row.spans[0].weights, model.parameters.id());
    }
  }
}

TEST(EngineTest, NothingButOrderSeedAndWeightsMatters) {
  TinyModel model;
  const std::string expected = run(model, {});
  for (const int32_t slots : {1, 2, 3, 7}) {
    for (const int32_t prefill : {1, 5, 16, 1000}) {
      for (const int32_t blocks : {0, 5, 9}) {
        const EngineOptions options{.slots = slots, .kv_blocks = blocks, .prefill_tokens = prefill};
        EXPECT_EQ(run(model, options), expected)
            << slots << " slots, " << prefill << " prefill tokens, " << blocks << " blocks";
      }
    }
  }
  TinyModel threads(1, {WeightSet::policy, 1}, 3);
  EXPECT_EQ(run(threads, {}), expected);
}

TEST(EngineTest, OrderOfSubmissionDoesNotMatter) {
  TinyModel model;
  const auto one = model.engine();
  one->submit(order_of(some_items()));
  const std::string expected = fingerprint(one->drain());
  const auto other = model.engine();
  std::vector<SampleItem> items = some_items();
  // Three orders, last item first, the last one while the others run.
  other->submit(order_of({items[3]}, 4));
  other->submit(order_of({items[1], items[2]}, 3));
  std::vector<FinishedRow> rows;
  for (int i = 0; i < 4; ++i) {
    for (FinishedRow& row : other->step()) rows.push_back(std::move(row));
  }
  other->submit(order_of({items[0]}, 2));
  for (FinishedRow& row : other->drain()) rows.push_back(std::move(row));
  std::stable_sort(rows.begin(), rows.end(), [](const FinishedRow& a, const FinishedRow& b) {
    return std::pair(a.group, a.row.stream) < std::pair(b.group, b.row.stream);
  });
  EXPECT_EQ(fingerprint(rows), expected);
}

TEST(EngineTest, PreemptionHappensAndChangesNothing) {
  TinyModel model;
  const auto roomy = model.engine({.slots = 8});
  const auto tight = model.engine({.slots = 8, .kv_blocks = 8});
  std::vector<SampleItem> items;
  for (uint64_t prompt = 0; prompt < 5; ++prompt) items.push_back(item_of(prompt, 20, 2, 60));
  roomy->submit(order_of(items));
  tight->submit(order_of(items));
  EXPECT_EQ(fingerprint(tight->drain()), fingerprint(roomy->drain()));
  EXPECT_GT(metric(*tight, "perf/preemptions"), 0);
  EXPECT_EQ(metric(*roomy, "perf/preemptions"), 0);
}

TEST(EngineTest, APromptIsComputedOncePerGroup) {
  TinyModel model;
  const auto engine = model.engine();
  SampleItem item = item_of(1, 40, 8, 10);
  item.sampling.stop_ids = {};
  engine->submit(order_of({item}));
  engine->drain();
  const MetricValues values = engine->take_metrics().flatten();
  EXPECT_EQ(values.at("perf/prefill_tokens"), 40);
  EXPECT_EQ(values.at("perf/shared_tokens"), 7 * 40);
  EXPECT_EQ(values.at("perf/decode_tokens"), 8 * 9) << "the last token needs no KV";
  EXPECT_TRUE(engine->idle());
}

TEST(EngineTest, ItemsWithTheSamePrefixShareIt) {
  TinyModel model;
  const auto engine = model.engine();
  SampleItem sampled = item_of(1, 40, 4, 6);
  SampleItem greedy = item_of(1, 40, 1, 6);
  greedy.sampling.greedy = true;
  greedy.first_stream = 4;
  engine->submit(order_of({sampled, greedy}));
  const std::vector<FinishedRow> rows = engine->drain();
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[4].row.stream, 4u);
  EXPECT_EQ(rows[4].row.tokens, test::sample_plainly(model, model.parameters, greedy, 4).tokens);
  EXPECT_EQ(metric(*engine, "perf/prefill_tokens"), 40);
}

TEST(EngineTest, KeptKvServesForksAtAnyPosition) {
  TinyModel model;
  const auto engine = model.engine();
  SampleItem root = item_of(1, 20, 2, 30);
  root.sampling.stop_ids = {};
  root.keep_kv = true;
  engine->submit(order_of({root}));
  const std::vector<FinishedRow> rows = engine->drain();
  engine->take_metrics();
  for (const int32_t at : {1, 11, 12, 28}) {
    SampleItem fork = item_of(1, 20, 2, 5);
    fork.parent = 1;
    fork.context.insert(fork.context.end(), rows[0].row.tokens.begin(),
                        rows[0].row.tokens.begin() + at);
    fork.fork = 20 + at;
    fork.first_stream = 10 + static_cast<uint32_t>(at);
    engine->submit(order_of({fork}));
    const std::vector<FinishedRow> forked = engine->drain();
    for (int32_t sample = 0; sample < 2; ++sample) {
      const Row expected =
          test::sample_plainly(model, model.parameters, fork, fork.first_stream + sample);
      EXPECT_EQ(forked[sample].row.tokens, expected.tokens) << "fork after " << at;
      EXPECT_EQ(forked[sample].row.policy_logprob, expected.policy_logprob);
      EXPECT_EQ(forked[sample].row.parent, 1);
    }
    const MetricValues values = engine->take_metrics().flatten();
    EXPECT_EQ(values.at("perf/prefill_tokens") + values.at("perf/decode_tokens"), 1 + 2 * 4)
        << "one token again for its logits, then only new ones";
  }
  engine->release(root.group);
  SampleItem again = item_of(1, 20, 1, 2);
  again.first_stream = 90;
  engine->submit(order_of({again}));
  engine->drain();
  EXPECT_EQ(metric(*engine, "perf/prefill_tokens"), 20) << "nothing is kept any more";
}

TEST(EngineTest, AdoptInTheMiddleStartsANewSpan) {
  TinyModel model;
  const Parameters newer = model.other_weights(2, {WeightSet::policy, 2});
  for (const int32_t slots : {2, 8}) {
    const auto engine = model.engine({.slots = slots, .prefill_tokens = 30});
    std::vector<SampleItem> items = {item_of(1, 20, 4, 20)};
    items[0].sampling.stop_ids = {};
    engine->submit(order_of(items));
    for (int i = 0; i < 8; ++i) ASSERT_TRUE(engine->step().empty());
    engine->adopt(newer);
    const std::vector<FinishedRow> rows = engine->drain();
    ASSERT_EQ(rows.size(), 4u);
    for (const FinishedRow& finished : rows) {
      const Row& row = finished.row;
      // From each border on, the tokens are what the new weights say about the old context.
      SampleItem rest = items[0];
      ASSERT_FALSE(row.spans.empty());
      const WeightSpan& last = row.spans.back();
      EXPECT_EQ(last.weights.version, 2u);
      EXPECT_EQ(last.end, 20);
      if (row.spans.size() == 2) {
        EXPECT_EQ(row.spans[0].weights.version, 1u);
        EXPECT_EQ(row.spans[0].end, last.begin);
      }
      rest.context.insert(rest.context.end(), row.tokens.begin(), row.tokens.begin() + last.begin);
      rest.sampling.max_new_tokens = 20 - last.begin;
      const Row expected = test::sample_plainly(model, newer, rest, row.stream);
      EXPECT_EQ(std::vector<Token>(row.tokens.begin() + last.begin, row.tokens.end()),
                expected.tokens);
      EXPECT_EQ(
          std::vector<float>(row.policy_logprob.begin() + last.begin, row.policy_logprob.end()),
          expected.policy_logprob);
    }
    EXPECT_EQ(rows[0].row.spans.size(), 2u);
  }
}

TEST(EngineTest, AdoptingTheSameVersionKeepsKv) {
  TinyModel model;
  const auto engine = model.engine();
  SampleItem item = item_of(1, 20, 1, 10);
  item.sampling.stop_ids = {};
  engine->submit(order_of({item}));
  for (int i = 0; i < 4; ++i) engine->step();
  engine->adopt(model.parameters);
  engine->drain();
  EXPECT_EQ(metric(*engine, "perf/prefill_tokens"), 20);
}

TEST(EngineTest, SeveralWeightSetsInOneEngine) {
  TinyModel model;
  const Parameters initial = model.other_weights(3, {WeightSet::initial, 0});
  const auto engine = model.engine();
  engine->adopt(initial);
  SampleItem policy = item_of(1, 20, 2, 12);
  SampleItem reference = item_of(1, 20, 2, 12);
  reference.weights = WeightSet::initial;
  reference.group.purpose = Purpose::reference;
  SampleItem same_group = item_of(1, 20, 1, 12);
  same_group.weights = WeightSet::initial;
  same_group.first_stream = 7;
  engine->submit(order_of({policy, reference, same_group}));
  const std::vector<FinishedRow> rows = engine->drain();
  ASSERT_EQ(rows.size(), 5u);
  EXPECT_EQ(rows[1].row.tokens, test::sample_plainly(model, model.parameters, policy, 1).tokens);
  EXPECT_EQ(rows[3].row.tokens, test::sample_plainly(model, initial, reference, 1).tokens);
  EXPECT_EQ(rows[3].row.spans[0].weights, initial.id());
  EXPECT_EQ(rows[4].row.tokens, test::sample_plainly(model, initial, same_group, 7).tokens);
  // Only the set that changes loses its KV.
  engine->submit(order_of({policy, reference}, 2));
  for (int i = 0; i < 4; ++i) engine->step();
  engine->take_metrics();
  const Parameters newer = model.other_weights(3, {WeightSet::policy, 5});
  engine->adopt(newer);
  engine->step();
  engine->step();
  const MetricValues values = engine->take_metrics().flatten();
  EXPECT_EQ(values.at("perf/prefill_tokens"), 28)
      << "the policy's prompt once, and four tokens of each row";
}

TEST(EngineTest, StopStringsEndARowAndStayInIt) {
  TinyModel model;
  SampleItem item = item_of(2, 10, 1, 60);
  item.sampling.stop_ids = {};
  const auto engine = model.engine();
  engine->submit(order_of({item}));
  const Row free_row = engine->drain()[0].row;
  const auto text_of = [&](size_t begin, size_t end) {
    return model.tokenizer->decode(std::span(free_row.tokens).subspan(begin, end - begin), false);
  };
  // Two neighbouring tokens that are ASCII make the stop string.
  size_t at = 10;
  while (free_row.tokens[at] >= 128 || free_row.tokens[at + 1] >= 128) ++at;
  const std::string stop = text_of(at, at + 2);
  ASSERT_EQ(stop.size(), 2u);
  const size_t first = text_of(0, free_row.tokens.size()).find(stop);
  ASSERT_NE(first, std::string::npos);
  item.sampling.stop_strings = {"never in there", stop};
  engine->submit(order_of({item}, 2));
  const Row row = engine->drain()[0].row;
  EXPECT_EQ(row.stop, StopReason::stop_string);
  ASSERT_LE(row.tokens.size(), at + 2);
  EXPECT_TRUE(std::equal(row.tokens.begin(), row.tokens.end(), free_row.tokens.begin()));
  const std::string text = text_of(0, row.tokens.size());
  EXPECT_EQ(text.substr(text.size() - 2), stop);
}

TEST(EngineTest, RowsEndByLengthContextAndStopId) {
  TinyModel model;
  const auto engine = model.engine();
  SampleItem length = item_of(1, 10, 1, 5);
  length.sampling.stop_ids = {};
  SampleItem context = item_of(2, 120, 1, 50);
  context.sampling.stop_ids = {};
  engine->submit(order_of({length, context}));
  const std::vector<FinishedRow> rows = engine->drain();
  EXPECT_EQ(rows[0].row.stop, StopReason::length);
  EXPECT_EQ(rows[0].row.tokens.size(), 5u);
  EXPECT_EQ(rows[1].row.stop, StopReason::context);
  EXPECT_EQ(rows[1].row.tokens.size(), 8u);
  SampleItem stops = length;
  stops.sampling.stop_ids = {rows[0].row.tokens[2]};
  engine->submit(order_of({stops}, 2));
  const Row row = engine->drain()[0].row;
  EXPECT_EQ(row.stop, StopReason::stop_token);
  EXPECT_EQ(row.tokens.back(), stops.sampling.stop_ids[0]) << "the stop id stays in the row";
}

// Calls a tool twice, then thinks on in two new rows.
class ToyEnvironment : public Environment {
 public:
  explicit ToyEnvironment(bool waits) : waits_(waits) {}
  bool may_wait() const override { return waits_; }
  EnvironmentAction next(const Row& row, StopReason reason) override {
    const bool called = std::count(row.kinds.begin(), row.kinds.end(), TokenKind::tool) >= 6;
    if (reason == StopReason::stop_token && !called) return Append{{70, 71, 72}, TokenKind::tool};
    if (chunk_of(row.stream) < 2) {
      const Token last = row.tokens.back();
      return NewRow{{80, last}, {TokenKind::carried, TokenKind::carried}};
    }
    return Finish{};
  }

 private:
  bool waits_;
};

TEST(EngineTest, EnvironmentsAppendAndOpenRows) {
  TinyModel model;
  SampleItem item = item_of(1, 20, 3, 40);
  for (Token id = 0; id < 30; ++id) item.sampling.stop_ids.push_back(id);
  std::string expected;
  for (const bool waits : {false, true}) {
    for (const int32_t slots : {1, 4}) {
      ToyEnvironment environment(waits);
      const auto engine = model.engine({.slots = slots}, &environment);
      engine->submit(order_of({item}));
      const std::vector<FinishedRow> rows = engine->drain();
      ASSERT_EQ(rows.size(), 9u) << "three samples of three chunks";
      if (expected.empty()) expected = fingerprint(rows);
      EXPECT_EQ(fingerprint(rows), expected);
      for (size_t r = 0; r < rows.size(); ++r) {
        const Row& row = rows[r].row;
        EXPECT_EQ(base_stream(row.stream), r / 3);
        EXPECT_EQ(chunk_of(row.stream), static_cast<int32_t>(r % 3));
        EXPECT_EQ(row.fork, 20);
        if (r % 3 > 0) {
          EXPECT_EQ(row.tokens[0], 80);
          EXPECT_EQ(row.tokens[1], rows[r - 1].row.tokens.back());
          EXPECT_EQ(row.kinds[0], TokenKind::carried);
        }
        int32_t covered = 0;
        for (const WeightSpan& span : row.spans) {
          for (int32_t t = span.begin; t < span.end; ++t) {
            EXPECT_EQ(row.kinds[t], TokenKind::sampled);
            ++covered;
          }
        }
        EXPECT_EQ(covered, std::count(row.kinds.begin(), row.kinds.end(), TokenKind::sampled));
      }
    }
  }
  EXPECT_NE(expected.find(" 70 71 72 "), std::string::npos) << "a tool was called";
}

TEST(EngineTest, TokensAfterAToolAreDrawnFromTheWholeContext) {
  TinyModel model;
  ToyEnvironment environment(false);
  SampleItem item = item_of(3, 20, 1, 40);
  for (Token id = 0; id < 60; ++id) item.sampling.stop_ids.push_back(id);
  const auto engine = model.engine({}, &environment);
  engine->submit(order_of({item}));
  const Row row = engine->drain()[0].row;
  const auto tool = std::find(row.kinds.begin(), row.kinds.end(), TokenKind::tool);
  ASSERT_NE(tool, row.kinds.end());
  const auto after = tool - row.kinds.begin() + 3;
  ASSERT_LT(after, static_cast<int64_t>(row.tokens.size()));
  SampleItem rest = item;
  rest.context.insert(rest.context.end(), row.tokens.begin(), row.tokens.begin() + after);
  const Row expected = test::sample_plainly(model, model.parameters, rest, 0);
  EXPECT_EQ(row.tokens[after], expected.tokens[0]);
  EXPECT_EQ(row.policy_logprob[after], expected.policy_logprob[0]);
}

template <class Change>
std::string refusal(const Change& change) {
  TinyModel model;
  const auto engine = model.engine({.slots = 2, .kv_blocks = 4});
  RolloutOrder order = order_of({item_of(17, 20, 1, 10)});
  change(order);
  try {
    engine->submit(order);
  } catch (const InvariantError& error) {
    return error.what();
  }
  return "";
}

TEST(EngineTest, RefusesWhatCannotBe) {
  EXPECT_EQ(refusal([](RolloutOrder&) {}), "");
  const auto contains = [](const std::string& text, const std::string& part) {
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  contains(refusal([](RolloutOrder& o) { o.samples[0] = item_of(17, 128, 1, 4); }),
           "prompt 17 has 128 tokens");
  contains(refusal([](RolloutOrder& o) { o.samples[0].sampling.max_new_tokens = 60; }),
           "need 5 KV blocks");
  contains(refusal([](RolloutOrder& o) { o.samples[0].weights = WeightSet::reference; }),
           "never adopted");
  contains(refusal([](RolloutOrder& o) { o.samples[0].oldest_version = 2; }),
           "accepts versions from 2");
  contains(refusal([](RolloutOrder& o) { o.samples[0].fork = 3; }), "fork at 3");
  contains(refusal([](RolloutOrder& o) { o.samples[0].append = {1}; }), "kinds");
  contains(refusal([](RolloutOrder& o) { o.samples[0].sampling.temperature = 0; }), "temperature");
  contains(refusal([](RolloutOrder& o) { o.scores.resize(1); }), "score items");
}

TEST(EngineTest, BlocksForRowsLeaveRoomForCopies) {
  EXPECT_EQ(kv_blocks_for(4, 33), 4 * 4);
}

}  // namespace
}  // namespace kedge
