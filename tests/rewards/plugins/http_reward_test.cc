// A reward server through its entry: what it says, and what becomes of its troubles.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>

#include "tests/support/python_plugin.h"
#include "tests/support/reward_server.h"

namespace kedge {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::StartsWith;
using testing_support::judge;
using testing_support::lengths_of;
using testing_support::RewardServer;
using testing_support::ServerReply;
using testing_support::texts_of;

std::string yaml_for(const std::string& url, const std::string& more = "") {
  return "{url: '" + url + "', backoff_first_s: 0.001" + more + "}";
}

std::vector<std::string> texts(const RewardServer& server,
                               const std::vector<std::string>& completions,
                               const std::string& more = "") {
  const auto reward = make_reward("http", yaml_for(server.url(), more));
  return texts_of(judge(*reward, JudgedPrompt(completions, {{"level", 3}}, "12")));
}

TEST(HttpReward, AsksInBatchesAndKeepsTheOrder) {
  const RewardServer server(lengths_of);
  EXPECT_THAT(texts(server, {"a", "bb", "", "dddd", "e"}, ", batch: 2"),
              ElementsAre("1.0", "2.0", "0.0", "4.0", "1.0"));
  EXPECT_EQ(server.num_requests(), 3);
}

TEST(HttpReward, SendsTheItemAKeyAndAToken) {
  json seen;
  const RewardServer server([&](const json& items) {
    seen = items;
    return lengths_of(items);
  });
  ::setenv("KEDGE_TEST_TOKEN", "secret", 1);
  texts(server, {"a"}, ", token_env: KEDGE_TEST_TOKEN, headers: {X-Model: judge}");
  const std::string head = server.last_head();
  EXPECT_THAT(head, AllOf(HasSubstr("Authorization: Bearer secret"), HasSubstr("X-Model: judge"),
                          HasSubstr("Idempotency-Key: ")));
  EXPECT_EQ(seen.at(0).at("answer"), "12");
  EXPECT_EQ(seen.at(0).at("columns"), json({{"level", 3}}));
  texts(server, {"a"}, ", token_env: KEDGE_TEST_TOKEN, headers: {X-Model: judge}");
  EXPECT_EQ(server.last_head(), head) << "the key must depend on the items alone";
  ::unsetenv("KEDGE_TEST_TOKEN");
}

TEST(HttpReward, TriesAgainWhereThatMayHelpAndNeverFor4xx) {
  for (const int status : {429, 500, 503}) {
    std::atomic<int> calls = 0;
    const RewardServer server([&](const json& items) {
      return ++calls < 3 ? ServerReply{"busy", status} : lengths_of(items);
    });
    EXPECT_THAT(texts(server, {"abc"}), ElementsAre("3.0")) << status;
    EXPECT_EQ(server.num_requests(), 3);
  }
  std::atomic<int> calls = 0;
  const RewardServer drops([&](const json& items) {
    return ++calls < 3 ? ServerReply{"", 200, true} : lengths_of(items);
  });
  EXPECT_THAT(texts(drops, {"abc"}), ElementsAre("3.0"));
  const RewardServer forbidden([](const json&) { return ServerReply{"no", 403}; });
  EXPECT_THAT(texts(forbidden, {"abc"}),
              ElementsAre("error: the server answered with status 403: no"));
  EXPECT_EQ(forbidden.num_requests(), 1);
}

TEST(HttpReward, AServerThatIsDownIsAnErrorAfterItsTries) {
  const RewardServer busy([](const json&) { return ServerReply{"busy", 503}; });
  EXPECT_THAT(texts(busy, {"a", "b"}),
              ElementsAre(HasSubstr("status 503"), HasSubstr("status 503")));
  EXPECT_EQ(busy.num_requests(), 3);
  std::string gone;
  {
    const RewardServer server(lengths_of);
    gone = server.url();
  }
  const auto reward = make_reward("http", yaml_for(gone));
  EXPECT_THAT(texts_of(judge(*reward, JudgedPrompt({"a"}))),
              ElementsAre(StartsWith("error: no answer")));
}

TEST(HttpReward, WhatIsNoAnswerIsNeverAScore) {
  for (
      const char* lie :
      {R"({"verdicts":[{"kind":"score","score":1}]})", R"({"verdicts":1})", "[]", "", "<html>",
       R"({"verdicts":[{"kind":"score","score":1},{"kind":"score","score":1},{"kind":"score","score":1}]})"}) {
    const RewardServer server([&](const json& items) {
      return items.size() == 2 ? ServerReply{lie} : ServerReply{"never asked alone"};
    });
    EXPECT_THAT(texts(server, {"a", "b"}), ElementsAre(StartsWith("error"), StartsWith("error")))
        << lie;
  }
  const RewardServer odd([](const json&) {
    return ServerReply{R"({"verdicts":[{"kind":"score","score":"1"},{"kind":"score","score":2}]})"};
  });
  EXPECT_THAT(texts(odd, {"a", "b"}), ElementsAre(StartsWith("error: score is"), "2.0"));
}

TEST(HttpReward, OneItemThatAServerRejectsDoesNotSpoilTheOthers) {
  const RewardServer server([](const json& items) {
    for (const json& item : items) {
      if (item.at("completion") == "bad") return ServerReply{"cannot read that", 422};
    }
    return lengths_of(items);
  });
  EXPECT_THAT(
      texts(server, {"a", "bad", "ccc"}),
      ElementsAre("1.0", "error: the server answered with status 422: cannot read that", "3.0"));
}

TEST(HttpReward, ASlowServerIsATimeout) {
  const RewardServer* self = nullptr;
  const RewardServer server([&](const json& items) {
    while (!self->ending()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return lengths_of(items);
  });
  self = &server;
  EXPECT_THAT(texts(server, {"a"}, ", timeout_s: 0.05"), ElementsAre(StartsWith("timeout: ")));
}

TEST(HttpReward, MistakesAreFoundBeforeARun) {
  EXPECT_THROW(make_reward("http", "{}"), ConfigError);
  EXPECT_THROW(make_reward("http", "{url: 'ftp://x'}"), ConfigError);
  EXPECT_THROW(make_reward("http", "{url: 'http://x', token_env: KEDGE_NO_SUCH}"), ConfigError);
  EXPECT_THROW(make_reward("http", "{url: 'http://x', retry: 3}"), ConfigError);
}

}  // namespace
}  // namespace kedge
