#include <catch2/catch.hpp>
#include <sstream>

#include "support/error.h"
#include "unit/cli/program_output.h"

using namespace folio;
using Catch::Matchers::Contains;
using folio::test::printed_by;

namespace {

/// A program with one command, which takes one of each kind of value.
struct Example {
  cli::Program program{"example", "Takes values", "example 1.0"};
  cli::Command command = program.subcommand("take", "Take them");
  std::string word = "none", one_of = "red";
  std::optional<std::string> text;
  std::string free;
  std::vector<std::string> words, list;
  std::filesystem::path path;
  std::vector<std::filesystem::path> paths;
  std::int64_t whole = 3;
  std::optional<std::int64_t> perhaps;
  std::size_t size = 0;
  double share = 0.5;
  bool flag = false;
  int actions = 0;

  Example() {
    program.option("--path", path, "a path");
    program.option("--paths", paths, "paths").one_value();
    command.option("WORD", word, "a word").required();
    command.option("WORDS", words, "more words");
    command.option("--text", text, "a text");
    command.option("--free", free, "a text of any kind").free_text();
    command.option("--list", list, "a list").delimiter(',').one_value();
    command.option("--whole", whole, "a whole number").show_default().range(std::int64_t{1}, std::int64_t{9});
    command.option("--perhaps", perhaps, "a number from 0").not_negative();
    command.option("--size", size, "a size").positive();
    command.option("--share", share, "a share").range(0.0, 1.0);
    const cli::CommandOption colour = command.option("--colour", one_of, "a colour").one_of({"red", "blue"});
    command.flag("-f,--flag", flag, "a flag").excludes(colour);
    command.footer("That is all.");
    command.action([this] { ++actions; });
  }

  /// What is printed where these arguments are refused.
  std::string refusal(const std::vector<std::string>& arguments) {
    std::ostringstream captured;
    std::streambuf* const before = std::cerr.rdbuf(captured.rdbuf());
    const int code = program.run(arguments);
    std::cerr.rdbuf(before);
    CHECK(code == exit_code(ErrorKind::usage));
    CHECK(actions == 0);
    return captured.str();
  }
};

}  // namespace

TEST_CASE("a command takes values of each kind, and its action runs once") {
  Example example;
  CHECK(printed_by(example.program,
                   "take one 'two words' three --text '' --list a,b --whole 9 --perhaps 0 --size 7 --share 0.25 -f "
                   "--path here --paths first --paths second")
            .empty());
  CHECK(example.actions == 1);
  CHECK(example.command.given());
  CHECK(example.word == "one");
  CHECK(example.words == std::vector<std::string>{"two words", "three"});
  CHECK(example.text == "");
  CHECK(example.list == std::vector<std::string>{"a", "b"});
  CHECK(example.path == "here");
  CHECK(example.paths == std::vector<std::filesystem::path>{"first", "second"});
  CHECK(example.whole == 9);
  CHECK(example.perhaps == 0);
  CHECK(example.size == 7);
  CHECK(example.share == 0.25);
  CHECK(example.flag);
}

TEST_CASE("what a command line leaves out keeps its value") {
  Example example;
  printed_by(example.program, "take one");
  CHECK(example.whole == 3);
  CHECK(!example.text);
  CHECK(!example.perhaps);
  CHECK(!example.flag);
}

TEST_CASE("a value that an option does not allow is refused by the option's name") {
  const auto refusal = [](const std::string& option, const std::string& value) {
    return Example().refusal({"take", "one", option, value});
  };
  for (const char* value : {"0", "10", "x"}) CHECK_THAT(refusal("--whole", value), Contains("--whole: "));
  for (const char* value : {"-1", "x"}) CHECK_THAT(refusal("--perhaps", value), Contains("--perhaps: "));
  for (const char* value : {"0", "-1"}) CHECK_THAT(refusal("--size", value), Contains("--size: "));
  for (const char* value : {"-0.5", "1.5"}) CHECK_THAT(refusal("--share", value), Contains("--share: "));
  CHECK_THAT(refusal("--colour", "green"), Contains("--colour: expected one of 'red', 'blue', got 'green'"));
}

TEST_CASE("a command line without what is required, or with what excludes each other, is refused") {
  CHECK_THAT(Example().refusal({}), Contains("A subcommand is required"));
  CHECK_THAT(Example().refusal({"take"}), Contains("WORD is required"));
  CHECK_THAT(Example().refusal({"take", "one", "--colour", "red", "--flag"}), Contains("--colour excludes --flag"));
}

TEST_CASE("an option or a word that is not known is named with the nearest that is") {
  CHECK(Example().refusal({"take", "one", "--shar", "0.5"}) ==
        "example take has no option '--shar'; did you mean '--share'?\nSee example take --help.\n");
  CHECK_THAT(Example().refusal({"take", "one", "--WHOLE=3"}),
             Contains("has no option '--WHOLE'; did you mean '--whole'?"));
  CHECK_THAT(Example().refusal({"take", "one", "--pth", "x"}), Contains("did you mean '--path'?"));  // of the program
  CHECK_THAT(Example().refusal({"take", "--shar", "0.5"}), Contains("did you mean '--share'?"));
  CHECK_THAT(Example().refusal({"take", "--shar=0.5"}), Contains("did you mean '--share'?"));  // without WORD
  CHECK_THAT(Example().refusal({"take", "one", "--zzzzzzz"}), Contains("has no option '--zzzzzzz'\n"));
  CHECK_THAT(Example().refusal({"take", "one", "-x"}), Contains("has no option '-x'"));
  CHECK_THAT(Example().refusal({"take", "one", "--colour", "rde"}), Contains("did you mean 'red'?"));
  Example example;
  const cli::Command inner = example.command.subcommand("inner", "Within it");
  bool fast = false;
  inner.flag("--fast", fast, "fast");
  CHECK_THAT(example.refusal({"take", "one", "inner", "--fats"}),
             Contains("example take inner has no option '--fats'; did you mean '--fast'?"));
}

TEST_CASE("the help shows options, defaults and footer, and runs nothing") {
  Example example;
  const std::string help = printed_by(example.program, "take --help");
  CHECK_THAT(help, Contains("Take them") && Contains("--whole") && Contains("a whole number") && Contains("3") &&
                       Contains("That is all."));
  CHECK(example.actions == 0);
  CHECK(printed_by(example.program, "--version") == "example 1.0\n");
}

TEST_CASE("commands and their long options can be listed") {
  const Example example;
  REQUIRE(example.program.subcommands().size() == 1);
  const cli::Command command = example.program.subcommands().front();
  CHECK(command.name() == "take");
  CHECK(command.long_options() == std::vector<std::string>{"help", "text", "free", "list", "whole", "perhaps", "size",
                                                           "share", "colour", "flag"});
}

TEST_CASE("a line end makes no line of its own in a message") {
  Example example;
  const std::string odd = "z\nerror: FAKE";
  for (const std::vector<std::string>& arguments :
       std::vector<std::vector<std::string>>{{"take", odd},
                                             {"take", "one", odd},
                                             {"take", "one", "--text", odd},
                                             {"--path", odd, "take", "one"},
                                             {"--paths", odd, "take", "one"},
                                             {"take", "one", "--list", odd}}) {
    CAPTURE(arguments);
    CHECK_THAT(example.refusal(arguments),
               Contains("expected a text without control characters and line ends, got 'z error: FAKE'"));
  }
  CHECK(example.refusal({"take", "one", "--z\nerror: FAKE"}).find("\nerror:") == std::string::npos);
  CHECK(example.refusal({"take", "one", "--colour", odd}).find("\nerror:") == std::string::npos);
}

TEST_CASE("a text and the value of a setting may have lines") {
  Example example;
  CHECK(example.program.run({"take", "one", "dataset.template=a\nb", "--free", "c\nd"}) == 0);
  CHECK(example.words == std::vector<std::string>{"dataset.template=a\nb"});
  CHECK(example.free == "c\nd");
}
