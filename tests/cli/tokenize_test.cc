#include "tests/support/command_line.h"

#include <gmock/gmock.h>

#include <iostream>
#include <sstream>

namespace kedge {
namespace {

using ::testing::HasSubstr;
using testing::CommandResult;
using testing::run_kedge;
using testing::TempDir;
using testing::tiny_config;
using testing::tiny_model;

TEST(TokenizeCommand, RefusesADirectoryWithoutTokenizer) {
  const TempDir dir("tokenize");
  const CommandResult result = run_kedge({"tokenize", "--model", dir.path()});
  EXPECT_EQ(result.exit, kExitUsage);
  EXPECT_THAT(result.err, HasSubstr("tokenizer.json"));
}

TEST(TokenizeCommand, EncodesLinesAndDecodesThemBack) {
  const TempDir dir("tokenize_lines");
  const std::string model = tiny_model(dir.path());
  std::istringstream text("1+2=\n");
  auto* const before = std::cin.rdbuf(text.rdbuf());
  const CommandResult encoded = run_kedge({"tokenize", "--model", model});
  EXPECT_EQ(encoded.out, "[49,43,50,61]\n");
  std::cin.clear();
  std::istringstream ids(encoded.out + "[9999]\n");
  std::cin.rdbuf(ids.rdbuf());
  const CommandResult decoded = run_kedge({"tokenize", "--model", model, "--decode"});
  std::cin.rdbuf(before);
  EXPECT_THAT(decoded.out, HasSubstr("1+2=\n"));
  EXPECT_EQ(decoded.exit, kExitUsage);
  EXPECT_THAT(decoded.err, HasSubstr("standard input:2"));
}

}  // namespace
}  // namespace kedge
