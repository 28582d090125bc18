#include "core/field_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace kedge {
namespace {

using ::testing::HasSubstr;

TEST(FieldTable, OneLinePerFieldWithEscapedBars) {
  const std::string table = field_table({{"kind", "a | b", "a", "", "which"}, {"n", "integer", "", "> 0", ""}});
  EXPECT_THAT(table, HasSubstr("\n| key | type | default | range | what it is |\n|---|---|---|---|---|\n"));
  EXPECT_THAT(table, HasSubstr("| `kind` | a \\| b | `a` |  | which |\n"));
  EXPECT_THAT(table, HasSubstr("| `n` | integer |  | > 0 |  |\n"));
}

TEST(FieldTable, NoFieldsNoTable) { EXPECT_EQ(field_table({}), ""); }

}  // namespace
}  // namespace kedge
