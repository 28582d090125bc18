#include "core/records.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/error.h"
#include "tests/support/sample_groups.h"

namespace kedge {
namespace {

using testing_support::plain_group;
using testing_support::sampled_row;

// The message of the invariant that `group` breaks.
std::string broken(const Group& group) {
  try {
    validate(group);
  } catch (const InvariantError& error) {
    return error.what();
  }
  return "";
}

TEST(Records, PlainGroupIsValid) {
  const Group group = plain_group();
  EXPECT_EQ(broken(group), "");
  EXPECT_EQ(context(group, 2), (std::vector<Token>{5, 6, 7, 8, 2}));
  EXPECT_EQ(context_length(group, 2), 5);
  EXPECT_EQ(response_length(group, group.trajectories[1]), 2);
}

TEST(Records, TreeContextsJoinAncestors) {
  Group group = plain_group();
  group.rows.push_back(sampled_row(1, 4, {4, 4, 4}));  // after 5 6 7 8
  group.rows.push_back(sampled_row(3, 3, {1}));        // forks inside the grandparent's prompt end
  group.trajectories.push_back({{3}, TrajectoryRole::train});
  EXPECT_EQ(broken(group), "");
  EXPECT_EQ(context(group, 3), (std::vector<Token>{5, 6, 7, 8, 4, 4, 4}));
  EXPECT_EQ(context(group, 4), (std::vector<Token>{5, 6, 7, 1}));
  EXPECT_EQ(response_length(group, group.trajectories[2]), 4);
}

TEST(Records, CarriedTokensCountOnce) {
  Group group = plain_group();
  Row chunk = sampled_row(0, 3, {9, 1, 1});
  chunk.kinds[0] = TokenKind::carried;
  chunk.policy_logprob[0] = chunk.sampler_logprob[0] = 0.0f;
  chunk.spans = {{1, 3, {}}};
  group.rows.push_back(chunk);
  group.trajectories = {{{1, 3}, TrajectoryRole::train}};
  EXPECT_EQ(broken(group), "");
  EXPECT_EQ(response_length(group, group.trajectories[0]), 4);
}

TEST(Records, TruncatedMeansTheLastRowRanIntoTheLimit) {
  Group group = plain_group();
  EXPECT_FALSE(is_truncated(group, group.trajectories[0]));
  group.rows[1].stop = StopReason::length;
  EXPECT_TRUE(is_truncated(group, group.trajectories[0]));
}

TEST(Records, BrokenPromisesAreNamed) {
  const auto broken_by = [](auto change) {
    Group group = plain_group();
    change(group);
    return broken(group);
  };
  using testing::HasSubstr;
  EXPECT_THAT(broken_by([](Group& g) { g.rows.clear(); }), HasSubstr("no rows"));
  EXPECT_THAT(broken_by([](Group& g) { g.key.prompt = 4; }), HasSubstr("ordinal 17"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[0].parent = 0; }), HasSubstr("parent 0"));
  EXPECT_THAT(broken_by([](Group& g) { g.prompt.tokens[0] = 9; }), HasSubstr("not the prompt's"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].parent = 1; }), HasSubstr("no earlier row"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].fork = 4; }), HasSubstr("fork 4"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].kinds.pop_back(); }), HasSubstr("1 kinds for 2"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].policy_logprob.clear(); }), HasSubstr("0 policy"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].sampler_logprob.resize(3); }),
              HasSubstr("3 sampler"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[2].policy_logprob[1] = 0.5f; }),
              HasSubstr("row 2: token 1 (sampled) has log-prob 0.5"));
  EXPECT_THAT(broken_by([](Group& g) {
                g.rows[2].sampler_logprob[1] = std::numeric_limits<float>::quiet_NaN();
              }),
              HasSubstr("has log-prob nan"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].kinds[0] = TokenKind::tool; }),
              HasSubstr("(tool) has log-prob -0.5"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].kinds[0] = TokenKind::prompt; }),
              HasSubstr("of kind prompt"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].tokens[0] = -1; }), HasSubstr("is -1"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].spans[0].end = 1; }),
              HasSubstr("sampled token 1 has no weight span"));
  EXPECT_THAT(broken_by([](Group& g) { g.rows[1].spans[0].end = 3; }), HasSubstr("span [0, 3)"));
  EXPECT_THAT(broken_by([](Group& g) {
                g.rows[1].spans.push_back({1, 2, {}});
              }),
              HasSubstr("span [1, 2) after 2"));
  EXPECT_THAT(broken_by([](Group& g) { g.trajectories[0].rows = {0}; }), HasSubstr("names row 0"));
  EXPECT_THAT(broken_by([](Group& g) { g.trajectories[0].rows = {3}; }), HasSubstr("names row 3"));
  EXPECT_THAT(broken_by([](Group& g) { g.trajectories[0].rows = {1, 1}; }), HasSubstr("twice"));
  EXPECT_THAT(broken_by([](Group& g) { g.trajectories[0].rows.clear(); }), HasSubstr("no rows"));
}

TEST(Records, SignalColumnsKeepTheirWeights) {
  SignalTable table;
  table.column("entropy", {WeightSet::policy, 2}).values[{GroupKey{}, 1}] = {0.5f};
  EXPECT_EQ(table.column("entropy", {WeightSet::policy, 2}).values.size(), 1u);
  EXPECT_THROW(table.column("entropy", {WeightSet::policy, 3}), InvariantError);
  ASSERT_NE(table.find("entropy"), nullptr);
  EXPECT_EQ(table.find("surprisal"), nullptr);
}

TEST(Records, NamesAreTheConfigWords) {
  EXPECT_STREQ(name_of(WeightSet::reference), "reference");
  EXPECT_STREQ(name_of(StopReason::stop_string), "stop_string");
  EXPECT_STREQ(name_of(TokenKind::carried), "carried");
  EXPECT_STREQ(name_of(VerdictKind::abstain), "abstain");
  EXPECT_STREQ(name_of(TrajectoryRole::baseline_only), "baseline_only");
}

}  // namespace
}  // namespace kedge
