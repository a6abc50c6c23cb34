#include "worker/model_folder.h"

#include <string>
#include <system_error>

#include "folio/error.h"
#include "formats/model_weights.h"
#include "formats/transformers_files.h"
#include "support/files.h"
#include "train/saving/adapter_files.h"
#include "train/saving/model_files.h"

namespace folio::worker {

void save_model_folder(const Model& model, const Tokenizer& tokenizer, Objective objective,
                       const std::filesystem::path& folder) {
  const std::string config = config_with_token_ids(model.config_json(), tokenizer, objective);
  train::ModelFiles files = train::model_files(model);
  const bool whole = model.lora() == nullptr;  // else the configuration is the base's
  if (whole) files.config = config;
  train::write_model_files(files, folder);
  if (whole) {
    if (const std::string generation = generation_config_json(tokenizer, objective); !generation.empty())
      write_file_atomically(folder / "generation_config.json", generation);
  }
  write_file_atomically(folder / "tokenizer.json", tokenizer_json_of(tokenizer, objective));
  write_file_atomically(folder / "tokenizer_config.json",
                        tokenizer_config_json(tokenizer, objective, config, model.max_length()));
}

void require_model_folder(const std::filesystem::path& folder) {
  const bool adapters = train::has_adapters(folder);
  for (const char* name : {adapters ? kAdapterWeightsFile : kWeightsFile, adapters ? kAdapterConfigFile : "config.json",
                           "tokenizer.json", "tokenizer_config.json"}) {
    std::error_code error;
    const std::uintmax_t size = std::filesystem::file_size(folder / name, error);
    if (error || size == 0)
      throw Error(ErrorKind::run, (folder / name).string() + ": is missing or empty, so the model is not whole");
  }
}

void load_tokenizer(Tokenizer& tokenizer, const std::filesystem::path& file) {
  tokenizer.load_json(read_file(file));
  const std::filesystem::path config = file.parent_path() / "tokenizer_config.json";
  std::error_code ignored;
  if (std::filesystem::is_regular_file(config, ignored)) tokenizer.load_special_tokens(read_file(config));
}

void move_to(Model& model, c10::Device device) {
  if (device.is_cpu()) return;
  for (const Parameter& parameter : model.parameters()) parameter.tensor.set_data(parameter.tensor.to(device));
}

}  // namespace folio::worker
