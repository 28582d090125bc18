// Short seeded runs of the fuzz targets: no crash, no input over 50 ms of processor time. Long
// ones: scripts/fuzz.
#include <gtest/gtest.h>
#include <time.h>

#include <random>

#include "tests/support/fuzz_targets.h"

namespace kedge {
namespace {

using testing_support::fuzz_targets;
using testing_support::FuzzTarget;

constexpr int kRounds = 4000;
constexpr double kLongest = 0.050;  // seconds

double processor_seconds() {
  timespec now{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

// Texts made from other texts: pieces inserted, removed, repeated and exchanged.
class Mutator {
 public:
  explicit Mutator(std::vector<std::string> pool) : pool_(std::move(pool)), random_(7) {}

  std::string next() {
    std::string text = pick(pool_);
    const size_t changes = 1 + below(4);
    for (size_t i = 0; i < changes; ++i) {
      change(text);
    }
    text.resize(std::min<size_t>(text.size(), 20'000));
    if (below(8) == 0) {
      pool_.push_back(text.substr(0, 500));
    }
    return text;
  }

 private:
  size_t below(size_t n) { return random_() % n; }
  template <class List>
  const std::string& pick(const List& list) {
    return list[below(list.size())];
  }

  void change(std::string& text) {
    static const std::vector<std::string> pieces = {
        "{",         "}",         "(",        ")",      "[",
        "]",         "\\",        "\\boxed{", "\\frac", "^",
        "_",         "\\sqrt",    "9",        "9999",   "9^9^9",
        "!",         ",",         "and",      "$",      "%",
        "\\pm",      "\\text{",   "|",        "e^{",    "\xff",
        "√",         "½",         "=",        "<",      "<think>",
        "</answer>", "```\n",     "\n",       "\"",     "1e300",
        ".",         "x",         "\\le",     "\\cup",  "\\in",
        "####",      "answer is", "\\sin",    "100!",   std::string(1, '\0')};
    const size_t at = below(text.size() + 1);
    switch (below(5)) {
      case 0:
        text.insert(at, pick(pieces));
        break;
      case 1:
        text.erase(at, below(8));
        break;
      case 2: {
        const std::string& other = pick(pool_);
        text.insert(at, other.substr(below(other.size() + 1), below(30)));
        break;
      }
      case 3: {  // the same piece very often
        const std::string piece = below(2) == 0 ? pick(pieces) : text.substr(at, 1 + below(6));
        for (size_t i = below(below(10) == 0 ? 5000 : 400); i > 0; --i) {
          text.insert(at, piece);
        }
        break;
      }
      default:
        if (!text.empty()) {
          text[below(text.size())] = static_cast<char>(below(256));
        }
    }
  }

  std::vector<std::string> pool_;
  std::mt19937_64 random_;
};

class Fuzz : public ::testing::TestWithParam<size_t> {};

TEST_P(Fuzz, SurvivesAndIsQuick) {
  const FuzzTarget& target = fuzz_targets()[GetParam()];
  Mutator mutator(target.seeds);
  double worst = 0.0;
  for (int i = 0; i < kRounds; ++i) {
    const std::string text = mutator.next();
    const double start = processor_seconds();
    ASSERT_NO_THROW(target.run(text)) << text;
    const double seconds = processor_seconds() - start;
    EXPECT_LT(seconds, kLongest) << text.substr(0, 2000);
    worst = std::max(worst, seconds);
  }
  RecordProperty("worst_ms", static_cast<int>(worst * 1e3));
}

INSTANTIATE_TEST_SUITE_P(, Fuzz, ::testing::Range<size_t>(0, fuzz_targets().size()),
                         [](const auto& info) { return fuzz_targets()[info.param].name; });

}  // namespace
}  // namespace kedge
