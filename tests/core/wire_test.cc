#include "core/wire.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "core/hash.h"
#include "tests/support/sample_groups.h"

namespace kedge {
namespace {

using testing_support::plain_group;

// decode(encode(x)) encodes to the same bytes: every field arrived, or none was sent.
template <class T>
T round_trip(const T& value) {
  const std::string bytes = encode(value);
  T back = decode<T>(bytes);
  EXPECT_EQ(encode(back), bytes);
  return back;
}

ScoredGroup scored_group() {
  ScoredGroup scored;
  scored.group = plain_group();
  scored.scores.resize(2);
  scored.scores[0].components = {Verdict::scored(0.1), Verdict::failed("crash")};
  scored.scores[0].total = Verdict::scored(0.5);
  scored.scores[0].metric = 1.0;
  scored.scores[1].total = Verdict::abstained("why");
  scored.anchor = AnchorRecord{{WeightSet::reference, 2}, {0.5, std::nullopt},      {1, 0}, {7, 9},
                               {{"significant", {3, 4}}}, 0.25};
  return scored;
}

TEST(Wire, GroupsArriveWhole) {
  const Group group = plain_group();
  const Group back = round_trip(group);
  EXPECT_EQ(back.key, group.key);
  EXPECT_EQ(back.prompt.messages, group.prompt.messages);
  EXPECT_EQ(back.prompt.columns, group.prompt.columns);
  ASSERT_EQ(back.rows.size(), 3u);
  EXPECT_EQ(back.rows[2].tokens, group.rows[2].tokens);
  EXPECT_EQ(back.rows[2].kinds, group.rows[2].kinds);
  EXPECT_EQ(back.rows[2].policy_logprob, group.rows[2].policy_logprob);
  EXPECT_EQ(back.rows[2].spans, group.rows[2].spans);
  EXPECT_EQ(back.rows[2].stop, StopReason::stop_token);
  EXPECT_EQ(back.rows[2].stream, 1u);
  EXPECT_EQ(back.trajectories[1].rows, group.trajectories[1].rows);
  EXPECT_EQ(round_trip(std::vector<Group>{group, plain_group(3)}).size(), 2u);
}

TEST(Wire, ScoredGroupsArriveWhole) {
  const auto back = round_trip(std::vector<ScoredGroup>{scored_group()});
  EXPECT_EQ(back[0].scores[0].components[1].kind, VerdictKind::error);
  EXPECT_EQ(back[0].scores[0].components[1].note, "crash");
  EXPECT_EQ(back[0].scores[0].metric, 1.0);
  EXPECT_EQ(back[0].anchor->rewards[1], std::nullopt);
  EXPECT_EQ(back[0].anchor->greedy_reward, 0.25);
}

TEST(Wire, OrdersArriveWhole) {
  RolloutOrder order;
  order.id = 9;
  order.samples.push_back(
      {.group = {Purpose::eval, 5, 2},
       .parent = 1,
       .fork = 2,
       .context = {1, 2},
       .append = {3},
       .append_kinds = {TokenKind::carried},
       .first_stream = 4,
       .num_samples = 8,
       .sampling = {.temperature = 0.7, .top_k = 5, .stop_ids = {2}, .stop_strings = {"\n"}},
       .weights = WeightSet::initial,
       .oldest_version = 6,
       .keep_kv = true});
  order.scores.push_back({.group = {}, .row = 1, .context = {4}, .columns = {"entropy"}});
  const RolloutOrder back = round_trip(order);
  EXPECT_EQ(back.samples[0].sampling, order.samples[0].sampling);
  EXPECT_EQ(back.samples[0].append_kinds, order.samples[0].append_kinds);
  EXPECT_TRUE(back.samples[0].keep_kv);
  EXPECT_EQ(back.scores[0].columns, order.scores[0].columns);
}

TEST(Wire, SignalsManifestsRowsAndJson) {
  SignalTable table;
  table.column("entropy", {WeightSet::policy, 2}).values[{GroupKey{Purpose::sample, 1, 0}, 2}] = {
      0.5f, std::numeric_limits<float>::infinity()};
  const SignalTable back = round_trip(table);
  EXPECT_EQ(back.find("entropy")->values, table.find("entropy")->values);
  EXPECT_EQ(back.find("entropy")->weights, (WeightId{WeightSet::policy, 2}));

  const WeightManifest manifest = {{WeightSet::policy, 7}, {{"w", {2, 3}, 99}}, {1, 2}, {-0.5f}};
  EXPECT_EQ(round_trip(manifest).tensors[0].shape, (std::vector<int64_t>{2, 3}));
  EXPECT_EQ(round_trip(manifest).canary_logprobs, manifest.canary_logprobs);

  const FinishedRow row = {3, {Purpose::sample, 17, 0}, plain_group().rows[1]};
  EXPECT_EQ(round_trip(row).order, 3u);
  EXPECT_EQ(round_trip(std::vector<FinishedRow>{row, row})[1].row.tokens, row.row.tokens);
  const json value = {{"a", {1, 2.5, "x", nullptr}}};
  EXPECT_EQ(round_trip(value), value);
}

TEST(Wire, DamageIsRefused) {
  const std::string bytes = encode(plain_group());
  for (size_t size = 0; size < bytes.size(); ++size) {
    ASSERT_THROW(decode<Group>(bytes.substr(0, size)), InvariantError) << size;
  }
  for (size_t at = 0; at < bytes.size(); ++at) {
    std::string damaged = bytes;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x10);
    ASSERT_THROW(decode<Group>(damaged), InvariantError) << at;
  }
  EXPECT_THROW(decode<Group>(bytes + "x"), InvariantError);
  EXPECT_THROW(decode<json>(bytes), InvariantError);
}

// Bytes that carry a right hash and still lie: no crash, no memory beyond the message, only
// refusals.
TEST(Wire, LyingPayloadsAreRefused) {
  const std::string good = encode(plain_group());
  int refused = 0;
  for (size_t at = 24; at < good.size(); ++at) {
    std::string lying = good;
    lying[at] = static_cast<char>(0xff);
    const uint64_t hash = hash_bytes(std::string_view(lying).substr(24));
    lying.replace(16, 8, reinterpret_cast<const char*>(&hash), 8);
    try {
      decode<Group>(lying);
    } catch (const InvariantError&) {
      ++refused;
    }
  }
  EXPECT_GT(refused, 100);
}

TEST(Wire, InvalidGroupsAreRefusedAfterDecoding) {
  Group group = plain_group();
  group.rows[1].fork = 9;
  const std::string bytes = encode(group);
  EXPECT_THROW(decode<Group>(bytes), InvariantError);
  ScoredGroup scored = scored_group();
  scored.scores.pop_back();
  const std::string missing = encode(std::vector<ScoredGroup>{scored});
  EXPECT_THROW(decode<std::vector<ScoredGroup>>(missing), InvariantError);
}

}  // namespace
}  // namespace kedge
