#include "formats/transformers_files.h"

#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>
#include <vector>

#include "folio/error.h"

namespace folio {
namespace {

using nlohmann::json;
using nlohmann::ordered_json;

using Roles = std::map<std::string, TokenId>;  ///< "eos" -> its id

constexpr std::pair<SpecialToken, const char*> kRoles[] = {
    {SpecialToken::beginning_of_text, "bos"},
    {SpecialToken::end_of_text, "eos"},
    {SpecialToken::padding, "pad"},
    {SpecialToken::unknown, "unk"},
    {SpecialToken::classification, "cls"},
    {SpecialToken::separator, "sep"},
    {SpecialToken::mask, "mask"},
};

std::optional<TokenId> find(const Roles& roles, const std::string& role) {
  const auto found = roles.find(role);
  return found == roles.end() ? std::nullopt : std::optional(found->second);
}

Roles roles_of(const Tokenizer& tokenizer, Objective objective) {
  Roles roles;
  for (const auto& [token, role] : kRoles)
    if (const auto id = tokenizer.special_token_id(token)) roles[role] = *id;
  // As GPT-2 has it: a model that is given nothing begins after the end of another text.
  if (objective == Objective::causal && roles.contains("eos")) roles.emplace("bos", roles["eos"]);
  if (objective == Objective::masked) {  // a tokenizer of BERT's may call the two by both names; BERT's class does not
    if (find(roles, "bos") == find(roles, "cls")) roles.erase("bos");
    if (find(roles, "eos") == find(roles, "sep")) roles.erase("eos");
  }
  return roles;
}

json id_or_null(const Roles& roles, const std::string& role) {
  const auto id = find(roles, role);
  return id ? json(*id) : json();
}

json parsed_config(std::string_view config) {
  json parsed = json::parse(config, nullptr, /*allow_exceptions=*/false);
  if (!parsed.is_object()) throw Error(ErrorKind::plugin, "config_json() does not give a JSON object");
  return parsed;
}

/// [CLS] $A [SEP], and what transformers' classes do with a second text. Its keys are in the order of the alphabet, as
/// a tokenizer that read it would write them, which keeps the hash.
json around_text(const Tokenizer& tokenizer, Objective objective) {
  const Roles roles = roles_of(tokenizer, objective);
  const bool masked = objective == Objective::masked;
  const auto before = masked ? find(roles, "cls") : std::nullopt;
  const auto after = masked ? find(roles, "sep") : find(roles, "eos");
  json tokens = json::object(), single = json::array(), pair = json::array();
  const auto add_token = [&](json& to, std::optional<TokenId> id, int type) {
    if (!id) return;
    const std::string content = tokenizer.token(*id);
    to.push_back({{"SpecialToken", {{"id", content}, {"type_id", type}}}});
    tokens[content] = {{"id", content}, {"ids", json::array({*id})}, {"tokens", json::array({content})}};
  };
  const auto add_text = [](json& to, const char* name, int type) {
    to.push_back({{"Sequence", {{"id", name}, {"type_id", type}}}});
  };
  for (json* each : {&single, &pair}) {
    add_token(*each, before, 0);
    add_text(*each, "A", 0);
    add_token(*each, after, 0);
  }
  const int second = masked ? 1 : 0;
  add_text(pair, "B", second);
  add_token(pair, after, second);
  if (tokens.empty()) return nullptr;
  return {{"type", "TemplateProcessing"}, {"single", single}, {"pair", pair}, {"special_tokens", tokens}};
}

}  // namespace

std::string config_with_token_ids(std::string_view config, const Tokenizer& tokenizer, Objective objective) {
  json result = parsed_config(config);
  const Roles roles = roles_of(tokenizer, objective);
  for (const char* role : {"bos", "eos", "pad"}) result[std::string(role) + "_token_id"] = id_or_null(roles, role);
  if (roles.contains("mask")) result["mask_token_id"] = roles.at("mask");
  if (objective == Objective::span_corruption) result["decoder_start_token_id"] = id_or_null(roles, "pad");
  return result.dump(2) + "\n";
}

std::string generation_config_json(const Tokenizer& tokenizer, Objective objective) {
  if (objective == Objective::masked) return "";
  json result = json::object();
  const Roles roles = roles_of(tokenizer, objective);
  for (const char* role : {"bos", "eos", "pad"})
    if (const auto id = find(roles, role)) result[std::string(role) + "_token_id"] = *id;
  if (objective == Objective::span_corruption) result["decoder_start_token_id"] = id_or_null(roles, "pad");
  return result.dump(2) + "\n";
}

std::string tokenizer_config_json(const Tokenizer& tokenizer, Objective objective, std::string_view config,
                                  std::int64_t max_length) {
  // GPT-2 would add its embedding of token 0 to every token if it were given token types.
  const bool token_types = parsed_config(config).contains("type_vocab_size");
  json inputs{"input_ids", "attention_mask"};
  if (token_types) inputs = {"input_ids", "token_type_ids", "attention_mask"};
  json result{{"tokenizer_class", "PreTrainedTokenizerFast"},
              {"clean_up_tokenization_spaces", false},
              {"padding_side", "right"},
              {"truncation_side", "right"},
              {"model_input_names", std::move(inputs)}};
  if (max_length != kAnyLength) result["model_max_length"] = max_length;
  for (const auto& [role, id] : roles_of(tokenizer, objective)) result[role + "_token"] = tokenizer.token(id);
  for (int i = 0; const auto id = tokenizer.special_token_id(SpecialToken::sentinel, i); ++i)
    result["additional_special_tokens"].push_back(tokenizer.token(*id));
  return result.dump(2) + "\n";
}

std::string tokenizer_json_of(const Tokenizer& tokenizer, Objective objective) {
  std::string text = tokenizer.to_json();
  if (objective == Objective::causal) return text;
  ordered_json document = ordered_json::parse(text, nullptr, /*allow_exceptions=*/false);
  if (!document.is_object() || !document.contains("model")) return text;
  ordered_json& processor = document["post_processor"];
  const bool moves_offsets = processor.is_object() && processor.value("type", ordered_json()) == "ByteLevel";
  if (!processor.is_null() && !moves_offsets) return text;
  json around = around_text(tokenizer, objective);
  if (around.is_null()) return text;
  if (moves_offsets) around = {{"type", "Sequence"}, {"processors", {json(processor), std::move(around)}}};
  processor = around;
  return document.dump(2);
}

}  // namespace folio
