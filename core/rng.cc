#include "core/rng.h"

#include "core/error.h"

namespace kedge {

namespace {

// Constants of the paper: multipliers, and the golden ratio and sqrt(3)-1 as key increments.
constexpr uint32_t kMultiplier0 = 0xD2511F53;
constexpr uint32_t kMultiplier1 = 0xCD9E8D57;
constexpr uint32_t kWeyl0 = 0x9E3779B9;
constexpr uint32_t kWeyl1 = 0xBB67AE85;
constexpr int kRounds = 10;

Philox4 round_of(const Philox4& counter, const std::array<uint32_t, 2>& key) {
  const uint64_t product0 = static_cast<uint64_t>(kMultiplier0) * counter[0];
  const uint64_t product1 = static_cast<uint64_t>(kMultiplier1) * counter[2];
  return {
      static_cast<uint32_t>(product1 >> 32) ^ counter[1] ^ key[0], static_cast<uint32_t>(product1),
      static_cast<uint32_t>(product0 >> 32) ^ counter[3] ^ key[1], static_cast<uint32_t>(product0)};
}

}  // namespace

Philox4 philox4x32(Philox4 counter, std::array<uint32_t, 2> key) {
  for (int round = 0; round < kRounds; ++round) {
    counter = round_of(counter, key);
    key[0] += kWeyl0;
    key[1] += kWeyl1;
  }
  return counter;
}

Philox4 counter_of(const RandomAddress& address) {
  KEDGE_CHECK(address.prompt < (uint64_t{1} << 40), "prompt ordinal ", address.prompt,
              " does not fit 40 bits");
  KEDGE_CHECK(address.visit < (uint32_t{1} << 16), "visit ", address.visit,
              " does not fit 16 bits");
  KEDGE_CHECK(address.stream < (uint64_t{1} << 32), "stream ", address.stream,
              " does not fit 32 bits");
  KEDGE_CHECK(address.position < (uint64_t{1} << 32), "position ", address.position,
              " does not fit 32 bits");
  const uint64_t high =
      (static_cast<uint64_t>(address.purpose) << 56) | (address.prompt << 16) | address.visit;
  return {static_cast<uint32_t>(high >> 32), static_cast<uint32_t>(high),
          static_cast<uint32_t>(address.stream), static_cast<uint32_t>(address.position)};
}

Philox4 random_words(uint64_t seed, const RandomAddress& address) {
  return philox4x32(counter_of(address),
                    {static_cast<uint32_t>(seed), static_cast<uint32_t>(seed >> 32)});
}

double random_uniform(uint64_t seed, const RandomAddress& address) {
  return static_cast<double>(random_words(seed, address)[0] >> 8) * 0x1p-24;
}

uint64_t random_below(uint64_t seed, const RandomAddress& address, uint64_t n) {
  KEDGE_CHECK(n >= 1, "n is ", n);
  const Philox4 words = random_words(seed, address);
  const uint64_t wide = (static_cast<uint64_t>(words[0]) << 32) | words[1];
  return static_cast<uint64_t>((static_cast<unsigned __int128>(wide) * n) >> 64);
}

}  // namespace kedge
