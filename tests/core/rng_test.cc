#include "core/rng.h"

#include <gtest/gtest.h>

#include <set>

#include "core/error.h"

namespace kedge {
namespace {

// Known answers of Random123 (kat_vectors, philox4x32 10).
TEST(Rng, PhiloxKnownAnswers) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (Philox4{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (Philox4{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (Philox4{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Rng, CounterPacksMostSignificantFirst) {
  const Philox4 counter = counter_of({.purpose = Purpose::eval,
                                      .prompt = 0x123456789aULL,
                                      .visit = 0xbcde,
                                      .stream = 0x11223344,
                                      .position = 0x55667788});
  EXPECT_EQ(counter, (Philox4{0x03123456, 0x789abcde, 0x11223344, 0x55667788}));
}

TEST(Rng, EveryFieldReachesTheCounter) {
  std::set<Philox4> counters;
  counters.insert(counter_of({}));
  counters.insert(counter_of({.purpose = Purpose::reference}));
  counters.insert(counter_of({.prompt = 1}));
  counters.insert(counter_of({.visit = 1}));
  counters.insert(counter_of({.stream = 1}));
  counters.insert(counter_of({.position = 1}));
  EXPECT_EQ(counters.size(), 6u);
}

TEST(Rng, OverflowIsRefused) {
  EXPECT_NO_THROW(counter_of({.prompt = (uint64_t{1} << 40) - 1}));
  EXPECT_THROW(counter_of({.prompt = uint64_t{1} << 40}), InvariantError);
  EXPECT_THROW(counter_of({.visit = 65536}), InvariantError);
  EXPECT_THROW(counter_of({.stream = uint64_t{1} << 32}), InvariantError);
  EXPECT_THROW(counter_of({.position = uint64_t{1} << 32}), InvariantError);
}

TEST(Rng, UniformLiesInRangeAndIsAFloat) {
  double sum = 0;
  for (uint64_t i = 0; i < 10000; ++i) {
    const double u = random_uniform(7, {.position = i});
    ASSERT_GE(u, 0.0);
    ASSERT_LT(u, 1.0);
    ASSERT_EQ(static_cast<double>(static_cast<float>(u)), u);
    sum += u;
  }
  EXPECT_NEAR(sum / 10000, 0.5, 0.01);
  EXPECT_EQ(random_uniform(7, {.position = 3}), random_uniform(7, {.position = 3}));
  EXPECT_NE(random_uniform(7, {.position = 3}), random_uniform(8, {.position = 3}));
  EXPECT_NE(random_uniform(7, {}), random_uniform(7 + (uint64_t{1} << 32), {}));
}

TEST(Rng, BelowIsEven) {
  std::array<int, 6> counts{};
  for (uint64_t i = 0; i < 12000; ++i) ++counts[random_below(1, {.position = i}, 6)];
  for (const int count : counts) EXPECT_NEAR(count, 2000, 200);
  EXPECT_EQ(random_below(1, {}, 1), 0u);
  EXPECT_THROW(random_below(1, {}, 0), InvariantError);
}

}  // namespace
}  // namespace kedge
