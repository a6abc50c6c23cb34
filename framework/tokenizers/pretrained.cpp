#include "tokenizers/pretrained.h"

#include <algorithm>

#include "folio/error.h"
#include "support/files.h"
#include "tokenizers/any_tokenizer.h"

namespace folio {

void PretrainedTokenizer::train(const TextSource& /*texts*/, const std::vector<SpecialToken>& special_tokens,
                                const Progress& /*progress*/) {
  std::vector<std::string> missing;
  int sentinels = 0;
  for (const SpecialToken token : special_tokens) {
    if (special_token_id(token, token == SpecialToken::sentinel ? sentinels++ : 0)) continue;
    std::string name(to_string(token));
    if (std::find(missing.begin(), missing.end(), name) == missing.end()) missing.push_back(std::move(name));
  }
  if (missing.empty()) return;
  std::string names = missing.front();
  for (std::size_t i = 1; i < missing.size(); ++i) names += (i + 1 == missing.size() ? " and " : ", ") + missing[i];
  throw Error(ErrorKind::experiment, file_.string() + " has no special token for " + names +
                                         ", which the model's objective needs: expected another tokenizer");
}

void PretrainedTokenizer::load_json(std::string_view json) { tokenizer_ = tokenizer_from_json(json, "tokenizer.json"); }

const Tokenizer& PretrainedTokenizer::loaded() const {
  std::call_once(once_, [&] {
    if (!tokenizer_) tokenizer_ = tokenizer_from_json(read_file(file_, ErrorKind::experiment), file_.string());
  });
  return *tokenizer_;
}

}  // namespace folio
