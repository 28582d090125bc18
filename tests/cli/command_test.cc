#include "tests/support/command_line.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::CommandResult;
using testing::run_kedge;
using testing::TempDir;
using testing::tiny_config;
using testing::tiny_model;

TEST(Command, HelpListsEveryCommand) {
  const CommandResult result = run_kedge({"--help"});
  EXPECT_EQ(result.exit, kExitDone);
  for (const Command& command : command_table()) EXPECT_THAT(result.out, HasSubstr(command.name));
}

TEST(Command, AnUnknownOneNamesTheNearest) {
  const CommandResult result = run_kedge({"trian"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("unknown command 'trian'"));
  EXPECT_THAT(result.err, HasSubstr("did you mean 'train'"));
}

TEST(Command, AnUnknownFlagIsAUsageError) {
  const CommandResult result = run_kedge({"report", "--colour"});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("kedge report --help"));
}

// Takes no byte, as a pipe to a full disk.
class FullBuffer : public std::streambuf {
  int_type overflow(int_type) override { return traits_type::eof(); }
};

TEST(Command, OutputThatCannotBeWrittenIsAFailure) {
  const testing_support::CapturedOutput captured;
  FullBuffer full;
  auto* const before = std::cout.rdbuf(&full);
  const int exit = run_command_line({"list"});
  std::cout.rdbuf(before);
  std::cout.clear();
  EXPECT_EQ(exit, kExitFailure);
  EXPECT_THAT(captured.notes(), HasSubstr("standard output"));
}

TEST(Command, NothingAtAllShowsTheHelpAndIsAUsageError) {
  EXPECT_EQ(run_kedge({}).exit, kExitUsage);
}

}  // namespace
}  // namespace kedge
