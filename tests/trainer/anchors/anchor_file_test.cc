#include "trainer/anchors/anchor_file.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;

const ordered_json kSettings = {{"weights", "ab"}, {"rollout.temperature", 0.7}};

AnchorLine line_of(const std::string& id) {
  AnchorLine line{id, "77", {}};
  line.record.rewards = {0.1, std::nullopt};
  line.record.metrics = {1.0, 0.0};
  line.record.lengths = {5, 6};
  line.record.greedy_reward = 0.3;
  return line;
}

TEST(AnchorFile, ReadsBackWhatWasAdded) {
  const TempDir temp("anchor_file");
  const std::string path = temp.path() + "/a.jsonl";
  {
    AnchorFile file(real_files(), path, kSettings);
    file.add(line_of("p:1"));
    file.add(line_of("p:2"));
  }
  const AnchorFile file(real_files(), path, kSettings);
  ASSERT_EQ(file.lines().size(), 2u);
  EXPECT_EQ(file.lines()[1].prompt_id, "p:2");
  EXPECT_EQ(file.lines()[1].prompt_hash, "77");
  EXPECT_EQ(to_json(file.lines()[1].record), to_json(line_of("p:2").record));
}

TEST(AnchorFile, ALineThatWasCutIsForgotten) {
  const TempDir temp("anchor_cut");
  const std::string path = temp.path() + "/a.jsonl";
  {
    AnchorFile file(real_files(), path, kSettings);
    file.add(line_of("p:1"));
  }
  const std::string whole = real_files().read(path);
  for (const size_t cut : {size_t{3}, whole.size() - 5}) {  // in the header; in the record
    real_files().write_atomic(path, whole.substr(0, cut));
    AnchorFile file(real_files(), path, kSettings);
    EXPECT_TRUE(file.lines().empty());
    file.add(line_of("p:3"));
    EXPECT_EQ(AnchorFile(real_files(), path, kSettings).lines().size(), 1u);
  }
}

std::string refusal(const std::string& path, const ordered_json& settings) {
  try {
    AnchorFile(real_files(), path, settings);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(AnchorFile, NamesWhatDiffers) {
  const TempDir temp("anchor_differs");
  const std::string path = temp.path() + "/a.jsonl";
  AnchorFile(real_files(), path, kSettings);
  const std::string other = refusal(path, {{"weights", "ab"}, {"rollout.temperature", 1.0}});
  for (const char* word : {"algorithm.anchor.store", "a.jsonl", "rollout.temperature 0.7", "1.0"}) {
    EXPECT_NE(other.find(word), std::string::npos) << other;
  }
  EXPECT_NE(refusal(path, {{"weights", "cd"}}).find("weights \"ab\""), std::string::npos);
  EXPECT_NE(refusal(path, {{"rewards", 1}}).find("rewards unset"), std::string::npos);
}

TEST(AnchorFile, RefusesOtherFilesAndDamagedLines) {
  const TempDir temp("anchor_damage");
  const std::string path = temp.path() + "/a.jsonl";
  real_files().write_atomic(path, "{\"prompt\":\"1+1=\"}\n");
  EXPECT_NE(refusal(path, kSettings).find("a.jsonl:1"), std::string::npos);
  real_files().remove_all(path);
  { AnchorFile(real_files(), path, kSettings).add(line_of("p:1")); }
  real_files().append(path, "{\"prompt_id\":\"p:2\"}\n");
  const std::string damaged = refusal(path, kSettings);
  EXPECT_NE(damaged.find("a.jsonl:3"), std::string::npos) << damaged;
}

}  // namespace
}  // namespace kedge
