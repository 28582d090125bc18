// Hugging Face model directories in and out: config.json, generation_config.json,
// model.safetensors, tokenizer files.
#pragma once
#include <memory>
#include <string>
#include <vector>

#include "core/files.h"
#include "model/config.h"
#include "model/parameters.h"
#include "model/tokenizer/tokenizer.h"

namespace kedge {

// config.json (and the eos ids of generation_config.json where present). Reads no weights.
ModelConfig load_model_config(const std::string& dir);

// Weights into `parameters`. A missing, extra or mis-shaped tensor, a truncated or lying header and
// a dtype we do not read are ConfigErrors naming file and tensor. fp32, bf16 and fp16 are
// converted.
void load_weights(const std::string& dir, Parameters& parameters);

// Config, generation config and weights (fp32 or bf16) that transformers and kedge read back;
// copies the tokenizer files of `tokenizer_from` unchanged when it is not empty. Writes into `dir`,
// which exists. Files are complete or absent; a failed write is a FileError.
struct SaveOptions {
  DType dtype = DType::f32;
  std::string tokenizer_from;
  FileSystem* files = nullptr;  // nullptr: the operating system's
};
void save_model(const std::string& dir, const Parameters& parameters, const SaveOptions& options);

}  // namespace kedge
