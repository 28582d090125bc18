#include "rewards/plugins/host.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/socket.h>

#include <array>
#include <thread>

#include "core/descriptor.h"
#include "core/json.h"
#include "rewards/plugins/frame.h"
#include "tests/support/c_plugin.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing_support::plugin_path;

// Sends the messages, closes, and gives what the host answered and its exit code.
struct Conversation {
  explicit Conversation(const std::vector<json>& messages) {
    std::array<int, 2> ends;
    EXPECT_EQ(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()), 0);
    const Descriptor near(ends[0]);
    const Descriptor far(ends[1]);
    std::thread host([&] {
      exit_code = run_plugin_host(far.get());
      ::shutdown(far.get(), SHUT_RDWR);
    });
    for (const json& message : messages) {
      const std::string frame = frame_of(message.dump());
      EXPECT_EQ(::send(near.get(), frame.data(), frame.size(), MSG_NOSIGNAL),
                static_cast<ssize_t>(frame.size()));
    }
    ::shutdown(near.get(), SHUT_WR);
    FrameReader reader;
    std::array<char, 4096> buffer;
    for (ssize_t got; (got = ::recv(near.get(), buffer.data(), buffer.size(), 0)) > 0;) {
      reader.add({buffer.data(), static_cast<size_t>(got)});
      while (const auto message = reader.next()) answers.push_back(json::parse(*message));
    }
    host.join();
  }

  std::vector<json> answers;
  int exit_code = -1;
};

json start(const std::string& plugin, const std::string& config = "{}") {
  return {{"op", "start"}, {"path", plugin_path(plugin)}, {"config", config}};
}

json item(const std::string& completion) {
  return {{"prompt", "7+5="},
          {"completion", completion},
          {"answer", "12"},
          {"columns", {{"level", 3}}},
          {"completion_ids", {5, 6}},
          {"prompt_id", 9},
          {"sample", 2},
          {"step", 8},
          {"truncated", true}};
}

TEST(PluginHost, AnswersUntilTheFarEndCloses) {
  const Conversation done(
      {start("moody"),
       {{"id", 1}, {"op", "score"}, {"items", {item("describe"), item("abstain")}}},
       {{"id", 2}, {"op", "score"}, {"items", {item("x")}}}});
  EXPECT_EQ(done.exit_code, 0);
  ASSERT_EQ(done.answers.size(), 3u);
  EXPECT_EQ(done.answers[0].at("op"), "ready");
  EXPECT_EQ(done.answers[0].at("groups_only"), false);
  EXPECT_EQ(done.answers[1].at("id"), 1);
  EXPECT_EQ(
      done.answers[1].at("verdicts").at(0),
      json({{"kind", "score"}, {"score", 8.0}, {"note", R"(7+5=|12|{"level":3}| 5 6|9 2 8 1)"}}));
  EXPECT_EQ(done.answers[1].at("verdicts").at(1).at("kind"), "abstain");
  EXPECT_EQ(done.answers[2].at("verdicts").at(0).at("score"), 1.0);
}

TEST(PluginHost, SaysWhenAPluginWantsWholeGroups) {
  EXPECT_EQ(Conversation(std::vector<json>{start("moody_groups")}).answers.at(0).at("groups_only"),
            true);
}

TEST(PluginHost, RefusesWhatItCannotServe) {
  const Conversation refused(std::vector<json>{start("moody_abi7")});
  EXPECT_EQ(refused.exit_code, 1);
  EXPECT_EQ(refused.answers.at(0).at("op"), "refused");
  EXPECT_THAT(refused.answers.at(0).at("found").get<std::string>(), HasSubstr("ABI 7"));
  EXPECT_EQ(Conversation(std::vector<json>{}).exit_code, 0);
  EXPECT_EQ(Conversation(std::vector<json>{json::array()}).exit_code, 1);
  const Conversation garbage({start("moody"), {{"id", 1}, {"items", {1}}}});
  EXPECT_EQ(garbage.exit_code, 1);
}

}  // namespace
}  // namespace kedge
