#include "experiment/yaml_reader.h"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

#include <algorithm>
#include <array>
#include <map>
#include <sstream>

namespace folio::experiment {
namespace {

constexpr std::size_t kMostLevels = 64;
constexpr std::size_t kMostValues = 100'000;

/// Stops the parser from within a callback; read_yaml() enters it as a problem.
struct Refusal {
  Place place;
  std::string key;
  std::string reason;
};

/// The parser's words and ours. Its own are short and speak of its insides.
std::string plain_reason(const std::string& message) {
  static const std::array<std::pair<const char*, const char*>, 12> kReasons{{
      {YAML::ErrorMsg::TAB_IN_INDENTATION, "there is a tab here; YAML accepts only spaces for indentation"},
      {YAML::ErrorMsg::END_OF_SEQ_FLOW, "the '[' is never closed"},
      {YAML::ErrorMsg::END_OF_MAP_FLOW, "the '{' is never closed"},
      {YAML::ErrorMsg::END_OF_MAP, "expected 'key: value' here; is the indentation the same as in the line above?"},
      {YAML::ErrorMsg::END_OF_SEQ, "expected '- value' here; is the indentation the same as in the line above?"},
      {YAML::ErrorMsg::MAP_VALUE,
       "no ':' is expected here; look for wrong indentation, a missing space after a ':' in the line above, "
       "or text with a ':' in it that needs quotes"},
      {YAML::ErrorMsg::MAP_KEY, "no key is expected here; look at the indentation"},
      {YAML::ErrorMsg::BLOCK_ENTRY, "no '- value' is expected here; a list begins on its own line"},
      {YAML::ErrorMsg::FLOW_END, "this closing bracket has no opening bracket"},
      {YAML::ErrorMsg::UNKNOWN_TOKEN, "a value cannot begin with this character; put the text in quotes"},
      {YAML::ErrorMsg::UNKNOWN_ANCHOR, "the alias names an anchor that is not defined before it"},
      {YAML::ErrorMsg::EOF_IN_SCALAR, "the quoted text is never closed"},
  }};
  for (const auto& [theirs, ours] : kReasons)
    if (message == theirs) return ours;
  return "not valid YAML: " + printable(message);
}

/// The place of a tab among the blanks that begin the line; the parser notices it in some spots only, and complains of
/// what follows in others.
std::optional<Place> indenting_tab(const Place& place) {
  const std::string_view line = line_of(place);
  const std::size_t tab = line.substr(0, line.find_first_not_of(" \t")).find('\t');
  if (tab == std::string_view::npos) return std::nullopt;
  return Place{place.source, place.line, static_cast<int>(tab)};
}

struct Measure {
  std::size_t values = 0;
  std::size_t levels = 0;
};

Measure measure(const Node& node) {
  Measure result{1, 0};
  const auto include = [&](const Node& part) {
    const Measure inner = measure(part);
    result.values += inner.values;
    result.levels = std::max(result.levels, inner.levels);
  };
  for (const Node& item : node.items) include(item);
  for (const Entry& entry : node.entries) include(entry.value);
  if (node.kind == Node::Kind::list || node.kind == Node::Kind::mapping) ++result.levels;
  return result;
}

/// Builds a Node from the parser's events. YAML::Node would lose quoting, places, duplicates and how aliases share.
class TreeBuilder : public YAML::EventHandler {
 public:
  TreeBuilder(const Source& source, Problems& problems) : source_(source), problems_(problems) {
    root_.place.source = &source;
  }

  Node take() { return std::move(root_); }

  /// Where the innermost bracket of the kind was opened that is not closed yet; `otherwise` where there is none.
  Place open_bracket(char bracket, const Place& otherwise) const {
    for (auto frame = frames_.rbegin(); frame != frames_.rend(); ++frame)
      if (character_at(frame->offset) == bracket) return frame->node.place;
    return otherwise;
  }

  void OnDocumentStart(const YAML::Mark& mark) override {
    if (documents_++ > 0) refuse(place_of(mark), "a second document begins here; a file holds one experiment");
  }

  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    Node node;
    node.text = written_null(offset_of(mark));
    // The parser puts an omitted value at whatever follows; its key is where a person looks.
    node.place = node.text.empty() && has_key() ? frames_.back().key->key_place : place_of(mark);
    deliver(std::move(node), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    Node node;
    node.kind = Node::Kind::scalar;
    node.text = value;
    node.quoted = tag == "!";
    node.place = place_of(mark);
    if (!node.quoted) check_tag(mark, tag);
    check_closing_quote(mark);
    deliver(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) refuse(place_of(mark), "the alias is inside the value that it names");
    const Measure size = measure(found->second);
    count(place_of(mark), size.values - 1);
    if (frames_.size() + size.levels > kMostLevels) refuse_depth(mark);
    Node node = found->second;
    node.place = place_of(mark);
    deliver(std::move(node), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    begin(Node::Kind::list, mark, tag, anchor);
  }

  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    begin(Node::Kind::mapping, mark, tag, anchor);
  }

  void OnSequenceEnd() override { end(); }
  void OnMapEnd() override { end(); }

  Place place_of(const YAML::Mark& mark) const { return {&source_, mark.line, mark.column}; }

 private:
  /// A list or mapping that is not complete yet.
  struct Frame {
    Node node;
    YAML::anchor_t anchor = 0;
    std::size_t offset = 0;             ///< of its beginning in the text
    std::optional<Entry> key;           ///< of a mapping: the key whose value comes next
    std::map<std::string, Place> seen;  ///< of a mapping: its keys
  };

  [[noreturn]] void refuse(const Place& place, std::string reason) const {
    throw Refusal{place, current_key(), std::move(reason)};
  }

  [[noreturn]] void refuse_depth(const YAML::Mark& mark) const {
    throw Refusal{place_of(mark), "", fmt::format("nested more than {} levels deep", kMostLevels)};
  }

  static std::size_t offset_of(const YAML::Mark& mark) { return static_cast<std::size_t>(mark.pos); }

  char character_at(std::size_t offset) const { return offset < source_.text.size() ? source_.text[offset] : '\0'; }

  bool has_key() const { return !frames_.empty() && frames_.back().key; }

  /// "model.split.by": the keys that lead to what is being read.
  std::string current_key() const {
    std::string path;
    for (const Frame& frame : frames_)
      if (frame.key) path += (path.empty() ? "" : ".") + frame.key->key;
    return path;
  }

  /// The null that stands at the offset, as written; empty where the value was left out.
  std::string written_null(std::size_t offset) const {
    const std::string_view rest = std::string_view(source_.text).substr(std::min(offset, source_.text.size()));
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      const char next = rest.size() > word.size() ? rest[word.size()] : '\n';
      if (rest.starts_with(word) && std::string_view(" \r\n\t,]}").find(next) != std::string_view::npos)
        return std::string(word);
    }
    return "";
  }

  void check_tag(const YAML::Mark& mark, const std::string& tag) const {
    if (tag.empty() || tag == "?") return;
    refuse(place_of(mark), fmt::format("tags ('{}') have no meaning in an experiment", printable(tag)));
  }

  /// yaml-cpp 0.7 takes quoted text that ends with the file instead of a quote.
  void check_closing_quote(const YAML::Mark& mark) const {
    const std::string_view text = source_.text;
    std::size_t at = offset_of(mark);
    while (character_at(at) == '&' || character_at(at) == '!')
      at = text.find_first_not_of(" \t\r\n", std::min(text.find_first_of(" \t\r\n", at), text.size()));
    const char quote = character_at(at);
    if (quote != '"' && quote != '\'') return;
    for (++at; at < text.size(); ++at)
      if (quote == '"' && text[at] == '\\')
        ++at;
      else if (text[at] == quote && quote == '\'' && character_at(at + 1) == quote)
        ++at;
      else if (text[at] == quote)
        return;
    refuse(place_of(mark), "the quoted text that begins here is never closed");
  }

  void count(const Place& place, std::size_t values) {
    values_ += values;
    if (values_ <= kMostValues) return;
    throw Refusal{place, "", fmt::format("more than {} values once aliases are expanded", kMostValues)};
  }

  void begin(Node::Kind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    check_tag(mark, tag);
    if (frames_.size() == kMostLevels) refuse_depth(mark);
    Frame& frame = frames_.emplace_back();
    frame.node.kind = kind;
    frame.node.place = place_of(mark);
    frame.anchor = anchor;
    frame.offset = offset_of(mark);
  }

  void end() {
    Frame frame = std::move(frames_.back());
    frames_.pop_back();
    deliver(std::move(frame.node), frame.anchor);
  }

  /// Puts a complete node where it belongs: into the list or mapping being read, or at the root.
  void deliver(Node node, YAML::anchor_t anchor) {
    count(node.place, 1);
    if (anchor != 0) {
      count(node.place, measure(node).values);  // the copy that is kept for aliases
      anchors_[anchor] = node;
    }
    if (frames_.empty())
      root_ = std::move(node);
    else if (Frame& frame = frames_.back(); frame.node.kind == Node::Kind::list)
      frame.node.items.push_back(std::move(node));
    else if (!frame.key)
      take_key(frame, node);
    else
      take_value(frame, std::move(node));
  }

  void take_key(Frame& frame, const Node& node) const {
    if (node.kind != Node::Kind::scalar)
      refuse(node.place, "a key must be a word, not " + (node.is_blank() ? "null" : described(node)));
    if (node.text.starts_with('\t')) refuse(node.place, plain_reason(YAML::ErrorMsg::TAB_IN_INDENTATION));
    frame.key = Entry{node.text, node.place, {}};
    if (node.text == "<<") refuse(node.place, "merge keys are not supported; use 'extends' to inherit from a file");
  }

  void take_value(Frame& frame, Node node) {
    const auto [seen, is_new] = frame.seen.emplace(frame.key->key, frame.key->key_place);
    if (is_new) {
      frame.key->value = std::move(node);
      frame.node.entries.push_back(std::move(*frame.key));
    } else {
      problems_.add(frame.key->key_place, current_key(),
                    fmt::format("duplicate key; it is first given at {}", to_string(seen->second)));
    }
    frame.key.reset();
  }

  const Source& source_;
  Problems& problems_;
  Node root_;
  std::vector<Frame> frames_;
  std::map<YAML::anchor_t, Node> anchors_;  ///< complete nodes that have an anchor
  std::size_t values_ = 0;
  int documents_ = 0;
};

}  // namespace

std::optional<Node> read_yaml(const Source& source, Problems& problems) {
  if (const auto found = unreadable(source)) {
    problems.add(found->place, "", found->reason);
    return std::nullopt;
  }
  TreeBuilder builder(source, problems);
  try {
    // With a line end after it, unclosed text always reaches check_closing_quote(), which knows where it began.
    std::istringstream stream(source.text + "\n");
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(builder)) {
    }
    return builder.take();
  } catch (const Refusal& refusal) {
    problems.add(refusal.place, refusal.key, refusal.reason);
  } catch (const YAML::Exception& error) {
    Place place = builder.place_of(error.mark);
    if (error.msg == YAML::ErrorMsg::END_OF_SEQ_FLOW) place = builder.open_bracket('[', place);
    if (error.msg == YAML::ErrorMsg::END_OF_MAP_FLOW) place = builder.open_bracket('{', place);
    const auto tab = indenting_tab(place);
    problems.add(tab.value_or(place), "", plain_reason(tab ? YAML::ErrorMsg::TAB_IN_INDENTATION : error.msg));
  }
  return std::nullopt;
}

}  // namespace folio::experiment
