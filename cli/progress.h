// What a person sees while a run goes on: one live line on a terminal, plain lines on a pipe.
#pragma once
#include <iosfwd>
#include <string>
#include <vector>

#include "trainer/run.h"

namespace kedge {

class ProgressLine {
 public:
  // `metrics`: names shown beside step and time left, in this order.
  ProgressLine(std::ostream& out, std::vector<std::string> metrics);
  void show(const Progress& progress);
  void note(const std::string& text);  // a line of its own, above the live line
  void finish();                       // leaves the last live line standing

 private:
  std::string format(const Progress& progress) const;
  void erase();

  std::ostream& out_;
  std::vector<std::string> metrics_;
  bool terminal_;
  std::string live_;
};

}  // namespace kedge
