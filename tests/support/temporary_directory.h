// A directory that is empty at the start of a test and gone at its end.
#pragma once
#include <stdlib.h>

#include <filesystem>
#include <string>

#include "core/error.h"

namespace kedge::testing_support {

class TemporaryDirectory {
 public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "kedge_test_XXXXXX").string();
    KEDGE_CHECK(::mkdtemp(name.data()) != nullptr, "no directory ", name);
    path_ = name;
  }
  ~TemporaryDirectory() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;

  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

}  // namespace kedge::testing_support
