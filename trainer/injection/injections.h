// Given answers that take the place of rollouts where the reference fails (PVPO, policy sheet 2.2).
//
// File (injection.trajectories): JSON lines, one answer each, as `kedge generate` writes them.
//
//   {"prompt_id":"train.jsonl:17","completion_ids":[51,10],"logprobs":[-0.1,-0.2]}
//   {"prompt":"7+5=","completion":"12","logprobs":[-0.1,-0.2,-0.01]}
//
// `prompt_id` or `prompt` (the text that was tokenised) says whose answer it is. A completion given
// as text is tokenised once and ends in the model's stop token; ids are taken as they are.
// `logprobs` are those of the model that wrote the answer, one per token; without them only
// `injected: detach` can be trained. Another number of them means another tokenizer and is refused.
#pragma once
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "core/files.h"
#include "core/records.h"
#include "model/tokenizer/tokenizer.h"

namespace kedge {

struct InjectionOptions {
  std::string path;
  bool needs_logprobs = true;  // injected: behaviour
  Token stop = 0;              // ends a completion given as text
  int64_t vocab = 0;           // ids are below this
  int64_t max_context = 0;     // tokens of prompt and answer at most
};

// Thread rule: one thread.
class Injections {
 public:
  // The metric of an answer to a prompt; no score where it cannot be judged.
  using Judge = std::function<Verdict(const Prompt&, const Row&)>;

  // Reads the whole file. ConfigErrors name file and line: unreadable, no answer, a missing or
  // wrong member, an id outside the vocabulary, log-probs in another number or above 0.
  Injections(FileSystem& files, const Tokenizer& tokenizer, const InjectionOptions& options,
             Judge judge);

  // The prompt's answers that the judge gives a metric of 1, in file order; judged when first asked
  // for. An answer too long for the model's context is a ConfigError naming its line.
  const std::vector<Row>& correct(const Prompt& prompt);

  size_t size() const { return answers_.size(); }
  size_t num_prompts() const { return by_prompt_.size(); }
  // Judged so far and found wrong.
  int64_t num_wrong() const { return num_wrong_; }

 private:
  struct Answer {
    std::string place;  // "gt.jsonl:3"
    Row row;            // parent and fork are set when its prompt is known
  };

  void read_line(const json& line, const std::string& place, const Tokenizer& tokenizer);
  std::vector<Token> tokens_of(const json& line, const std::string& place,
                               const Tokenizer& tokenizer) const;
  std::vector<float> logprobs_of(const json& line, const std::string& place, size_t tokens) const;
  void add_correct(const Prompt& prompt, const std::string& key, std::vector<Row>& out);

  InjectionOptions options_;
  Judge judge_;
  std::vector<Answer> answers_;
  std::map<std::string, std::vector<size_t>> by_prompt_;  // "id:..." or "text:..." -> answers
  std::map<std::string, std::vector<Row>> correct_;       // by prompt id
  int64_t num_wrong_ = 0;
};

}  // namespace kedge
