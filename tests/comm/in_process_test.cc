#include "comm/in_process.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>

namespace kedge {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(InProcess, RunsEveryRankOnce) {
  std::atomic<int> ranks = 0;
  run_in_process(4, milliseconds(5000), [&](Communicator& communicator) {
    EXPECT_EQ(communicator.size(), 4);
    ranks += 1 << communicator.rank();
  });
  EXPECT_EQ(ranks, 15);
}

TEST(InProcess, RethrowsTheFirstExceptionWithItsType) {
  const auto body = [](Communicator& communicator) {
    if (communicator.rank() == 1) {
      throw ConfigError("model.path", "'nowhere' is not a directory");
    }
    communicator.barrier();
  };
  EXPECT_THROW(run_in_process(3, milliseconds(60000), body), ConfigError);
}

TEST(InProcess, OneRanksFailureNamesItToTheOthers) {
  std::string seen;
  const auto body = [&](Communicator& communicator) {
    if (communicator.rank() == 1) {
      throw std::runtime_error("out of luck");
    }
    try {
      communicator.receive(1, 0, milliseconds(60000));
    } catch (const TemporaryError& error) {
      seen = error.what();
      throw;
    }
  };
  EXPECT_THROW(run_in_process(2, milliseconds(60000), body), std::runtime_error);
  EXPECT_THAT(seen, HasSubstr("rank 1 failed: out of luck"));
}

TEST(InProcess, ADeadlineIsTemporary) {
  const auto body = [](Communicator& communicator) {
    if (communicator.rank() == 0) {
      communicator.receive(1, 0, milliseconds(200));
    } else {
      communicator.barrier();
    }
  };
  EXPECT_THROW(run_in_process(2, milliseconds(20), body), TemporaryError);
}

TEST(InProcess, RefusesMemoryOfAnotherDevice) {
  const auto world = std::make_shared<InProcessWorld>(1, milliseconds(100));
  const auto communicator = in_process_communicator(world, 0);
  float value = 0;
  const TensorView meta(&value, {1}, DType::f32, Device::meta);
  EXPECT_THROW(communicator->broadcast(meta, 0), InvariantError);
  EXPECT_THROW(communicator->barrier(), TemporaryError);  // unusable after any error
}

}  // namespace
}  // namespace kedge
