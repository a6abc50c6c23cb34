#include "experiment/other_words.h"

#include <catch2/catch.hpp>
#include <set>

#include "folio/description.h"
#include "unit/experiment/declarations.h"

using namespace folio::experiment;
using namespace folio::experiment::test;
using Catch::Matchers::Contains;

TEST_CASE("the words of other programs lead to the key that they mean") {
  const std::vector<std::pair<std::string, std::string>> cases = {
      {"training.lr=1", "did you mean 'training.learning_rate'?"},
      {"lr=1", "did you mean 'training.learning_rate'?"},
      {"training.LR=1", "did you mean 'training.learning_rate'?"},
      {"training.epochs=1", "did you mean 'training.num_train_epochs'?"},
      {"model.n_layer=1", "did you mean 'model.num_hidden_layers'?"},
      {"model.n-embd=1", "did you mean 'model.hidden_size'?"},
      {"n_embd=1", "did you mean 'model.hidden_size'?"},
      {"model.dropout=0", "did you mean 'model.resid_pdrop'?"},
      {"training.report_to=wandb", "every run is kept in the results store"},
  };
  for (const auto& [given, meant] : cases) {
    INFO(given);
    CHECK_THAT(message_of(kValid, {given}), Contains(meant));
  }
}

TEST_CASE("a word of another program that means nothing here is left to the nearest name") {
  CHECK_THAT(message_of(kValid, {"model.hiden_size=1"}), Contains("did you mean 'hidden_size'?"));
  CHECK(find_other_word("hiden_size") == nullptr);
}

TEST_CASE("each word of another program stands once, in lower case, and leads somewhere") {
  std::set<std::string_view> seen;
  for (const OtherWord& other : other_words()) {
    CHECK_FALSE((other.keys.empty() && other.note.empty()));
    for (const std::string_view word : words_of(other.words)) {
      INFO(word);
      CHECK(seen.insert(word).second);
      CHECK(find_other_word(word) == &other);
    }
  }
}
