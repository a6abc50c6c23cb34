#define PCRE2_CODE_UNIT_WIDTH 8

#include "text/regex.h"

#include <pcre2.h>

#include <array>

#include "support/error.h"
#include "support/utf8.h"
#include "text/oniguruma.h"

namespace folio {
namespace {

/// As Oniguruma has it: a search that tries more is given up.
constexpr std::uint32_t kMatchLimit = 10'000'000;
constexpr std::uint32_t kHeapLimitKib = 1 << 18;
constexpr std::size_t kJitStackBytes = 1 << 20;

std::string message_of(int code) {
  std::array<PCRE2_UCHAR, 256> text{};
  pcre2_get_error_message(code, text.data(), text.size());
  return reinterpret_cast<const char*>(text.data());
}

/// What one thread needs to search.
struct Searcher {
  pcre2_match_data* data = pcre2_match_data_create(1, nullptr);
  pcre2_match_context* context = pcre2_match_context_create(nullptr);
  pcre2_jit_stack* stack = pcre2_jit_stack_create(kJitStackBytes / 32, kJitStackBytes, nullptr);

  Searcher() {
    pcre2_set_match_limit(context, kMatchLimit);
    pcre2_set_heap_limit(context, kHeapLimitKib);
    pcre2_jit_stack_assign(context, nullptr, stack);
  }
  ~Searcher() {
    pcre2_jit_stack_free(stack);
    pcre2_match_context_free(context);
    pcre2_match_data_free(data);
  }
  Searcher(const Searcher&) = delete;
  Searcher& operator=(const Searcher&) = delete;
};

}  // namespace

struct Regex::Code {
  explicit Code(const std::string& pattern) {
    pcre2_compile_context* const context = pcre2_compile_context_create(nullptr);
    pcre2_set_newline(context, PCRE2_NEWLINE_LF);  // the only one that Oniguruma knows
    int error = 0;
    PCRE2_SIZE offset = 0;
    code = pcre2_compile(reinterpret_cast<PCRE2_SPTR>(pattern.data()), pattern.size(),
                         PCRE2_UTF | PCRE2_UCP | PCRE2_MULTILINE | PCRE2_NEVER_BACKSLASH_C, &error, &offset, context);
    pcre2_compile_context_free(context);
    if (code == nullptr) throw Error(ErrorKind::run, "is not supported: " + message_of(error));
    pcre2_jit_compile(code, PCRE2_JIT_COMPLETE);  // where this machine has none, PCRE2 goes without
  }
  ~Code() { pcre2_code_free(code); }
  Code(const Code&) = delete;
  Code& operator=(const Code&) = delete;

  pcre2_code* code = nullptr;
};

Regex::Regex(std::string_view pattern)
    : pattern_(pattern), code_(std::make_shared<const Code>(pcre2_pattern_of(pattern))) {}

std::optional<Regex::Match> Regex::find(std::string_view text, std::size_t from) const {
  thread_local const Searcher searcher;
  const auto search = [&](std::uint32_t options) {
    return pcre2_match(code_->code, reinterpret_cast<PCRE2_SPTR>(text.data()), text.size(), from,
                       PCRE2_NO_UTF_CHECK | options, searcher.data, searcher.context);
  };
  int result = search(0);
  if (result == PCRE2_ERROR_JIT_STACKLIMIT) result = search(PCRE2_NO_JIT);
  if (result == PCRE2_ERROR_NOMATCH) return std::nullopt;
  if (result < 0) throw Error(ErrorKind::run, "the pattern " + pattern_ + " fails on a text: " + message_of(result));
  const PCRE2_SIZE* const ends = pcre2_get_ovector_pointer(searcher.data);
  return Match{ends[0], ends[1]};
}

std::size_t Regex::next_character(std::string_view text, std::size_t at) {
  return at < text.size() ? at + decode_code_point(text, at).length : at + 1;
}

}  // namespace folio
