#include <iostream>

#include "cli/generate_input.h"
#include "cli/model_session.h"
#include "core/json.h"
#include "rollout/engine.h"

namespace kedge {
namespace {

struct GenerateOptions {
  ModelOptions model;
  std::string prompt;
  std::string input;
  int32_t samples = 1;
  uint64_t seed = 0;
  int32_t slots = 64;
  Sampling sampling;
};

void add_options(CLI::App& app, GenerateOptions& options) {
  add_model_options(app, options.model);
  app.add_option("--prompt", options.prompt, "one prompt");
  app.add_option("--input", options.input, "JSONL with a `prompt` (text) or `prompt_ids` per line");
  app.add_option("--samples", options.samples, "completions per prompt")->check(within(positive()));
  app.add_option("--max-new-tokens", options.sampling.max_new_tokens)->check(within(positive()));
  app.add_option("--temperature", options.sampling.temperature)->check(within(positive()));
  app.add_option("--top-p", options.sampling.top_p)->check(within(above_up_to(0.0, 1.0)));
  app.add_option("--top-k", options.sampling.top_k, "0: all")->check(within(at_least(0)));
  app.add_option("--min-p", options.sampling.min_p)->check(within(from_below(0.0, 1.0)));
  app.add_option("--stop", options.sampling.stop_strings, "end a completion where its text ends so");
  app.add_option("--seed", options.seed);
  app.add_option("--slots", options.slots, "rows decoded together; changes speed, never the text")
      ->check(within(positive()));
  app.add_flag("--greedy", options.sampling.greedy, "always the likeliest token");
}

RolloutOrder order_of(const std::vector<GenerateInput>& inputs, const GenerateOptions& options) {
  RolloutOrder order;
  for (size_t i = 0; i < inputs.size(); ++i) {
    SampleItem item;
    item.group = {Purpose::generate, i, 0};
    item.context = inputs[i].ids;
    item.fork = static_cast<int32_t>(inputs[i].ids.size());
    item.num_samples = options.samples;
    item.sampling = options.sampling;
    item.weights = WeightSet::initial;
    order.samples.push_back(std::move(item));
  }
  return order;
}

void print(const GenerateInput& input, const Row& row, const Tokenizer& tokenizer) {
  // Assembled by hand: the log-probs must read back to the same bits.
  const auto text = [](const std::string& s) {
    return json(s).dump(-1, ' ', false, json::error_handler_t::replace);
  };
  std::cout << "{\"prompt\":" << text(input.text)
            << ",\"completion\":" << text(tokenizer.decode(row.tokens, true))
            << ",\"prompt_ids\":" << json(input.ids).dump()
            << ",\"completion_ids\":" << json(row.tokens).dump()
            << ",\"logprobs\":" << format_floats(row.policy_logprob) << ",\"stop\":\""
            << name_of(row.stop) << "\"}\n";
}

}  // namespace

ExitCode generate_command(const Arguments& arguments) {
  CLI::App app("Samples completions: one JSON line each, in order of prompts and samples.",
               "kedge generate");
  GenerateOptions options;
  add_options(app, options);
  parse(app, arguments);
  if (options.prompt.empty() == options.input.empty()) {
    throw ConfigError("command line", options.input.empty() ? "no prompt given" : "two sources of prompts",
                      "exactly one of --prompt and --input");
  }
  ModelSession session = open_model(options.model);
  options.sampling.stop_ids = session.config().eos_ids;
  const auto inputs = options.input.empty()
                          ? std::vector{text_input(options.prompt, session.tokenizer())}
                          : read_inputs(options.input, session.tokenizer());
  for (const GenerateInput& input : inputs) check_input(input, session.config());

  const auto environment = plain_environment();
  EngineOptions engine_options;
  engine_options.seed = options.seed;
  engine_options.slots = options.slots;
  const auto engine = make_engine(session.context(), session.transformer(), session.tokenizer(),
                                  *environment, engine_options);
  engine->adopt(session.parameters());
  engine->submit(order_of(inputs, options));
  for (const FinishedRow& finished : engine->drain()) {
    print(inputs[finished.group.prompt], finished.row, session.tokenizer());
  }
  return kExitDone;
}

}  // namespace kedge
