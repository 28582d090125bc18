#include "core/bytes.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(Bytes, WhatIsWrittenIsRead) {
  ByteWriter out;
  out.put(uint8_t{7});
  out.put(int64_t{-5});
  out.put(0.1);
  out.text("héllo");
  out.vector(std::vector<float>{1.5f, -2.0f});
  out.vector(std::vector<int32_t>{});
  EXPECT_EQ(out.bytes().substr(0, 3), std::string("\x07\xfb\xff", 3));
  ByteReader in(out.bytes());
  EXPECT_EQ(in.get<uint8_t>(), 7);
  EXPECT_EQ(in.get<int64_t>(), -5);
  EXPECT_EQ(in.get<double>(), 0.1);
  EXPECT_EQ(in.text(), "héllo");
  EXPECT_EQ(in.vector<float>(), (std::vector<float>{1.5f, -2.0f}));
  EXPECT_TRUE(in.vector<int32_t>().empty());
  in.finish();
}

TEST(Bytes, EveryTruncationIsRefused) {
  ByteWriter out;
  out.text("abc");
  out.vector(std::vector<int64_t>{1, 2});
  for (size_t size = 0; size < out.bytes().size(); ++size) {
    const std::string cut = out.bytes().substr(0, size);
    ByteReader in(cut);
    EXPECT_THROW(
        {
          in.text();
          in.vector<int64_t>();
        },
        InvariantError)
        << size;
  }
}

TEST(Bytes, LyingCountsAndLeftoversAreRefused) {
  ByteWriter out;
  out.put(~uint64_t{0} / 8 + 2);  // times 8 it would overflow to a small number
  out.raw("xxxxxxxxxxxxxxxx");
  EXPECT_THROW(ByteReader(out.bytes()).vector<int64_t>(), InvariantError);
  EXPECT_THROW(ByteReader(out.bytes()).text(), InvariantError);
  ByteReader in("ab");
  in.get<uint8_t>();
  EXPECT_THROW(in.finish(), InvariantError);
}

}  // namespace
}  // namespace kedge
