#include "cli/progress.h"

#include <sys/ioctl.h>
#include <unistd.h>

#include <iostream>

namespace kedge {
namespace {

int terminal_width() {
  winsize size{};
  const bool known = ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
  return known ? size.ws_col : 100;
}

}  // namespace

ProgressLine::ProgressLine(std::ostream& out, std::vector<ConsoleOptions::Shown> shown,
                           const Clock& clock, const std::string& unit)
    : out_(out), clock_(clock) {
  options_.unit = unit;
  options_.shown = std::move(shown);
  options_.terminal = &out == &std::cerr && isatty(STDERR_FILENO) != 0;
  if (options_.terminal) options_.width = terminal_width();
}

void ProgressLine::start(const Progress& progress) {
  options_.total_steps = progress.steps;
  options_.first_step = progress.step - 1;
  sink_ = make_console_sink(options_, clock_, [this](std::string_view text) {
    out_ << text << std::flush;
  });
}

void ProgressLine::show(const Progress& progress) {
  if (!sink_) start(progress);
  sink_->write(progress.step, progress.metrics->flatten());
  line_open_ = options_.terminal;
}

void ProgressLine::note(const std::string& text) {
  // Carriage return and erase: the live line is drawn again by the next step.
  if (line_open_) out_ << "\r\x1b[K";
  out_ << text << "\n" << std::flush;
}

void ProgressLine::finish() {
  if (sink_) sink_->flush();
}

}  // namespace kedge
