#pragma once

#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "folio/tokenizer.h"
#include "formats/tokenizer_json.h"

/// The vocabulary of a tokenizer.json that has one as an object: tokens as keys, ids as values.
namespace folio {

/// Ids by token; the tokens stay where they are as long as this is used.
using TokenIds = std::unordered_map<std::string_view, TokenId>;

/// Of tokens by id, where an empty one stands for an id that no token has.
TokenIds ids_of(const std::vector<std::string>& tokens);

/// In the order of the ids.
nlohmann::ordered_json vocabulary_to_json(const std::vector<std::string>& tokens);

/// The tokens by id, empty for an id that no token has. Throws Error (run) naming the JSON path where a token is empty
/// or two have one id.
std::vector<std::string> vocabulary_from_json(const JsonPart& part);

/// Throws Error (run) where an added token does not have the id that the vocabulary gives it or, when it is not in
/// there, the next id that is free.
void check_added_tokens(const TokenizerJson& json, const TokenIds& ids, const std::vector<std::string>& tokens);

}  // namespace folio
