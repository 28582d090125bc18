#include "core/tensor_view.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <limits>
#include <vector>

namespace kedge {
namespace {

TEST(TensorView, ShapesAndSlices) {
  std::vector<float> data(12);
  for (size_t i = 0; i < data.size(); ++i) data[i] = static_cast<float>(i);
  const TensorView view(data.data(), {3, 4});
  EXPECT_EQ(view.numel(), 12);
  EXPECT_EQ(view.bytes(), 48);
  EXPECT_EQ(view.describe(), "f32[3,4] cpu");
  EXPECT_TRUE(view.is_contiguous());

  const TensorView rows = view.rows(1, 3);
  EXPECT_EQ(rows.size(0), 2);
  EXPECT_EQ(rows.f32()[0], 4.0f);
  EXPECT_TRUE(rows.is_contiguous());

  const TensorView columns = view.columns(2, 4);
  EXPECT_EQ(columns.f32()[0], 2.0f);
  EXPECT_EQ(columns.stride[0], 4);
  EXPECT_FALSE(columns.is_contiguous());
  EXPECT_TRUE(columns.rows(0, 1).is_contiguous());
  EXPECT_EQ(view.reshaped({2, 6}).rows(1, 2).f32()[0], 6.0f);
}

TEST(TensorView, RefusesWhatDoesNotFit) {
  float data[4] = {};
  const TensorView view(data, {2, 2});
  EXPECT_THROW(view.rows(1, 3), InvariantError);
  EXPECT_THROW(view.rows(-1, 1), InvariantError);
  EXPECT_THROW(view.bf16(), InvariantError);
  EXPECT_THROW(view.reshaped({3}), InvariantError);
  EXPECT_THROW(view.columns(0, 1).reshaped({2}), InvariantError);
  EXPECT_THROW(TensorView(data, {1, 1, 1, 2, 2}), InvariantError);
  EXPECT_THROW(TensorView(data, {-1}), InvariantError);
}

TEST(TensorView, EmptyAndScalarViews) {
  EXPECT_TRUE(TensorView().empty());
  EXPECT_EQ(TensorView().numel(), 1);
  EXPECT_EQ(TensorView(nullptr, {0, 5}).numel(), 0);
  EXPECT_EQ(size_of(DType::bf16), 2);
  EXPECT_STREQ(name_of(DType::i64), "i64");
  EXPECT_STREQ(name_of(Device::meta), "meta");
}

TEST(TensorView, Bf16RoundsToNearestEven) {
  EXPECT_EQ(to_bf16(1.0f), 0x3f80);
  EXPECT_EQ(to_bf16(std::bit_cast<float>(0x3f808000u)), 0x3f80);  // tie: down to even
  EXPECT_EQ(to_bf16(std::bit_cast<float>(0x3f818000u)), 0x3f82);  // tie: up to even
  EXPECT_EQ(to_bf16(std::bit_cast<float>(0x3f808001u)), 0x3f81);
  EXPECT_EQ(to_bf16(std::numeric_limits<float>::max()), 0x7f80);  // rounds to infinity
  EXPECT_TRUE(std::isnan(from_bf16(to_bf16(std::bit_cast<float>(0x7f800001u)))));
  for (uint32_t bits = 0; bits < 0x10000; ++bits) {
    const auto half = static_cast<uint16_t>(bits);
    if (std::isnan(from_bf16(half))) continue;
    ASSERT_EQ(to_bf16(from_bf16(half)), half);
  }
}

TEST(TensorView, F16Values) {
  EXPECT_EQ(from_f16(0x3c00), 1.0f);
  EXPECT_EQ(from_f16(0xc000), -2.0f);
  EXPECT_EQ(from_f16(0x7bff), 65504.0f);
  EXPECT_EQ(from_f16(0x0001), 0x1p-24f);
  EXPECT_EQ(from_f16(0x8000), 0.0f);
  EXPECT_TRUE(std::signbit(from_f16(0x8000)));
  EXPECT_EQ(from_f16(0xfc00), -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan(from_f16(0x7e00)));
}

}  // namespace
}  // namespace kedge
