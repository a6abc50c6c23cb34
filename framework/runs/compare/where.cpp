#include "runs/compare/where.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>
#include <optional>
#include <utility>
#include <vector>

#include "support/error.h"
#include "support/nearest_name.h"
#include "terminal/terminal.h"

namespace folio::runs {
namespace {

enum class Operator { equal, not_equal, less, less_equal, greater, greater_equal, contains };

// Longer ones first, so that "<=" is not read as "<".
constexpr std::array<std::pair<std::string_view, Operator>, 8> kOperators{{{"==", Operator::equal},
                                                                           {"!=", Operator::not_equal},
                                                                           {"<=", Operator::less_equal},
                                                                           {">=", Operator::greater_equal},
                                                                           {"=", Operator::equal},
                                                                           {"<", Operator::less},
                                                                           {">", Operator::greater},
                                                                           {"~", Operator::contains}}};

constexpr int kDeepest = 200;  // parentheses and nots within each other; the parser recurses on them

std::optional<double> number_of(const std::string& text) {
  double number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

template <typename T>
bool ordered(Operator how, const T& a, const T& b) {
  switch (how) {
    case Operator::equal:
      return a == b;
    case Operator::not_equal:
      return a != b;
    case Operator::less:
      return a < b;
    case Operator::less_equal:
      return a <= b;
    case Operator::greater:
      return a > b;
    case Operator::greater_equal:
      return a >= b;
    case Operator::contains:
      break;
  }
  return false;
}

}  // namespace

struct Where::Node {
  enum class Kind { comparison, both, either, inverse };

  Kind kind = Kind::comparison;
  std::unique_ptr<Node> left, right;  ///< of both and either; an inverse has only the left
  Field field;
  Operator how = Operator::equal;
  std::string text;
  std::optional<double> number;  ///< where the text is one

  bool compare(const RunSummary& run, const RunFields& fields) const {
    if (field.kind == Field::Kind::tags && (how == Operator::equal || how == Operator::not_equal))
      return run.tags.contains(text) == (how == Operator::equal);
    const FieldValue value = fields.value(run, field);
    if (std::holds_alternative<std::monostate>(value)) return false;
    const double* known = std::get_if<double>(&value);
    if (known && number && how != Operator::contains) return ordered(how, *known, *number);
    const std::string shown = known ? fmt::format("{}", *known) : std::get<std::string>(value);
    if (how == Operator::contains) return lower(shown).find(lower(text)) != std::string::npos;
    return ordered(how, shown, text);
  }

  bool holds(const RunSummary& run, const RunFields& fields) const {
    switch (kind) {
      case Kind::comparison:
        return compare(run, fields);
      case Kind::both:
        return left->holds(run, fields) && right->holds(run, fields);
      case Kind::either:
        return left->holds(run, fields) || right->holds(run, fields);
      case Kind::inverse:
        return !left->holds(run, fields);
    }
    __builtin_unreachable();
  }

  bool asks(Field::Kind wanted) const {
    if (kind == Kind::comparison) return field.kind == wanted;
    return left->asks(wanted) || (right && right->asks(wanted));
  }
};

namespace {

using Node = Where::Node;
using NodePointer = std::unique_ptr<Node>;

/// By recursive descent, a function for each rule of the grammar.
class Parser {
 public:
  Parser(const std::string& text, const RunFields& fields) : text_(text), fields_(fields) {}

  NodePointer whole() {
    NodePointer node = either();
    skip_spaces();
    if (at_ < text_.size()) fail(at_, "expected 'and', 'or' or the end");
    return node;
  }

 private:
  [[noreturn]] void fail(std::size_t at, const std::string& message) const {
    const auto indent = static_cast<std::size_t>(display_width(std::string_view(text_).substr(0, at)));
    throw Error(ErrorKind::usage, fmt::format("--where, column {}: {}\n  {}\n  {}^", indent + 1, message, text_,
                                              std::string(indent, ' ')));
  }

  void skip_spaces() {
    while (at_ < text_.size() && std::isspace(static_cast<unsigned char>(text_[at_]))) ++at_;
  }

  static bool in_word(char c) {
    return !std::isspace(static_cast<unsigned char>(c)) && std::string_view("()=!<>~'\"").find(c) == std::string::npos;
  }

  /// The word that begins here, without going past it.
  std::string peek_word() {
    skip_spaces();
    std::size_t end = at_;
    while (end < text_.size() && in_word(text_[end])) ++end;
    return text_.substr(at_, end - at_);
  }

  bool take_word(const char* word) {
    if (peek_word() != word) return false;
    at_ += std::string_view(word).size();
    return true;
  }

  bool take(char c) {
    skip_spaces();
    if (at_ >= text_.size() || text_[at_] != c) return false;
    ++at_;
    return true;
  }

  static NodePointer join(Node::Kind kind, NodePointer left, NodePointer right) {
    auto node = std::make_unique<Node>();
    node->kind = kind;
    node->left = std::move(left);
    node->right = std::move(right);
    return node;
  }

  NodePointer either() {
    NodePointer node = both();
    while (take_word("or")) node = join(Node::Kind::either, std::move(node), both());
    return node;
  }

  NodePointer both() {
    NodePointer node = inverse();
    while (take_word("and")) node = join(Node::Kind::both, std::move(node), inverse());
    return node;
  }

  NodePointer inverse() {
    skip_spaces();
    if (++depth_ > kDeepest) fail(at_, fmt::format("nested more than {} deep", kDeepest));
    NodePointer node;
    if (take_word("not")) {
      node = join(Node::Kind::inverse, inverse(), nullptr);
    } else if (const std::size_t open = at_; take('(')) {
      node = either();
      if (!take(')')) fail(open, "this parenthesis is not closed");
    } else {
      node = comparison();
    }
    --depth_;
    return node;
  }

  NodePointer comparison() {
    auto node = std::make_unique<Node>();
    const std::string name = peek_word();
    if (name.empty()) fail(at_, "expected a setting, a metric, 'not' or '('");
    const auto field = fields_.find(name);
    if (!field)
      fail(at_, fmt::format("no run has a setting or a metric '{}'{}", name, did_you_mean(name, fields_.names())));
    node->field = *field;
    at_ += name.size();
    node->how = comparison_operator(name);
    skip_spaces();
    const std::size_t before = at_;
    node->text = value();
    node->number = number_of(node->text);
    if (field->kind == Field::Kind::state && node->how != Operator::contains) check_state(before, node->text);
    return node;
  }

  Operator comparison_operator(const std::string& name) {
    skip_spaces();
    for (const auto& [spelling, how] : kOperators) {
      if (std::string_view(text_).substr(at_).starts_with(spelling)) {
        at_ += spelling.size();
        return how;
      }
    }
    fail(at_, "expected one of = != < <= > >= ~ after '" + name + "'");
  }

  std::string value() {
    skip_spaces();
    if (at_ < text_.size() && (text_[at_] == '\'' || text_[at_] == '"')) {
      const std::size_t end = text_.find(text_[at_], at_ + 1);
      if (end == std::string::npos) fail(at_, "this quote is not closed");
      const std::string inner = text_.substr(at_ + 1, end - at_ - 1);
      at_ = end + 1;
      return inner;
    }
    const std::string word = peek_word();
    if (word.empty()) fail(at_, "expected a value");
    at_ += word.size();
    return word;
  }

  void check_state(std::size_t at, const std::string& name) const {
    const std::vector<std::string> states = run_state_names();
    if (std::find(states.begin(), states.end(), name) != states.end()) return;
    fail(at, fmt::format("'{}' is not a state of runs{}", name, did_you_mean(name, states)));
  }

  const std::string& text_;
  const RunFields& fields_;
  std::size_t at_ = 0;
  int depth_ = 0;
};

}  // namespace

Where::Where(const std::string& text, const RunFields& fields) : root_(Parser(text, fields).whole()) {}

Where::~Where() = default;

Where::Where(Where&&) noexcept = default;

bool Where::asks(Field::Kind kind) const { return root_->asks(kind); }

bool Where::holds(const RunSummary& run, const RunFields& fields) const { return root_->holds(run, fields); }

}  // namespace folio::runs
