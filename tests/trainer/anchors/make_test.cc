#include "trainer/anchors/make.h"

#include <gtest/gtest.h>

#include <csignal>

#include "core/error.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

std::string refusal(const std::vector<std::string>& overrides) {
  const TempDir temp("make_refusal");
  try {
    make_anchors(tiny_run(temp.path() + "/run", overrides), {});
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(MakeAnchors, NeedsAStoreAndSomebodyWhoReadsIt) {
  EXPECT_NE(refusal({"algorithm.preset=pvpo"}).find("algorithm.anchor.store"), std::string::npos);
  EXPECT_NE(refusal({"algorithm.anchor.store=/tmp/none"}).find("'grpo' reads no anchors"),
            std::string::npos);
}

TEST(MakeAnchors, GoesOnWhereItWasStopped) {
  const TempDir temp("make_stopped");
  const auto config = [&](const std::string& file) {
    return tiny_run(temp.path() + "/run", {"algorithm.preset=pvpo",
                                           "algorithm.anchor.store=" + temp.path() + "/" + file});
  };
  std::vector<Progress> shown;
  RunServices services;
  services.progress = [&](const Progress& progress) { shown.push_back(progress); };
  const AnchorOutcome whole = make_anchors(config("whole.jsonl"), services);
  EXPECT_EQ(whole.exit, kExitDone);
  EXPECT_EQ(whole.prompts, 16);  // 4 steps of 4 prompts
  EXPECT_EQ(whole.made, 16);
  ASSERT_EQ(shown.size(), 5u);
  EXPECT_EQ(shown.front().step, 0);
  EXPECT_EQ(shown.back().step, 16);
  EXPECT_EQ(shown.back().steps, 16);

  shown.clear();
  services.stop_signal = [&] { return shown.size() >= 3 ? SIGTERM : 0; };
  const AnchorOutcome stopped = make_anchors(config("parts.jsonl"), services);
  EXPECT_EQ(stopped.exit, kExitRequeue);
  EXPECT_EQ(stopped.made, 8);
  const AnchorOutcome rest = make_anchors(config("parts.jsonl"), {});
  EXPECT_EQ(rest.made, 8);
  EXPECT_EQ(real_files().read(temp.path() + "/parts.jsonl"),
            real_files().read(temp.path() + "/whole.jsonl"));
}

}  // namespace
}  // namespace kedge
