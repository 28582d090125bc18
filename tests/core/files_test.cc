#include "core/files.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cerrno>

#include "tests/support/faulty_files.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing_support::FaultyFiles;
using testing_support::TemporaryDirectory;

TEST(Files, WritesReadsAppendsAndLists) {
  const TemporaryDirectory dir;
  FileSystem& files = real_files();
  files.make_directories(dir / "a/b");
  files.write_atomic(dir / "a/one", "hello");
  const std::string_view parts[] = {"x", "", "yz"};
  files.write_parts(dir / "a/two", parts);
  files.append(dir / "a/two", "!");
  files.append(dir / "a/three", "new");
  EXPECT_EQ(files.read(dir / "a/one"), "hello");
  EXPECT_EQ(files.read(dir / "a/two"), "xyz!");
  EXPECT_THAT(files.list(dir / "a"), ElementsAre("b", "one", "three", "two"));
  EXPECT_THAT(files.list(dir / "nothing"), ElementsAre());
  files.rename(dir / "a/one", dir / "a/two");
  EXPECT_EQ(files.read(dir / "a/two"), "hello");
  files.remove_all(dir / "a");
  files.remove_all(dir / "a");
  EXPECT_FALSE(files.exists(dir / "a"));
}

TEST(Files, LargeAndBinaryContentsSurvive) {
  const TemporaryDirectory dir;
  std::string big(3000000, '\0');
  for (size_t i = 0; i < big.size(); ++i) big[i] = static_cast<char>(i * 7);
  real_files().write_atomic(dir / "big", big);
  EXPECT_EQ(real_files().read(dir / "big"), big);
}

TEST(Files, WhatTheUserNamedIsAConfigError) {
  const TemporaryDirectory dir;
  try {
    real_files().read(dir / "none");
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), dir / "none");
    EXPECT_THAT(error.what(), HasSubstr("No such file"));
  }
  EXPECT_THROW(real_files().read(dir.path()), ConfigError);
}

TEST(Files, RefusalsOfTheSystemKeepTheCode) {
  const TemporaryDirectory dir;
  try {
    real_files().write_atomic(dir / "no/such", "x");
    FAIL();
  } catch (const FileError& error) {
    EXPECT_EQ(error.code(), ENOENT);
    EXPECT_THAT(error.what(), HasSubstr("[files] write " + (dir / "no/such")));
  }
  EXPECT_THROW(real_files().append(dir / "no/such", "x"), FileError);
  EXPECT_THROW(real_files().rename(dir / "a", dir / "b"), FileError);
  real_files().write_atomic(dir / "file", "x");
  EXPECT_THROW(real_files().make_directories(dir / "file/sub"), FileError);
  EXPECT_THROW(real_files().list(dir / "file"), FileError);
}

TEST(Files, FailedReplacementLeavesTheOldFileAndNoTemporary) {
  const TemporaryDirectory dir;
  real_files().make_directories(dir / "target/full");
  EXPECT_THROW(real_files().write_atomic(dir / "target", "x"), FileError);
  EXPECT_TRUE(real_files().exists(dir / "target/full"));
  EXPECT_THAT(real_files().list(dir.path()), ElementsAre("target"));
}

TEST(Files, FaultyDoubleFailsOnDemand) {
  const TemporaryDirectory dir;
  FaultyFiles files(real_files());
  files.set_capacity(5);
  files.write_atomic(dir / "a", "1234");
  EXPECT_THROW(files.write_atomic(dir / "a", "12"), FileError);
  EXPECT_EQ(files.read(dir / "a"), "1234");
  EXPECT_THROW(files.append(dir / "a", "56"), FileError);
  EXPECT_EQ(files.read(dir / "a"), "12345");
  files.set_capacity(-1);
  files.fail_operation(2);
  files.append(dir / "a", "6");
  EXPECT_THROW(files.rename(dir / "a", dir / "b"), FileError);
  files.rename(dir / "a", dir / "b");
  EXPECT_EQ(files.operations(), 6);
}

TEST(Files, JoinsPaths) {
  EXPECT_EQ(path_join("a", "b"), "a/b");
  EXPECT_EQ(path_join("a/", "b"), "a/b");
  EXPECT_EQ(path_join("", "b"), "b");
}

}  // namespace
}  // namespace kedge
