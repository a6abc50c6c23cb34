#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "folio/objective.h"
#include "formats/strict_json.h"

/// Which token has which part (end of text, mask ...) in a tokenizer that was trained elsewhere.
namespace folio {

/// Tokens by what they are for.
using SpecialRoles = std::map<SpecialToken, std::string>;

/// The name that Hugging Face's files, and the options of `pretrained`, have for it: "eos_token". Empty for a sentinel.
std::string_view role_name(SpecialToken token);

/// All but the sentinels.
const std::vector<SpecialToken>& all_roles();

/// Those that a tokenizer_config.json or a special_tokens_map.json names, each as a text or an object with its content.
/// Throws Error (run) beginning with `name` where the text is no JSON or names something else.
SpecialRoles roles_of_config(std::string_view json, const std::string& name);

/// What the "post_processor" of a tokenizer.json puts before and after a text: the first before begins it, the last
/// after ends it, and where there are both, they classify and separate as well.
SpecialRoles roles_of_post_processor(const JsonPart& part);

/// The spellings that the token has in families of tokenizers, the most telling first.
const std::vector<std::string>& usual_spellings(SpecialToken token);

}  // namespace folio
