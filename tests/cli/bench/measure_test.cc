#include "cli/bench/measure.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/support/captured_output.h"

namespace kedge {
namespace {

TEST(Median, IsTheMiddleOrTheMeanOfTheTwo) {
  EXPECT_EQ(median({3.0}), 3.0);
  EXPECT_EQ(median({9.0, 1.0, 2.0}), 2.0);
  EXPECT_EQ(median({4.0, 1.0, 2.0, 100.0}), 3.0);
  EXPECT_THROW(median({}), InvariantError);
}

TEST(Rounded, KeepsFiveDigits) {
  EXPECT_EQ(rounded(123456.789), 123460.0);
  EXPECT_EQ(rounded(0.00012345678), 0.00012346);
  EXPECT_EQ(rounded(0.0), 0.0);
}

TEST(PrintMeasurement, IsOneLineInTheGivenOrder) {
  testing_support::CapturedOutput output;
  print_measurement({{"bench", "x"}, {"a", 1}});
  EXPECT_EQ(output.text(), "{\"bench\":\"x\",\"a\":1}\n");
}

TEST(PeakRss, GrowsWithTouchedMemory) {
  const double before = peak_rss_mib();
  EXPECT_GT(before, 1.0);
  const std::vector<char> block(size_t{64} << 20, 1);
  EXPECT_GE(peak_rss_mib(), before);
  EXPECT_GE(peak_rss_mib(), 64.0);
}

TEST(BusyNote, SpeaksOnlyWhenOthersWork) {
  EXPECT_EQ(busy_note(0.2), "");
  EXPECT_NE(busy_note(7.5).find("load average 7.5"), std::string::npos);
}

TEST(LimitMeter, MeasuresItsThreads) {
  LimitMeter meter(1);
  EXPECT_EQ(meter.threads(), 1);
  EXPECT_GT(meter.fma_gflops(0.005), 0.1);
}

}  // namespace
}  // namespace kedge
