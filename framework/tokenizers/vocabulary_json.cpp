#include "tokenizers/vocabulary_json.h"

#include <utility>

namespace folio {

TokenIds ids_of(const std::vector<std::string>& tokens) {
  TokenIds ids;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (!tokens[id].empty()) ids.emplace(tokens[id], static_cast<TokenId>(id));
  return ids;
}

nlohmann::ordered_json vocabulary_to_json(const std::vector<std::string>& tokens) {
  // Filled as what it is underneath, a vector: to add a member by name would look through all that are there.
  nlohmann::ordered_json::object_t members;
  for (std::size_t id = 0; id < tokens.size(); ++id)
    if (!tokens[id].empty()) members.emplace_back(tokens[id], id);
  return members;
}

std::vector<std::string> vocabulary_from_json(const JsonPart& part) {
  part.expect_object();
  std::vector<std::string> tokens;
  for (const auto& member : part.value().items()) {
    const JsonPart token(member.value(), part.path() + "['" + member.key() + "']");
    if (member.key().empty()) token.fail("a token is empty");
    const auto id = static_cast<std::size_t>(token.integer(0, kMaxTokens - 1));
    if (id >= tokens.size()) tokens.resize(id + 1);
    if (!tokens[id].empty()) token.fail("id " + std::to_string(id) + " is already that of '" + tokens[id] + "'");
    tokens[id] = member.key();
  }
  return tokens;
}

void check_added_tokens(const TokenizerJson& json, const TokenIds& ids, const std::vector<std::string>& tokens) {
  std::size_t next = ids.size();
  for (const AddedToken& token : json.added_tokens()) {
    const auto found = ids.find(token.content);
    const auto expected = found != ids.end() ? found->second : static_cast<TokenId>(next++);
    const bool taken = found == ids.end() && static_cast<std::size_t>(token.id) < tokens.size() &&
                       !tokens[static_cast<std::size_t>(token.id)].empty();
    if (token.id == expected && !taken) continue;
    json.part("added_tokens")
        .fail("'" + token.content + "' has the id " + std::to_string(token.id) +
              (taken ? ", which is that of '" + tokens[static_cast<std::size_t>(token.id)] + "' in model.vocab"
                     : ", expected " + std::to_string(expected)));
  }
}

}  // namespace folio
