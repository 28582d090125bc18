// Python reward files of a test, and the rewards made of them.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/json.h"
#include "tests/support/python_program.h"
#include "tests/support/reward_items.h"
#include "tests/support/temporary_directory.h"

namespace kedge::testing_support {

class PythonPlugin {
 public:
  // `text` is the file, whose function is `f`; `settings` more YAML members: ", workers: 2".
  explicit PythonPlugin(const std::string& text, const std::string& settings = "")
      : settings_(settings) {
    if (settings.find("interpreter") == std::string::npos) {
      settings_ += ", interpreter: " + python_program();
    }
    real_files().write_atomic(path(), text);
  }

  std::string path() const { return directory_ / "my_reward.py"; }
  std::string yaml() const { return "{path: " + path() + ", function: f" + settings_ + "}"; }
  std::unique_ptr<Reward> make() const { return make_reward("python", yaml()); }

 private:
  TemporaryDirectory directory_;
  std::string settings_;
};

inline std::vector<Verdict> judge(Reward& reward, const JudgedPrompt& prompt) {
  std::vector<Verdict> verdicts(prompt.items().size(), Verdict::failed("unwritten"));
  reward.score(prompt.items(), verdicts);
  return verdicts;
}

// "1.5", "abstain: why", "error: why", ...
inline std::string text_of(const Verdict& verdict) {
  if (verdict.has_score()) return format_float(verdict.score);
  return std::string(name_of(verdict.kind)) + ": " + verdict.note;
}

inline std::vector<std::string> texts_of(const std::vector<Verdict>& verdicts) {
  std::vector<std::string> out;
  for (const Verdict& verdict : verdicts) out.push_back(text_of(verdict));
  return out;
}

}  // namespace kedge::testing_support
