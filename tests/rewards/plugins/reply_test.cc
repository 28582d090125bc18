#include "rewards/plugins/reply.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <random>

#include "core/error.h"
#include "rewards/plugins/frame.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

constexpr const char* kReply =
    R"({"id":7,"first":1,"verdicts":[{"kind":"score","score":0.5},{"kind":"abstain","note":"why"}],"log":"x"})";

std::string refusal(const char* message) {
  try {
    reply_from(message, 7, 3);
  } catch (const ConfigError& error) {
    return error.what();
  }
  return "accepted";
}

TEST(Reply, SaysWhichItemsItIsAbout) {
  const Reply reply = reply_from(kReply, 7, 3);
  EXPECT_EQ(reply.first, 1u);
  ASSERT_EQ(reply.verdicts.size(), 2u);
  EXPECT_EQ(reply.verdicts[0].score, 0.5);
  EXPECT_EQ(reply.verdicts[1].note, "why");
  EXPECT_EQ(reply.log, "x");
}

TEST(Reply, WhatIsNoneIsRefused) {
  EXPECT_THROW(reply_from(kReply, 8, 3), ConfigError);
  EXPECT_THROW(reply_from(kReply, 7, 2), ConfigError);
  EXPECT_EQ(refusal(kReply), "accepted");
  EXPECT_THAT(refusal(R"({"id":7,"first":0})"), HasSubstr("verdicts"));
  EXPECT_THAT(refusal(R"({"id":7,"first":18446744073709551615,"verdicts":[]})"),
              HasSubstr("0 verdicts"));
  EXPECT_THAT(refusal("[]"), HasSubstr("reply"));
  EXPECT_THAT(refusal("{"), HasSubstr("broken JSON"));
}

// Bytes of a worker that lost its mind: framed or not, changed, cut, repeated. Never a crash, never
// more verdicts than items, never a score that is not finite.
TEST(Reply, MutatedConversationsAreSurvived) {
  std::mt19937 random(3);
  const std::string pieces[] = {"{",
                                "}",
                                "[",
                                "]",
                                "\"",
                                "\\",
                                "1e999",
                                "-0",
                                "null",
                                "\xff",
                                "first",
                                "\"score\":",
                                std::string(40, '['),
                                std::string(4, '\0')};
  for (int round = 0; round < 4000; ++round) {
    std::string bytes = frame_of(kReply) + frame_of(R"({"id":7,"first":0,"verdicts":[1,{}]})");
    for (size_t change = 1 + random() % 4; change > 0; --change) {
      const size_t at = random() % bytes.size();
      switch (random() % 3) {
        case 0:
          bytes[at] = static_cast<char>(random());
          break;
        case 1:
          bytes.insert(at, pieces[random() % std::size(pieces)]);
          break;
        default:
          bytes.erase(at, 1 + random() % 5);
      }
      if (bytes.empty()) bytes = "x";
    }
    // Read as it would arrive, and the payload alone in case that the length was hit.
    FrameReader reader;
    reader.add(bytes);
    std::vector<std::string> messages = {bytes.substr(std::min<size_t>(4, bytes.size()))};
    while (auto message = reader.next()) messages.push_back(*message);
    for (const std::string& message : messages) {
      try {
        const Reply reply = reply_from(message, 7, 3);
        EXPECT_LE(reply.first + reply.verdicts.size(), 3u);
        for (const Verdict& verdict : reply.verdicts) EXPECT_TRUE(std::isfinite(verdict.score));
      } catch (const ConfigError&) {
      }
    }
  }
}

}  // namespace
}  // namespace kedge
