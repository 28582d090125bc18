#include "rewards/plugins/http_client.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/reward_server.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using Outcome = HttpResponse::Outcome;
using testing_support::RewardServer;
using testing_support::ServerReply;

const std::atomic<bool> kNeverStop = false;

HttpRequest request_to(const std::string& url) {
  HttpRequest request;
  request.url = url;
  request.body = R"({"items":[]})";
  request.headers = {{"X-Test", "yes"}};
  request.timeout_s = 20.0;
  return request;
}

TEST(HttpClient, PostsAndReadsTheAnswer) {
  const RewardServer server([](const json&) { return ServerReply{"hello", 404}; });
  HttpClient client;
  for (int i = 0; i < 2; ++i) {
    const HttpResponse response = client.post(request_to(server.url()), kNeverStop);
    EXPECT_EQ(response.outcome, Outcome::answered);
    EXPECT_EQ(response.status, 404);
    EXPECT_EQ(response.body, "hello");
  }
  EXPECT_THAT(server.last_head(), HasSubstr("POST /score HTTP/1.1"));
  EXPECT_THAT(server.last_head(), HasSubstr("X-Test: yes"));
  EXPECT_THAT(server.last_head(), HasSubstr("Content-Type: application/json"));
}

TEST(HttpClient, TellsWhyThereIsNoAnswer) {
  HttpClient client;
  std::string gone;
  {
    const RewardServer server([](const json&) { return ServerReply{"", 200, true}; });
    gone = server.url();
    EXPECT_EQ(client.post(request_to(server.url()), kNeverStop).outcome, Outcome::unreachable);
  }
  const HttpResponse refused = client.post(request_to(gone), kNeverStop);
  EXPECT_EQ(refused.outcome, Outcome::unreachable);
  EXPECT_THAT(refused.problem, HasSubstr("connect"));
  EXPECT_EQ(client.post(request_to("file:///etc/passwd"), kNeverStop).outcome, Outcome::refused);
}

TEST(HttpClient, WaitsNoLongerThanItsTimeOut) {
  const RewardServer* self = nullptr;
  const RewardServer server([&](const json&) {
    while (!self->ending()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
    return ServerReply{};
  });
  self = &server;
  HttpRequest request = request_to(server.url());
  request.timeout_s = 0.05;
  HttpClient client;
  EXPECT_EQ(client.post(request, kNeverStop).outcome, Outcome::timeout);
  const std::atomic<bool> stop = true;
  request.timeout_s = 100.0;
  EXPECT_EQ(client.post(request, stop).outcome, Outcome::timeout);
}

}  // namespace
}  // namespace kedge
