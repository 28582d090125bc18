#include "rewards/plugins/item_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

#include "core/json.h"
#include "tests/support/reward_items.h"

namespace kedge {
namespace {

using ::testing::HasSubstr;

std::string json_text(std::string_view text) {
  std::string out;
  append_json_string(out, text);
  return out;
}

TEST(ItemJson, StringsReadBackAsTheyWere) {
  std::string all;
  for (int c = 0; c < 128; ++c) all += static_cast<char>(c);
  all += "\xc3\xa4 \xf0\x9f\x99\x82 \"quoted\" \\boxed{7}\n";
  EXPECT_EQ(json::parse(json_text(all)).get<std::string>(), all);
  EXPECT_EQ(json_text(""), "\"\"");
  EXPECT_EQ(json::parse(json_text("a\xff b\xc3")).get<std::string>(),
            "a\xEF\xBF\xBD b\xEF\xBF\xBD");
}

TEST(ItemJson, AnItemSaysWhatIsAskedFor) {
  JudgedPrompt prompt({"7+5=12\n\"12\""}, {{"words", {"a", "b"}}, {"level", 3}, {"other", nullptr}},
                      "12");
  RewardItem item = prompt.items()[0];
  item.tokens = {5, 0, 70000};
  item.step = 8;
  item.truncated = true;
  std::string all;
  append_item(all, item, all_item_fields());
  EXPECT_EQ(json::parse(all), json::parse(R"({"prompt":"","completion":"7+5=12\n\"12\"",
      "answer":"12","columns":{"words":["a","b"],"level":3,"other":null},
      "completion_ids":[5,0,70000],"prompt_id":0,"sample":0,"step":8,"truncated":true})"));
  std::string some;
  append_items(
      some, std::vector{item, item},
      {{ItemField::completion, ItemField::columns}, std::vector<std::string>{"level", "no"}});
  EXPECT_EQ(json::parse(some), json::parse(R"([
      {"completion":"7+5=12\n\"12\"","columns":{"level":3}},
      {"completion":"7+5=12\n\"12\"","columns":{"level":3}}])"));
}

TEST(ItemJson, PackedIdsAreHexDigits) {
  JudgedPrompt prompt({""}, {}, "");
  RewardItem item = prompt.items()[0];
  const auto packed = [&](std::vector<Token> ids) {
    item.tokens = std::move(ids);
    std::string out;
    append_item(out, item, {{ItemField::packed_ids}, std::nullopt});
    return out;
  };
  EXPECT_EQ(packed({}), R"({"packed_ids":""})");
  EXPECT_EQ(packed({5}), R"({"packed_ids":"05000000"})");
  EXPECT_EQ(packed({5, 0}), R"({"packed_ids":"0500000000000000"})");
  EXPECT_EQ(packed({5, 0, 70000}), R"({"packed_ids":"050000000000000070110100"})");
}

TEST(ItemJson, ConversationsKeepTheirMessages) {
  Group group;
  group.prompt.messages = {{"system", "be \"brief\""}, {"user", "7+5?"}};
  group.trajectories.resize(1);
  RewardItem item;
  item.group = &group;
  std::string text;
  append_item(text, item, {{ItemField::messages}, {}});
  EXPECT_EQ(json::parse(text), json::parse(R"({"messages":[
      {"role":"system","content":"be \"brief\""},{"role":"user","content":"7+5?"}]})"));
}

TEST(ItemJson, FieldsAreReadFromAWorkersWords) {
  const ItemFields fields =
      item_fields_from(json::parse(R"({"fields":["step","answer"],"columns":["x"]})"), "worker");
  EXPECT_EQ(fields.fields, (std::vector<ItemField>{ItemField::step, ItemField::answer}));
  EXPECT_EQ(fields.columns, std::vector<std::string>{"x"});
  EXPECT_EQ(item_fields_from(json::parse(R"({"fields":[],"columns":null})"), "worker").columns,
            std::nullopt);
  EXPECT_THROW(item_fields_from(json::parse(R"({"fields":["stop"]})"), "worker"), ConfigError);
}

TEST(ItemJson, OnlyFiniteNumbersAreScores) {
  const auto read = [](const char* text) { return verdict_from(json::parse(text)); };
  EXPECT_EQ(read(R"({"kind":"score","score":0.5})").score, 0.5);
  EXPECT_EQ(read(R"({"kind":"score","score":2,"note":"n"})").note, "n");
  EXPECT_EQ(read(R"({"kind":"abstain","note":"why"})").kind, VerdictKind::abstain);
  EXPECT_EQ(read(R"({"kind":"timeout"})").kind, VerdictKind::timeout);
  EXPECT_FALSE(read(R"({"kind":"timeout"})").note.empty());
  for (const char* bad : {R"({"kind":"score"})", R"({"kind":"score","score":"1"})",
                          R"({"kind":"score","score":true})", R"({"kind":"score","score":null})",
                          R"({"kind":"score","score":[1]})", R"({"kind":"sure"})", R"({"score":1})",
                          R"({"kind":1})", "1.0", "[]", "null", R"({"kind":"error"})"}) {
    EXPECT_EQ(read(bad).kind, VerdictKind::error) << bad;
    EXPECT_FALSE(read(bad).note.empty()) << bad;
  }
  const json infinite = {{"kind", "score"}, {"score", std::numeric_limits<double>::infinity()}};
  EXPECT_THAT(verdict_from(infinite).note, HasSubstr("inf"));
}

}  // namespace
}  // namespace kedge
