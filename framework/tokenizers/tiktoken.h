#pragma once

#include <string>
#include <string_view>

namespace folio {

/// Whether the text is lines of a token in base64 and its rank, as tiktoken's files are.
bool is_tiktoken(std::string_view text);

/// The tokenizer.json that encodes as tiktoken does with the file (the conversion of Hugging Face's transformers 5.24,
/// TikTokenConverter). The file holds the tokens alone; `pattern` says how a text is cut before: the name of a family,
/// or a regular expression. Where it is empty, the file's name tells the family. The family's special tokens come with
/// it where the file has as many tokens as the family; else <|endoftext|> is the next token. `name` is what messages
/// call the file. Throws Error (run) naming the line that is wrong, or Error (experiment) where the family is not
/// known.
std::string json_of_tiktoken(std::string_view text, const std::string& name, const std::string& pattern);

}  // namespace folio
