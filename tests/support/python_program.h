// Python itself: what stands in PATH may be a script that looks for it, and takes longer to start.
#pragma once
#include <stdio.h>

#include <array>
#include <string>

namespace kedge::testing_support {

inline const std::string& python_program() {
  static const std::string program = [] {
    std::array<char, 4096> line{};
    FILE* const pipe = ::popen("python3 -c 'import sys; print(sys.executable, end=str())'", "r");
    if (pipe == nullptr) return std::string("python3");
    const size_t size = ::fread(line.data(), 1, line.size(), pipe);
    return ::pclose(pipe) == 0 ? std::string(line.data(), size) : std::string("python3");
  }();
  return program;
}

}  // namespace kedge::testing_support
