#include "trainer/optim/config.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "core/schema.h"

namespace kedge {
namespace {

TEST(OptimizerConfig, BindsNamesAndBounds) {
  OptimizerConfig config;
  bind(parse_yaml("{schedule: cosine, grad_clip_norm: null, learning_rate: 3.0e-4}", "t"), config,
       "optimizer");
  EXPECT_EQ(config.schedule, Schedule::cosine);
  EXPECT_FALSE(config.grad_clip_norm.has_value());
  EXPECT_DOUBLE_EQ(config.learning_rate, 3e-4);
  EXPECT_THROW(bind(parse_yaml("{beta1: 1.0}", "t"), config, "optimizer"), ConfigError);
  EXPECT_THROW(bind(parse_yaml("{learning_rate: 0}", "t"), config, "optimizer"), ConfigError);
}

}  // namespace
}  // namespace kedge
