#include <gtest/gtest.h>

#include "comm/communicator.h"

namespace kedge {
namespace {

TEST(Single, IsAWorldOfOne) {
  const auto communicator = single_communicator();
  EXPECT_EQ(communicator->rank(), 0);
  EXPECT_EQ(communicator->size(), 1);
  communicator->barrier();
  std::vector<float> in = {1, 2};
  std::vector<float> out(2);
  communicator->all_gather(TensorView(in.data(), {2}), TensorView(out.data(), {2}));
  EXPECT_EQ(out, in);
}

TEST(Single, CanWriteToItself) {
  const auto communicator = single_communicator();
  const Bytes payload = {std::byte{4}, std::byte{2}};
  communicator->send(0, 9, payload);
  const auto message = communicator->receive(0, 9, std::chrono::milliseconds(0));
  ASSERT_TRUE(message);
  EXPECT_EQ(message->payload, payload);
  EXPECT_FALSE(communicator->receive(0, 9, std::chrono::milliseconds(0)));
}

}  // namespace
}  // namespace kedge
