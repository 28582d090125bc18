// Decimal numbers as they are written.
#pragma once
#include <optional>
#include <string>

#include <gmpxx.h>

namespace kedge {

struct Literal {
  mpq_class value;
  bool has_point = false;  // written with a decimal point that digits follow
};

// "12", "1.5", "5.", ".5", "3e2", exactly. nullopt: no digits, or an exponent beyond 10^4.
std::optional<Literal> read_literal(const std::string& text);

}  // namespace kedge
