// The kinds of failure of kedge and what each means to the caller.
//
//   ConfigError     the user's mistake: names the place, what was found, what is valid.
//   InvariantError  a broken promise inside kedge (KEDGE_CHECK): both values are in the text.
//   TemporaryError  nobody's mistake: a lost rank, a deadline. The job may simply be started again.
//
// Expected outcomes (a reward abstains, a queue is closed) are values, never exceptions. Nothing in a
// library calls exit; the binary translates an exception into an exit code in one place.
#pragma once
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace kedge {

// Exit codes of the binary (design section 8).
enum ExitCode : int {
  kExitDone = 0,
  kExitFailure = 1,
  kExitUsage = 2,
  kExitRequeue = 75,
  kExitInterrupted = 130,
};

class Error : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
  virtual ExitCode exit_code() const { return kExitFailure; }
};

// `place` is a YAML path ("optimizer.learning_rate"), a file, or "file:line"; `found` what stands
// there; `valid` what may stand there (either may be empty). The text reads
// "<place>: <found>; <valid>".
class ConfigError : public Error {
 public:
  ConfigError(std::string place, std::string found, std::string valid = "");
  const std::string& place() const { return place_; }
  ExitCode exit_code() const override { return kExitUsage; }

 private:
  std::string place_;
};

class InvariantError : public Error {
 public:
  using Error::Error;
};

class TemporaryError : public Error {
 public:
  using Error::Error;
  ExitCode exit_code() const override { return kExitRequeue; }
};

// The member of `names` nearest to `name` by edit distance, or "" when none is near.
std::string nearest_name(std::string_view name, const std::vector<std::string>& names);

// "did you mean 'x'? valid: a, b, c" for an unknown `name`.
std::string valid_names(std::string_view name, const std::vector<std::string>& names);

namespace detail {
[[noreturn]] void check_failed(const char* file, int line, const char* expression,
                               const std::string& details);

template <class... Parts>
std::string concat(const Parts&... parts) {
  std::ostringstream out;
  static_cast<void>((out << ... << parts));
  return out.str();
}
}  // namespace detail

}  // namespace kedge

// Broken invariants: KEDGE_CHECK(a == b, "rows ", a, " expected ", b) throws InvariantError.
#define KEDGE_CHECK(condition, ...)                                      \
  do {                                                                   \
    if (!(condition)) {                                                  \
      ::kedge::detail::check_failed(__FILE__, __LINE__, #condition,      \
                                    ::kedge::detail::concat(__VA_ARGS__)); \
    }                                                                    \
  } while (false)
