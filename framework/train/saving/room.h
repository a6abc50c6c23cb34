#pragma once

#include <cstddef>
#include <memory>
#include <mutex>
#include <stop_token>
#include <thread>

namespace folio::train {

/// Memory for a copy of all tensors, in pages as large as the system has them: by 4 KiB each, touching 1.5 GB for the
/// first time takes longer than copying it.
class Room {
 public:
  /// Throws std::bad_alloc.
  explicit Room(std::size_t bytes);
  ~Room();
  Room(const Room&) = delete;
  Room& operator=(const Room&) = delete;

  char* data() const { return data_; }
  std::size_t bytes() const { return bytes_; }

  /// What it holds is not needed any more: the system may have its memory back when others need it.
  void lend();

  /// Has the system find all of its memory now, unless it is stopped.
  void touch(const std::stop_token& stop);

 private:
  std::size_t bytes_;
  char* data_ = nullptr;
};

/// Keeps a room for the next copy, and makes the first one ready: on a virtual machine whose host has to find the
/// memory, touching a new one takes seconds where the copy takes a tenth of one. Used by several threads.
class SpareRoom {
 public:
  /// Begins to make one ready beside the training.
  void prepare(std::size_t bytes);

  /// The one that is kept or being made ready, where it is large enough, else a new one. Throws std::bad_alloc.
  std::unique_ptr<Room> take(std::size_t bytes);

  void keep(std::unique_ptr<Room> room);
  void clear();

  /// Of the one that is kept.
  double bytes() const;

 private:
  mutable std::mutex mutex_;
  std::unique_ptr<Room> room_;
  std::jthread preparing_;
};

/// From here on the calling thread has what the others leave of the processors. Training waits for the slowest of its
/// threads, so it would lose more than the time that is taken from one of them; while it waits for this one, all is
/// left.
void give_way_to_training();

}  // namespace folio::train
