#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "folio/tokenizer.h"
#include "formats/tokenizer_json.h"

namespace folio::pipeline {

/// How a tokenizer.json cuts a piece into tokens: its "model". Immutable; may be used by several threads at once.
class Model {
 public:
  virtual ~Model() = default;

  /// Appends the ids of a piece, which is not empty.
  virtual void encode(std::string_view piece, std::vector<TokenId>& ids) const = 0;

  /// Whether pieces may be given in bytes, not in characters of the byte alphabet.
  virtual bool reads_bytes() const { return false; }

  /// Tells the model that pieces will be given in bytes, before the first of them.
  virtual void expect_bytes() {}

  /// A character before which every piece may be cut, where the character before is another, without changing an id.
  virtual std::optional<std::string> border() const { return std::nullopt; }

  /// The token that stands for what the model cannot write.
  virtual std::optional<TokenId> unknown() const { return std::nullopt; }

  /// By id, empty for an id that no token has.
  const std::vector<std::string>& tokens() const { return tokens_; }

 protected:
  explicit Model(std::vector<std::string> tokens) : tokens_(std::move(tokens)) {}

 private:
  std::vector<std::string> tokens_;
};

/// Throws Error (run) naming the JSON path of what is wrong or not supported.
std::unique_ptr<Model> read_model(const JsonPart& part);
std::unique_ptr<Model> read_bpe_model(const JsonPart& part);

/// The type of a model; files that are older than the name of the type are told by what else they have.
std::string type_of_model(const JsonPart& part);

}  // namespace folio::pipeline
