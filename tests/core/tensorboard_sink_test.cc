#include "core/tensorboard_sink.h"

#include <gtest/gtest.h>
#include <sys/wait.h>

#include <cstdio>
#include <cstdlib>

#include "core/bytes.h"
#include "core/crc32c.h"
#include "tests/support/manual_clock.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

using testing_support::ManualClock;
using testing_support::TemporaryDirectory;

uint32_t masked(std::string_view bytes) {
  const uint32_t crc = crc32c(bytes);
  return ((crc >> 15) | (crc << 17)) + 0xa282ead8u;
}

// Payloads of a record file; both checksums of each are checked.
std::vector<std::string> records(const std::string& bytes) {
  std::vector<std::string> payloads;
  ByteReader in(bytes);
  while (in.remaining() > 0) {
    const std::string length(in.raw(8));
    EXPECT_EQ(in.get<uint32_t>(), masked(length));
    payloads.emplace_back(in.raw(ByteReader(length).get<uint64_t>()));
    EXPECT_EQ(in.get<uint32_t>(), masked(payloads.back()));
  }
  return payloads;
}

TEST(TensorboardSink, RecordsAreFramedProtobufs) {
  const TemporaryDirectory dir;
  const ManualClock clock;
  make_tensorboard_sink(real_files(), dir / "tb", clock, std::nullopt)->write(300, {{"ab", 0.5}});
  const auto names = real_files().list(dir / "tb");
  ASSERT_EQ(names.size(), 1u);
  EXPECT_TRUE(names[0].starts_with("events.out.tfevents.1700001000.kedge."));
  const auto events = records(real_files().read(dir / ("tb/" + names[0])));
  ASSERT_EQ(events.size(), 2u);
  EXPECT_NE(events[0].find("brain.Event:2"), std::string::npos);
  // step 300 as varint, then summary{value{tag "ab", simple_value 0.5}} by hand.
  const std::string expected(
      "\x10\xac\x02\x2a\x0b\x0a\x09\x0a\x02"
      "ab"
      "\x15\x00\x00\x00\x3f",
      16);
  EXPECT_EQ(events[1].substr(9), expected);
}

TEST(TensorboardSink, TensorboardReadsIt) {
  const TemporaryDirectory dir;
  ManualClock clock;
  {
    const auto sink = make_tensorboard_sink(real_files(), dir.path(), clock, std::nullopt);
    for (int64_t step = 1; step <= 3; ++step) {
      sink->write(step, {{"actor/loss", 0.5 * static_cast<double>(step)}, {"reward", 1.0}});
    }
  }
  clock.advance(60);  // another file name: a resumed run
  make_tensorboard_sink(real_files(), dir.path(), clock, 1)->write(2, {{"reward", 7.0}});
  const char* python = std::getenv("KEDGE_TEST_PYTHON");
  const std::string command = std::string(python ? python : "python3") +
                              " " KEDGE_SOURCE_DIR "/tests/support/read_tensorboard.py " +
                              dir.path() + " 2>/dev/null";
  FILE* pipe = ::popen(command.c_str(), "r");
  ASSERT_NE(pipe, nullptr);
  std::string output(4096, '\0');
  output.resize(std::fread(output.data(), 1, output.size(), pipe));
  const int status = ::pclose(pipe);
  const int code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  if (code == 77 || code == 127) GTEST_SKIP() << "no Python with TensorBoard";
  ASSERT_EQ(code, 0);
  EXPECT_EQ(output, "actor/loss 1 0.5\nreward 1 1.0\nreward 2 7.0\n");
}

}  // namespace
}  // namespace kedge
