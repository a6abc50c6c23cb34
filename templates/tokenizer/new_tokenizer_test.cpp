// Tests of new_tokenizer. Each check prints what failed; the exit code is the number of failures.

#include <iostream>

#include "folio/plugin.h"
#include "folio/tokenizer.h"

extern "C" const folio::PluginDescriptor* folio_plugin();

namespace {

int failures = 0;

void check(bool holds, const char* what) {
  if (holds) return;
  std::cerr << "failed: " << what << '\n';
  ++failures;
}

}  // namespace

int main() {
  const folio::OptionValues values(folio_plugin()->options(), {});
  const auto tokenizer = folio_plugin()->make_tokenizer(values);
  const std::string text = "A small boat, an süß sea.\n";
  const auto texts = [&](const std::function<void(std::string_view)>& sink) { sink(text); };
  tokenizer->train(texts, {folio::SpecialToken::end_of_text, folio::SpecialToken::mask}, {});

  const auto ids = tokenizer->encode(text);
  check(tokenizer->decode(ids, false) == text, "text comes back as it was");
  for (const folio::TokenId id : ids) check(id >= 0 && id < tokenizer->vocab_size(), "ids are in the vocabulary");

  const auto mask = tokenizer->special_token_id(folio::SpecialToken::mask, 0);
  check(mask.has_value(), "a special token that was requested is there");
  check(!tokenizer->special_token_id(folio::SpecialToken::sentinel, 0), "one that was not requested is not");

  const auto again = folio_plugin()->make_tokenizer(values);
  again->load_json(tokenizer->to_json());
  check(again->encode(text) == ids, "the saved tokenizer encodes in the same way");
  return failures;
}
