#pragma once

#include <nlohmann/json.hpp>
#include <string>

namespace folio::cli {

/// One sample as the worker's command `samples` tells it (worker/commands/commands.h), for a person to read. What is to
/// be said follows from the labels:
///   causal           every token from those before it: the text, and with `tokens` where they are cut
///   masked           token by token; where something is to be said it stands behind an arrow, [MASK]→soft
///   span corruption  the text with the spans taken out, and below it the spans
std::string sample_text(const nlohmann::json& sample, const std::string& objective, bool tokens, bool colour);

/// The same for a program: position, index, ids, tokens, labels (-100 where nothing is to be said), text, target_text.
nlohmann::json sample_json(const nlohmann::json& sample);

}  // namespace folio::cli
