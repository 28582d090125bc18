#include "cli/bench/unsaved_files.h"

#include <gtest/gtest.h>

#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

TEST(UnsavedFiles, DropsWhatIsWrittenBelowTheDirectory) {
  const testing_support::TemporaryDirectory dir;
  const auto files = unsaved_below(dir / "checkpoints");
  files->make_directories(dir / "checkpoints/a");
  files->write_atomic(dir / "checkpoints/a/model", "large");
  files->append(dir / "checkpoints/log", "x");
  files->write_atomic(dir / "metrics", "kept");
  files->append(dir / "metrics", " whole");
  EXPECT_EQ(files->list(dir / "checkpoints"), std::vector<std::string>{"a"});
  EXPECT_TRUE(files->list(dir / "checkpoints/a").empty());
  EXPECT_EQ(files->read(dir / "metrics"), "kept whole");
  files->rename(dir / "checkpoints/a", dir / "checkpoints/b");
  EXPECT_TRUE(files->exists(dir / "checkpoints/b"));
  files->remove_all(dir / "checkpoints");
  EXPECT_FALSE(files->exists(dir / "checkpoints"));
}

TEST(UnsavedFiles, ANeighbourOfSimilarNameIsWritten) {
  const testing_support::TemporaryDirectory dir;
  const auto files = unsaved_below(dir / "run");
  files->write_atomic(dir / "run2", "kept");
  EXPECT_EQ(files->read(dir / "run2"), "kept");
}

}  // namespace
}  // namespace kedge
