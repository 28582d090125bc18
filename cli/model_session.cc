#include "cli/model_session.h"

#include "core/schema_values.h"
#include "trainer/operators.h"

namespace kedge {

ModelSession::ModelSession(const std::string& dir, const ComputeSection& compute)
    : pool_(compute.threads),
      context_{pool_, scratch_},
      config_(load_model_config(dir)),
      tokenizer_(Tokenizer::load(dir)),
      operators_(make_operators(compute)),
      parameters_(config_, Parameters::Gradients::none),
      transformer_(config_, operators_) {
  load_weights(dir, parameters_);
  parameters_.set_id({WeightSet::initial, 0});
  parameters_.refresh(context_, operators_);
}

void add_model_options(CLI::App& app, ModelOptions& options) {
  app.add_option("--model", options.dir, "Hugging Face model directory or kedge checkpoint")
      ->required();
  app.add_option("--numerics", options.numerics, "exact, aten or reference (default: as in training)");
  app.add_option("--threads", options.compute.threads, "compute threads; 0: all cores")
      ->check(within(at_least(0)));
}

ModelSession open_model(ModelOptions options) {
  if (!options.numerics.empty()) {
    ConfigNode node;
    node.kind = ConfigNode::Kind::map;
    node.member("numerics").kind = ConfigNode::Kind::scalar;
    node.member("numerics").scalar = options.numerics;
    node.member("numerics").where = "command line";
    bind(node, options.compute, "");
  }
  return ModelSession(options.dir, options.compute);
}

}  // namespace kedge
