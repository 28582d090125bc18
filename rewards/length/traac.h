// TRAAC's length term: how an answer's length stands among recent correct ones of its difficulty.
#pragma once
#include <span>

namespace kedge {

// beta(z) max(clip((max - L) / (max - min), 0, 1), 1 / (1 + exp((L - median) / (0.1 median)))) of a
// correct answer, over `history`: the correct lengths of its class, this step's included; 0 without
// any. z is the share of correct answers of its prompt: beta 1 from 0.8 on, 0.75 from 0.3, else
// 0.5.
double traac_term(double length, std::span<const double> history, double pass_rate);

}  // namespace kedge
