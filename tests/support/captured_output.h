// What a command prints on standard output and standard error while the object lives.
#pragma once
#include <iostream>
#include <sstream>
#include <string>
#include <vector>

#include "core/json.h"

namespace kedge::testing_support {

class CapturedOutput {
 public:
  CapturedOutput() : out_(std::cout.rdbuf(text_.rdbuf())), err_(std::cerr.rdbuf(notes_.rdbuf())) {}
  ~CapturedOutput() {
    std::cout.rdbuf(out_);
    std::cerr.rdbuf(err_);
  }
  CapturedOutput(const CapturedOutput&) = delete;
  CapturedOutput& operator=(const CapturedOutput&) = delete;

  std::string text() const { return text_.str(); }
  std::string notes() const { return notes_.str(); }
  // Standard output as JSON lines.
  std::vector<json> lines() const {
    std::vector<json> lines;
    for_each_json_line(text(), "output",
                       [&](const json& line, const std::string&) { lines.push_back(line); });
    return lines;
  }

 private:
  std::ostringstream text_, notes_;
  std::streambuf* out_;
  std::streambuf* err_;
};

}  // namespace kedge::testing_support
