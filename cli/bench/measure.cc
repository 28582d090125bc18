#include "cli/bench/measure.h"

#include <sys/resource.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <iostream>

#include "core/error.h"
#include "core/text.h"
#include "model/kernels/machine_limits.h"

namespace kedge {

double median(std::vector<double> values) {
  KEDGE_CHECK(!values.empty(), "[bench] the median of no values");
  std::sort(values.begin(), values.end());
  const size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

double rounded(double value) {
  char text[40];
  std::snprintf(text, sizeof text, "%.5g", value);
  return std::strtod(text, nullptr);
}

void print_measurement(const ordered_json& line) {
  std::cout << line.dump() << std::endl;
}

double peak_rss_mib() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1024.0;  // Linux counts KiB
}

std::string busy_note(double load) {
  if (load <= 0.5) return "";
  return "warning: load average " + short_number(load) +
         ": other programs run, ratios between programs mean little";
}

void warn_when_busy() {
  double load = 0.0;
  if (getloadavg(&load, 1) != 1) return;
  const std::string note = busy_note(load);
  if (!note.empty()) std::cerr << note << "\n";
}

double LimitMeter::fma_gflops(double seconds) {
  return measure_fma_gflops(context_, seconds);
}
double LimitMeter::bf16_gflops(double seconds) {
  return measure_bf16_gflops(context_, seconds);
}
double LimitMeter::read_gbytes(int64_t bytes, double seconds) {
  return measure_read_gbytes(context_, bytes, seconds);
}
double LimitMeter::copy_gbytes(int64_t bytes, double seconds) {
  return measure_copy_gbytes(context_, bytes, seconds);
}

}  // namespace kedge
