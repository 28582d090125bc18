#include <iostream>

#include "cli/generate_input.h"
#include "cli/model_session.h"
#include "core/json.h"
#include "model/scorer.h"

namespace kedge {

ExitCode score_command(const Arguments& arguments) {
  CLI::App app("Log-probs of every completion token: one JSON line per row.", "kedge score");
  ModelOptions model;
  std::string input;
  double temperature = 1.0;
  int64_t tokens_per_pass = 16384;
  add_model_options(app, model);
  app.add_option("--input", input,
                 "JSONL: {\"input_ids\":[...],\"prompt_tokens\":n} or {\"prompt\",\"completion\"}")
      ->required();
  app.add_option("--temperature", temperature)->check(within(positive()));
  app.add_option("--tokens-per-pass", tokens_per_pass)->check(within(positive()));
  parse(app, arguments);

  ModelSession session = open_model(model);
  const auto rows = read_score_inputs(input, session.tokenizer(), session.config());
  std::vector<ScoreItem> items;
  for (size_t i = 0; i < rows.size(); ++i) {
    ScoreItem item;
    item.group = {Purpose::generate, i, 0};
    item.context = rows[i].ids;
    item.first_scored = rows[i].prompt_tokens;
    item.temperature = temperature;
    item.weights = WeightSet::initial;
    items.push_back(std::move(item));
  }
  Scorer scorer(session.context(), session.transformer(), tokens_per_pass);
  for (const ScoredTokens& scored : scorer.score(session.parameters(), items)) {
    std::cout << "{\"logprobs\":" << format_floats(scored.logprob) << "}\n";
  }
  return kExitDone;
}

}  // namespace kedge
