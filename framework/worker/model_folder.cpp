#include "worker/model_folder.h"

#include <system_error>
#include <utility>

#include "folio/error.h"
#include "formats/model_weights.h"
#include "formats/transformers_files.h"
#include "support/files.h"
#include "train/saving/adapter_files.h"
#include "train/saving/model_files.h"

namespace folio::worker {

std::map<std::string, std::string> model_folder_texts(const Model& model, const Tokenizer& tokenizer,
                                                      Objective objective) {
  const std::string config = config_with_token_ids(model.config_json(), tokenizer, objective);
  std::map<std::string, std::string> texts;
  texts["tokenizer.json"] = tokenizer_json_of(tokenizer, objective);
  texts["tokenizer_config.json"] = tokenizer_config_json(tokenizer, objective, config, model.max_length());
  if (model.lora() != nullptr) return texts;  // the configuration is the base's
  texts["config.json"] = config;
  if (std::string generation = generation_config_json(tokenizer, objective); !generation.empty())
    texts["generation_config.json"] = std::move(generation);
  return texts;
}

void save_model_folder(const Model& model, const Tokenizer& tokenizer, Objective objective,
                       const std::filesystem::path& folder) {
  train::save_model(model, folder);
  for (const auto& [name, text] : model_folder_texts(model, tokenizer, objective))
    write_file_atomically(folder / name, text);
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
