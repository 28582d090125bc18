// Which code path of the kernels this process runs. All of them give the same bits; the choice is about
// speed, and about proving the sentence before.
#pragma once
#include <string>
#include <vector>

namespace kedge {

enum class Isa { scalar, avx2, avx512 };

const char* name_of(Isa isa);
bool cpu_has(Isa isa);  // scalar means: with FMA, the minimum CPU
bool cpu_has_bf16_dot();  // AVX512-BF16: VDPBF16PS

// The widest path this CPU has, or what KEDGE_ISA names (scalar, avx2, avx512). A name that is unknown
// or a path this CPU lacks is a ConfigError, as is a CPU without FMA.
Isa chosen_isa();
Isa choose_isa(const char* name);  // what KEDGE_ISA=name would choose; nullptr or "" = widest
std::vector<Isa> available_isas();

}  // namespace kedge
