#include "model/tokenizer/post_processor.h"

#include <gtest/gtest.h>

namespace kedge {
namespace {

using Tokens = std::vector<Token>;

json special(const char* name) {
  return {{"SpecialToken", {{"id", name}, {"type_id", 0}}}};
}
json sequence() {
  return {{"Sequence", {{"id", "A"}, {"type_id", 0}}}};
}
json template_of(const json& single) {
  return {{"type", "TemplateProcessing"},
          {"single", single},
          {"special_tokens",
           {{"<s>", {{"id", "<s>"}, {"ids", {1}}}}, {"</s>", {{"id", "</s>"}, {"ids", {2, 3}}}}}}};
}

TEST(PostProcessor, NothingAddsNothing) {
  const PostProcessor none(nullptr, "p");
  EXPECT_EQ(none.apply({5, 6}), Tokens({5, 6}));
  EXPECT_EQ(none.largest_id(), -1);
  EXPECT_EQ(PostProcessor({{"type", "ByteLevel"}}, "p").apply({5}), Tokens({5}));
}

TEST(PostProcessor, TemplatesSurround) {
  const PostProcessor both(template_of({special("<s>"), sequence(), special("</s>")}), "p");
  EXPECT_EQ(both.apply({5}), Tokens({1, 5, 2, 3}));
  EXPECT_EQ(both.apply({}), Tokens({1, 2, 3}));
  EXPECT_EQ(both.largest_id(), 3);
}

TEST(PostProcessor, SequencesNest) {
  const json part = {{"type", "Sequence"},
                     {"processors",
                      {{{"type", "ByteLevel"}},
                       template_of({special("<s>"), sequence()}),
                       template_of({special("</s>"), sequence()})}}};
  EXPECT_EQ(PostProcessor(part, "p").apply({5}), Tokens({2, 3, 1, 5}));
}

TEST(PostProcessor, BrokenTemplatesAreRefused) {
  EXPECT_THROW(PostProcessor(template_of({special("<s>")}), "p"), ConfigError);
  EXPECT_THROW(PostProcessor(template_of({sequence(), sequence()}), "p"), ConfigError);
  EXPECT_THROW(PostProcessor(template_of({special("<x>"), sequence()}), "p"), ConfigError);
  EXPECT_THROW(PostProcessor({{"type", "RobertaProcessing"}}, "p"), ConfigError);
}

}  // namespace
}  // namespace kedge
