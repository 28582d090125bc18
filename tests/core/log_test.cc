#include "core/log.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

using testing::HasSubstr;
using testing::Not;

TEST(Log, LinesCarryLevelRankAndText) {
  const testing_support::TemporaryDirectory dir;
  testing::internal::CaptureStderr();
  start_log({.level = LogLevel::info, .rank = 1, .num_ranks = 2, .file = dir / "log.txt"});
  log_debug("not wanted");
  log_info("adopted ", 3, " {} %v");
  log_warning("slow");
  log_error("lost");
  const std::string screen = testing::internal::GetCapturedStderr();
  const std::string file = real_files().read(dir / "log.txt");
  for (const std::string& text : {screen, file}) {
    EXPECT_THAT(text, HasSubstr("[1/2] adopted 3 {} %v\n"));
    EXPECT_THAT(text, HasSubstr("[1/2] lost\n"));
    EXPECT_THAT(text, Not(HasSubstr("not wanted")));
  }
  EXPECT_THAT(file, HasSubstr(" warning [1/2] slow"));
  start_log({});
}

TEST(Log, OneRankHasNoPrefixAndLevelsFilter) {
  testing::internal::CaptureStderr();
  start_log({.level = LogLevel::error});
  log_warning("quiet");
  log_error("loud");
  const std::string screen = testing::internal::GetCapturedStderr();
  EXPECT_THAT(screen, HasSubstr(" E loud\n"));
  EXPECT_THAT(screen, Not(HasSubstr("quiet")));
  start_log({});
}

TEST(Log, AFileThatCannotBeIsNamed) {
  const testing_support::TemporaryDirectory dir;
  real_files().write_atomic(dir / "file", "");
  EXPECT_THROW(start_log({.file = dir / "file/log.txt"}), ConfigError);
}

}  // namespace
}  // namespace kedge
