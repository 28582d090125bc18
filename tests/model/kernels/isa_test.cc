#include "model/kernels/isa.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(Isa, ChoosesTheWidestOrTheNamed) {
  EXPECT_EQ(choose_isa(nullptr), available_isas().back());
  EXPECT_EQ(choose_isa(""), available_isas().back());
  for (const Isa isa : available_isas()) EXPECT_EQ(choose_isa(name_of(isa)), isa);
}

TEST(Isa, RefusesOtherNames) {
  try {
    choose_isa("avx3");
    FAIL() << "accepted";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "KEDGE_ISA");
    EXPECT_NE(std::string(error.what()).find("scalar"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace kedge
