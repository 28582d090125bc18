#include "rollout/weight_manifest.h"

#include <gtest/gtest.h>

#include "core/error.h"
#include "tests/rollout/support/engine_fixture.h"

namespace kedge {
namespace {

class WeightManifestTest : public ::testing::Test {
 protected:
  WeightManifest manifest() {
    return make_manifest(model_.parameters, scorer_, canary_tokens(test::tiny_config(), 3));
  }
  template <class Check>
  std::string message(const Check& check) {
    try {
      check();
    } catch (const InvariantError& error) {
      return error.what();
    }
    return "";
  }
  test::TinyModel model_;
  Scorer scorer_{model_.machine.context, model_.transformer, 64};
};

TEST_F(WeightManifestTest, TheSameWeightsPass) {
  const WeightManifest made = manifest();
  EXPECT_EQ(made.id, model_.parameters.id());
  EXPECT_EQ(made.tensors.size(), model_.parameters.tensors().size());
  EXPECT_EQ(made.canary.size(), 32u);
  EXPECT_EQ(made.canary_logprobs.size(), 31u);
  check_tensors(model_.parameters, made, "me");
  check_canary(model_.parameters, made, scorer_, {}, "me");
}

TEST_F(WeightManifestTest, AFlippedBitNamesItsTensor) {
  const WeightManifest made = manifest();
  const NamedTensor& tensor = model_.parameters.tensors()[4];
  float* data = model_.parameters.view(tensor).f32();
  reinterpret_cast<uint32_t*>(data)[3] ^= 1;
  const std::string text =
      message([&] { check_tensors(model_.parameters, made, "[weights] rank 2"); });
  EXPECT_NE(text.find("[weights] rank 2: tensor " + tensor.name), std::string::npos) << text;
}

TEST_F(WeightManifestTest, AnotherShapeNamesBoth) {
  WeightManifest made = manifest();
  made.tensors[1].shape[0] += 1;
  EXPECT_NE(
      message([&] { check_tensors(model_.parameters, made, "me"); }).find("the manifest says"),
      std::string::npos);
  made.tensors.pop_back();
  EXPECT_NE(message([&] { check_tensors(model_.parameters, made, "me"); }).find("manifest names"),
            std::string::npos);
}

TEST_F(WeightManifestTest, TheCanaryIsComparedByBitsOrWithin) {
  WeightManifest made = manifest();
  made.canary_logprobs[5] += 1e-5f;
  EXPECT_NE(message([&] {
              check_canary(model_.parameters, made, scorer_, {}, "me");
            }).find("canary token 6"),
            std::string::npos);
  EXPECT_NO_THROW(check_canary(model_.parameters, made, scorer_, {false, 1e-3}, "me"));
  made.canary_logprobs[5] += 1e-2f;
  EXPECT_THROW(check_canary(model_.parameters, made, scorer_, {false, 1e-3}, "me"), InvariantError);
}

TEST_F(WeightManifestTest, CanariesAreAddressed) {
  EXPECT_EQ(canary_tokens(test::tiny_config(), 3), canary_tokens(test::tiny_config(), 3));
  EXPECT_NE(canary_tokens(test::tiny_config(), 3), canary_tokens(test::tiny_config(), 4));
}

}  // namespace
}  // namespace kedge
