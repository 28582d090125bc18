#include "comm/rendezvous.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <thread>

namespace kedge {
namespace {

using std::chrono::milliseconds;
using ::testing::HasSubstr;

TEST(Rendezvous, NamesWhoIsMissing) {
  Rendezvous meeting(3, milliseconds(30));
  float value = 0;
  try {
    meeting.meet(1, broadcast_call(TensorView(&value, {1}), 0, 3));
    ADD_FAILURE() << "a meeting of one of three was held";
  } catch (const TemporaryError& error) {
    EXPECT_STREQ(error.what(),
                 "[comm] collective #0: rank 1 in broadcast of f32[1] cpu from rank 0 waited for "
                 "rank 0, rank 2; deadline 30 ms");
  }
  EXPECT_THROW(meeting.meet(1, barrier_call()), TemporaryError);
}

TEST(Rendezvous, DoesNotWaitForARankThatLeft) {
  Rendezvous meeting(2, milliseconds(60000));
  meeting.leave(0);
  const auto start = std::chrono::steady_clock::now();
  try {
    meeting.meet(1, barrier_call());
    ADD_FAILURE() << "a meeting of one of two was held";
  } catch (const TemporaryError& error) {
    EXPECT_THAT(error.what(), HasSubstr("waited for rank 0 (it has left)"));
  }
  EXPECT_LT(std::chrono::steady_clock::now() - start, milliseconds(30000));
}

TEST(Rendezvous, NamesBothCallsOfAMismatch) {
  Rendezvous meeting(2, milliseconds(5000));
  float values[2] = {};
  std::string first_error;
  std::thread first([&] {
    try {
      meeting.meet(0, barrier_call());
    } catch (const TemporaryError& error) {
      first_error = error.what();
    }
  });
  // Whoever comes second finds the mismatch; with the pause this is rank 1.
  std::this_thread::sleep_for(milliseconds(50));
  std::string second_error;
  try {
    meeting.meet(1, all_gather_call(TensorView(values, {1}), TensorView(values, {2}), 2));
  } catch (const InvariantError& error) {
    second_error = error.what();
  }
  first.join();
  EXPECT_EQ(second_error,
            "[comm] collective #0: rank 1 called all_gather of f32[1] cpu, rank 0 called barrier");
  EXPECT_EQ(first_error, second_error);
}

TEST(Rendezvous, AbortEndsAMeeting) {
  Rendezvous meeting(2, milliseconds(60000));
  std::thread aborter([&] { meeting.abort("enough"); });
  EXPECT_THROW(meeting.meet(0, barrier_call()), TemporaryError);
  aborter.join();
}

}  // namespace
}  // namespace kedge
