#include "rewards/plugins/frame.h"

#include <gtest/gtest.h>

#include <random>

#include "core/error.h"

namespace kedge {
namespace {

TEST(Frame, LengthComesFirstAndLittleEndian) {
  EXPECT_EQ(frame_of("{}"), std::string("\x02\0\0\0{}", 6));
  EXPECT_EQ(frame_of(std::string(0x1234, 'x')).substr(0, 4), std::string("\x34\x12\0\0", 4));
}

TEST(Frame, ComesOutAsItWentInHoweverItIsCut) {
  const std::string bytes = frame_of("first") + frame_of("") + frame_of(std::string(3000, 'y'));
  for (const size_t piece : {1, 3, 4, 7, 1000, 9999}) {
    FrameReader reader;
    std::vector<std::string> messages;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      reader.add(std::string_view(bytes).substr(at, piece));
      while (auto message = reader.next()) messages.push_back(*message);
    }
    EXPECT_EQ(messages, (std::vector<std::string>{"first", "", std::string(3000, 'y')})) << piece;
    EXPECT_FALSE(reader.broken());
  }
}

TEST(Frame, AnUnbelievableLengthBreaksTheReader) {
  FrameReader reader;
  reader.add("garbage that was printed");
  EXPECT_EQ(reader.next(), std::nullopt);
  EXPECT_TRUE(reader.broken());
  EXPECT_EQ(reader.announced(), 0x62726167u);  // "garb"
  reader.add(frame_of("{}"));
  EXPECT_EQ(reader.next(), std::nullopt);
}

TEST(Frame, TooLongAMessageIsNotSent) {
  std::string frame;
  begin_frame(frame);
  frame.resize(kFrameHeader + kMaxFrame + 1);
  EXPECT_THROW(finish_frame(frame), InvariantError);
}

// Whatever arrives in whatever pieces: no crash, and never more memory than what arrived.
TEST(Frame, RandomBytesAreSurvived) {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string bytes = frame_of(std::string(random() % 50, 'a')) + frame_of("{\"id\":1}");
    for (int change = 0; change < 3; ++change) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    FrameReader reader;
    size_t out = 0;
    for (size_t at = 0; at < bytes.size();) {
      const size_t piece = 1 + random() % 9;
      reader.add(std::string_view(bytes).substr(at, piece));
      at += piece;
      while (auto message = reader.next()) out += kFrameHeader + message->size();
    }
    EXPECT_LE(out, bytes.size());
  }
}

}  // namespace
}  // namespace kedge
