#include "model/kernels/isa.h"

#include <cpuid.h>

#include <cstdint>
#include <cstdlib>

#include "core/error.h"

namespace kedge {
namespace {

struct Features {
  bool fma = false, avx2 = false, avx512 = false, bf16_dot = false;
};

uint64_t enabled_state() {
  uint32_t low = 0, high = 0;
  __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
  return (uint64_t{high} << 32) | low;
}

Features read_features() {
  Features found;
  uint32_t a = 0, b = 0, c = 0, d = 0;
  if (!__get_cpuid(1, &a, &b, &c, &d)) return found;
  const bool osxsave = c & bit_OSXSAVE;
  // The CPU may have what the operating system does not save.
  const uint64_t state = osxsave ? enabled_state() : 0;
  const bool ymm = (state & 0x6) == 0x6;
  const bool zmm = (state & 0xe6) == 0xe6;
  found.fma = ymm && (c & bit_FMA);
  if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
  found.avx2 = found.fma && (b & bit_AVX2);
  const uint32_t wanted = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
  found.avx512 = found.avx2 && zmm && (b & wanted) == wanted;
  if (!__get_cpuid_count(7, 1, &a, &b, &c, &d)) return found;
  found.bf16_dot = found.avx512 && (a & (1u << 5));
  return found;
}

const Features& features() {
  static const Features found = read_features();
  return found;
}

}  // namespace

const char* name_of(Isa isa) {
  switch (isa) {
    case Isa::scalar: return "scalar";
    case Isa::avx2: return "avx2";
    case Isa::avx512: return "avx512";
  }
  return "?";
}

bool cpu_has(Isa isa) {
  switch (isa) {
    case Isa::scalar: return features().fma;
    case Isa::avx2: return features().avx2;
    case Isa::avx512: return features().avx512;
  }
  return false;
}

bool cpu_has_bf16_dot() { return features().bf16_dot; }

std::vector<Isa> available_isas() {
  std::vector<Isa> found;
  for (const Isa isa : {Isa::scalar, Isa::avx2, Isa::avx512}) {
    if (cpu_has(isa)) found.push_back(isa);
  }
  return found;
}

Isa choose_isa(const char* name) {
  const std::vector<Isa> available = available_isas();
  if (available.empty()) throw ConfigError("CPU", "no FMA", "exact numerics need a CPU with FMA");
  if (name == nullptr || *name == '\0') return available.back();
  std::vector<std::string> names;
  for (const Isa isa : available) {
    if (name == std::string(name_of(isa))) return isa;
    names.emplace_back(name_of(isa));
  }
  throw ConfigError("KEDGE_ISA", "'" + std::string(name) + "' is not a code path of this CPU",
                    valid_names(name, names));
}

Isa chosen_isa() {
  static const Isa isa = choose_isa(std::getenv("KEDGE_ISA"));
  return isa;
}

}  // namespace kedge
