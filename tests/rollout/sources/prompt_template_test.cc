#include "rollout/sources/prompt_template.h"

#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

TEST(PromptTemplateTest, FillsPlaceholdersAndBraces) {
  const PromptTemplate made("Q: {question} {{n={n}}} {list}\nA:", "data.train.template");
  EXPECT_EQ(made.render({{"question", "why?"}, {"n", 3}, {"list", {1, 2}}}, "f:1"),
            "Q: why? {n=3} [1,2]\nA:");
  EXPECT_EQ(PromptTemplate("plain", "p").render({}, "f:1"), "plain");
}

TEST(PromptTemplateTest, NamesTheMissingColumn) {
  const PromptTemplate made("{questoin}", "data.train.template");
  try {
    made.render({{"question", "x"}, {"answer", "y"}}, "f.jsonl:4");
    FAIL() << "a column is missing";
  } catch (const ConfigError& error) {
    EXPECT_EQ(error.place(), "f.jsonl:4");
    EXPECT_NE(std::string(error.what()).find("did you mean 'question'"), std::string::npos);
    EXPECT_NE(std::string(error.what()).find("answer"), std::string::npos);
  }
}

TEST(PromptTemplateTest, RefusesBrokenBraces) {
  for (const char* text : {"{open", "shut}", "{}"}) {
    EXPECT_THROW(PromptTemplate(text, "data.train.template"), ConfigError) << text;
  }
}

TEST(PromptTemplateTest, NamesAndTexts) {
  EXPECT_EQ(member_names({{"b", 1}, {"a", 2}}), (std::vector<std::string>{"a", "b"}));
  EXPECT_EQ(column_text("as it is"), "as it is");
  EXPECT_EQ(column_text(1.5), "1.5");
}

}  // namespace
}  // namespace kedge
