// What happens when the policy stops writing: the answer ends, something answers back, or the
// thinking goes on in a new context. The plain environment always finishes.
#pragma once
#include <cstdint>
#include <memory>
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

// next() may wait where may_wait() says so; the row is parked meanwhile and its slot used by
// others. Thread rule: next() is called by one thread at a time, another one than the engine's if
// may_wait().
//
// Chunks: sample stream s of an item goes on after NewRow as stream s + c * 2^24 in its c-th new
// row (c < 256, s < 2^24), so that a chunk's randomness depends on nothing but its place.
class Environment {
 public:
  virtual ~Environment() = default;
  virtual bool may_wait() const { return false; }
  // `row` ended for `reason`. An Append without tokens, or a NewRow that does not fit, is an
  // InvariantError of the engine.
  virtual EnvironmentAction next(const Row& row, StopReason reason) = 0;
};

std::unique_ptr<Environment> plain_environment();

// Stream of chunk `chunk` of sample stream `base`, and back.
uint32_t chunk_stream(uint32_t base, int32_t chunk);
uint32_t base_stream(uint32_t stream);
int32_t chunk_of(uint32_t stream);

}  // namespace kedge
