#include "cli/report/svg_chart.h"

#include <algorithm>
#include <cmath>
#include <cstdio>

namespace kedge {
namespace {

constexpr double kWidth = 520, kHeight = 260;
constexpr double kLeft = 56, kRight = 14, kTop = 34, kBottom = 34;

struct Range {
  double low = 0.0;
  double high = 1.0;
};

std::string number(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.4g", value);
  return text;
}

std::string coordinate(double value) {
  char text[32];
  std::snprintf(text, sizeof text, "%.1f", value);
  return text;
}

bool is_finite(const Point& point) {
  return std::isfinite(point.step) && std::isfinite(point.value);
}

template <class Get>
Range range_of(const Chart& chart, Get get) {
  Range range{INFINITY, -INFINITY};
  for (const ChartLine& line : chart.lines) {
    for (const Point& point : line.points) {
      if (!is_finite(point)) continue;
      range.low = std::min(range.low, get(point));
      range.high = std::max(range.high, get(point));
    }
  }
  if (range.high == range.low) {
    range.low -= 0.5;
    range.high += 0.5;
  }
  return range;
}

struct Frame {
  Range x, y;
  double px(double step) const {
    return kLeft + (step - x.low) / (x.high - x.low) * (kWidth - kLeft - kRight);
  }
  double py(double value) const {
    return kHeight - kBottom - (value - y.low) / (y.high - y.low) * (kHeight - kTop - kBottom);
  }
};

std::string text_at(double x, double y, const std::string& anchor, const std::string& text) {
  return "<text x=\"" + coordinate(x) + "\" y=\"" + coordinate(y) + "\" text-anchor=\"" + anchor +
         "\">" + escape_html(text) + "</text>";
}

std::string grid(const Frame& frame, const std::vector<double>& y_ticks) {
  std::string out;
  for (double tick : y_ticks) {
    const std::string y = coordinate(frame.py(tick));
    out += "<line class=\"grid\" x1=\"" + coordinate(kLeft) + "\" x2=\"" +
           coordinate(kWidth - kRight) + "\" y1=\"" + y + "\" y2=\"" + y + "\"/>";
    out += text_at(kLeft - 6, frame.py(tick) + 4, "end", number(tick));
  }
  for (double tick : axis_ticks(frame.x.low, frame.x.high)) {
    if (tick < frame.x.low || tick > frame.x.high) continue;
    out += text_at(frame.px(tick), kHeight - kBottom + 16, "middle", number(tick));
  }
  return out + text_at(kWidth - kRight, kHeight - 4, "end", "step");
}

std::string polyline(const Frame& frame, const Series& points, size_t index) {
  std::string path;
  for (const Point& point : points) {
    if (!is_finite(point)) continue;
    path += coordinate(frame.px(point.step)) + "," + coordinate(frame.py(point.value)) + " ";
  }
  std::string out =
      "<polyline class=\"line s" + std::to_string(index) + "\" points=\"" + path + "\"/>";
  if (points.size() <= 30) {
    for (const Point& point : points) {
      if (!is_finite(point)) continue;
      out += "<circle class=\"dot s" + std::to_string(index) + "\" r=\"2.5\" cx=\"" +
             coordinate(frame.px(point.step)) + "\" cy=\"" + coordinate(frame.py(point.value)) +
             "\"><title>step " + number(point.step) + ": " + number(point.value) +
             "</title></circle>";
    }
  }
  return out;
}

std::string legend(const Chart& chart) {
  std::string out;
  double x = kLeft;
  for (size_t i = 0; chart.lines.size() > 1 && i < chart.lines.size(); ++i) {
    out += "<line class=\"line s" + std::to_string(i) + "\" x1=\"" + coordinate(x) + "\" x2=\"" +
           coordinate(x + 14) + "\" y1=\"27\" y2=\"27\"/>";
    out += text_at(x + 18, 31, "start", chart.lines[i].label);
    x += 34 + 6.3 * static_cast<double>(chart.lines[i].label.size());
  }
  return out;
}

}  // namespace

std::vector<double> axis_ticks(double low, double high) {
  const double raw = (high - low) / 5;
  const double magnitude = std::pow(10.0, std::floor(std::log10(raw)));
  const double ratio = raw / magnitude;
  const double step = magnitude * (ratio < 1.5 ? 1 : ratio < 3.5 ? 2 : ratio < 7.5 ? 5 : 10);
  const auto first = static_cast<int64_t>(std::floor(low / step + 1e-9));
  const auto last = static_cast<int64_t>(std::ceil(high / step - 1e-9));
  std::vector<double> ticks;
  for (int64_t i = first; i <= last; ++i) ticks.push_back(static_cast<double>(i) * step);
  return ticks;
}

std::string escape_html(const std::string& text) {
  std::string out;
  for (char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      case '\'': out += "&#39;"; break;
      default: out += c;
    }
  }
  return out;
}

std::string svg_chart(const Chart& chart) {
  std::string out = "<svg viewBox=\"0 0 " + number(kWidth) + " " + number(kHeight) +
                    "\" role=\"img\" aria-label=\"" + escape_html(chart.title) + "\">";
  out += "<text class=\"title\" x=\"" + number(kLeft) + "\" y=\"16\">" + escape_html(chart.title) +
         (chart.unit.empty() ? "" : " <tspan class=\"unit\">" + escape_html(chart.unit) + "</tspan>") +
         "</text>";
  Frame frame;
  frame.y = range_of(chart, [](const Point& p) { return p.value; });
  if (!std::isfinite(frame.y.low)) {
    return out + text_at(kWidth / 2, kHeight / 2, "middle", "nothing recorded") + "</svg>";
  }
  frame.x = range_of(chart, [](const Point& p) { return p.step; });
  const std::vector<double> y_ticks = axis_ticks(frame.y.low, frame.y.high);
  frame.y = {y_ticks.front(), y_ticks.back()};
  out += grid(frame, y_ticks);
  for (size_t i = 0; i < chart.lines.size(); ++i) out += polyline(frame, chart.lines[i].points, i);
  return out + legend(chart) + "</svg>";
}

}  // namespace kedge
