#include "cli/report/run_data.h"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace kedge {
namespace {

using ::testing::HasSubstr;

class RunDataTest : public ::testing::Test {
 protected:
  void SetUp() override {
    dir_ = std::filesystem::path(::testing::TempDir()) /
           ::testing::UnitTest::GetInstance()->current_test_info()->name();
    std::filesystem::create_directories(dir_);
  }
  void TearDown() override { std::filesystem::remove_all(dir_); }
  void write(const std::string& name, const std::string& text) { std::ofstream(dir_ / name) << text; }

  std::filesystem::path dir_;
};

TEST_F(RunDataTest, CollectsSeriesSamplesAndTheHash) {
  write("metrics.jsonl",
        "{\"step\":0,\"eval/pass@1\":0.3}\n{\"step\":1,\"eval/pass@1\":0.5,\"actor/lr\":0.1}\n"
        "{\"run_hash\":\"abc\"}\n");
  write("samples.jsonl", "{\"step\":1,\"prompt\":\"1+1=\"}\n");
  write("config.yaml", "run: {name: x}\n");
  const RunData run = read_run(dir_.string());
  ASSERT_EQ(run.series("eval/pass@1").size(), 2u);
  EXPECT_EQ(run.series("eval/pass@1")[1].value, 0.5);
  EXPECT_TRUE(run.series("no such metric").empty());
  EXPECT_EQ(run.samples.size(), 1u);
  EXPECT_EQ(run.run_hash, "abc");
  EXPECT_EQ(run.config["run"]["name"], "x");
}

TEST_F(RunDataTest, NamesFileAndLineOfABrokenLine) {
  write("metrics.jsonl", "{\"step\":0}\n{\"step\":\n");
  try {
    read_run(dir_.string());
    FAIL() << "a broken line was read";
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), HasSubstr("metrics.jsonl:2"));
  }
}

TEST_F(RunDataTest, RefusesADirectoryWithoutMetrics) {
  EXPECT_THROW(read_run(dir_.string()), ConfigError);
}

}  // namespace
}  // namespace kedge
