#include "core/hash.h"

#include <gtest/gtest.h>

#include <set>
#include <vector>

#include "core/error.h"

namespace kedge {
namespace {

TEST(Hash, BytesAndTensors) {
  // XXH3_64bits of nothing, from the specification's test vectors.
  EXPECT_EQ(hash_bytes(""), 0x2d06800538d394c2u);
  std::vector<float> data = {1, 2, 3, 4};
  const TensorView view(data.data(), {2, 2});
  EXPECT_EQ(hash_tensor(view), hash_bytes(data.data(), 16));
  EXPECT_THROW(hash_tensor(view.columns(0, 1)), InvariantError);
  EXPECT_EQ(hex_of(0x0123456789abcdefu), "0123456789abcdef");
}

TEST(Hash, ChainFollowsOrderKindsAndBorders) {
  const std::vector<int32_t> ids = {1, 2, 3};
  const std::span<const int32_t> all(ids);
  std::set<std::string> seen;
  const auto chain = [&](auto... steps) {
    HashChain chain;
    (steps(chain), ...);
    seen.insert(chain.hex());
    return chain.hex();
  };
  const auto first = [&](HashChain& c) { c.add_ids(all.first(1)); };
  const auto rest = [&](HashChain& c) { c.add_ids(all.last(2)); };
  const auto whole = [&](HashChain& c) { c.add_ids(all); };
  const auto text = [&](HashChain& c) { c.add_text({"\1\0\0\0\2\0\0\0\3\0\0\0", 12}); };
  const float zeros[] = {0.0f, -0.0f};
  const auto plus = [&](HashChain& c) { c.add_floats({&zeros[0], 1}); };
  const auto minus = [&](HashChain& c) { c.add_floats({&zeros[1], 1}); };
  const auto number = [](HashChain& c) { c.add_number(1); };
  const double one[] = {1.0};
  const auto real = [&](HashChain& c) { c.add_doubles(one); };
  EXPECT_EQ(chain(first, rest), chain(first, rest));
  chain(rest, first);
  chain(whole);
  chain(text);
  chain(plus);
  chain(minus);
  chain(number);
  chain(real);
  chain();
  EXPECT_EQ(seen.size(), 9u);
}

TEST(Hash, ChainGoesOnAfterLoad) {
  HashChain a, b;
  a.add_number(1);
  b.load(json::parse(a.save().dump()));
  a.add_number(2);
  b.add_number(2);
  EXPECT_EQ(a.hex(), b.hex());
  EXPECT_EQ(a.hex().size(), 32u);
  EXPECT_THROW(b.load("xyz"), ConfigError);
  EXPECT_THROW(b.load(std::string(32, 'g')), ConfigError);
  EXPECT_THROW(b.load(3), ConfigError);
}

}  // namespace
}  // namespace kedge
