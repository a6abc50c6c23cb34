// Files of the usual families, and what Hugging Face's tokenizers makes of texts with them
// (tests/reference/tokenizer_families.py).

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "reference_file.h"
#include "tokenizers/any_tokenizer.h"

using namespace folio;
using nlohmann::ordered_json;

TEST_CASE("a text that is encoded in parts has the ids of the whole") {
  const ordered_json reference = ordered_json::parse(test::read_reference("tokenizer_families.json"));
  const std::string first = "the man said";
  const std::string rest = " what he saw of it";
  for (const ordered_json& family : reference["families"]) {
    const auto name = family["name"].get<std::string>();
    INFO(name);
    if (name.starts_with("Split") || name == "FixedLength" || name == "added tokens") continue;  // cut within "d w"
    const auto tokenizer = tokenizer_from_json(family["file"].dump(), "family.json");
    std::vector<TokenId> ids = tokenizer->encode(first);
    const std::vector<TokenId> more = tokenizer->encode_rest(rest);
    ids.insert(ids.end(), more.begin(), more.end());
    CHECK(ids == tokenizer->encode(first + rest));
  }
}

TEST_CASE("a file of a usual family gives the ids and the text of Hugging Face's tokenizers") {
  const ordered_json reference = ordered_json::parse(test::read_reference("tokenizer_families.json"));
  for (const ordered_json& family : reference["families"]) {
    INFO(family["name"]);
    const std::string file = family["file"].dump();
    const auto tokenizer = tokenizer_from_json(file, "family.json");
    const auto again = tokenizer_from_json(tokenizer->to_json(), "again.json");
    std::size_t decoded = 0;
    for (std::size_t i = 0; i < reference["texts"].size(); ++i) {
      const auto text = reference["texts"][i].get<std::string>();
      INFO(reference["texts"][i].dump());
      const auto expected = family["ids"][i].get<std::vector<TokenId>>();
      REQUIRE(tokenizer->encode(text) == expected);
      REQUIRE(tokenizer->encode(text) == expected);  // with a cache that knows the words
      REQUIRE(again->encode(text) == expected);
      for (const TokenId id : expected) REQUIRE((id >= 0 && id < tokenizer->vocab_size()));
      if (expected.empty()) continue;
      CHECK(tokenizer->decode(expected, false) == family["decoded"][decoded].get<std::string>());
      CHECK(tokenizer->decode(expected, true) == family["without_special"][decoded].get<std::string>());
      ++decoded;
    }
  }
}
