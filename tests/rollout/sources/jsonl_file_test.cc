#include "rollout/sources/jsonl_file.h"

#include <gtest/gtest.h>

#include <fstream>

#include "core/error.h"
#include "tests/support/temporary_directory.h"

namespace kedge {
namespace {

class JsonlFileTest : public ::testing::Test {
 protected:
  JsonlFile read(const std::string& text, SourceConfig config = {}, bool completions = false) {
    config.file = directory_ / "train.jsonl";
    std::ofstream(config.file, std::ios::binary) << text;
    return read_jsonl(config, completions, "data.train");
  }
  std::string message(const std::string& text, const SourceConfig& config = {},
                      bool completions = false) {
    try {
      read(text, config, completions);
    } catch (const ConfigError& error) {
      return error.what();
    }
    return "no error";
  }
  testing_support::TemporaryDirectory directory_;
};

TEST_F(JsonlFileTest, ADirectoryIsNoFile) {
  SourceConfig config;
  config.file = directory_ / "";
  EXPECT_THROW(read_jsonl(config, false, "data.train"), ConfigError);
}

TEST_F(JsonlFileTest, MapsColumnsAndKeepsTheOthers) {
  SourceConfig config;
  config.columns.prompt = "question";
  config.columns.answer = "gold";
  const JsonlFile file = read(
      "{\"question\": \"a?\", \"gold\": 7, \"level\": {\"x\": 1}}\n\n"
      "{\"gold\": \"b\", \"question\": \"b?\", \"answer\": \"kept\"}\r\n",
      config);
  ASSERT_EQ(file.items.size(), 2u);
  EXPECT_EQ(file.items[0].prompt.text, "a?");
  EXPECT_EQ(file.items[0].prompt.answer, "7");
  EXPECT_EQ(file.items[0].prompt.columns, (json{{"level", {{"x", 1}}}}));
  EXPECT_EQ(file.items[0].prompt.id, "train.jsonl:1");
  EXPECT_EQ(file.items[1].prompt.ordinal, 1u);
  EXPECT_EQ(file.items[1].prompt.id, "train.jsonl:3") << "people count blank lines";
  EXPECT_EQ(file.items[1].prompt.columns, (json{{"answer", "kept"}}));
}

TEST_F(JsonlFileTest, AnAnswerIsOptionalUnlessNamed) {
  EXPECT_EQ(read("{\"prompt\": \"a\"}").items[0].prompt.answer, "");
  EXPECT_EQ(read("{\"prompt\": \"a\", \"answer\": \"z\"}").items[0].prompt.answer, "z");
  SourceConfig config;
  config.columns.answer = "answr";
  EXPECT_NE(message("{\"prompt\": \"a\", \"answer\": \"z\"}", config).find("did you mean 'answer'"),
            std::string::npos);
}

TEST_F(JsonlFileTest, ATemplateNeedsNoPromptColumn) {
  SourceConfig config;
  config.text_template = "{q}";
  EXPECT_EQ(read("{\"q\": \"a\"}", config).items[0].prompt.placeholders, (json{{"q", "a"}}));
}

TEST_F(JsonlFileTest, DuplicatesAreFine) {
  EXPECT_EQ(read("{\"prompt\": \"a\"}\n{\"prompt\": \"a\"}\n").items.size(), 2u);
}

TEST_F(JsonlFileTest, EveryMistakeNamesFileAndLine) {
  const auto expect = [&](const std::string& text, const std::string& found) {
    EXPECT_NE(text.find(found), std::string::npos) << text;
  };
  expect(message("{\"prompt\": \"a\"}\n{\"prompt\": \n"), "train.jsonl:2");
  expect(message("[1]\n"), "train.jsonl:1");
  expect(message("{\"promt\": \"a\", \"level\": 1}\n"), "no column 'prompt'");
  expect(message("{\"promt\": \"a\", \"level\": 1}\n"), "did you mean 'promt'");
  expect(message("{\"promt\": \"a\", \"level\": 1}\n"), "level");
  expect(message("{\"prompt\": [{\"role\": \"user\"}]}\n"), "a string");
  expect(message("{\"prompt\": \"a\"}\n", {}, true), "no column 'completion'");
  expect(message(""), "holds no prompt");
  expect(message("\n  \n"), "holds no prompt");
  SourceConfig missing;
  missing.file = directory_ / "nowhere.jsonl";
  EXPECT_THROW(read_jsonl(missing, false, "data.train"), ConfigError);
}

TEST_F(JsonlFileTest, TheFingerprintIsOfTheBytes) {
  const std::string one = read("{\"prompt\": \"a\"}").fingerprint;
  EXPECT_EQ(one.size(), 16u);
  EXPECT_EQ(read("{\"prompt\": \"a\"}").fingerprint, one);
  EXPECT_NE(read("{\"prompt\": \"b\"}").fingerprint, one);
}

}  // namespace
}  // namespace kedge
