#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "folio/error.h"
#include "folio/hugging_face.h"
#include "folio/options.h"
#include "folio/version.h"

namespace folio {

class Dataset;
class Model;
class Tokenizer;

enum class PluginKind { dataset, tokenizer, model };

/// What a plugin library says about itself once it is loaded. It is a constant in the library and, like the library,
/// exists until the process ends.
struct PluginDescriptor {
  std::uint32_t struct_size;  ///< sizeof(PluginDescriptor) where the plugin was built
  const char* stamp;          ///< the text of the build stamp's ELF note, repeated
  PluginKind kind;
  const char* id;       ///< the `type:` of experiment files; equals the stamp's
  const char* version;  ///< the plugin's own
  const char* summary;  ///< one line for lists

  OptionTable (*options)();

  /// For a model: the objective that it is trained with ("causal"), and its usual tokenizer. Otherwise empty.
  const char* objective = "";
  const char* usual_tokenizer = "";

  /// For a model that equals a class of transformers, which lets it start from that class's folders. May be left out.
  HuggingFaceClass (*hugging_face)() = nullptr;

  /// Only the one of the plugin's kind is set. The options have been checked against the table; it throws Error
  /// (experiment) if values do not fit together.
  std::unique_ptr<Dataset> (*make_dataset)(const OptionValues&) = nullptr;
  std::unique_ptr<Tokenizer> (*make_tokenizer)(const OptionValues&) = nullptr;
  std::unique_ptr<Model> (*make_model)(const OptionValues&) = nullptr;
};

/// The only symbol that a plugin exports, `folio_plugin`.
using PluginEntry = const PluginDescriptor* (*)();
constexpr const char* kPluginEntryName = "folio_plugin";

/// The ELF note with the build stamp: name "Folio", this type, and the stamp's text with its terminating zero.
constexpr const char* kStampNoteName = "Folio";
constexpr std::uint32_t kStampNoteType = 1;
constexpr const char* kStampSection = ".note.folio";

}  // namespace folio

#define FOLIO_TEXT_(value) #value
#define FOLIO_TEXT(value) FOLIO_TEXT_(value)

#if defined(FOLIO_STAMP_TORCH)
#define FOLIO_STAMP_MODEL_FIELDS "torch=" FOLIO_STAMP_TORCH "\nnn=" FOLIO_STAMP_NN "\n"
#else
#define FOLIO_STAMP_MODEL_FIELDS ""
#endif

/// The stamp of what is being compiled: `key=value` lines. folio_add_plugin() defines the macros that the build
/// decides.
#define FOLIO_STAMP(kind, id)                                                                                     \
  "sdk=" FOLIO_TEXT(FOLIO_SDK_VERSION) "\nkind=" kind "\nid=" id "\ncompiler_abi=" FOLIO_TEXT(                    \
      __GXX_ABI_VERSION) "\ncxx11_abi=" FOLIO_TEXT(_GLIBCXX_USE_CXX11_ABI) "\nbuild_type=" FOLIO_STAMP_BUILD_TYPE \
                                                                           "\n" FOLIO_STAMP_MODEL_FIELDS

/// Exports the plugin. Use it once in a plugin's sources, at namespace scope. For a data set:
///
///   FOLIO_PLUGIN("dataset", "textbooks",
///     .version = "1.0", .summary = "Books from files or Project Gutenberg",
///     .options = [] { return OptionTable{...}; },
///     .make_dataset = [](const folio::OptionValues& values) -> std::unique_ptr<folio::Dataset> { ... })
///
/// The fields after the id are those of PluginDescriptor, in its order, starting with `version`. The header of the kind
/// (folio/dataset.h and so on) must be included.
#define FOLIO_PLUGIN(kind_text, id_text, ...)                                                              \
  namespace {                                                                                              \
  struct FolioStampNote {                                                                                  \
    std::uint32_t name_size = 6;                                                                           \
    std::uint32_t text_size = sizeof(FOLIO_STAMP(kind_text, id_text));                                     \
    std::uint32_t type = ::folio::kStampNoteType;                                                          \
    char name[8] = "Folio";                                                                                \
    char text[(sizeof(FOLIO_STAMP(kind_text, id_text)) + 3) / 4 * 4] = FOLIO_STAMP(kind_text, id_text);    \
  };                                                                                                       \
  [[gnu::section(".note.folio"), gnu::used, gnu::aligned(4)]] constinit const FolioStampNote kStampNote{}; \
  }                                                                                                        \
  extern "C" [[gnu::visibility("default")]] const ::folio::PluginDescriptor* folio_plugin() {              \
    static const ::folio::PluginDescriptor descriptor{.struct_size = sizeof(::folio::PluginDescriptor),    \
                                                      .stamp = kStampNote.text,                            \
                                                      .kind = ::folio::plugin_kind(kind_text),             \
                                                      .id = id_text,                                       \
                                                      __VA_ARGS__};                                        \
    return &descriptor;                                                                                    \
  }

namespace folio {

constexpr PluginKind plugin_kind(std::string_view text) {
  return text == "dataset" ? PluginKind::dataset : text == "tokenizer" ? PluginKind::tokenizer : PluginKind::model;
}

constexpr std::string_view to_string(PluginKind kind) {
  return kind == PluginKind::dataset ? "dataset" : kind == PluginKind::tokenizer ? "tokenizer" : "model";
}

}  // namespace folio
