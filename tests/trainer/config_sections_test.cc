#include "trainer/config_sections.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/schema.h"

namespace kedge {
namespace {

template <class T>
T bound(const std::string& text) {
  T section;
  bind(parse_yaml(text, "t.yaml"), section, "section");
  return section;
}

TEST(ConfigSections, AModelIsAPathOrNew) {
  EXPECT_EQ(bound<ModelSection>("{path: dir}").path, "dir");
  const auto fresh = bound<ModelSection>("{new: {hidden: 32}, tokenizer: bytes}");
  EXPECT_EQ(fresh.fresh->hidden, 32);
  EXPECT_THROW(bound<ModelSection>("{path: dir, new: {}, tokenizer: bytes}"), ConfigError);
  EXPECT_THROW(bound<ModelSection>("{new: {hidden: 32}}"), ConfigError);
}

TEST(ConfigSections, Bf16NeedsExactNumerics) {
  EXPECT_EQ(bound<ComputeSection>("{weights: bf16}").weights, WeightFormat::bf16);
  EXPECT_THROW(bound<ComputeSection>("{weights: bf16, numerics: reference}"), ConfigError);
}

TEST(ConfigSections, EvalTemperatureMayBeNullOrZero) {
  EXPECT_FALSE(bound<TrainSection>("{eval_temperature: null}").eval_temperature.has_value());
  EXPECT_EQ(bound<TrainSection>("{eval_temperature: 0}").eval_temperature, 0.0);
  EXPECT_THROW(bound<TrainSection>("{eval_temperature: -1}"), ConfigError);
}

TEST(ConfigSections, StalenessSaysWhatIsValid) {
  try {
    bound<PlacementSection>("{staleness: 1}");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_NE(std::string(error.what()).find("valid: 0"), std::string::npos);
  }
}

}  // namespace
}  // namespace kedge
