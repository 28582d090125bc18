// The order of every sum in exact numerics (design section 6). This page is the law; the kernels are
// one way to obey it. An order is a function of an index inside one row, one output or one packed
// step, never of the batch, the slot, threads, tiles, KV blocks or the instruction set.
//
// Notation: chain(a; i: t_i) starts with a and does a = fma(factors of t_i, a) for i ascending, in
// fp32; it may wait in memory anywhere. lanes16(n: t_i) is sixteen chains from +0, lane l over
// i = l, l + 16, ..., joined by the tree l with l + 8, + 4, + 2, + 1. / and sqrt are IEEE. Every
// operation not written as fma is rounded by itself (-ffp-contract=off). Denormal inputs and results
// are 0 in every compute thread.
//
//   linear        y[t,n]   = chain(start; k: x[t,k] w[n,k]); start: +0, bias[n] or y[t,n]
//     input       dx[t,k]  = chain(+0; n: dy[t,n] w[n,k])
//     weight      dw[n,k]  = chain(dw[n,k]; t in packed order: dy[t,n] x[t,k]); dbias[n] += dy[t,n]
//   RMSNorm       rstd     = 1 / sqrt(lanes16(i: x_i x_i) / n + eps); y_i = (x_i rstd) w_i
//     input       dx_i     = fma(rstd, g_i, c x_i), g_i = dy_i w_i,
//                 c        = -(((s / n) rstd) (rstd rstd)), s = lanes16(i: g_i x_i); then dx += it
//     weight      dw_i     = chain(dw_i; t, then group: dy_i (x_i rstd))
//   rotary        y_i      = fma(x_i, cos, -(x_j sin)), y_j = fma(x_j, cos, x_i sin), j = i + D/2
//   SwiGLU        h        = (g / (1 + exp(-g))) u
//     backward    s = 1 / (1 + exp(-g)); du = dh (g s); dg = (dh u) (s fma(g, 1 - s, 1))
//   embedding     dw[v]   += dx[t], t in packed order
//   attention     z_j      = chain(+0; e: q_e k_je) scale; m = max_j z_j; p_j = exp(z_j - m);
//                 s        = p_0 + p_1 + ... in logical key order; o_e = (chain(+0; j: p_j v_je) + 0) / s
//                 lse      = m + log(s) in fp64, rounded once
//     backward    p_j = exp(z_j - lse); dp_j = chain(+0; e: do_e v_je); d = lanes16(e: do_e o_e);
//                 ds_j = (p_j (dp_j - d)) scale
//                 dq_e     = chain(+0; keys j in logical order: ds_j k_je)
//                 dk_je    = chain(+0; queries: ds q_e), dv_je = chain(+0; queries: p do_e); queries
//                            that see key j, in packed order, query heads of one token inside: first
//                            those of the key's own segment, then its descendants'
//   softmax row   z_v = x_v (1/T), 1/T rounded once; m = max z; sum of exp(z_v - m): blocks of 4,096,
//                 lanes16 in fp64 inside a block, blocks added in order; lse = m + log(sum), fp64,
//                 rounded once
//   head          logits as linear; logprob = fma(x_id, 1/T, -lse)
//     entropy     log(sum) - S / sum, S the sum of exp(z_v - m) (z_v - m) in the softmax order
//     backward    l_v = fma(x_v, 1/T, -lse); p_v = exp(l_v); g = sum of the row's dlogprob,
//                 h = sum of its dentropy, both in target order;
//                 dx_v = (-g p_v + -h (p_v (l_v + entropy))) (1/T); then dx_id += dlogprob (1/T) per
//                 target; hidden and weight gradients as linear, rows in packed order, V ascending
//   bf16 weights  x and w rounded to bf16 (nearest even); k in pairs (2i, 2i + 1); per pair
//                 a = fma(x_odd, w_odd, a), then a = fma(x_even, w_even, a), each rounded, denormal
//                 inputs and results flushed: what VDPBF16PS does. Gradients of weights stay fp32.
//
// Where a -0 and a +0 could depend on hidden keys (fma(0, v, -0) is +0), "+ 0" makes it +0 always.
#pragma once
#include <cstdint>

namespace kedge {

constexpr int64_t kSumLanes = 16;     // partial chains of a norm, lanes of a softmax block
constexpr int64_t kSumBlock = 4096;   // elements of one fp64 block of long sums

}  // namespace kedge
