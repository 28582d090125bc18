#include "cli/progress.h"

#include <gmock/gmock.h>

#include <sstream>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

TEST(ProgressLine, WritesPlainLinesToAPipe) {
  std::ostringstream out;
  ProgressLine line(out, {{"critic/rewards/mean", "reward"}}, real_clock());
  MetricSet metrics;
  metrics.add("critic/rewards/mean", 0.5);
  line.note("starting");
  Progress progress;
  progress.step = 1;
  progress.steps = 10;
  progress.metrics = &metrics;
  line.show(progress);
  line.finish();
  EXPECT_THAT(out.str(), HasSubstr("starting\n"));
  EXPECT_THAT(out.str(), HasSubstr("step 1/10  reward 0.5"));
  EXPECT_THAT(out.str(), Not(HasSubstr("\x1b")));
}

}  // namespace
}  // namespace kedge
