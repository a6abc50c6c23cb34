#include "textbooks/stand_in.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cassert>
#include <random>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

namespace folio::textbooks {
namespace {

using Words = std::span<const std::string_view>;

constexpr std::string_view kNames[] = {"ALDOUS",  "BERENGAR", "CORISANDE", "DROGO",   "ELSPETH", "FULK",
                                       "GISMUND", "HAWISE",   "ISAMBARD",  "JOCASTA", "KENELM",  "LUCASTA",
                                       "MERAUD",  "NORRIS",   "ORLA",      "PHILEMON"};
constexpr std::string_view kRanks[] = {"a miller",        "a captain",      "a lady of the town", "a ferryman",
                                       "a scholar",       "a baker's heir", "an old nurse",       "a clock-maker",
                                       "a young sailor",  "a magistrate",   "a player of lutes",  "a widow",
                                       "a keeper of bees"};
constexpr std::string_view kPlaces[] = {"The harbour",   "A mill",         "The market",    "A garden by night",
                                        "The old tower", "A ferry",        "The town gate", "A room with a clock",
                                        "The orchard",   "A road at dawn", "The bridge",    "A cellar"};
/// No mass nouns and no vowels at the start: they follow "a".
constexpr std::string_view kNouns[] = {
    "river",  "candle", "letter", "winter",  "harbour", "mirror",  "barrel", "trumpet", "lantern", "garden",
    "debt",   "crown",  "clock",  "basket",  "window",  "sparrow", "meadow", "promise", "kettle",  "cannon",
    "summer", "ladder", "shadow", "ribbon",  "vessel",  "feather", "hammer", "pebble",  "jewel",   "kitchen",
    "needle", "gate",   "pillow", "quarrel", "road",    "saddle",  "tower",  "valley",  "wheel",   "song"};
constexpr std::string_view kQualities[] = {
    "broken", "patient", "golden", "bitter",  "hollow", "gentle",  "crooked",  "silent",   "modest", "weary",
    "frozen", "proud",   "narrow", "burning", "little", "distant", "foolish",  "faithful", "sudden", "pale",
    "heavy",  "merry",   "secret", "ragged",  "ripe",   "tame",    "stubborn", "tender",   "common", "wild"};
constexpr std::string_view kDeeds[] = {"carry",  "forget",  "follow", "mend",  "borrow", "answer", "bury",  "measure",
                                       "praise", "trouble", "steal",  "wake",  "gather", "divide", "keep",  "sell",
                                       "paint",  "doubt",   "weigh",  "drown", "fetch",  "bless",  "climb", "spare"};
constexpr std::string_view kTimes[] = {"tonight",  "at noon",   "by morning",    "in the spring", "before the bell",
                                       "too late", "this hour", "ere the frost", "tomorrow",      "once again"};

/// A line of verse. `<...>` is replaced by a word of that sort.
constexpr std::string_view kLines[] = {
    "I would not <deed> the <noun> for any <noun>,",       "The <quality> <noun> will <deed> us <time>.",
    "Who sent thee here to <deed> my <quality> <noun>?",   "O <noun>, thou <quality> master of the <noun>!",
    "There is a <noun> that no man dares to <deed>,",      "And yet the <noun> is <quality>, and so am I.",
    "Go, <deed> it <time>, and tell <person> all.",        "My <noun> was <quality> when the <noun> was young;",
    "Let <person> <deed> what <person> could not <deed>.", "Nor <noun>, nor <noun>, nor all the <quality> world",
    "Shall <deed> the <noun> that we have lost <time>.",   "If every <noun> were <quality> as thine eyes,",
    "I had as soon <deed> thunder as <deed> thee.",        "Speak low: the <noun> may <deed> us where we stand.",
    "What <quality> <noun> is this? What <quality> song?", "They say that <person> has a <quality> <noun>",
    "And keeps it <time> beside the <quality> <noun>.",    "Good friend, a <noun> is but a <noun> grown <quality>.",
    "Come, <deed> with me; the <noun> will wait <time>.",  "No more of that. I <deed> it, and I weep.",
    "Thy <noun> is <quality>; mine was ever so.",          "Then <deed> the <noun>, <deed> the <quality> <noun>,",
    "For what is <quality> <time> may yet be <quality>.",  "Ay, <person>, ay: the <noun>, the <noun>, the <noun>!",
};
constexpr std::string_view kDirections[] = {"[Aside.]", "[Showing a <noun>.]", "[A <noun> is heard within.]",
                                            "[Takes up the <quality> <noun>.]", "[To <person>.]"};

std::string roman(int number) {
  constexpr std::pair<int, std::string_view> kDigits[] = {{100, "C"}, {90, "XC"}, {50, "L"}, {40, "XL"}, {10, "X"},
                                                          {9, "IX"},  {5, "V"},   {4, "IV"}, {1, "I"}};
  std::string text;
  for (const auto& [value, digits] : kDigits)
    for (; number >= value; number -= value) text += digits;
  return text;
}

class Playwright {
 public:
  explicit Playwright(std::uint64_t seed) : random_(seed) {
    cast_.assign(std::begin(kNames), std::end(kNames));
    for (std::size_t i = cast_.size(); i > 1; --i) std::swap(cast_[i - 1], cast_[below(i)]);
    cast_.resize(10);
  }

  std::string write(std::size_t size) {
    head();
    for (int act = 1; play_.size() < size; ++act)
      for (int scene = 1; scene <= 5 && play_.size() < size; ++scene) write_scene(act, scene);
    play_.resize(size);
    return std::move(play_);
  }

 private:
  /// At least 0 and less than `count`. The standard's distributions differ between libraries; its engines do not.
  std::size_t below(std::size_t count) { return static_cast<std::size_t>(random_() % count); }

  std::string_view one_of(Words words) { return words[below(words.size())]; }

  std::string word(std::string_view sort) {
    if (sort == "noun") return std::string(one_of(kNouns));
    if (sort == "quality") return std::string(one_of(kQualities));
    if (sort == "deed") return std::string(one_of(kDeeds));
    if (sort == "time") return std::string(one_of(kTimes));
    assert(sort == "person");
    std::string name(one_of(cast_));
    std::transform(name.begin() + 1, name.end(), name.begin() + 1,
                   [](char c) { return static_cast<char>(c - 'A' + 'a'); });
    return name;
  }

  std::string expand(std::string_view pattern) {
    std::string text;
    for (std::size_t at = 0; at < pattern.size();) {
      const std::size_t open = std::min(pattern.find('<', at), pattern.size());
      text += pattern.substr(at, open - at);
      if (open == pattern.size()) break;
      const std::size_t close = pattern.find('>', open);
      text += word(pattern.substr(open + 1, close - open - 1));
      at = close + 1;
    }
    return text;
  }

  void line(std::string_view text = {}) {
    play_ += text;
    play_ += "\r\n";
  }

  void head() {
    line(expand("The tragedy of <person>, or The <quality> <noun>"));
    line();
    line("PERSONS REPRESENTED");
    line();
    const std::size_t first = below(std::size(kRanks));
    for (std::size_t i = 0; i < cast_.size(); ++i)
      line(fmt::format("{}, {}.", cast_[i], kRanks[(first + i) % std::size(kRanks)]));
  }

  void write_scene(int act, int scene) {
    line();
    if (scene == 1) line(fmt::format("\r\nACT {}\r\n", roman(act)));
    line(fmt::format("SCENE {}. {}.\r\n", roman(scene), one_of(kPlaces)));
    const std::size_t first = below(cast_.size());
    const std::array<std::string_view, 3> present{cast_[first], cast_[(first + 1) % cast_.size()],
                                                  cast_[(first + 2) % cast_.size()]};
    line(fmt::format("[Enter {}, {} and {}.]\r\n", present[0], present[1], present[2]));
    std::size_t speaker = below(present.size());
    for (std::size_t speech = 0, speeches = 12 + below(16); speech < speeches; ++speech) {
      write_speech(present[speaker]);
      speaker = (speaker + 1 + below(present.size() - 1)) % present.size();  // never twice in a row
    }
    line(scene % 2 ? "[Exeunt.]" : expand("[Exeunt, with the <noun>.]"));
  }

  void write_speech(std::string_view speaker) {
    line(fmt::format("{}.", speaker));
    if (below(8) == 0) line(expand(one_of(kDirections)));
    for (std::size_t i = 0, lines = 1 + below(6); i < lines; ++i) line(expand(one_of(kLines)));
    line();
  }

  std::mt19937_64 random_;
  std::vector<std::string_view> cast_;
  std::string play_;
};

}  // namespace

std::string stand_in_play(std::uint64_t seed, std::size_t size) { return Playwright(seed).write(size); }

}  // namespace folio::textbooks
