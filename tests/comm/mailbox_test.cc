#include "comm/mailbox.h"

#include <gtest/gtest.h>

#include <thread>

namespace kedge {
namespace {

using std::chrono::milliseconds;

RawMessage message(int source, int tag, int value) {
  return {source, tag, Bytes{static_cast<std::byte>(value)}};
}

int value_of(const std::optional<RawMessage>& message) {
  return message ? static_cast<int>(message->payload.at(0)) : -1;
}

TEST(Mailbox, TakesTheOldestThatFits) {
  Mailbox box;
  box.put(message(0, 1, 10));
  box.put(message(1, 2, 20));
  box.put(message(0, 2, 30));
  box.put(message(0, 1, 40));
  EXPECT_EQ(value_of(box.take(0, 2, milliseconds(0))), 30);
  EXPECT_EQ(value_of(box.take(Communicator::kAnySource, 2, milliseconds(0))), 20);
  EXPECT_EQ(value_of(box.take(0, Communicator::kAnyTag, milliseconds(0))), 10);
  EXPECT_EQ(value_of(box.take(0, 1, milliseconds(0))), 40);
  EXPECT_FALSE(box.take(0, 1, milliseconds(0)));
}

TEST(Mailbox, ATimeoutIsAValue) {
  Mailbox box;
  const auto start = std::chrono::steady_clock::now();
  EXPECT_FALSE(box.take(0, 0, milliseconds(20)));
  EXPECT_GE(std::chrono::steady_clock::now() - start, milliseconds(20));
}

TEST(Mailbox, WakesTheWaiter) {
  Mailbox box;
  std::thread sender([&] { box.put(message(3, 7, 5)); });
  const auto got = box.take(3, 7, milliseconds(5000));
  sender.join();
  EXPECT_EQ(value_of(got), 5);
}

TEST(Mailbox, AbortEndsWaitingAndTheFirstReasonStays) {
  Mailbox box;
  std::thread aborter([&] {
    box.abort("first");
    box.abort("second");
  });
  try {
    box.take(0, 0, milliseconds(5000));
    ADD_FAILURE() << "take returned";
  } catch (const TemporaryError& error) {
    EXPECT_STREQ(error.what(), "first");
  }
  aborter.join();
  EXPECT_THROW(box.put(message(0, 0, 1)), TemporaryError);
}

}  // namespace
}  // namespace kedge
