#include "serve/where_completion.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "runs/compare/where.h"
#include "support/error.h"
#include "unit/serve/snapshots.h"

using namespace folio::serve;

namespace {

/// At the place of the mark |, which is taken out.
Completion completed(std::string text) {
  const std::size_t at = text.find('|');
  text.erase(at, 1);
  return complete_where(text, at, *test::three_runs());
}

bool offers(const Completion& completion, const std::string& word) {
  return std::find(completion.words.begin(), completion.words.end(), word) != completion.words.end();
}

}  // namespace

TEST_CASE("completion offers what the language expects at the place") {
  for (const auto& [text, word] :
       std::vector<std::pair<std::string, std::string>>{{"|", "eval_loss"},
                                                        {"|", "not"},
                                                        {"ev|", "eval_loss"},
                                                        {"rate|", "training.learning_rate"},
                                                        {"MODEL|", "model.type"},
                                                        {"eval_loss |", "<="},
                                                        {"eval_loss|", "eval_loss"},
                                                        {"state=|", "running"},
                                                        {"state = fi|", "finished"},
                                                        {"model.type=|", "bert"},
                                                        {"tags=|", "long"},
                                                        {"name=|", "'first run'"},
                                                        {"name=|", "\"it's\""},
                                                        {"name='fir|", "'first run'"},
                                                        {"training.learning_rate<|", "5e-05"},
                                                        {"eval_loss<3 |", "and"},
                                                        {"eval_loss<3 o|", "or"},
                                                        {"(eval_loss<3 and |", "name"},
                                                        {"not (|", "state"},
                                                        {"not sta|", "state"},
                                                        {"state=finished or model=|", "gpt"}}) {
    CAPTURE(text);
    CHECK(offers(completed(text), word));
  }
  CHECK_FALSE(offers(completed("|"), "and"));
  CHECK_FALSE(offers(completed("state=|"), "name"));
  CHECK(completed("nothing=|").words.empty());
  CHECK(completed("eval_loss foo|").words.empty());
}

TEST_CASE("completion replaces the whole word that the place is in") {
  const Completion word = completed("state=finished and ev|al_xx<3");
  CHECK(word.from == 19);
  CHECK(word.to == 26);
  const Completion begin = completed("state=fin|");
  CHECK(begin.from == 6);
  CHECK(begin.to == 9);
  const Completion after = completed("state=|");
  CHECK(after.from == 6);
  CHECK(after.to == 6);
  // Of a value in quotes that is all up to its closing quote; where there is none, what is typed.
  for (const auto& [text, to] : std::vector<std::pair<std::string, std::size_t>>{{"name='fir|st run' and x", 16},
                                                                                 {"name='|first run' and x", 16},
                                                                                 {"name='first run'| and x", 16},
                                                                                 {"name=\"it|'s\" or name='a b'", 11},
                                                                                 {"name='it|' or name='a b'", 9},
                                                                                 {"name='fir| and name='a b'", 9},
                                                                                 {"name='fir|st run and x", 11}}) {
    CAPTURE(text);
    const Completion quoted = completed(text);
    CHECK(quoted.from == 5);
    CHECK(quoted.to == to);
  }
  // What begins as it is typed comes before what only contains it.
  CHECK(completed("loss|").words == std::vector<std::string>{"eval_loss", "train_loss"});
  CHECK(completed("train|").words.front().starts_with("train"));
}

TEST_CASE("completed values are taken by the language and hold for a run that has them") {
  const auto snapshot = test::three_runs();
  int taken = 0;
  for (const std::string& name : snapshot->fields().names()) {
    for (const std::string& word : complete_where(name + "=", name.size() + 1, *snapshot).words) {
      CAPTURE(name, word);
      const folio::runs::Where where(name + "=" + word, snapshot->fields());
      const bool holds = std::any_of(snapshot->runs().begin(), snapshot->runs().end(),
                                     [&](const auto& run) { return where.holds(run, snapshot->fields()); });
      CHECK((holds || name == "state"));
      ++taken;
    }
  }
  CHECK(taken > 12);
}

TEST_CASE("completion of any text is within it") {
  const std::string letters = "a=<('\" not)~!.";
  const auto snapshot = test::three_runs();
  for (int seed = 0; seed < 2000; ++seed) {
    std::string text;
    unsigned state = static_cast<unsigned>(seed) * 2654435761U + 1;
    for (int i = 0; i < seed % 23; ++i) {
      state = state * 1664525U + 1013904223U;
      text += letters[(state >> 16) % letters.size()];
    }
    for (std::size_t at = 0; at <= text.size(); ++at) {
      const Completion completion = complete_where(text, at, *snapshot);
      CAPTURE(text, at);
      REQUIRE(completion.from <= at);
      REQUIRE(at <= completion.to);
      REQUIRE(completion.to <= text.size());
    }
  }
}
