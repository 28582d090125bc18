// Line charts as SVG text: no scripts, no network, readable in any browser.
#pragma once
#include <string>
#include <vector>

#include "cli/report/run_data.h"

namespace kedge {

struct ChartLine {
  std::string label;
  Series points;
};

struct Chart {
  std::string title;
  std::string unit;              // of the vertical axis, "" for a bare number
  std::vector<ChartLine> lines;  // up to four
};

// Round numbers that span [low, high]: 3 to 7 ticks, ascending.
std::vector<double> axis_ticks(double low, double high);

// An <svg> element. Points that are not finite are left out; a chart without points says so.
std::string svg_chart(const Chart& chart);

// Text with &, <, > and quotes replaced.
std::string escape_html(const std::string& text);

}  // namespace kedge
