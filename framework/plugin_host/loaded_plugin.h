#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <type_traits>

#include "folio/description.h"
#include "folio/options.h"
#include "folio/plugin.h"

namespace folio::plugin_host {

/// A plugin's library in this process. Loading runs the library's code, which may do anything, so only folio-describe
/// and folio-worker do it; the runner asks Catalogue instead. The library stays loaded until the process ends, however
/// long the LoadedPlugin lives: objects and exceptions that came out of it may outlive both.
class LoadedPlugin {
 public:
  /// Checks the build stamp in the file, loads it with all symbols bound, and checks the descriptor against the stamp.
  /// What is loaded is a copy in memory, of which the hash was taken: it is `expected_hash` (SHA-256), where one is
  /// given, even if the file changes meanwhile.
  ///
  /// Throws Error (plugin) naming the file, and the symbol or library that is missing where that is the reason, or both
  /// hashes where the file is not the one expected.
  explicit LoadedPlugin(const std::filesystem::path& library, const std::string& expected_hash = {});

  const PluginDescriptor& descriptor() const { return *descriptor_; }

  /// Of the bytes that were loaded.
  const std::string& hash() const { return hash_; }

  /// The name by which the loader knows the library, as dladdr() gives it.
  const std::filesystem::path& loaded_from() const { return loaded_from_; }

  /// "model plugin 'gpt'".
  std::string name() const;

  /// What the plugin declares. Throws Error (plugin) where the declaration contradicts itself: an option named twice, a
  /// default out of its own range, an objective that does not exist.
  PluginDescription describe() const;

  /// Makes the Dataset, Tokenizer or Model; its header must be included. Whatever the plugin throws becomes an Error
  /// that names the plugin: of the same kind where it threw an Error, else (plugin).
  template <typename Interface>
  std::unique_ptr<Interface> make(const OptionValues& values) const {
    std::unique_ptr<Interface> made;
    call("was created", [&] {
      if constexpr (std::is_same_v<Interface, Dataset>) {
        if (descriptor_->make_dataset != nullptr) made = descriptor_->make_dataset(values);
      } else if constexpr (std::is_same_v<Interface, Tokenizer>) {
        if (descriptor_->make_tokenizer != nullptr) made = descriptor_->make_tokenizer(values);
      } else {
        static_assert(std::is_same_v<Interface, Model>, "a plugin makes a Dataset, a Tokenizer or a Model");
        if (descriptor_->make_model != nullptr) made = descriptor_->make_model(values);
      }
      if (made == nullptr) throw Error(ErrorKind::plugin, "its factory returned nothing");
    });
    return made;
  }

 private:
  /// The boundary where what a plugin throws gets the plugin's name.
  void call(const char* when, const std::function<void()>& plugin_code) const;

  std::filesystem::path library_;
  std::filesystem::path loaded_from_;
  std::string hash_;
  const PluginDescriptor* descriptor_ = nullptr;
};

}  // namespace folio::plugin_host
