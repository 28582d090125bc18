#include "trainer/run_files.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

TEST(RunFiles, WritesWhatARunLeaves) {
  const TempDir temp("run_files");
  const RunConfig config = tiny_run(temp.path() + "/run");
  {
    RunFiles files(config, real_files(), real_clock(), std::nullopt);
    EXPECT_TRUE(holds_run(real_files(), files.dir()));
    files.write_metrics(0, {{"a", 0.5}});
    files.write_metrics(1, {{"a", 0.25}});
    files.write_sample({{"step", 0}, {"text", "\xff"}});
    files.write_sample({{"step", 1}});
    files.note("hello");
    files.flush();
    files.write_run_hash("abc");
  }
  const std::string dir = config.run_dir();
  EXPECT_EQ(testing::steady_metrics(dir).size(), 3u);
  EXPECT_EQ(testing::steady_metrics(dir)[2]["run_hash"], "abc");
  EXPECT_NE(real_files().read(dir + "/log.txt").find("Z hello\n"), std::string::npos);
  EXPECT_NE(real_files().read(dir + "/config.yaml").find("prompts_per_step: 4"), std::string::npos);

  RunFiles resumed(config, real_files(), real_clock(), 0);
  resumed.flush();
  EXPECT_EQ(testing::steady_metrics(dir).size(), 1u);
  EXPECT_EQ(real_files().read(dir + "/samples.jsonl").find("\"step\":1"), std::string::npos);
  EXPECT_THROW(RunFiles(config, real_files(), real_clock(), std::nullopt), ConfigError);
}

TEST(RunFiles, DumpsStandBesideTheMetrics) {
  const TempDir temp("dump_files");
  RunFiles files(tiny_run(temp.path() + "/run"), real_files(), real_clock(), std::nullopt);
  const std::string path = files.write_dump("skipped.jsonl", "{}\n");
  EXPECT_EQ(real_files().read(path), "{}\n");
}

}  // namespace
}  // namespace kedge
