#include "core/stateful.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "core/error.h"

namespace kedge {
namespace {

struct Counter : Stateful {
  int value = 0;
  json save() const override { return value; }
  void load(const json& state) override { value = state.get<int>(); }
};

TEST(Stateful, RegistryRestoresItsMembers) {
  Counter a, b;
  StateRegistry registry;
  registry.add("a", a);
  registry.add("b", b);
  a.value = 3;
  b.value = 5;
  const json state = registry.save();
  a.value = b.value = 0;
  registry.load(state);
  EXPECT_EQ(a.value, 3);
  EXPECT_EQ(b.value, 5);
}

TEST(Stateful, NamesTwiceAreABug) {
  Counter a;
  StateRegistry registry;
  registry.add("a", a);
  EXPECT_THROW(registry.add("a", a), InvariantError);
}

TEST(Stateful, ForeignAndMissingStatesAreNamedAndNothingChanges) {
  Counter a, b;
  StateRegistry registry;
  registry.add("prompt_order", a);
  registry.add("visits", b);
  try {
    registry.load({{"prompt_order", 1}, {"visit", 2}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'visit'"));
    EXPECT_THAT(error.what(), testing::HasSubstr("did you mean 'visits'"));
  }
  try {
    registry.load({{"prompt_order", 1}});
    FAIL();
  } catch (const ConfigError& error) {
    EXPECT_THAT(error.what(), testing::HasSubstr("'visits' is missing"));
  }
  EXPECT_THROW(registry.load(json::array()), ConfigError);
  EXPECT_EQ(a.value, 0);
}

}  // namespace
}  // namespace kedge
