// What happens when the policy stops writing: the answer ends, something answers back, or the thinking
// goes on in a new context. The plain environment always finishes.
#pragma once
#include <variant>
#include <vector>

#include "core/records.h"

namespace kedge {

struct Finish {};
// Tokens put into the same row by someone else (a tool); decoding then goes on.
struct Append {
  std::vector<Token> ids;
  TokenKind kind = TokenKind::tool;
};
// The row ends; a new row forks from the prompt and begins with these tokens.
struct NewRow {
  std::vector<Token> ids;
  std::vector<TokenKind> kinds;
};
using EnvironmentAction = std::variant<Finish, Append, NewRow>;

// next() may wait; the row is parked meanwhile and its slot used by others.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual EnvironmentAction next(const Row& row, StopReason reason) = 0;
};

std::unique_ptr<Environment> plain_environment();

}  // namespace kedge
