#include "tokenizers/pretrained.h"

#include <algorithm>
#include <unordered_map>
#include <utility>

#include "folio/error.h"
#include "support/files.h"

namespace folio {
namespace {

namespace fs = std::filesystem;

std::string list_of(const std::vector<std::string>& names, const std::string& last_joint) {
  std::string list = names.front();
  for (std::size_t i = 1; i < names.size(); ++i) list += (i + 1 == names.size() ? last_joint : ", ") + names[i];
  return list;
}

void add_unless_there(std::vector<std::string>& names, std::string name) {
  if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(std::move(name));
}

std::vector<SpecialRoles> roles_beside(const fs::path& file) {
  std::vector<SpecialRoles> roles;
  for (const char* const name : {"tokenizer_config.json", "special_tokens_map.json"}) {
    const fs::path beside = file.parent_path() / name;
    std::error_code ignored;
    if (fs::is_regular_file(beside, ignored))
      roles.push_back(roles_of_config(read_file(beside, ErrorKind::experiment), beside.string()));
  }
  return roles;
}

}  // namespace

void PretrainedTokenizer::train(const TextSource& /*texts*/, const std::vector<SpecialToken>& special_tokens,
                                const Progress& /*progress*/) {
  std::vector<std::string> missing;
  std::vector<std::string> options;
  int sentinels = 0;
  for (const SpecialToken token : special_tokens) {
    if (special_token_id(token, token == SpecialToken::sentinel ? sentinels++ : 0)) continue;
    add_unless_there(missing, std::string(to_string(token)));
    if (token != SpecialToken::sentinel) add_unless_there(options, "tokenizer." + std::string(role_name(token)));
  }
  if (missing.empty()) return;
  const bool can_be_given = missing.size() == options.size();
  throw Error(ErrorKind::experiment,
              file_.string() + " has no special token for " + list_of(missing, " and ") +
                  ", which the model's objective needs: expected " +
                  (can_be_given ? "a token of the file as " + list_of(options, " and ") + ", or another tokenizer"
                                : "another tokenizer"));
}

void PretrainedTokenizer::load_json(std::string_view json) { given_file_ = read_tokenizer(json, "tokenizer.json"); }

void PretrainedTokenizer::load_special_tokens(std::string_view tokenizer_config) {
  config_ = roles_of_config(tokenizer_config, "tokenizer_config.json");
}

std::optional<TokenId> PretrainedTokenizer::special_token_id(SpecialToken token, int index) const {
  if (token == SpecialToken::sentinel) return loaded().tokenizer->special_token_id(token, index);
  const auto found = loaded().special.find(token);
  return found == loaded().special.end() ? std::nullopt : std::optional(found->second);
}

const PretrainedTokenizer::Loaded& PretrainedTokenizer::loaded() const {
  std::call_once(once_, [&] {
    if (given_file_) {
      loaded_ = settle(std::move(*given_file_), "tokenizer.json", {config_});
    } else {
      const std::string name = file_.string();
      loaded_ =
          settle(read_tokenizer(read_file(file_, ErrorKind::experiment), name, pattern_), name, roles_beside(file_));
    }
  });
  return loaded_;
}

PretrainedTokenizer::Loaded PretrainedTokenizer::settle(TokenizerFile file, const std::string& name,
                                                        std::vector<SpecialRoles> beside) const {
  Loaded result{std::move(file.tokenizer), {}, {}};
  for (const std::string& note : file.notes) result.notes.push_back(name + ": " + note);
  beside.push_back(std::move(file.roles));

  // Every spelling that matters, looked up in one go through the vocabulary.
  std::unordered_map<std::string, TokenId> ids;
  for (const auto& [role, spelling] : given_) ids.emplace(spelling, -1);
  for (const SpecialRoles& roles : beside)
    for (const auto& [role, spelling] : roles) ids.emplace(spelling, -1);
  for (const SpecialToken role : all_roles())
    for (const std::string& spelling : usual_spellings(role)) ids.emplace(spelling, -1);
  const auto size = static_cast<TokenId>(result.tokenizer->vocab_size());
  for (TokenId id = 0; id < size; ++id)
    if (const auto found = ids.find(result.tokenizer->token(id)); found != ids.end()) found->second = id;

  const auto put = [&](SpecialToken role, TokenId id) {
    if (id >= 0) result.special.emplace(role, id);
  };
  for (const auto& [role, spelling] : given_) {
    if (ids.at(spelling) < 0) {
      throw Error(ErrorKind::experiment,
                  "tokenizer." + std::string(role_name(role)) + ": '" + spelling + "' is not a token of " + name);
    }
    put(role, ids.at(spelling));
  }
  for (const SpecialRoles& roles : beside)
    for (const auto& [role, spelling] : roles) put(role, ids.at(spelling));
  for (const SpecialToken role : all_roles()) {
    for (const std::string& spelling : usual_spellings(role)) put(role, ids.at(spelling));
    put(role, result.tokenizer->special_token_id(role).value_or(-1));
  }
  return result;
}

}  // namespace folio
