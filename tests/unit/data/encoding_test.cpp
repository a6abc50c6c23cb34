#include "data/encoding.h"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "folio/error.h"
#include "unit/data/fakes.h"
#include "unit/data/scratch.h"

using namespace folio;
using data::SplitBy;

namespace {

/// Documents of these texts, in pieces of `piece` bytes.
FakeDataset dataset_of(const std::vector<std::string>& texts, std::size_t piece = 1000) {
  std::vector<Document> documents;
  for (const std::string& text : texts)
    for (std::size_t begin = 0; begin < text.size(); begin += piece)
      documents.push_back({"book " + text.substr(0, 1), text.substr(begin, piece), {}, begin > 0});
  return FakeDataset(std::move(documents));
}

struct Result {
  data::EncodingFacts encoded;
  data::TokenFile training, evaluation;
};

Result encode(const Dataset& dataset, const data::DataOptions& options, bool each_document = false) {
  const Scratch scratch;
  const auto block = data::block_size(options);
  data::TokenFileWriter training(scratch.path() / "training", 2, block);
  data::TokenFileWriter evaluation(scratch.path() / "evaluation", 2, block);
  data::EncodingFacts encoded = data::encode_corpus(dataset, data::survey(dataset), ByteTokenizer(), options,
                                                    each_document, training, evaluation, [](double, double) {});
  training.commit();
  evaluation.commit();
  return {std::move(encoded), data::TokenFile::open(scratch.path() / "training").value(),
          data::TokenFile::open(scratch.path() / "evaluation").value()};
}

std::vector<std::string> texts_of(const data::Samples& samples) {
  std::vector<std::string> texts;
  for (std::int64_t i = 0; i < samples.size(); ++i) {
    texts.emplace_back();
    for (const TokenId id : samples[i]) texts.back() += id == 256 ? '$' : static_cast<char>(id);
  }
  return texts;
}

using Texts = std::vector<std::string>;

}  // namespace

// Each split is checked on documents in one piece and in pieces of every size.
#define FOR_EACH_PIECE_SIZE const auto piece = GENERATE(as<std::size_t>{}, 1000, 1, 2, 3, 5)

TEST_CASE("a split by characters gives whole chunks of each text") {
  FOR_EACH_PIECE_SIZE;
  const Result result = encode(dataset_of({"abcdefgh", "1234"}, piece), {.by = SplitBy::characters, .size = 3});
  CHECK(texts_of(result.training.samples()) == Texts{"abc", "def", "123"});
  CHECK(result.encoded.training.bytes == 12);
  CHECK(result.encoded.training.encoded_bytes == 9);
  CHECK(result.encoded.training.encoded_tokens == 9);
}

TEST_CASE("a split by characters counts code points, not bytes") {
  const Result result = encode(dataset_of({"\xc3\xa9\xc3\xa8z!"}), {.by = SplitBy::characters, .size = 2});
  const data::Samples samples = result.training.samples();
  REQUIRE(samples.size() == 2);
  CHECK(samples[0].size() == 4);
  CHECK(samples[1].size() == 2);
}

TEST_CASE("a split by tokens makes blocks of all texts in a row, end-of-text between them") {
  FOR_EACH_PIECE_SIZE;
  const Result result = encode(dataset_of({"abc", "defg"}, piece), {.by = SplitBy::tokens, .size = 4});
  CHECK(texts_of(result.training.samples()) == Texts{"abc$", "defg"});
  CHECK(result.encoded.training.encoded_tokens == 7);
}

TEST_CASE("a split by document keeps documents apart and a shorter rest") {
  FOR_EACH_PIECE_SIZE;
  const Result result = encode(dataset_of({"abcde", "xy"}, piece), {.by = SplitBy::document, .size = 4, .stride = 4});
  CHECK(texts_of(result.training.samples()) == Texts{"abcd", "e$", "xy$"});
}

TEST_CASE("a stride smaller than the size makes samples of a document overlap") {
  FOR_EACH_PIECE_SIZE;
  const Result result = encode(dataset_of({"abcdefg"}, piece), {.by = SplitBy::document, .size = 4, .stride = 2});
  CHECK(texts_of(result.training.samples()) == Texts{"abcd", "cdef", "efg$"});
}

TEST_CASE("many jobs on several threads are written in order") {
  std::string text;
  for (int i = 0; i < 300000; ++i) text += static_cast<char>('a' + (i * 7 + i / 1000) % 26);
  const Result result = encode(dataset_of({text}, 7777), {.by = SplitBy::tokens, .size = 100000, .validation = 0});
  const Texts blocks = texts_of(result.training.samples());
  REQUIRE(blocks.size() == 3);
  CHECK(blocks[0] + blocks[1] + blocks[2] == text);
}

TEST_CASE("evaluation text that stands in the training text is told, and kept with the facts") {
  std::string text;
  for (int i = 0; i < 200; ++i) text += "word" + std::to_string(i) + (i % 10 == 9 ? "\n" : " ");
  const Result result = encode(dataset_of({text + text}), {.by = SplitBy::tokens, .size = 4, .validation = 0.25});
  REQUIRE(result.encoded.seen);
  CHECK(result.encoded.seen->share == 1);
  const auto read = data::encoding_facts_from_json(data::to_json(result.encoded));
  REQUIRE(read.seen);
  CHECK(read.seen->share == 1);
  CHECK(read.seen->document == 0);
  CHECK(read.seen->name == "book w");
  const Result once = encode(dataset_of({text}), {.by = SplitBy::tokens, .size = 4});
  CHECK_FALSE(once.encoded.seen);
  CHECK_FALSE(data::encoding_facts_from_json(data::to_json(once.encoded)).seen);
}

TEST_CASE("the evaluation part has tokens and a hash of its own") {
  const FakeDataset dataset = dataset_of({"ab\ncd\n", "vw\nxy\n"});
  const Result result = encode(dataset, {.by = SplitBy::tokens, .size = 4, .validation = 0.5});
  CHECK(texts_of(result.training.samples()) == Texts{"ab\n$", "vw\n$"});
  CHECK(texts_of(result.evaluation.samples()) == Texts{"cd\n$", "xy\n$"});
  CHECK(result.encoded.evaluation.characters == 6);
  CHECK(result.encoded.evaluation.words == 2);
  CHECK(result.encoded.evaluation.bytes_per_word() == 3);
  // sha256("cd\nxy\n")
  CHECK(result.encoded.evaluation_hash == "2ad30d41a5f3926fe1e19084db83ad7af870ab7800536f95925af5596e4593cd");
  CHECK(result.encoded.documents.empty());
}

TEST_CASE("it is known where each document of the evaluation ends among the samples") {
  const FakeDataset dataset = dataset_of({"ab\ncd\n", "vw\nxyzuvw\n", "q"});
  const Result result = encode(dataset, {.by = SplitBy::characters, .size = 3, .validation = 0.5});
  CHECK(texts_of(result.evaluation.samples()) == Texts{"cd\n", "xyz", "uvw"});
  CHECK(result.encoded.evaluation_document_ends == std::vector<std::int64_t>{1, 3});
}

TEST_CASE("each document's evaluation part can be had alone, in blocks that begin with it") {
  const FakeDataset dataset = dataset_of({"ab\ncd\n", "vw\nxyz\n", "q"});
  for (const SplitBy by : {SplitBy::characters, SplitBy::tokens, SplitBy::document}) {
    const Result result = encode(dataset, {.by = by, .size = 3, .stride = 3, .validation = 0.5}, true);
    REQUIRE(result.encoded.documents.size() >= 2);
    CHECK(result.encoded.documents[0].name == "book a");
    CHECK(texts_of(result.evaluation.samples(result.encoded.documents[0].range))[0] == "cd\n");
    CHECK(texts_of(result.evaluation.samples(result.encoded.documents[1].range))[0] == "xyz");
  }
}

TEST_CASE("too many documents to be evaluated alone, or two of one name, are an error") {
  const data::DataOptions options{.by = SplitBy::tokens, .size = 2, .validation = 0.5};
  CHECK_THROWS_WITH(encode(dataset_of({"aa\nbb\n", "ac\nbb\n"}), options, true), Catch::Contains("'book a'"));
  std::vector<Document> documents;
  for (int i = 0; i < 204; ++i) documents.push_back({std::to_string(i), "aa\nbb\n", {}});  // half of them kept
  CHECK_THROWS_WITH(encode(FakeDataset(documents), options, true), Catch::Contains("at most 100"));
}

TEST_CASE("what encoding learned comes back from JSON") {
  const Result result = encode(dataset_of({"ab\ncd\n", "vw\nxy\n"}), {.size = 4, .validation = 0.5}, true);
  const data::EncodingFacts back = data::encoding_facts_from_json(data::to_json(result.encoded));
  CHECK(data::to_json(back) == data::to_json(result.encoded));
  CHECK(back.documents.size() == 2);
}

TEST_CASE("samples are counted beforehand") {
  const auto estimate = [](const data::DataOptions& options, double bytes_per_token) {
    data::SampleEstimate samples(options, bytes_per_token);
    for (const char* text : {"abcdefgh", "1234"}) {
      samples.add({.text = text, .ends = false});
      samples.add({.text = "", .ends = true});
    }
    return samples.samples();
  };
  CHECK(estimate({.by = SplitBy::characters, .size = 3}, 1) == 3);
  CHECK(estimate({.by = SplitBy::tokens, .size = 4}, 1) == 3);
  CHECK(estimate({.by = SplitBy::tokens, .size = 4}, 2) == 1);
  CHECK(estimate({.by = SplitBy::document, .size = 4, .stride = 2}, 1) == 4);
}
