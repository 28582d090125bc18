#include "rewards/sandbox.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <chrono>
#include <filesystem>
#include <fstream>

#include "core/error.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using End = SandboxResult::End;

SandboxResult shell(const std::string& script, const SandboxOptions& options = {}) {
  return run_sandboxed({"sh", "script"}, {{"script", script}}, options);
}

TEST(Sandbox, GivesExitCodeAndOutput) {
  const SandboxResult result = shell("echo out; echo err >&2; exit 3");
  EXPECT_EQ(result.end, End::exited);
  EXPECT_EQ(result.exit_code, 3);
  EXPECT_EQ(result.output, "out\nerr\n");
  EXPECT_THROW(run_sandboxed({"/no/such/program"}, {}, {}), ConfigError);
}

TEST(Sandbox, EndsWhatDoesNotEnd) {
  const auto start = std::chrono::steady_clock::now();
  EXPECT_EQ(shell("sleep 60", {.timeout_s = 0.2}).end, End::timeout);
  EXPECT_EQ(shell("while true; do :; done", {.timeout_s = 0.2}).end, End::timeout);
  EXPECT_EQ(shell("(sleep 60 &) ; sleep 60", {.timeout_s = 0.2}).how, "no end within 0.2 s");
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(10));
}

TEST(Sandbox, BoundsOutputFilesAndMemory) {
  EXPECT_EQ(shell("yes | head -c 100000", {.output_bytes = 100}).output.size(), 100u);
  EXPECT_NE(shell("head -c 3000000 /dev/zero > big", {.file_mb = 1}).exit_code, 0);
  const SandboxResult fat =
      run_sandboxed({"python3", "-I", "-c", "x = bytearray(1 << 30)"}, {}, {.memory_mb = 256});
  EXPECT_EQ(fat.exit_code, 1);
  EXPECT_THAT(fat.output, HasSubstr("MemoryError"));
}

TEST(Sandbox, LeavesNothingBehind) {
  const std::string where = shell("pwd; touch left; env | sort").output;
  const std::string folder = where.substr(0, where.find('\n'));
  EXPECT_FALSE(std::filesystem::exists(folder)) << folder;
  EXPECT_THAT(where, HasSubstr("HOME=" + folder));
}

TEST(Sandbox, HasNoNetworkWhereNamespacesAre) {
  if (!has_namespaces()) {
    GTEST_SKIP() << "no namespaces on this system";
  }
  const SandboxResult result = shell("cat /proc/net/dev; echo $$");
  EXPECT_THAT(result.output, ::testing::Not(HasSubstr("eth0")));
}

}  // namespace
}  // namespace kedge
