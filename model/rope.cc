#include "model/rope.h"

#include "core/error.h"
#include "core/math.h"

namespace kedge {

namespace {

float scale_llama3(float frequency, const RopeScaling& scaling) {
  const auto original = static_cast<float>(scaling.original_max_position);
  const auto low = static_cast<float>(scaling.low_freq_factor);
  const auto high = static_cast<float>(scaling.high_freq_factor);
  const auto factor = static_cast<float>(scaling.factor);
  const float wavelength = static_cast<float>(2.0 * math::kPi) / frequency;
  if (wavelength > original / low) return frequency / factor;
  if (wavelength < original / high) return frequency;
  const float smooth = (original / wavelength - low) / (high - low);
  return (1.0f - smooth) * frequency / factor + smooth * frequency;
}

}  // namespace

std::vector<float> inverse_frequencies(const ModelConfig& config) {
  std::vector<float> frequencies;
  for (int64_t i = 0; i < config.head_dim; i += 2) {
    const float exponent = static_cast<float>(i) / static_cast<float>(config.head_dim);
    const auto power = static_cast<float>(math::pow(config.rope_theta, double{exponent}));
    const float frequency = 1.0f / power;
    frequencies.push_back(config.rope_scaling ? scale_llama3(frequency, *config.rope_scaling)
                                              : frequency);
  }
  return frequencies;
}

std::vector<float> rope_values(const ModelConfig& config, int64_t positions) {
  const std::vector<float> frequencies = inverse_frequencies(config);
  const auto half = static_cast<int64_t>(frequencies.size());
  std::vector<float> values(static_cast<size_t>(2 * positions * half));
  float* cos = values.data();
  float* sin = cos + positions * half;
  for (int64_t p = 0; p < positions; ++p) {
    for (int64_t i = 0; i < half; ++i) {
      const float angle = static_cast<float>(p) * frequencies[i];
      cos[p * half + i] = static_cast<float>(math::cos(double{angle}));
      sin[p * half + i] = static_cast<float>(math::sin(double{angle}));
    }
  }
  return values;
}

RopeTable rope_table(std::vector<float>& values, int64_t head_dim) {
  const auto size = static_cast<int64_t>(values.size());
  KEDGE_CHECK(head_dim > 0 && size % head_dim == 0, "rope values ", size, ", head_dim ", head_dim);
  const int64_t positions = size / head_dim;
  return {TensorView(values.data(), {positions, head_dim / 2}),
          TensorView(values.data() + size / 2, {positions, head_dim / 2})};
}

}  // namespace kedge
