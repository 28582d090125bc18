#include "trainer/signals.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/groups.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;
using Columns = std::vector<std::string>;

TEST(Signals, SurprisalIsTheReferencesLogProbTurnedAround) {
  const TempDir temp("signals");
  const RunConfig config = tiny_run(temp.path() + "/run");
  PolicyModel model(config, Parameters::Gradients::none);
  FrozenWeights frozen(config, model);
  ReferencePolicy reference(config, model, frozen);
  const std::vector<ScoredGroup> groups = {
      {testing::plain_group(1, {65, 66}, {{67, 68}, {69}}), {}, {}}};
  SignalTable signals;
  fill_signals(Columns{"surprisal", "old_logprob"}, groups, &reference, signals);
  const auto& surprisal = signals.find("surprisal")->values.at({groups[0].group.key, 1});
  const auto& logprob = signals.find("ref_logprob")->values.at({groups[0].group.key, 1});
  ASSERT_EQ(surprisal.size(), 2u);
  for (size_t i = 0; i < 2; ++i) {
    EXPECT_EQ(surprisal[i], -logprob[i]);
    EXPECT_GT(surprisal[i], 0.0f);
  }
  EXPECT_EQ(signals.find("old_logprob")->values.at({groups[0].group.key, 2}),
            groups[0].group.rows[2].policy_logprob);
}

TEST(Signals, OnlyWhatNeedsTheReferenceAsksForIt) {
  EXPECT_FALSE(signals_need_reference(Columns{"old_logprob"}));
  EXPECT_TRUE(signals_need_reference(Columns{"old_logprob", "surprisal"}));
  SignalTable signals;
  fill_signals(Columns{"surprisal"}, {}, nullptr, signals);  // nothing to score
  EXPECT_TRUE(signals.columns.empty());
}

TEST(Signals, UnknownColumnsAreRefusedWithTheNearestName) {
  check_signal_columns(Columns{"surprisal"}, "rewards");
  try {
    check_signal_columns(Columns{"suprisal"}, "rewards");
    ADD_FAILURE() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("'surprisal'"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace kedge
