#include "rewards/plugins/worker_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/files.h"
#include "core/log.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using Event = WorkerProcess::Event;

WorkerCommand shell(const std::string& script) {
  return {"shell", {"sh", "-c", script}, "", 0};
}

TEST(WorkerProcess, SendsAndReceivesMessages) {
  WorkerProcess echo(shell("cat <&3 >&3"));
  for (const size_t size : {size_t{0}, size_t{5}, size_t{3} << 20}) {  // larger than any buffer
    echo.send(frame_of(std::string(size, 'x')));
    std::string message = "before";
    ASSERT_EQ(echo.receive(message, deadline_in(20)), Event::message);
    EXPECT_EQ(message, std::string(size, 'x'));
  }
}

TEST(WorkerProcess, WaitsNoLongerThanItsDeadline) {
  WorkerProcess silent(shell("sleep 1000"));
  std::string message;
  EXPECT_EQ(silent.receive(message, deadline_in(0.02)), Event::timeout);
}

TEST(WorkerProcess, ReadsWhatWasSentBeforeTheEnd) {
  WorkerProcess leaves(shell("printf '\\002\\000\\000\\000{}' >&3; exit 5"));
  std::string message;
  ASSERT_EQ(leaves.receive(message, deadline_in(20)), Event::message);
  EXPECT_EQ(message, "{}");
  EXPECT_EQ(leaves.receive(message, deadline_in(20)), Event::ended);
  EXPECT_EQ(leaves.end(), "it left with exit code 5");
}

TEST(WorkerProcess, AChildThatHoldsTheSocketDoesNotHideTheEnd) {
  WorkerProcess leaves(shell("sleep 1000 & kill -ABRT $$"));
  std::string message;
  EXPECT_EQ(leaves.receive(message, deadline_in(20)), Event::ended);
  EXPECT_EQ(leaves.end(), "it died of signal 6 (Aborted)");
}

TEST(WorkerProcess, GarbageIsNoMessage) {
  WorkerProcess garbage(shell("echo 'hello there' >&3; sleep 1000"));
  std::string message;
  EXPECT_EQ(garbage.receive(message, deadline_in(20)), Event::broken);
}

TEST(WorkerProcess, PrintingNeverBlocksItAndIsLoggedUpToALimit) {
  const testing_support::TemporaryDirectory directory;
  start_log({.level = LogLevel::info, .rank = 0, .num_ranks = 1, .file = directory / "log.txt"});
  {
    WorkerProcess loud(
        shell("echo first; yes | head -c 3000000; printf '\\000\\000\\000\\000' >&3"));
    std::string message;
    EXPECT_EQ(loud.receive(message, deadline_in(20)), Event::message);
  }
  start_log({});
  const std::string log = real_files().read(directory / "log.txt");
  EXPECT_THAT(log, HasSubstr("[shell] first"));
  EXPECT_THAT(log, HasSubstr("more, left out"));
  EXPECT_LT(log.size(), 20'000u);
}

TEST(WorkerProcess, MemoryIsLimited) {
  WorkerCommand hungry = {"hungry", {"python3", "-c", "x = bytearray(1 << 30)"}, "", 512u << 20};
  WorkerProcess process(hungry);
  std::string message;
  EXPECT_EQ(process.receive(message, deadline_in(20)), Event::ended);
  EXPECT_EQ(process.end(), "it left with exit code 1");
}

TEST(WorkerProcess, TheSourceIsReadFromItsDescriptor) {
  WorkerProcess source({"source", {"python3", kSourcePath}, "import os\nos.write(3, bytes(4))", 0});
  std::string message = "before";
  EXPECT_EQ(source.receive(message, deadline_in(20)), Event::message);
  EXPECT_EQ(message, "");
}

}  // namespace
}  // namespace kedge
