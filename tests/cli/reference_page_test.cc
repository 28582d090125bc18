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

TEST(ReferencePage, IsTheOneInTheTree) {
  const CommandResult result = run_kedge({"config", "reference"});
  ASSERT_EQ(result.exit, 0);
  EXPECT_EQ(result.out, real_files().read(KEDGE_SOURCE_DIR "/configs/REFERENCE.md"))
      << "build/kedge config reference > configs/REFERENCE.md";
}

}  // namespace
}  // namespace kedge
