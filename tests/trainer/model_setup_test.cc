#include "trainer/model_setup.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "model/checkpoint_dir.h"
#include "tests/support/tiny_runs.h"

namespace kedge {
namespace {

using testing::TempDir;
using testing::tiny_run;

TEST(ModelSetup, ANewModelIsAsLargeAsItsTokenizer) {
  const TempDir temp("setup");
  const RunConfig config = tiny_run(temp.path() + "/run");
  const auto tokenizer = load_run_tokenizer(config);
  const ModelConfig model = load_run_model_config(config, *tokenizer);
  EXPECT_EQ(model.vocab, tokenizer->vocab_size());
  EXPECT_EQ(model.head_dim, 8);
  EXPECT_EQ(model.eos_ids, std::vector<Token>{*tokenizer->id_of("<eos>")});
}

TEST(ModelSetup, ASavedModelLoadsAsAPath) {
  const TempDir temp("setup_save");
  const RunConfig config = tiny_run(temp.path() + "/run");
  const auto tokenizer = load_run_tokenizer(config);
  Parameters parameters(load_run_model_config(config, *tokenizer), Parameters::Gradients::none);
  load_initial_weights(config, parameters);
  const std::string dir = temp.path() + "/model";
  real_files().make_directories(dir);
  save_model_dir(real_files(), config, *tokenizer, parameters, dir);

  RunConfig from_path = config;
  from_path.model = {};
  from_path.model.path = dir;
  const auto read = load_run_tokenizer(from_path);
  EXPECT_EQ(read->encode("1+2=", false), tokenizer->encode("1+2=", false));
  Parameters loaded(load_run_model_config(from_path, *read), Parameters::Gradients::none);
  load_initial_weights(from_path, loaded);
  const auto flat = [](const Parameters& p) {
    return std::vector<float>(p.flat().f32(), p.flat().f32() + p.flat().numel());
  };
  EXPECT_EQ(flat(loaded), flat(parameters));
  EXPECT_EQ(loaded.config().eos_ids, parameters.config().eos_ids);

  // A new model may take the tokenizer of a directory, with the end token it names.
  RunConfig borrowed = config;
  borrowed.model.tokenizer = dir;
  EXPECT_EQ(load_run_model_config(borrowed, *load_run_tokenizer(borrowed)).eos_ids,
            parameters.config().eos_ids);
}

TEST(ModelSetup, RefusesAVocabularySmallerThanTheTokenizers) {
  const TempDir temp("setup_small");
  const RunConfig config = tiny_run(temp.path() + "/run", {"model.new.vocab=100"});
  EXPECT_THROW(load_run_model_config(config, *load_run_tokenizer(config)), ConfigError);
}

TEST(ModelSetup, RandomWeightsFollowTheSeed) {
  const TempDir temp("setup_seed");
  const auto first_weight = [&](const std::string& seed) {
    const RunConfig config = tiny_run(temp.path() + "/run", {"run.seed=" + seed});
    Parameters parameters(load_run_model_config(config, *load_run_tokenizer(config)),
                          Parameters::Gradients::none);
    load_initial_weights(config, parameters);
    return parameters.flat().f32()[0];
  };
  EXPECT_EQ(first_weight("3"), first_weight("3"));
  EXPECT_NE(first_weight("3"), first_weight("4"));
}

}  // namespace
}  // namespace kedge
