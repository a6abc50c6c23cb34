// Files that a stranger may have written. FOLIO_FUZZ_ROUNDS asks for more changes of each file than the usual ones, and
// FOLIO_FUZZ_SEED for others.

#include <catch2/catch.hpp>
#include <cstdlib>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "folio/error.h"
#include "mutate.h"
#include "reference_file.h"
#include "support/files.h"
#include "tokenizers/any_tokenizer.h"
#include "tokenizers/bpe/tokenizer.h"
#include "tokenizers/unigram/tokenizer.h"
#include "tokenizers/wordpiece/tokenizer.h"

using namespace folio;
using folio::test::read_reference;
using nlohmann::ordered_json;

namespace {

unsigned long from_environment(const char* name, unsigned long otherwise) {
  const char* const text = std::getenv(name);
  return text != nullptr ? std::strtoul(text, nullptr, 10) : otherwise;
}

std::vector<std::string> nasty_texts() {
  std::vector<std::string> texts;
  for (const auto& text : ordered_json::parse(read_reference("nasty_text.json")))
    texts.push_back(text.get<std::string>());
  return texts;
}

std::string trained(Tokenizer&& tokenizer, Objective objective) {
  const std::vector<std::string> texts = nasty_texts();
  tokenizer.train(
      [&](const auto& sink) {
        for (const std::string& text : texts) sink(text);
      },
      special_tokens_of(objective), {});
  return tokenizer.to_json();
}

struct Seed {
  const char* name;
  std::string file;
  bool has_own_form = true;  ///< that Folio writes; others are many, and get fewer rounds
};

/// Good files of the kinds that Folio writes.
std::vector<Seed> own_seeds() {
  return {{"bpe", read_reference("added_tokens_tokenizer.json")},
          {"bpe, llama3",
           trained(bpe::BpeTokenizer({.vocab_size = 290, .pattern = bpe::Pattern::llama3}), Objective::masked)},
          {"wordpiece", trained(wordpiece::WordPieceTokenizer({.vocab_size = 900}), Objective::masked)},
          {"unigram", trained(unigram::UnigramTokenizer({.vocab_size = 2000}), Objective::masked)}};
}

/// Good files of every kind.
std::vector<Seed> seeds() {
  std::vector<Seed> all = own_seeds();
  static const ordered_json reference = ordered_json::parse(read_reference("tokenizer_families.json"));
  for (const ordered_json& family : reference["families"])
    for (const char* const name :
         {"DeepSeek", "Falcon", "Gemma", "ALBERT", "XLM-R", "GPT-1", "added tokens, normalized"})
      if (family["name"] == name) all.push_back({name, family["file"].dump(), false});
  return all;
}

/// Somewhere in the document.
ordered_json& random_place(ordered_json& document, std::mt19937& random) {
  ordered_json* place = &document;
  while (place->is_structured() && !place->empty() && random() % 8 != 0) {
    auto member = place->begin();
    std::advance(member, random() % place->size());
    place = &*member;
  }
  return *place;
}

/// The document with a few places changed for something that is valid JSON as well.
std::string mutate_values(const std::string& file, std::mt19937& random) {
  static const std::vector<ordered_json> kValues{nullptr,
                                                 true,
                                                 false,
                                                 0,
                                                 1,
                                                 -1,
                                                 1e300,
                                                 -0.5,
                                                 INT64_MAX,
                                                 INT64_MIN,
                                                 UINT64_MAX,
                                                 2097151,
                                                 2097152,
                                                 "",
                                                 " ",
                                                 "a b",
                                                 "\u0120",
                                                 "\xE2\x96\x81",
                                                 std::string("\0", 1),
                                                 "BPE",
                                                 "WordPiece",
                                                 "Unigram",
                                                 "ByteLevel",
                                                 "Replace",
                                                 "Split",
                                                 "Metaspace",
                                                 "Strip",
                                                 "(a|b*)+[[x]&&\\w]",
                                                 "<0x41>",
                                                 std::string(70000, 'x'),
                                                 ordered_json::array(),
                                                 ordered_json::object()};
  ordered_json document = ordered_json::parse(file);
  for (unsigned long left = 1 + random() % 3; left > 0; --left) {
    ordered_json& place = random_place(document, random);
    const unsigned long what = random() % 4;
    if (what == 0 && place.is_structured() && !place.empty()) {
      auto member = place.begin();
      std::advance(member, random() % place.size());
      place.erase(member);
    } else if (what == 1 && place.is_array() && !place.empty()) {
      place.push_back(ordered_json(place[random() % place.size()]));
    } else if (what == 2) {
      place = ordered_json(random_place(document, random));
    } else {
      place = kValues[random() % kValues.size()];
    }
  }
  return document.dump();
}

/// Whether the file is taken; then everything works.
bool is_taken(const std::string& file, const std::string& text) {
  std::unique_ptr<Tokenizer> tokenizer;
  try {
    tokenizer = tokenizer_from_json(file, "hostile.json");
  } catch (const Error& error) {
    REQUIRE(std::string(error.what()).starts_with("hostile.json: "));
    return false;
  }
  const auto ids = tokenizer->encode(text);
  for (const TokenId id : ids) REQUIRE((id >= 0 && id < tokenizer->vocab_size()));
  tokenizer->decode(ids, false);
  tokenizer->decode(std::vector<TokenId>{-1, 0, INT32_MAX, INT32_MIN}, true);
  tokenizer->special_token_id(SpecialToken::mask);
  REQUIRE(tokenizer_from_json(tokenizer->to_json(), "again.json")->encode(text) == ids);
  return true;
}

}  // namespace

// Under the sanitizers a round takes ten times as long, and tests/fuzz does far more of them.
#ifdef NDEBUG
constexpr unsigned long kRounds = 1000;
#else
constexpr unsigned long kRounds = 300;
#endif

TEST_CASE("a hostile tokenizer.json is refused, or works") {
  std::string text;
  for (const std::string& nasty : nasty_texts()) text += nasty;
  const unsigned long all_rounds = from_environment("FOLIO_FUZZ_ROUNDS", kRounds);
  for (const Seed& seed : seeds()) {
    const unsigned long rounds = seed.has_own_form ? all_rounds : all_rounds / 10;
    INFO(seed.name);
    REQUIRE(is_taken(seed.file, text));
    std::mt19937 random(static_cast<std::uint32_t>(from_environment("FOLIO_FUZZ_SEED", 11)));
    unsigned long taken = 0;
    for (unsigned long round = 0; round < rounds; ++round) {
      const std::string file = round % 2 == 0 ? test::mutate(seed.file, random) : mutate_values(seed.file, random);
      INFO(file.substr(0, 100000));
      taken += is_taken(file, text) ? 1 : 0;
    }
    constexpr unsigned long kEnoughForShares = 100;
    if (rounds < kEnoughForShares) continue;
    CHECK(taken > rounds / 20);
    CHECK(taken < rounds / 2);
  }
}
