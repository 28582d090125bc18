#include "core/jsonl_sink.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

class JsonlSinkTest : public testing::Test {
 protected:
  testing_support::TemporaryDirectory dir_;
  std::string path_ = dir_ / "metrics.jsonl";
  FileSystem& files_ = real_files();
};

TEST_F(JsonlSinkTest, WritesOneLinePerStep) {
  files_.write_atomic(path_, "old\n");
  const auto sink = make_jsonl_sink(files_, path_, std::nullopt);
  sink->write(0, {{"b", 0.1}, {"a", NAN}});
  sink->write(1, {{"a\"", 2.0}});
  EXPECT_EQ(files_.read(path_), "{\"step\":0,\"a\":null,\"b\":0.1}\n{\"step\":1,\"a\\\"\":2.0}\n");
}

TEST_F(JsonlSinkTest, ResumeCutsBackToTheStep) {
  files_.write_atomic(
      path_, "{\"step\":1,\"x\":0.10}\n{\"step\":2}\n{\"run_hash\":\"f\"}\n{\"step\":3}\n");
  make_jsonl_sink(files_, path_, 2)->write(3, {{"x", 1.0}});
  EXPECT_EQ(files_.read(path_), "{\"step\":1,\"x\":0.10}\n{\"step\":2}\n{\"step\":3,\"x\":1.0}\n");
}

TEST_F(JsonlSinkTest, ResumeDropsATornLastLineButNoOther) {
  files_.write_atomic(path_, "{\"step\":1}\n{\"step\":2,\"x");
  rewind_json_lines(files_, path_, 5);
  EXPECT_EQ(files_.read(path_), "{\"step\":1}\n");
  files_.write_atomic(path_, "{\"step\":1}\n{\"st\n{\"step\":2}\n");
  try {
    rewind_json_lines(files_, path_, 5);
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.place(), testing::HasSubstr("metrics.jsonl:2"));
  }
  rewind_json_lines(files_, dir_ / "none.jsonl", 5);
  EXPECT_EQ(files_.read(dir_ / "none.jsonl"), "");
}

TEST_F(JsonlSinkTest, AppendsSingleLines) {
  append_json_line(files_, path_, {{"run_hash", "ab"}, {"a", 1}});
  EXPECT_EQ(files_.read(path_), "{\"run_hash\":\"ab\",\"a\":1}\n");
}

}  // namespace
}  // namespace kedge
