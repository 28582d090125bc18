#include "rewards/extract.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

std::string found(Extractor extractor, std::string_view text) {
  const Extraction extraction = extract_answer(text, extract_by({extractor}));
  return extraction.answer.value_or("none: " + extraction.how);
}

TEST(Extract, LastLineSkipsBlankLines) {
  EXPECT_EQ(found(Extractor::last_line, "7+5=12\n12-3=9\n 9 \n\n"), "9");
  EXPECT_EQ(found(Extractor::last_line, "9"), "9");
  EXPECT_EQ(found(Extractor::last_line, " \n"), "none: no_answer in last_line");
}

TEST(Extract, ThinkingDoesNotCount) {
  EXPECT_EQ(found(Extractor::whole, "<think>\n1</think> 2"), "2");
  EXPECT_EQ(found(Extractor::whole, "1</think>2</think>3"), "3");
  EXPECT_EQ(found(Extractor::whole, "<think>1"), "none: unfinished_thinking");
  const ExtractConfig anywhere{{Extractor::whole}, ThinkMode::anywhere};
  EXPECT_EQ(extract_answer("<think>1", anywhere).answer, "<think>1");
}

TEST(Extract, PhraseReadsToTheEndOfItsSentence) {
  EXPECT_EQ(found(Extractor::phrase, "The answer is 3. But then\nmore"), "3");
  EXPECT_EQ(found(Extractor::phrase, "Answer: 1.5 apples.\n"), "1.5 apples");
  EXPECT_EQ(found(Extractor::phrase, "The final answer is $$x + 1$$ here"), "x + 1");
  EXPECT_EQ(found(Extractor::phrase, "answer is 1, no, **answer**: 2"), "2");
  EXPECT_EQ(found(Extractor::phrase, "the answer is:"), "none: no_answer in phrase");
}

TEST(Extract, HashesTakeTheLastLine) {
  EXPECT_EQ(found(Extractor::hashes, "#### 1\n  ####2 \nend"), "2");
  EXPECT_EQ(found(Extractor::hashes, "a #### 1"), "none: no_answer in hashes");
}

TEST(Extract, TagsTakeTheLastPairAndItsBox) {
  EXPECT_EQ(found(Extractor::tag, "<answer>1</answer><answer>\n2 </answer>"), "2");
  EXPECT_EQ(found(Extractor::tag, R"(<answer>so \boxed{7}</answer>)"), "7");
  EXPECT_EQ(found(Extractor::tag, "<answer>1"), "none: no_answer in tag");
}

TEST(Extract, LastNumber) {
  EXPECT_EQ(found(Extractor::last_number, "it costs $1,200.50 in all, or 5."), "5");
  EXPECT_EQ(found(Extractor::last_number, "from -3% on"), "-3%");
}

TEST(Extract, TheFirstExtractorWithAnAnswerWins) {
  const ExtractConfig config = extract_by({Extractor::tag, Extractor::boxed, Extractor::last_line});
  EXPECT_EQ(extract_answer("\\boxed{1}\n2", config).answer, "1");
  EXPECT_EQ(extract_answer("\\boxed{1}\n2", config).how, "boxed");
  EXPECT_EQ(extract_answer("1\n2", config).how, "last_line");
  EXPECT_EQ(extract_answer("\\boxed{1\n2", config).how, "unclosed_box");
}

// Degenerate completions must neither take long nor reach a limit of the matcher.
TEST(Extract, LongRunsAreNoTrouble) {
  const std::string blank(50'000, '\n');
  EXPECT_EQ(found(Extractor::phrase, "the answer" + blank + "x"), "none: no_answer in phrase");
  EXPECT_EQ(found(Extractor::phrase, "the answer" + blank + ": 5"), "5");
  EXPECT_EQ(found(Extractor::boxed, R"(\boxed{1})" + blank + R"(x \boxed{2})"), "2");
  EXPECT_EQ(found(Extractor::hashes, std::string(50'000, ' ') + "## 1"), "none: no_answer in hashes");
}

TEST(Extract, AnAnswerIsShort) {
  EXPECT_EQ(found(Extractor::whole, std::string(1001, 'x')), "none: too_long");
  EXPECT_EQ(found(Extractor::whole, std::string(1000, 'x')), std::string(1000, 'x'));
}

}  // namespace
}  // namespace kedge
