#include "comm/messages.h"

#include <gtest/gtest.h>

#include "tests/support/faulty_communicator.h"

namespace kedge {
namespace {

constexpr std::chrono::milliseconds kNow{0};

TEST(Messages, KeepOrderAcrossKinds) {
  const auto self = single_communicator();
  send_message(*self, 0, MessageKind::publish, as_payload("manifest"));
  send_message(*self, 0, MessageKind::stop);
  const auto first = receive_message(*self, 0, kNow);
  const auto second = receive_message(*self, Communicator::kAnySource, kNow);
  ASSERT_TRUE(first && second);
  EXPECT_EQ(first->kind, MessageKind::publish);
  EXPECT_EQ(as_text(first->payload), "manifest");
  EXPECT_EQ(second->kind, MessageKind::stop);
  EXPECT_TRUE(second->payload.empty());
  EXPECT_FALSE(receive_message(*self, 0, kNow));
}

TEST(Messages, OneKindCanBeWaitedFor) {
  const auto self = single_communicator();
  send_message(*self, 0, MessageKind::deliver, as_payload("rows"));
  send_message(*self, 0, MessageKind::adopted, as_payload("7"));
  const auto adopted = receive_message(*self, 0, MessageKind::adopted, kNow);
  ASSERT_TRUE(adopted);
  EXPECT_EQ(as_text(adopted->payload), "7");
  EXPECT_FALSE(receive_message(*self, 0, MessageKind::adopted, kNow));
  EXPECT_EQ(receive_message(*self, 0, kNow)->kind, MessageKind::deliver);
}

TEST(Messages, AForeignTagIsRefused) {
  const auto self = single_communicator();
  self->send(0, 5, {});
  EXPECT_THROW(receive_message(*self, 0, kNow), InvariantError);
}

TEST(Messages, EveryKindHasItsName) {
  EXPECT_STREQ(name_of(MessageKind::assign), "assign");
  EXPECT_STREQ(name_of(MessageKind::heartbeat), "heartbeat");
}

TEST(FaultyCommunicator, DropsFailsAndCorruptsTheChosenCall) {
  const auto self = single_communicator();
  FaultyCommunicator dropping(*self, {CommFault::Kind::drop, "send", 1});
  send_message(dropping, 0, MessageKind::deliver, as_payload("a"));
  send_message(dropping, 0, MessageKind::deliver, as_payload("b"));
  send_message(dropping, 0, MessageKind::deliver, as_payload("c"));
  EXPECT_EQ(as_text(receive_message(dropping, 0, kNow)->payload), "a");
  EXPECT_EQ(as_text(receive_message(dropping, 0, kNow)->payload), "c");
  EXPECT_TRUE(dropping.happened());

  FaultyCommunicator corrupting(*self, {CommFault::Kind::corrupt, "send", 0});
  send_message(corrupting, 0, MessageKind::deliver, as_payload("b"));
  EXPECT_EQ(as_text(receive_message(corrupting, 0, kNow)->payload), "c");  // 'b' ^ 1

  FaultyCommunicator failing(*self, {CommFault::Kind::fail, "barrier", 0});
  EXPECT_THROW(failing.barrier(), TemporaryError);
  EXPECT_THROW(self->barrier(), TemporaryError);
}

}  // namespace
}  // namespace kedge
