#include "core/file_lock.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "core/files.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

using testing_support::TemporaryDirectory;

TEST(FileLock, HasOneHolderAndNamesIt) {
  const TemporaryDirectory temp;
  const std::string path = temp / "lock";
  EXPECT_EQ(FileLock::holder(path), "");
  auto first = FileLock::try_acquire(path);
  ASSERT_NE(first, nullptr);
  EXPECT_EQ(FileLock::try_acquire(path), nullptr);
  EXPECT_EQ(FileLock::holder(path), std::to_string(getpid()));
  first.reset();
  EXPECT_NE(FileLock::try_acquire(path), nullptr);
}

TEST(FileLock, EndsWithItsProcess) {
  const TemporaryDirectory temp;
  const std::string path = temp / "lock";
  const pid_t child = fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    auto held = FileLock::try_acquire(path);
    kill(getpid(), held ? SIGKILL : SIGTERM);
  }
  int status = 0;
  ASSERT_EQ(waitpid(child, &status, 0), child);
  ASSERT_EQ(WTERMSIG(status), SIGKILL);
  EXPECT_NE(FileLock::try_acquire(path), nullptr);
}

TEST(FileLock, WhereNothingCanBeWrittenIsAFileError) {
  EXPECT_THROW(FileLock::try_acquire("/nowhere/lock"), FileError);
}

}  // namespace
}  // namespace kedge
