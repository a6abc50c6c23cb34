#include "worker/model_folder.h"

#include <nlohmann/json.hpp>
#include <system_error>

#include "folio/error.h"
#include "support/files.h"
#include "train/saving.h"

namespace folio::worker {

void save_model_folder(const Model& model, const Tokenizer& tokenizer, const std::filesystem::path& folder) {
  train::save_model(model, folder);
  write_file_atomically(folder / "tokenizer.json", tokenizer.to_json());
  nlohmann::json config{{"tokenizer_class", "PreTrainedTokenizerFast"}, {"model_max_length", model.max_length()}};
  constexpr std::pair<SpecialToken, const char*> kKeys[] = {
      {SpecialToken::end_of_text, "eos_token"},       {SpecialToken::padding, "pad_token"},
      {SpecialToken::unknown, "unk_token"},           {SpecialToken::classification, "cls_token"},
      {SpecialToken::separator, "sep_token"},         {SpecialToken::mask, "mask_token"},
      {SpecialToken::beginning_of_text, "bos_token"},
  };
  for (const auto& [token, key] : kKeys)
    if (const auto id = tokenizer.special_token_id(token)) config[key] = tokenizer.token(*id);
  write_file_atomically(folder / "tokenizer_config.json", config.dump(2) + "\n");
}

void require_model_folder(const std::filesystem::path& folder) {
  for (const char* name : {"model.safetensors", "config.json", "tokenizer.json", "tokenizer_config.json"}) {
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
