#include "model/memory.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

TEST(Memory, IsRoundedToLinesAndFromOneOnToHugePages) {
  EXPECT_EQ(memory_bytes(0), 64);
  EXPECT_EQ(memory_bytes(65), 128);
  EXPECT_EQ(memory_bytes(kHugePage - 1), kHugePage);
  EXPECT_EQ(memory_bytes(kHugePage + 1), 2 * kHugePage);
}

TEST(Memory, BeginsWhereItsUnitBegins) {
  for (const auto& [bytes, unit] : {std::pair{int64_t{0}, int64_t{64}}, {100, 64},
                                    {kHugePage + 4, kHugePage}}) {
    const Memory memory = take_memory(bytes);
    EXPECT_EQ(reinterpret_cast<uintptr_t>(memory.get()) % unit, 0u) << bytes;
    if (bytes > 0) floats_of(memory)[bytes / 4 - 1] = 1.0f;
  }
}

}  // namespace
}  // namespace kedge
