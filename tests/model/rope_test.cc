#include "model/rope.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kedge {
namespace {

ModelConfig with_head_dim(int64_t head_dim, double theta) {
  ModelConfig config;
  config.head_dim = head_dim;
  config.rope_theta = theta;
  return config;
}

TEST(Rope, FrequenciesAreInversePowers) {
  const std::vector<float> frequencies = inverse_frequencies(with_head_dim(8, 10000.0));
  ASSERT_EQ(frequencies.size(), 4u);
  const float expected[] = {1.0f, 0.1f, 0.01f, 0.001f};
  for (int i = 0; i < 4; ++i) EXPECT_FLOAT_EQ(frequencies[i], expected[i]);
}

// Numbers of transformers' _compute_llama3_parameters for head_dim 8, theta 500000, factor 8,
// factors 1 and 4, original length 64: kept, blended and divided frequencies.
TEST(Rope, Llama3ScalingHasThreeBands) {
  ModelConfig config = with_head_dim(8, 500000.0);
  config.rope_scaling = RopeScaling{8.0, 1.0, 4.0, 64};
  const std::vector<float> frequencies = inverse_frequencies(config);
  EXPECT_FLOAT_EQ(frequencies[0], 1.0f);
  const double second = std::pow(500000.0, -0.25);
  const double wavelength = 2 * M_PI / second;
  ASSERT_GT(wavelength, 64.0);
  EXPECT_FLOAT_EQ(frequencies[1], static_cast<float>(second / 8.0));
  EXPECT_FLOAT_EQ(frequencies[3], static_cast<float>(std::pow(500000.0, -0.75) / 8.0));
  // Moved so that the second frequency lies inside the band.
  config.rope_scaling->original_max_position = 256;
  const double smooth = (256.0 / wavelength - 1.0) / 3.0;
  ASSERT_TRUE(smooth > 0.0 && smooth < 1.0);
  EXPECT_NEAR(inverse_frequencies(config)[1], (1 - smooth) * second / 8.0 + smooth * second, 1e-8);
}

TEST(Rope, TableHoldsCosAndSinOfTheAngle) {
  const ModelConfig config = with_head_dim(6, 1e6);
  std::vector<float> values = rope_values(config, 3000);
  const RopeTable table = rope_table(values, 6);
  ASSERT_EQ(table.cos_PD.shape[0], 3000);
  ASSERT_EQ(table.cos_PD.shape[1], 3);
  const std::vector<float> frequencies = inverse_frequencies(config);
  for (int64_t p = 0; p < 3000; p += 7) {
    for (int64_t i = 0; i < 3; ++i) {
      const float angle = static_cast<float>(p) * frequencies[i];
      EXPECT_NEAR(table.cos_PD.f32()[p * 3 + i], std::cos(double{angle}), 1e-7);
      EXPECT_NEAR(table.sin_PD.f32()[p * 3 + i], std::sin(double{angle}), 1e-7);
    }
  }
  EXPECT_EQ(table.cos_PD.f32()[0], 1.0f);
  EXPECT_EQ(table.sin_PD.f32()[2], 0.0f);
}

}  // namespace
}  // namespace kedge
