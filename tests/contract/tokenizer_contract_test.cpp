// What framework/sdk/include/folio/tokenizer.h promises, of every tokenizer.

#include <catch2/catch.hpp>
#include <functional>
#include <nlohmann/json.hpp>
#include <thread>

#include "folio/error.h"
#include "folio/tokenizer.h"
#include "support/files.h"
#include "tokenizers/bpe/tokenizer.h"
#include "tokenizers/unigram/tokenizer.h"
#include "tokenizers/wordpiece/tokenizer.h"

using namespace folio;

namespace {

struct Maker {
  const char* name;
  std::size_t vocab_size;  ///< enough for the nasty texts' alphabet, and too little for all that they could give
  bool is_lossless;        ///< whether decoding gives back every text, rather than what the tokenizer made of it
  std::function<std::unique_ptr<Tokenizer>(std::size_t vocab_size)> make;
};

const std::vector<Maker>& tokenizers() {
  static const std::vector<Maker> makers{
      {"bpe", 600, true,
       [](std::size_t vocab_size) {
         return std::make_unique<bpe::BpeTokenizer>(bpe::TrainingOptions{.vocab_size = vocab_size});
       }},
      {"unigram", 900, false,
       [](std::size_t vocab_size) {
         return std::make_unique<unigram::UnigramTokenizer>(unigram::TrainingOptions{.vocab_size = vocab_size});
       }},
      {"wordpiece", 900, false,
       [](std::size_t vocab_size) {
         return std::make_unique<wordpiece::WordPieceTokenizer>(wordpiece::TrainingOptions{.vocab_size = vocab_size});
       }},
  };
  return makers;
}

const std::vector<std::string>& nasty_texts() {
  static const std::vector<std::string> texts = [] {
    std::vector<std::string> result;
    const auto json =
        nlohmann::ordered_json::parse(read_file(std::string(FOLIO_SOURCE_DIR) + "/tests/reference/nasty_text.json"));
    for (const auto& text : json) result.push_back(text.get<std::string>());
    return result;
  }();
  return texts;
}

void read_corpus(const std::function<void(std::string_view)>& sink) {
  for (const std::string& text : nasty_texts()) sink(text);
}

const std::vector<SpecialToken> kAllTokens{SpecialToken::mask,     SpecialToken::end_of_text,   SpecialToken::padding,
                                           SpecialToken::unknown,  SpecialToken::separator,     SpecialToken::sentinel,
                                           SpecialToken::sentinel, SpecialToken::classification};

std::unique_ptr<Tokenizer> trained(const Maker& maker) {
  auto tokenizer = maker.make(maker.vocab_size);
  tokenizer->train(read_corpus, kAllTokens, {});
  return tokenizer;
}

ErrorKind kind_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const Error& error) {
    CHECK_FALSE(std::string(error.what()).empty());
    return error.kind();
  }
  FAIL("no error");
  return ErrorKind::usage;
}

}  // namespace

TEST_CASE("a tokenizer stays within its vocabulary and gives ids below vocab_size") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    CHECK(tokenizer->vocab_size() <= static_cast<std::int64_t>(maker.vocab_size));
    for (const std::string& text : nasty_texts())
      for (const TokenId id : tokenizer->encode(text)) REQUIRE((id >= 0 && id < tokenizer->vocab_size()));
    CHECK(tokenizer->encode("").empty());
    CHECK(tokenizer->decode({}, false).empty());
  }
}

TEST_CASE("a lossless tokenizer gives back every text, another one what it can be said to have read") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    for (const std::string& text : nasty_texts()) {
      const auto ids = tokenizer->encode(text);
      const std::string decoded = tokenizer->decode(ids, false);
      if (maker.is_lossless) {
        CHECK(decoded == text);
      } else {
        // Some take a space at the beginning for the one that they put there themselves.
        CHECK((tokenizer->encode(decoded) == ids || tokenizer->encode(" " + decoded) == ids));
      }
    }
  }
}

TEST_CASE("a tokenizer has its special tokens first, in the order asked for, and no others") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    int sentinels = 0;
    for (std::size_t i = 0; i < kAllTokens.size(); ++i) {
      const int index = kAllTokens[i] == SpecialToken::sentinel ? sentinels++ : 0;
      CHECK(tokenizer->special_token_id(kAllTokens[i], index) == static_cast<TokenId>(i));
    }
    CHECK_FALSE(tokenizer->special_token_id(SpecialToken::sentinel, sentinels));
    const auto plain = maker.make(maker.vocab_size);
    plain->train(read_corpus, {SpecialToken::end_of_text}, {});
    CHECK_FALSE(plain->special_token_id(SpecialToken::mask));
  }
}

TEST_CASE("a tokenizer recognises its special tokens in text, and leaves them out when asked to") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    const TokenId mask = *tokenizer->special_token_id(SpecialToken::mask);
    const TokenId sentinel = *tokenizer->special_token_id(SpecialToken::sentinel, 1);
    const std::string spelled = tokenizer->decode(std::vector{mask, sentinel}, false);
    CHECK_FALSE(spelled.empty());
    CHECK(tokenizer->encode(spelled) == std::vector{mask, sentinel});
    CHECK(tokenizer->decode(std::vector{mask, sentinel}, true).empty());
  }
}

TEST_CASE("a tokenizer gives each token as its vocabulary has it, those of a byte-level one making up the text") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    const TokenId mask = *tokenizer->special_token_id(SpecialToken::mask);
    CHECK(tokenizer->token(mask) == tokenizer->decode(std::vector{mask}, false));
    for (const std::string& text : nasty_texts()) {
      std::string tokens;
      for (const TokenId id : tokenizer->encode(text)) {
        CHECK_FALSE(tokenizer->token(id).empty());
        tokens += tokenizer->token(id);
      }
      if (maker.name == std::string("bpe")) CHECK(tokens == text);
    }
  }
}

TEST_CASE("a tokenizer trained twice on the same texts is the same") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    CHECK(trained(maker)->to_json() == trained(maker)->to_json());
  }
}

TEST_CASE("a tokenizer loaded from its file does the same as before") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    const auto loaded = maker.make(1);
    loaded->load_json(tokenizer->to_json());
    CHECK(loaded->vocab_size() == tokenizer->vocab_size());
    CHECK(loaded->to_json() == tokenizer->to_json());
    CHECK(loaded->special_token_id(SpecialToken::mask) == tokenizer->special_token_id(SpecialToken::mask));
    for (const std::string& text : nasty_texts()) CHECK(loaded->encode(text) == tokenizer->encode(text));
  }
}

TEST_CASE("a tokenizer refuses a file that is none, and stays as it was") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    const std::string before = tokenizer->to_json();
    for (const std::string text : {"", "{}", "[]", "null", "{\"version\": \"1.0\"}"})
      CHECK(kind_of([&] { tokenizer->load_json(text); }) == ErrorKind::run);
    CHECK(tokenizer->to_json() == before);
  }
}

TEST_CASE("a tokenizer refuses a vocabulary that cannot hold its alphabet, and texts without text") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    CHECK(kind_of([&] { maker.make(1)->train(read_corpus, kAllTokens, {}); }) == ErrorKind::experiment);
    CHECK(kind_of([&] { maker.make(maker.vocab_size)->train([](const auto&) {}, kAllTokens, {}); }) == ErrorKind::run);
    CHECK(kind_of([&] { maker.make(maker.vocab_size)->train([](const auto& sink) { sink(""); }, kAllTokens, {}); }) ==
          ErrorKind::run);
  }
}

TEST_CASE("a tokenizer tells how much text it has read, and how far its training is, up to the end") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    double read = 0;
    double last = 0;
    double end = -1;
    maker.make(maker.vocab_size)->train(read_corpus, kAllTokens, [&](double done, double total) {
      if (total == 0) {
        CHECK(end == -1);  // reading comes first
        CHECK(done >= read);
        read = done;
        return;
      }
      CHECK(done >= last);
      CHECK(done <= total);
      last = done;
      end = total;
    });
    CHECK(last == end);
    CHECK(read > 0);
  }
}

TEST_CASE("a tokenizer gives the same ids to several threads at once") {
  for (const Maker& maker : tokenizers()) {
    INFO(maker.name);
    const auto tokenizer = trained(maker);
    std::vector<std::vector<TokenId>> expected;
    for (const std::string& text : nasty_texts()) expected.push_back(tokenizer->encode(text));
    const auto fresh = trained(maker);
    std::vector<int> wrong(4);
    std::vector<std::thread> threads;
    for (int& count : wrong) {
      threads.emplace_back([&] {
        for (int round = 0; round < 20; ++round)
          for (std::size_t i = 0; i < expected.size(); ++i) count += fresh->encode(nasty_texts()[i]) != expected[i];
      });
    }
    for (std::thread& thread : threads) thread.join();
    CHECK(wrong == std::vector<int>(4));
  }
}
