#include "comm/backends.h"

#include <gtest/gtest.h>

#include <set>

namespace kedge {
namespace {

TEST(Backends, AreNamedOnceAndDescribed) {
  std::set<std::string> names;
  for (const CommunicatorBackend& backend : communicator_table()) {
    EXPECT_TRUE(names.insert(backend.name).second) << backend.name;
    EXPECT_FALSE(backend.doc.empty()) << backend.name;
    EXPECT_GE(backend.max_size, 1) << backend.name;
  }
  EXPECT_TRUE(names.contains("single"));
  EXPECT_TRUE(names.contains("in_process"));
}

TEST(Backends, SingleRefusesALargerWorld) {
  const CommunicatorBackend& single = communicator_table().front();
  ASSERT_EQ(single.name, "single");
  EXPECT_THROW(single.run(2, std::chrono::milliseconds(10), [](Communicator&) {}), InvariantError);
}

}  // namespace
}  // namespace kedge
