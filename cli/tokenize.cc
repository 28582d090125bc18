#include <iostream>
#include <string>

#include "cli/arguments.h"
#include "core/json.h"
#include "model/tokenizer/tokenizer.h"

namespace kedge {
namespace {

std::string ids_text(const std::vector<Token>& ids) { return json(ids).dump(); }

void encode_lines(const Tokenizer& tokenizer, bool special) {
  std::string line;
  while (std::getline(std::cin, line)) {
    std::cout << ids_text(tokenizer.encode(line, special)) << "\n";
  }
}

void decode_lines(const Tokenizer& tokenizer, bool special) {
  std::string line;
  for (int64_t number = 1; std::getline(std::cin, line); ++number) {
    const std::string place = "standard input:" + std::to_string(number);
    const auto ids = from_json_value<std::vector<Token>>(parse_json(line, place), place);
    for (Token id : ids) {
      if (id < 0 || id >= tokenizer.vocab_size()) {
        throw ConfigError(place, "token id " + std::to_string(id),
                          "ids are 0 to " + std::to_string(tokenizer.vocab_size() - 1));
      }
    }
    std::cout << tokenizer.decode(ids, !special) << "\n";
  }
}

}  // namespace

ExitCode tokenize_command(const Arguments& arguments) {
  CLI::App app("Text lines on standard input to JSON arrays of token ids, or back.",
               "kedge tokenize");
  std::string model;
  bool decode = false;
  bool special = false;
  app.add_option("--model", model, "directory with tokenizer.json")->required();
  app.add_flag("--decode", decode, "JSON arrays in, text out");
  app.add_flag("--special", special,
               "add the post-processor's special tokens (with --decode: show special tokens)");
  parse(app, arguments);
  const auto tokenizer = Tokenizer::load(model);
  decode ? decode_lines(*tokenizer, special) : encode_lines(*tokenizer, special);
  return kExitDone;
}

}  // namespace kedge
