#include "cli/report/report_page.h"

#include <gmock/gmock.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

RunData example() {
  RunData run;
  run.name = "sums<1>";
  run.metrics["eval/pass@1"] = {{0, 0.3}, {50, 0.7}};
  run.metrics["response_length/mean"] = {{1, 16}, {50, 29}};
  run.samples = {json{{"step", 1}, {"prompt", "1<2"}, {"completion", "a & b"}, {"reward", 1.0}}};
  return run;
}

TEST(ReportPage, IsSelfContainedAndEscapesWhatModelsWrite) {
  const std::string page = report_page(example());
  EXPECT_THAT(page, HasSubstr("Accuracy on held-out prompts"));
  EXPECT_THAT(page, HasSubstr("a &amp; b"));
  EXPECT_THAT(page, HasSubstr("sums&lt;1&gt;"));
  EXPECT_THAT(page, HasSubstr("0.300 at step 0, 0.700 at step 50"));
  EXPECT_THAT(page, Not(HasSubstr("http")));
  EXPECT_THAT(page, Not(HasSubstr("<script")));
}

TEST(ReportPage, LeavesOutChartsThatHaveNoData) {
  EXPECT_THAT(report_page(example()), Not(HasSubstr("Entropy")));
}

TEST(ReportPage, TellsARunThatGoesOnFromOneThatEnded) {
  RunData run = example();
  EXPECT_THAT(report_page(run), HasSubstr("has not ended"));
  run.run_hash = "00ff";
  EXPECT_THAT(report_page(run), HasSubstr("00ff"));
}

TEST(TerminalChart, RisesWithTheSeries) {
  const std::string chart = terminal_chart("pass@1", {{0, 0.0}, {1, 1.0}}, 2, 2);
  EXPECT_THAT(chart, HasSubstr("0 -> 1 (best 1)"));
  EXPECT_THAT(chart, HasSubstr(" █"));
  EXPECT_THAT(chart, HasSubstr("step 0 to 1"));
}

TEST(TerminalChart, SaysSoWhenThereIsNothing) {
  EXPECT_THAT(terminal_chart("x", {}, 10, 4), HasSubstr("nothing recorded"));
}

}  // namespace
}  // namespace kedge
