#include "rollout/environment_desk.h"

#include <gtest/gtest.h>

#include <atomic>
#include <thread>

#include "core/error.h"

namespace kedge {
namespace {

class Scripted : public Environment {
 public:
  Scripted(bool waits, bool fails) : waits_(waits), fails_(fails) {}
  bool may_wait() const override { return waits_; }
  EnvironmentAction next(const Row& row, StopReason) override {
    caller = std::this_thread::get_id();
    if (fails_) throw TemporaryError("the tool is gone");
    return Append{{static_cast<Token>(row.stream)}, TokenKind::tool};
  }
  std::atomic<std::thread::id> caller;

 private:
  bool waits_, fails_;
};

class EnvironmentDeskTest : public ::testing::Test {
 protected:
  EnvironmentDeskTest() {
    for (uint32_t i = 0; i < 3; ++i) {
      rows_.push_back(std::make_unique<LiveRow>(*tokenizer_, item_));
      rows_.back()->record.stream = i;
    }
  }
  SampleItem item_;
  std::unique_ptr<Tokenizer> tokenizer_ = Tokenizer::bytes({"<eos>"});
  std::vector<std::unique_ptr<LiveRow>> rows_;
};

TEST_F(EnvironmentDeskTest, AnswersInOrderOfAsking) {
  for (const bool waits : {false, true}) {
    Scripted environment(waits, false);
    EnvironmentDesk desk(environment);
    for (const auto& row : rows_) desk.ask(*row, StopReason::stop_token);
    std::vector<EnvironmentDesk::Answer> all;
    while (desk.num_out() > 0) {
      for (EnvironmentDesk::Answer& answer : desk.collect(true)) all.push_back(answer);
    }
    ASSERT_EQ(all.size(), 3u);
    for (size_t i = 0; i < 3; ++i) {
      EXPECT_EQ(all[i].row, rows_[i].get());
      EXPECT_EQ(std::get<Append>(all[i].action).ids, std::vector<Token>{static_cast<Token>(i)});
    }
    EXPECT_EQ(environment.caller.load() == std::this_thread::get_id(), !waits);
    EXPECT_TRUE(desk.collect(true).empty()) << "nobody waits when nothing is out";
  }
}

TEST_F(EnvironmentDeskTest, FailuresReachTheEngine) {
  Scripted environment(true, true);
  EnvironmentDesk desk(environment);
  desk.ask(*rows_[0], StopReason::length);
  EXPECT_THROW(desk.collect(true), TemporaryError);
}

class Slow : public Environment {
 public:
  bool may_wait() const override { return true; }
  EnvironmentAction next(const Row&, StopReason) override {
    while (!go) std::this_thread::yield();
    return Finish{};
  }
  std::atomic<bool> go = false;
};

TEST_F(EnvironmentDeskTest, WaitingHasADeadline) {
  Slow environment;
  EnvironmentDesk desk(environment, 0.02);
  desk.ask(*rows_[0], StopReason::length);
  EXPECT_TRUE(desk.collect(false).empty());
  EXPECT_THROW(desk.collect(true), TemporaryError);
  environment.go = true;
}

}  // namespace
}  // namespace kedge
