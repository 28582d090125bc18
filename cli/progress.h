// What a person sees while a run goes on: one live line on a terminal, plain lines on a pipe.
#pragma once
#include <iosfwd>
#include <memory>
#include <string>

#include "core/clock.h"
#include "core/console_sink.h"
#include "trainer/run.h"

namespace kedge {

class ProgressLine {
 public:
  // Draws a live line when `out` is standard error and that is a terminal. `unit`: what is counted.
  ProgressLine(std::ostream& out, std::vector<ConsoleOptions::Shown> shown, const Clock& clock,
               const std::string& unit = "step");
  void show(const Progress& progress);
  void note(const std::string& text);  // a line of its own
  void finish();                       // leaves the last live line standing

 private:
  void start(const Progress& progress);

  std::ostream& out_;
  ConsoleOptions options_;
  const Clock& clock_;
  std::unique_ptr<MetricSink> sink_;
  bool line_open_ = false;
};

}  // namespace kedge
