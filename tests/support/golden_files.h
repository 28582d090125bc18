// Where golden numbers are read from: tests/golden, or the folder of the same layout that
// KEDGE_GOLDEN_DIR names.
#pragma once
#include <gtest/gtest.h>

#include <cctype>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "core/files.h"
#include "core/json.h"

namespace kedge::testing_support {

inline bool is_other_golden_folder() { return std::getenv("KEDGE_GOLDEN_DIR") != nullptr; }

inline std::filesystem::path golden_path(const std::string& name) {
  const std::filesystem::path dir =
      is_other_golden_folder() ? std::filesystem::path(std::getenv("KEDGE_GOLDEN_DIR"))
                               : std::filesystem::path(KEDGE_SOURCE_DIR) / "tests" / "golden";
  return dir / name;
}

// The cases of a file; none where another folder does not hold it.
inline json golden_cases(const std::string& name) {
  const std::string file = golden_path(name).string();
  return std::filesystem::exists(file) ? parse_json(real_files().read(file), file).at("cases")
                                       : json::array();
}

// A case's id as a test's name.
inline std::string golden_name(const json& c) {
  std::string name = c.at("id");
  for (char& ch : name) {
    if (!std::isalnum(static_cast<unsigned char>(ch))) ch = '_';
  }
  return name;
}

// Within the tolerance of the rewards' golden files.
inline void expect_near_golden(double found, double expected, const std::string& path) {
  EXPECT_NEAR(found, expected, 1e-12 + 1e-9 * std::abs(expected)) << path;
}

}  // namespace kedge::testing_support
