#include "comm/checks.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;

std::string message_of(const std::function<void()>& body) {
  try {
    body();
  } catch (const InvariantError& error) {
    return error.what();
  }
  return "nothing was thrown";
}

TEST(CollectiveCall, ComparesOperationShapeDtypeAndRoot) {
  std::vector<float> data(8);
  const TensorView four(data.data(), {4});
  const TensorView square(data.data(), {2, 2});
  const TensorView ints(data.data(), {4}, DType::i32);
  const CollectiveCall call = broadcast_call(four, 0, 2);
  EXPECT_TRUE(call.matches(broadcast_call(four, 0, 2)));
  EXPECT_FALSE(call.matches(broadcast_call(four, 1, 2)));
  EXPECT_FALSE(call.matches(broadcast_call(square, 0, 2)));
  EXPECT_FALSE(call.matches(broadcast_call(ints, 0, 2)));
  EXPECT_FALSE(call.matches(barrier_call()));
}

TEST(CollectiveCall, DescribesItself) {
  std::vector<float> data(4);
  const CollectiveCall call = broadcast_call(TensorView(data.data(), {4}), 1, 2);
  EXPECT_EQ(call.describe(), "broadcast of f32[4] cpu from rank 1");
  EXPECT_EQ(barrier_call().describe(), "barrier");
}

TEST(Checks, NameBothSidesOfABrokenPromise) {
  std::vector<float> data(8);
  const TensorView two(data.data(), {2});
  const TensorView eight(data.data(), {8});
  EXPECT_THAT(message_of([&] { broadcast_call(two, 3, 3); }), HasSubstr("root 3 in a world of 3"));
  EXPECT_THAT(message_of([&] { all_gather_call(two, eight, 3); }),
              HasSubstr("out f32[8] cpu does not hold 3 times f32[2] cpu"));
  EXPECT_THAT(message_of([&] { all_to_all_call(two, eight, 2); }),
              HasSubstr("in f32[2] cpu, out f32[8] cpu"));
  EXPECT_THAT(message_of([&] { all_to_all_call(eight, eight, 2); }), HasSubstr("overlap"));
  EXPECT_THAT(message_of([&] { broadcast_call(TensorView(nullptr, {2}), 0, 1); }),
              HasSubstr("no memory"));
  const TensorView strided = TensorView(data.data(), {2, 4}).columns(0, 2);
  EXPECT_THAT(message_of([&] { broadcast_call(strided, 0, 1); }), HasSubstr("not contiguous"));
}

TEST(Checks, PointToPointArguments) {
  EXPECT_THROW(check_send(2, 0, 2), InvariantError);
  EXPECT_THROW(check_send(0, -1, 2), InvariantError);
  EXPECT_THROW(check_receive(5, 0, 2), InvariantError);
  EXPECT_NO_THROW(check_receive(Communicator::kAnySource, Communicator::kAnyTag, 2));
}

}  // namespace
}  // namespace kedge
