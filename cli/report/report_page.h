// The report of a run: one self-contained HTML page, and a small picture for the terminal.
#pragma once
#include <string>

#include "cli/report/run_data.h"

namespace kedge {

// Curves (accuracy, reward, length, KL, entropy, clipping, time) and a table of samples.
std::string report_page(const RunData& run);

// A series as `height` lines of text, `width` columns, with its first, best and last value.
std::string terminal_chart(const std::string& title, const Series& series, int width, int height);

}  // namespace kedge
