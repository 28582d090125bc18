#include "core/text.h"

#include <gtest/gtest.h>

#include <cmath>

namespace kedge {
namespace {

using Parts = std::vector<std::string>;

TEST(Text, Pieces) {
  EXPECT_EQ(trimmed(" \t a b\r\n"), "a b");
  EXPECT_EQ(trimmed(" \n"), "");
  EXPECT_EQ(split("a,b,,c", ','), (Parts{"a", "b", "", "c"}));
  EXPECT_EQ(split("", ','), (Parts{""}));
  EXPECT_EQ(split_words("  a  b\tc\n"), (Parts{"a", "b", "c"}));
  EXPECT_EQ(split_words("  "), Parts{});
  EXPECT_EQ(joined({"a", "b"}, ", "), "a, b");
  EXPECT_EQ(joined({}, ", "), "");
  EXPECT_EQ(lower_ascii("AbÄ"), "abÄ");
}

TEST(Text, NumbersForPeople) {
  EXPECT_EQ(short_number(0.53125), "0.5312");
  EXPECT_EQ(short_number(24.1), "24.1");
  EXPECT_EQ(human_number(950), "950");
  EXPECT_EQ(human_number(999.6), "1.0 k");
  EXPECT_EQ(human_number(1234), "1.2 k");
  EXPECT_EQ(human_number(999600), "1.0 M");
  EXPECT_EQ(human_number(34.4e9), "34 G");
  EXPECT_EQ(human_number(-1500), "-1.5 k");
  EXPECT_EQ(human_number(0.25), "0.25");
  EXPECT_EQ(human_bytes(512), "512 B");
  EXPECT_EQ(human_bytes(1536), "1.5 KiB");
  EXPECT_EQ(human_bytes(3650722202), "3.4 GiB");
  EXPECT_EQ(human_bytes(1024 * 1024 - 1), "1.0 MiB");
}

TEST(Text, Durations) {
  EXPECT_EQ(human_duration(0.52), "0.5 s");
  EXPECT_EQ(human_duration(45.4), "45 s");
  EXPECT_EQ(human_duration(59.6), "1 min");
  EXPECT_EQ(human_duration(200), "3 min 20 s");
  EXPECT_EQ(human_duration(7500), "2 h 5 min");
  EXPECT_EQ(human_duration(86400 * 3 + 3600 * 4), "3 d 4 h");
  EXPECT_EQ(human_duration(-1), "0.0 s");
  EXPECT_EQ(human_duration(NAN), "unknown time");
}

}  // namespace
}  // namespace kedge
