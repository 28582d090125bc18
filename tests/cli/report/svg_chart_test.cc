#include "cli/report/svg_chart.h"

#include <gmock/gmock.h>

#include <limits>

namespace kedge {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

TEST(AxisTicks, AreRoundAndSpanTheRange) {
  EXPECT_THAT(axis_ticks(0, 10), ElementsAre(0, 2, 4, 6, 8, 10));
  const auto ticks = axis_ticks(0.313, 0.79);
  EXPECT_LE(ticks.front(), 0.313);
  EXPECT_GE(ticks.back(), 0.79);
  EXPECT_GE(ticks.size(), 3u);
  EXPECT_LE(ticks.size(), 8u);
}

TEST(SvgChart, DrawsOneLinePerSeriesAndSkipsWhatIsNotFinite) {
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::string svg =
      svg_chart({"Reward", "", {{"a", {{0, 0.1}, {1, nan}, {2, 0.3}}}, {"b", {{0, 0.2}}}}});
  EXPECT_THAT(svg, HasSubstr("line s0"));
  EXPECT_THAT(svg, HasSubstr("line s1"));
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
}

TEST(SvgChart, SaysSoWhenThereIsNothing) {
  EXPECT_THAT(svg_chart({"KL", "", {}}), HasSubstr("nothing recorded"));
}

TEST(SvgChart, AConstantSeriesHasARange) {
  const std::string svg = svg_chart({"x", "", {{"a", {{0, 5}, {1, 5}}}}});
  EXPECT_THAT(svg, Not(HasSubstr("nan")));
  EXPECT_THAT(svg, Not(HasSubstr("inf")));
}

TEST(EscapeHtml, ReplacesWhatHtmlReads) {
  EXPECT_EQ(escape_html("<a href=\"x\">&'"), "&lt;a href=&quot;x&quot;&gt;&amp;&#39;");
}

}  // namespace
}  // namespace kedge
