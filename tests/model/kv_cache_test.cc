#include "model/kv_cache.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/error.h"
#include "model/layout.h"
#include "tests/support/small_models.h"

namespace kedge {
namespace {

void fill(const TensorView& view, float value) {
  std::fill_n(view.f32(), view.numel(), value);
}

TEST(KvCache, LayersAreApartAndHaveTheirShape) {
  const ModelConfig config = test::small_config();
  KvCache kv(config, 3);
  EXPECT_EQ(kv.num_blocks(), 3);
  float value = 1.0f;
  for (int l = 0; l < config.layers; ++l) {
    EXPECT_EQ(kv.layer(l).keys.describe(), "f32[3,2,8,16] cpu");
    EXPECT_EQ(kv.layer(l).values.describe(), "f32[3,2,16,8] cpu");
    fill(kv.layer(l).keys, value++);
    fill(kv.layer(l).values, value++);
  }
  value = 1.0f;
  for (int l = 0; l < config.layers; ++l) {
    for (const TensorView& view : {kv.layer(l).keys, kv.layer(l).values}) {
      for (int64_t i = 0; i < view.numel(); ++i) ASSERT_EQ(view.f32()[i], value);
      ++value;
    }
  }
}

TEST(KvCache, CopyBlockCopiesEveryLayerAndNothingElse) {
  const ModelConfig config = test::small_config();
  KvCache kv(config, 3);
  for (int l = 0; l < config.layers; ++l) {
    for (const TensorView& view : {kv.layer(l).keys, kv.layer(l).values}) {
      for (int64_t i = 0; i < view.numel(); ++i) view.f32()[i] = static_cast<float>(i + l);
    }
  }
  kv.copy_block(0, 2);
  for (int l = 0; l < config.layers; ++l) {
    for (const TensorView& view : {kv.layer(l).keys, kv.layer(l).values}) {
      const int64_t block = view.stride[0];
      for (int64_t i = 0; i < block; ++i) {
        ASSERT_EQ(view.f32()[2 * block + i], static_cast<float>(i + l));
        ASSERT_EQ(view.f32()[block + i], static_cast<float>(block + i + l));
      }
    }
  }
}

TEST(KvCache, BytesPerBlock) {
  // 2 (keys, values) x 2 layers x 2 KV heads x 8 dims x 16 tokens x 4 bytes
  EXPECT_EQ(KvCache::bytes_per_block(test::small_config()), 2 * 2 * 2 * 8 * kKvBlock * 4);
}

TEST(KvCache, RefusesBlocksItDoesNotHave) {
  EXPECT_THROW(KvCache(test::small_config(), 0), InvariantError);
  KvCache kv(test::small_config(), 2);
  EXPECT_THROW(kv.copy_block(0, 2), InvariantError);
  EXPECT_THROW(kv.copy_block(-1, 0), InvariantError);
}

}  // namespace
}  // namespace kedge
