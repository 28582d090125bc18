#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "cli/bench/bench.h"
#include "core/error.h"
#include "tests/support/captured_output.h"
#include "trainer/algorithm/presets.h"

namespace kedge {
namespace {

TEST(BenchPolicy, OneLinePerPreset) {
  testing_support::CapturedOutput output;
  EXPECT_EQ(bench_policy({"--rows", "16", "--tokens", "32"}), kExitDone);
  const auto lines = output.lines();
  std::vector<std::string> presets;
  for (const json& line : lines) {
    presets.push_back(line.at("preset"));
    EXPECT_GT(line.at("advantages_seconds").get<double>(), 0.0) << presets.back();
    EXPECT_GT(line.at("losses_seconds").get<double>(), 0.0) << presets.back();
  }
  EXPECT_EQ(presets, preset_names());
}

TEST(BenchPolicy, AnUnknownPresetIsRefused) {
  testing_support::CapturedOutput output;
  EXPECT_THROW(bench_policy({"--rows", "8", "--tokens", "8", "--presets", "grpp"}), ConfigError);
}

}  // namespace
}  // namespace kedge
